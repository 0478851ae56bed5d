package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

const (
	handsPrefix = "/companion/v1/"
	tokenHeader = "X-DR-Token"

	// Longer than a token can live with both clocks a minute off.
	nonceKeptSeconds = 180
)

// handsRequest is what a companion asked, after its token was believed.
type handsRequest struct {
	context *plugin.Context
	path    string
	body    []byte
}

type handsHandler func(p *Plugin, w http.ResponseWriter, asked handsRequest)

var handsRoutes = []struct {
	method  string
	path    *regexp.Regexp
	handler handsHandler
}{
	{http.MethodGet, regexp.MustCompile(`^/companion/v1/ping$`), (*Plugin).getPing},
	{http.MethodGet, regexp.MustCompile(`^/companion/v1/config$`), (*Plugin).getConfig},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/confirmations$`), (*Plugin).postConfirmation},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/posts$`), (*Plugin).postPost},
	{http.MethodPut, regexp.MustCompile(`^/companion/v1/posts/[a-z0-9]{26}$`), (*Plugin).putPost},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/events$`), (*Plugin).postEvent},
	{http.MethodPut, regexp.MustCompile(`^/companion/v1/accounts/sign-in$`), (*Plugin).putSignIns},
	{http.MethodPut, regexp.MustCompile(`^/companion/v1/sessions/expiry$`), (*Plugin).putSessionExpiries},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/sessions/revocations$`), (*Plugin).postSessionRevocations},
	{http.MethodGet, regexp.MustCompile(`^/companion/v1/settings$`), (*Plugin).getSettings},
	{http.MethodPatch, regexp.MustCompile(`^/companion/v1/settings$`), (*Plugin).patchSettings},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/direct-messages$`), (*Plugin).postDirectMessages},
	{http.MethodPost, regexp.MustCompile(`^/companion/v1/mails$`), (*Plugin).postMail},
	{http.MethodGet, regexp.MustCompile(`^/companion/v1/probes$`), (*Plugin).getProbes},
}

// serveHands needs no Mattermost session: the signature says that it is the companion.
func (p *Plugin) serveHands(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	body, err := p.readSigned(w, r)
	if err != nil {
		writeFailure(w, err)
		return
	}
	for _, it := range handsRoutes {
		if it.method == r.Method && it.path.MatchString(r.URL.Path) {
			it.handler(p, w, handsRequest{context: c, path: r.URL.Path, body: body})
			return
		}
	}
	writeFailure(w, fail("NOT_FOUND", "The plugin has no route "+r.Method+" at this path."))
}

func (p *Plugin) readSigned(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	text := r.Header.Get(tokenHeader)
	if text == "" {
		return nil, fail("TOKEN_INVALID", "The request carries no token.")
	}
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	return body, p.checkCompanion(text, r, body)
}

func (p *Plugin) checkCompanion(text string, r *http.Request, body []byte) error {
	who, err := p.record()
	if err != nil {
		return err
	}
	if who == nil {
		return fail("NOT_ENROLLED", "This server has not been enrolled with a companion.")
	}
	token, err := parseToken(text, who.companionPublic)
	if err != nil {
		return err
	}
	request := signedRequest{method: r.Method, body: body}
	if err := token.check(who.CompanionID, request, p.signedPaths(r), p.now()); err != nil {
		return err
	}
	return p.spendNonce(token.Jti)
}

// The plugin cannot see the subpath of the site any more, so a path is accepted with it and without it.
func (p *Plugin) signedPaths(r *http.Request) []string {
	path := pluginPath + r.URL.Path
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	paths := []string{path}
	if site, err := url.Parse(p.siteURL()); err == nil {
		if subpath := strings.TrimRight(site.Path, "/"); subpath != "" {
			paths = append(paths, subpath+path)
		}
	}
	return paths
}

// The database decides which of two equal requests was first, so that a replay to another node fails as well.
func (p *Plugin) spendNonce(jti string) error {
	sum := sha256.Sum256([]byte(jti))
	key := "nonce_" + base64.RawURLEncoding.EncodeToString(sum[:])
	first, appErr := p.API.KVSetWithOptions(key, []byte{1}, model.PluginKVSetOptions{Atomic: true, ExpireInSeconds: nonceKeptSeconds})
	if appErr != nil {
		return fail("INTERNAL", "The nonce could not be stored, so the request is refused: "+refusal(appErr))
	}
	if !first {
		return fail("TOKEN_REPLAYED", "The nonce of this token was seen before.")
	}
	return nil
}

func (p *Plugin) getPing(w http.ResponseWriter, _ handsRequest) {
	writeJSON(w, http.StatusOK, map[string]string{
		"server_version": p.API.GetServerVersion(),
		"site_url":       p.siteURL(),
		"diagnostic_id":  p.API.GetDiagnosticId(),
		"plugin_version": pluginVersion,
	})
}

// The raw configuration is what a restore needs; the environment is named because it is not in any file.
func (p *Plugin) getConfig(w http.ResponseWriter, _ handsRequest) {
	environment := map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, found := strings.Cut(pair, "="); found && strings.HasPrefix(name, "MM_") {
			environment[name] = value
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"server_version": p.API.GetServerVersion(),
		"config":         wholeConfig(p.API.GetUnsanitizedConfig()),
		"env":            environment,
		"banner":         p.showsBanner(),
	})
}

// Without a licence for it Mattermost keeps the announcement banner in its configuration and shows it to nobody.
func (p *Plugin) showsBanner() bool {
	license := p.API.GetLicense()
	return license != nil && license.Features != nil && license.Features.Announcement != nil && *license.Features.Announcement
}

// Between plugin and server only plain values travel, so the job stays a text.
func (p *Plugin) postEvent(w http.ResponseWriter, asked handsRequest) {
	var event struct {
		Job *string `json:"job"`
	}
	if err := parseJSON(asked.body, &event); err != nil {
		writeFailure(w, err)
		return
	}
	if event.Job == nil || !json.Valid([]byte(*event.Job)) {
		writeFailure(w, fail("USAGE_INVALID", "job must be a Job as JSON text."))
		return
	}
	p.API.PublishWebSocketEvent("job", map[string]any{"job": *event.Job}, &model.WebsocketBroadcast{
		// Only sessions of system administrators get what is marked so.
		ContainsSensitiveData: true,
	})
	w.WriteHeader(http.StatusNoContent)
}
