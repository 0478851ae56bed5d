package main

import (
	"context"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"gopkg.in/yaml.v3"
)

type diagnostics struct {
	PluginVersion    string `yaml:"plugin_version"`
	ServerVersion    string `yaml:"server_version"`
	Enrolled         bool   `yaml:"enrolled"`
	EnrolledAt       string `yaml:"enrolled_at,omitempty"`
	CompanionVersion string `yaml:"companion_version,omitempty"`
	Loopback         bool   `yaml:"companion_on_loopback"`
	TLSPinned        bool   `yaml:"tls_pinned"`
	Reachable        bool   `yaml:"companion_reachable"`
	UnreachableSince string `yaml:"unreachable_since,omitempty"`
	LastFailure      string `yaml:"last_failure,omitempty"`
}

// GenerateSupportData leaves out keys, codes and host names: a support packet is mailed around.
func (p *Plugin) GenerateSupportData(_ *plugin.Context) ([]*model.FileData, error) {
	shown := diagnostics{PluginVersion: pluginVersion, ServerVersion: p.API.GetServerVersion()}
	who, err := p.record()
	if err != nil {
		shown.LastFailure = asFailure(err).Code
	}
	if who != nil {
		shown.Enrolled = true
		shown.EnrolledAt = clockText(time.UnixMilli(who.EnrolledAt))
	}
	where, _ := p.whereabouts(who)
	at, err := newPlace(where)
	if err == nil {
		shown.Loopback, shown.TLSPinned = at.isLocal(), at.pin != ""
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		err = p.probe(ctx, at)
	}
	shown.Reachable = err == nil
	if err != nil {
		shown.LastFailure = asFailure(err).Code
	}
	seen := p.reach.last(at.url)
	shown.CompanionVersion = seen.version
	if !seen.unreachableSince.IsZero() {
		shown.UnreachableSince = clockText(seen.unreachableSince)
	}
	text, err := yaml.Marshal(shown)
	if err != nil {
		return nil, err
	}
	return []*model.FileData{{Filename: pluginID + "/diagnostics.yaml", Body: text}}, nil
}
