package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
)

const (
	adminUser   = "adminuseradminuseradminuse"
	plainUser   = "plainuserplainuserplainuse"
	botUser     = "botuserbotuserbotuserbotus"
	channelID   = "channelchannelchannelchann"
	siteAddress = "http://chat.example.com/team"
)

// fakeServer is the little of Mattermost that the bridge needs, in memory. What is not here panics in plugintest.API.
type fakeServer struct {
	plugintest.API
	license *model.License

	lock           sync.Mutex
	keys           map[string][]byte
	everyValue     [][]byte
	config         map[string]any
	configReadOnly bool
	posts          map[string]*model.Post
	events         []*model.WebsocketBroadcast
	eventPayloads  []map[string]any
	logLines       []string
	audits         []*model.AuditRecord
	commands       []*model.Command
	botFails       bool
	whispers       []string
	pictures       []string
	channelName    string
	kvFails        bool
	bundle         string
	fakeMattermost
}

func newFakeServer() *fakeServer {
	return &fakeServer{keys: map[string][]byte{}, config: map[string]any{}, posts: map[string]*model.Post{}, bundle: "..", fakeMattermost: newFakeMattermost()}
}

func refused(status int) *model.AppError {
	return model.NewAppError("fake", "fake.refused", nil, "", status)
}

func (f *fakeServer) KVGet(key string) ([]byte, *model.AppError) {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.keys[key], nil
}

func (f *fakeServer) KVSet(key string, value []byte) *model.AppError {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.keys[key] = value
	f.everyValue = append(f.everyValue, value)
	return nil
}

func (f *fakeServer) KVDelete(key string) *model.AppError {
	f.lock.Lock()
	defer f.lock.Unlock()
	delete(f.keys, key)
	return nil
}

func (f *fakeServer) KVSetWithOptions(key string, value []byte, options model.PluginKVSetOptions) (bool, *model.AppError) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.kvFails {
		return false, refused(http.StatusInternalServerError)
	}
	if options.Atomic && !bytes.Equal(f.keys[key], options.OldValue) {
		return false, nil
	}
	if value == nil {
		delete(f.keys, key)
		return true, nil
	}
	f.keys[key] = value
	f.everyValue = append(f.everyValue, value)
	return true, nil
}

func (f *fakeServer) LoadPluginConfiguration(into any) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	text, err := json.Marshal(f.config)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func (f *fakeServer) GetPluginConfig() map[string]any {
	f.lock.Lock()
	defer f.lock.Unlock()
	return maps.Clone(f.config)
}

func (f *fakeServer) SavePluginConfig(config map[string]any) *model.AppError {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.configReadOnly {
		return refused(http.StatusForbidden)
	}
	f.config = config
	return nil
}

func (f *fakeServer) HasPermissionTo(userID string, permission *model.Permission) bool {
	return userID == adminUser && permission.Id == model.PermissionManageSystem.Id
}

func (f *fakeServer) EnsureBotUser(*model.Bot) (string, error) {
	if f.botFails {
		return "", refused(http.StatusInternalServerError)
	}
	return botUser, nil
}

func (f *fakeServer) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	f.lock.Lock()
	defer f.lock.Unlock()
	post = post.Clone()
	post.Id = model.NewId()
	f.posts[post.Id] = post
	return post, nil
}

func (f *fakeServer) SendEphemeralPost(user string, post *model.Post) *model.Post {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.whispers = append(f.whispers, user+": "+post.UserId+": "+post.Message)
	return post
}

func (f *fakeServer) SetProfileImage(user string, picture []byte) *model.AppError {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.pictures = append(f.pictures, user)
	return nil
}

func (f *fakeServer) GetChannel(id string) (*model.Channel, *model.AppError) {
	return &model.Channel{Id: id, Name: f.channelName}, nil
}

func (f *fakeServer) GetPost(id string) (*model.Post, *model.AppError) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if post, found := f.posts[id]; found {
		return post, nil
	}
	return nil, refused(http.StatusNotFound)
}

func (f *fakeServer) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.posts[post.Id] = post
	return post, nil
}

func (f *fakeServer) PublishWebSocketEvent(event string, payload map[string]any, broadcast *model.WebsocketBroadcast) {
	f.eventPayloads = append(f.eventPayloads, payload)
	f.events = append(f.events, broadcast)
}

func (f *fakeServer) RegisterCommand(command *model.Command) error {
	f.commands = append(f.commands, command)
	return command.AutocompleteData.IsValid()
}

func (f *fakeServer) LogAuditRec(record *model.AuditRecord) { f.audits = append(f.audits, record) }
func (f *fakeServer) GetDiagnosticId() string               { return "diagnostic" }
func (f *fakeServer) GetServerVersion() string              { return "11.1.0" }
func (f *fakeServer) GetBundlePath() (string, error)        { return f.bundle, nil }

func (f *fakeServer) log(message string, pairs ...any) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.logLines = append(f.logLines, message+" "+fmt.Sprint(pairs...))
}
func (f *fakeServer) LogDebug(message string, pairs ...any) { f.log(message, pairs...) }
func (f *fakeServer) LogInfo(message string, pairs ...any)  { f.log(message, pairs...) }
func (f *fakeServer) LogWarn(message string, pairs ...any)  { f.log(message, pairs...) }
func (f *fakeServer) LogError(message string, pairs ...any) { f.log(message, pairs...) }

// leftovers is everything that stays behind: log, audit log, configuration and every value ever stored.
func (f *fakeServer) leftovers(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	all.WriteString(strings.Join(f.logLines, "\n"))
	for _, value := range f.everyValue {
		all.Write(value)
	}
	for _, value := range []any{f.audits, f.config} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func newPlugin(t *testing.T) (*Plugin, *fakeServer) {
	t.Helper()
	server := newFakeServer()
	p := &Plugin{}
	p.SetAPI(server)
	if err := p.OnConfigurationChange(); err != nil {
		t.Fatal(err)
	}
	return p, server
}

func theContext() *plugin.Context {
	return &plugin.Context{SessionId: "session", RequestId: "request-id", IPAddress: "127.0.0.1"}
}

func containsAny(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

func (s *fakeServer) GetLicense() *model.License { return s.license }
