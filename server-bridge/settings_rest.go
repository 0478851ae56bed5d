package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	lookTimeout = 5 * time.Second
	// Ends a session by itself where it could not be revoked.
	patchSessionLife = time.Minute
)

var errNoAddress = errors.New("Mattermost does not answer at its own addresses")

// patchByREST asks as the plugin's own bot; bot is "" while nobody was asked.
func (p *Plugin) patchByREST(config *model.Config, patch []byte) (bot string, err error) {
	base, err := p.ownAddress(config)
	if err != nil {
		return "", err
	}
	bot, err = p.botID()
	if err != nil {
		return "", fail("MATTERMOST_REFUSED", "The bot account could not be made: "+err.Error())
	}
	return bot, p.withPatchSession(bot, func(token string) error {
		return sendPatch(ownClient(base, patchTimeout), base, token, patch)
	})
}

// withPatchSession is for patchByREST alone: a session that may change settings and lives for this one request.
// Mattermost takes rights from the session, so the bot's own roles stay small.
func (p *Plugin) withPatchSession(bot string, ask func(token string) error) error {
	session, appErr := p.API.CreateSession(&model.Session{
		UserId:    bot,
		Roles:     model.SystemUserRoleId + " " + model.SystemAdminRoleId,
		ExpiresAt: p.now().Add(patchSessionLife).UnixMilli(),
		Props:     model.StringMap{model.SessionPropPlatform: pluginID},
	})
	if appErr != nil {
		return fail("MATTERMOST_REFUSED", "The bot got no session to change settings: "+appErr.Id)
	}
	if session == nil {
		return fail("MATTERMOST_REFUSED", "The bot got no session to change settings.")
	}
	defer p.endSession(session.Id)
	return ask(session.Token)
}

func (p *Plugin) endSession(id string) {
	if appErr := p.API.RevokeSession(id); appErr != nil {
		p.API.LogError("The session that changed settings could not be revoked; it ends by itself within a minute", "session_id", id, "err", appErr.Id)
	}
}

// ownAddress is where this server answers. Who answers is asked before there is a session: after a change of ListenAddress another
// server of the same account may have the port. That it is this account's at all is proven for each connection.
func (p *Plugin) ownAddress(config *model.Config) (string, error) {
	for _, base := range ownAddresses(config) {
		if p.isThisServer(base) {
			return base, nil
		}
	}
	return "", errNoAddress
}

func (p *Plugin) isThisServer(base string) bool {
	response, err := ownClient(base, lookTimeout).Get(base + "/api/v4/config/client?format=old")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var shown struct{ DiagnosticId string }
	if response.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(response.Body, maxPatchAnswer)).Decode(&shown) != nil {
		return false
	}
	return shown.DiagnosticId != "" && shown.DiagnosticId == p.API.GetDiagnosticId()
}

// ownAddresses are base URLs with the subpath of the site: where the server listens, then its SiteURL.
func ownAddresses(config *model.Config) []string {
	bases := []string{}
	site, err := url.Parse(strings.TrimRight(model.SafeDereference(config.ServiceSettings.SiteURL), "/"))
	if err != nil {
		site = &url.URL{}
	}
	if host := listenHost(model.SafeDereference(config.ServiceSettings.ListenAddress)); host != "" {
		listening := url.URL{Scheme: "http", Host: host, Path: site.Path}
		if model.SafeDereference(config.ServiceSettings.ConnectionSecurity) == model.ConnSecurityTLS {
			listening.Scheme = "https"
		}
		bases = append(bases, listening.String())
	}
	// Over a network the token goes encrypted or not at all.
	if site.Scheme == "https" && site.Host != "" || site.Scheme == "http" && isLoopback(site.Hostname()) {
		bases = append(bases, (&url.URL{Scheme: site.Scheme, Host: site.Host, Path: site.Path}).String())
	}
	return bases
}

// listenHost is host and port to reach a listener at address; "" where it cannot be told.
func listenHost(address string) string {
	host, name, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	port, err := net.LookupPort("tcp", name)
	if err != nil {
		return ""
	}
	ip := net.ParseIP(host)
	if host == "" || strings.EqualFold(host, "localhost") || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

func dialOwn(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if err := requireOwnSocket(connection); err != nil {
		_ = connection.Close()
		return nil, err
	}
	return connection, nil
}

// ownClient uses no proxy and follows no redirect: either would hand the token to somebody else.
func ownClient(base string, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext:       dialOwn,
			TLSClientConfig: &tls.Config{
				MinVersion: tls.VersionTLS12,
				// A certificate is for the name of the site, never for 127.0.0.1; what goes there does not leave the machine.
				InsecureSkipVerify: isLoopbackIP(base),
			},
		},
	}
}

// isLoopbackIP believes no name, not even localhost: a resolver may answer anything.
func isLoopbackIP(base string) bool {
	at, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(at.Hostname())
	return ip != nil && ip.IsLoopback()
}
