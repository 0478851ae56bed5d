package main

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestThePluginStartsWhileTheCompanionIsDown(t *testing.T) {
	p, server := newPlugin(t)
	server.config["companionurl"] = "http://127.0.0.1:1"
	started := time.Now()
	require.NoError(t, p.OnActivate())
	require.Less(t, time.Since(started), 100*time.Millisecond)
	require.Len(t, server.commands, 1)
	require.Equal(t, "dr", server.commands[0].Trigger)
}

func TestThePluginStartsWhileTheBotCannotBeMade(t *testing.T) {
	p, server := newPlugin(t)
	server.botFails = true
	require.NoError(t, p.OnActivate())
	server.botFails = false
	id, err := p.botID()
	require.NoError(t, err)
	require.Equal(t, botUser, id)
}

func TestTheManifestSaysWhatTheCodeSays(t *testing.T) {
	text, err := os.ReadFile("../plugin.json")
	require.NoError(t, err)
	var manifest model.Manifest
	require.NoError(t, json.Unmarshal(text, &manifest))
	require.NoError(t, manifest.IsValid())
	require.Equal(t, pluginID, manifest.Id)
	require.Equal(t, pluginName, manifest.Name)
	require.Equal(t, pluginVersion, manifest.Version)
	defaults := map[string]any{}
	for _, setting := range manifest.SettingsSchema.Settings {
		defaults[setting.Key] = setting.Default
		require.False(t, setting.Secret, "no secret belongs into the configuration")
	}
	require.Equal(t, defaultCompanionURL, defaults["CompanionURL"])
	require.Contains(t, defaults, "Dashboard")
}

func TestDefaultsAreAppliedWithoutTheHelpOfTheServer(t *testing.T) {
	p, _ := newPlugin(t)
	require.Equal(t, settings{CompanionURL: defaultCompanionURL}, p.currentSettings())
}

func TestEveryRouteIsForbiddenToOthers(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	before := len(server.audits)
	routes := [][2]string{
		{http.MethodGet, "/api/v1/connection"},
		{http.MethodPost, "/api/v1/enrol"},
		{http.MethodDelete, "/api/v1/enrol"},
		{http.MethodGet, "/api/v1/autocomplete/sets"},
		{http.MethodGet, "/api/v1/no-such-route"},
		{http.MethodPut, "/api/v1/"},
	}
	for _, it := range forwarded {
		routes = append(routes, [2]string{it.method, example(it.path)})
	}
	require.Len(t, entryRoutes, len(routes)-2)
	for _, it := range routes {
		for name, user := range map[string]string{"no session": "", "not an admin": plainUser} {
			t.Run(it[0]+" "+it[1]+" "+name, func(t *testing.T) {
				w := asks(p, user, it[0], it[1], `{}`)
				require.Equal(t, http.StatusForbidden, w.Code)
				require.Equal(t, "NOT_SYSTEM_ADMIN", codeOf(t, w))
			})
		}
	}
	require.Empty(t, stub.seen)
	require.Len(t, server.audits, before)
	require.Contains(t, server.keys, enrollmentKey)
}

func TestAnotherPluginCannotSpeakForAnAdmin(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	r := newRequest(http.MethodGet, "/api/v1/status", "")
	r.Header.Set("Mattermost-User-Id", adminUser)
	r.Header.Set("Mattermost-Plugin-ID", "com.example.other")
	w := record(p, r)
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Empty(t, stub.seen)
}

func TestPathsOutsideBothFacesAreNotFound(t *testing.T) {
	p, _ := newPlugin(t)
	for _, path := range []string{"/", "/api/v2/status", "/companion/v2/ping", "/metrics"} {
		w := asks(p, adminUser, http.MethodGet, path, "")
		require.Equal(t, http.StatusNotFound, w.Code, path)
		require.Equal(t, "NOT_FOUND", codeOf(t, w))
	}
}
