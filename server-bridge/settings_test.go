package main

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const (
	signInByEmail = "EmailSettings.EnableSignInWithEmail"
	userCreation  = "TeamSettings.EnableUserCreation"
)

func changes(of ...settingChange) string { return text(map[string]any{"changes": of}) }

func valuesOf(t *testing.T, w *httptest.ResponseRecorder) map[string]settingValue {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body.String())
	var reply struct{ Values []settingValue }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &reply))
	byKey := map[string]settingValue{}
	for _, it := range reply.Values {
		byKey[it.Key] = it
	}
	require.Len(t, byKey, len(settingKeys))
	return byKey
}

func TestSettingsAreReadAsTheyAreAlsoWhenTheyAreOff(t *testing.T) {
	t.Setenv("MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL", "false")
	p, server, stub := enrolledPlugin(t)
	server.running.EmailSettings.EnableSignInWithEmail = model.NewPointer(false)
	server.running.TeamSettings.CustomBrandText = model.NewPointer("")
	server.running.TeamSettings.CustomDescriptionText = model.NewPointer("hello")
	got := valuesOf(t, hand(t, p, stub, "GET", "/settings", ""))
	require.Equal(t, settingValue{signInByEmail, false, true}, got[signInByEmail])
	require.Equal(t, settingValue{userCreation, true, false}, got[userCreation])
	require.Equal(t, settingValue{"TeamSettings.CustomBrandText", "", false}, got["TeamSettings.CustomBrandText"])
	require.Equal(t, settingValue{"TeamSettings.CustomDescriptionText", "hello", false}, got["TeamSettings.CustomDescriptionText"])
}

func TestTheConfigurationForABackupHoldsWhatIsOff(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.running.TeamSettings.EnableUserCreation = model.NewPointer(false)
	server.running.ServiceSettings.SiteURL = model.NewPointer("")
	var got struct{ Config map[string]map[string]any }
	require.NoError(t, json.Unmarshal(hand(t, p, stub, "GET", "/config", "").Body.Bytes(), &got))
	require.Equal(t, false, got.Config["TeamSettings"]["EnableUserCreation"])
	require.Equal(t, "", got.Config["ServiceSettings"]["SiteURL"])
}

func TestASettingIsChangedOnlyFromWhatTheCompanionSaw(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	rest := fakeREST(t, server)
	server.audits = nil
	got := valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(
		settingChange{"AnnouncementSettings.EnableBanner", false, true},
		settingChange{"AnnouncementSettings.BannerText", "", "Sign-in is down. CANARY-text"},
		settingChange{"TeamSettings.CustomBrandText", "not this", "new"},
	)))
	require.Equal(t, true, got["AnnouncementSettings.EnableBanner"].Value)
	require.Equal(t, "Sign-in is down. CANARY-text", got["AnnouncementSettings.BannerText"].Value)
	require.Equal(t, "", got["TeamSettings.CustomBrandText"].Value)
	require.Len(t, rest.patches, 1)
	require.Contains(t, *server.running.SqlSettings.DataSource, "raw-password", "the secrets of the configuration stay")
	require.Len(t, server.audits, 1)
	require.Equal(t, map[string]any{
		"AnnouncementSettings.EnableBanner": true, "AnnouncementSettings.BannerText": "changed", "companion": "companion-1",
	}, server.audits[0].EventData.Parameters)
	require.Equal(t, botUser, server.audits[0].Actor.UserId)
	require.NotContains(t, server.leftovers(t), "CANARY")
}

func TestALockedSettingIsNotSent(t *testing.T) {
	t.Setenv("MM_AnnouncementSettings_EnableBanner", "false")
	p, server, stub := enrolledPlugin(t)
	rest := fakeREST(t, server)
	locked, free := settingChange{"AnnouncementSettings.EnableBanner", false, true}, settingChange{userCreation, true, false}
	got := valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(locked)))
	require.Equal(t, settingValue{"AnnouncementSettings.EnableBanner", false, true}, got["AnnouncementSettings.EnableBanner"])
	require.Empty(t, server.made, "there was nothing to do")
	valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(locked, free)))
	require.Equal(t, []string{`{"TeamSettings":{"EnableUserCreation":false}}`}, rest.patches)
}

func TestOnlyListedSettingsOfTheirTypeAreTaken(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	fakeREST(t, server)
	for name, body := range map[string]string{
		"not listed":    changes(settingChange{"ServiceSettings.SiteURL", siteAddress, "http://evil"}),
		"no setting":    changes(settingChange{"X", "", "y"}),
		"no section":    changes(settingChange{"", "", "y"}),
		"a text":        changes(settingChange{signInByEmail, "true", "false"}),
		"a number":      changes(settingChange{signInByEmail, 1, 0}),
		"null":          changes(settingChange{signInByEmail, nil, true}),
		"a flag":        changes(settingChange{"AnnouncementSettings.BannerText", "", true}),
		"twice":         changes(settingChange{signInByEmail, false, true}, settingChange{signInByEmail, true, false}),
		"none":          changes(),
		"unknown field": `{"changes":[{"key":"` + signInByEmail + `","from":false,"to":true,"force":true}]}`,
	} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "PATCH", "/settings", body)), name)
	}
	require.Empty(t, server.made)
}
