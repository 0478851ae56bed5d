package main

import (
	"bytes"
	"encoding/gob"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

type sentMail struct{ to, subject, html string }

// fakeMattermost is accounts, sessions, settings and mail, with the carelessness of the real ones.
type fakeMattermost struct {
	running    *model.Config
	users      map[string]*model.User
	authWrites []string
	ignoreAuth bool
	expiries   map[string]int64
	revoked    []string
	made       []*model.Session
	keepsAlive bool
	mails      []sentMail
	mailFails  bool
}

func newFakeMattermost() fakeMattermost {
	config := &model.Config{}
	// Before the defaults: some of them depend on it.
	config.ServiceSettings.SiteURL = model.NewPointer(siteAddress)
	// Where nothing answers: a test never asks a server that happens to run here.
	config.ServiceSettings.ListenAddress = model.NewPointer("127.0.0.1:1")
	config.SetDefaults()
	config.SqlSettings.DataSource = model.NewPointer("postgres://mmuser:raw-password@localhost/mattermost")
	return fakeMattermost{running: config, users: map[string]*model.User{
		adminUser: {Id: adminUser, Username: "alice"},
	}, expiries: map[string]int64{}}
}

// overTheWire does to a value what the connection between server and plugin does to it.
func overTheWire[T any](value T) T {
	var wire bytes.Buffer
	var arrived struct{ A T }
	if err := gob.NewEncoder(&wire).Encode(struct{ A T }{value}); err != nil {
		panic(err)
	}
	if err := gob.NewDecoder(&wire).Decode(&arrived); err != nil {
		panic(err)
	}
	return arrived.A
}

func (f *fakeServer) GetUnsanitizedConfig() *model.Config { return overTheWire(f.running) }

func (f *fakeServer) GetConfig() *model.Config {
	config := overTheWire(f.running)
	config.SqlSettings.DataSource = model.NewPointer(model.FakeSetting)
	return config
}

func (f *fakeServer) GetUser(id string) (*model.User, *model.AppError) {
	user, found := f.users[id]
	if !found {
		return nil, refused(http.StatusNotFound)
	}
	return overTheWire(user), nil
}

// UpdateUserAuth checks nothing and wipes the password, as the real one does.
func (f *fakeServer) UpdateUserAuth(id string, auth *model.UserAuth) (*model.UserAuth, *model.AppError) {
	auth = overTheWire(auth)
	f.authWrites = append(f.authWrites, id)
	for _, other := range f.users {
		if auth.AuthData != nil && other.Id != id && model.SafeDereference(other.AuthData) == *auth.AuthData {
			return nil, model.NewAppError("UpdateUserAuth", "app.user.update_auth_data.email_exists.app_error", nil, *auth.AuthData, http.StatusBadRequest)
		}
	}
	if user := f.users[id]; user != nil && !f.ignoreAuth {
		user.AuthService, user.AuthData, user.Password = auth.AuthService, auth.AuthData, ""
	}
	return auth, nil
}

func (f *fakeServer) ExtendSessionExpiry(id string, expiresAt int64) *model.AppError {
	if _, found := f.expiries[id]; !found {
		return refused(http.StatusInternalServerError)
	}
	f.expiries[id] = expiresAt
	return nil
}

// CreateSession takes rights and end from whoever asks, as the real one does; the token is its own.
func (f *fakeServer) CreateSession(session *model.Session) (*model.Session, *model.AppError) {
	session = overTheWire(session)
	session.Id, session.Token = model.NewId(), "CANARYtoken"+model.NewId()[:15]
	f.expiries[session.Id] = session.ExpiresAt
	f.made = append(f.made, session)
	return overTheWire(session), nil
}

func (f *fakeServer) RevokeSession(id string) *model.AppError {
	if _, found := f.expiries[id]; !found || f.keepsAlive {
		return refused(http.StatusBadRequest)
	}
	delete(f.expiries, id)
	f.revoked = append(f.revoked, id)
	return nil
}

func (f *fakeServer) GetDirectChannel(one, other string) (*model.Channel, *model.AppError) {
	if f.users[other] == nil {
		return nil, refused(http.StatusNotFound)
	}
	return &model.Channel{Id: "direct-" + one + "-" + other}, nil
}

// SendMail succeeds without sending while mail is off, as the real one does.
func (f *fakeServer) SendMail(to, subject, html string) *model.AppError {
	if f.mailFails {
		return model.NewAppError("SendMail", "fake.mail", nil, "smtp: "+html, http.StatusInternalServerError)
	}
	if *f.running.EmailSettings.SendEmailNotifications && *f.running.EmailSettings.SMTPServer != "" {
		f.mails = append(f.mails, sentMail{to, subject, html})
	}
	return nil
}
