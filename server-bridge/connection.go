package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
)

// connection is what the plugin page shows before it can ask the companion anything.
type connection struct {
	CompanionURL     string  `json:"companion_url"`
	Enrolled         bool    `json:"enrolled"`
	CompanionID      *string `json:"companion_id"`
	EnrolledAt       *int64  `json:"enrolled_at"`
	EnrolledBy       *string `json:"enrolled_by"`
	Reachable        bool    `json:"reachable"`
	UnreachableSince *int64  `json:"unreachable_since"`
	CompanionVersion *string `json:"companion_version"`
	LastError        *string `json:"last_error"`
	// Why the address in the settings is not used; null while it is, or where there is none.
	IgnoredSetting *ignoredSetting `json:"ignored_setting"`
	PluginVersion  string          `json:"plugin_version"`
}

type ignoredSetting struct {
	CompanionURL string `json:"companion_url"`
	Message      string `json:"message"`
	Remedy       string `json:"remedy"`
}

func (p *Plugin) connection(ctx context.Context) (*connection, error) {
	who, err := p.record()
	if err != nil && asFailure(err).Code != "NOT_ENROLLED" {
		return nil, err
	}
	where, ignored := p.whereabouts(who)
	shown := &connection{CompanionURL: where.CompanionURL, Enrolled: who != nil, PluginVersion: pluginVersion}
	if who != nil {
		shown.CompanionID, shown.EnrolledAt, shown.EnrolledBy = &who.CompanionID, &who.EnrolledAt, &who.EnrolledBy
	}
	if ignored != nil {
		failure := asFailure(ignored)
		shown.IgnoredSetting = &ignoredSetting{p.currentSettings().CompanionURL, failure.Message, failure.Remedy}
	}
	at, placeErr := newPlace(where)
	if placeErr == nil {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		placeErr = p.probe(ctx, at)
	}
	if placeErr != nil {
		text := asFailure(placeErr).Message
		shown.LastError = &text
	}
	shown.Reachable = placeErr == nil
	seen := p.reach.last(at.url)
	if !seen.unreachableSince.IsZero() {
		since := seen.unreachableSince.UnixMilli()
		shown.UnreachableSince = &since
	}
	if seen.version != "" {
		shown.CompanionVersion = &seen.version
	}
	return shown, nil
}

func (p *Plugin) getConnection(_ *plugin.Context, w http.ResponseWriter, r *http.Request, _ *actor) {
	shown, err := p.connection(r.Context())
	if err != nil {
		writeFailure(w, err)
		return
	}
	writeJSON(w, http.StatusOK, shown)
}

func (p *Plugin) postEnroll(c *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) {
	var input enrollInput
	if err := readJSON(w, r, &input); err != nil {
		writeFailure(w, err)
		return
	}
	_, err := p.enroll(r.Context(), input, by)
	p.audit(c, auditEntry{event: "disasterRecoveryEnrol", by: by, path: r.URL.Path, err: err, parameters: map[string]any{"companion_url": input.URL}})
	if err != nil {
		writeFailure(w, err)
		return
	}
	shown, err := p.connection(r.Context())
	if err != nil {
		writeFailure(w, err)
		return
	}
	// The configuration is left alone, so there is nothing that could not be saved.
	writeJSON(w, http.StatusCreated, struct {
		*connection
		ConfigurationSaved bool    `json:"configuration_saved"`
		Note               *string `json:"note"`
	}{shown, true, nil})
}

func (p *Plugin) deleteEnroll(c *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) {
	told, cause, err := p.revoke(r.Context(), by)
	p.audit(c, auditEntry{event: "disasterRecoveryRevoke", by: by, path: r.URL.Path, err: err, parameters: map[string]any{"companion_told": told}})
	if err != nil {
		writeFailure(w, err)
		return
	}
	var lastError *string
	if cause != nil {
		text := asFailure(cause).Message
		lastError = &text
	}
	writeJSON(w, http.StatusOK, map[string]any{"enrolled": false, "companion_told": told, "last_error": lastError})
}

// readJSON refuses unknown fields and bodies that go on after the value.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	return parseJSON(body, into)
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, fail("USAGE_INVALID", "The body could not be read, or is larger than 1 MiB.")
	}
	return body, nil
}

func parseJSON(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fail("USAGE_INVALID", "The body is not the JSON that this route takes: "+err.Error())
	}
	if decoder.More() {
		return fail("USAGE_INVALID", "There is more after the JSON of the body.")
	}
	return nil
}
