package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// saves does what a page of the System Console does: it writes the whole configuration that its browser loaded earlier.
func saves(t *testing.T, p *Plugin, server *fakeServer, loaded map[string]any) {
	t.Helper()
	server.config = maps.Clone(loaded)
	require.NoError(t, p.OnConfigurationChange())
}

func companionOf(t *testing.T, p *Plugin) string {
	t.Helper()
	_, at, err := p.enrolled()
	require.NoError(t, err)
	return at.url
}

func shownConnection(t *testing.T, p *Plugin) connection {
	t.Helper()
	var shown connection
	require.NoError(t, json.Unmarshal(asks(p, adminUser, http.MethodGet, "/api/v1/connection", "").Body.Bytes(), &shown))
	return shown
}

func TestAnEnrollmentSurvivesTheSaveOfAPageThatWasLoadedBefore(t *testing.T) {
	for name, loaded := range map[string]map[string]any{
		"nothing set":       {},
		"the default":       {"companionurl": defaultCompanionURL, "companiontlspin": ""},
		"a former override": {"companionurl": "http://127.0.0.1:9", "companiontlspin": ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, server := newPlugin(t)
			saves(t, p, server, loaded)
			stub := newStubCompanion(t, plainHTTP)
			require.Equal(t, 201, asks(p, adminUser, http.MethodPost, "/api/v1/enrol", `{"url":"`+stub.URL+`","code":"`+theCode+`"}`).Code)
			saves(t, p, server, loaded)
			require.Equal(t, 200, asks(p, adminUser, http.MethodGet, "/api/v1/status", "").Code)
			shown := shownConnection(t, p)
			require.Equal(t, stub.URL, shown.CompanionURL)
			require.True(t, shown.Reachable)
			require.Nil(t, shown.IgnoredSetting)
		})
	}
}

func TestASettingThatLeadsToTheEnrolledCompanionIsUsed(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	elsewhere := httptest.NewServer(stub)
	t.Cleanup(elsewhere.Close)
	saves(t, p, server, map[string]any{"CompanionURL": elsewhere.URL})
	require.Equal(t, elsewhere.URL, companionOf(t, p))
	require.Nil(t, shownConnection(t, p).IgnoredSetting)
}

func TestASettingThatLeadsElsewhereIsShownWithItsCauseAndNotUsed(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	now := time.Now()
	p.clock = func() time.Time { return now }
	another := newStubCompanion(t, plainHTTP)
	for url, cause := range map[string]string{
		"http://127.0.0.1:1":  "nothing listens there",
		another.URL:           "does not believe it",
		"http://10.0.0.7":     "not this machine",
		"http://no.such.test": "not this machine",
	} {
		saves(t, p, server, map[string]any{"CompanionURL": url})
		require.Equal(t, stub.URL, companionOf(t, p), url)
		shown := shownConnection(t, p)
		require.True(t, shown.Reachable, "the enrolled address still works")
		require.NotNil(t, shown.IgnoredSetting, url)
		require.Equal(t, url, shown.IgnoredSetting.CompanionURL)
		require.Contains(t, shown.IgnoredSetting.Message, cause)
		require.NotEmpty(t, shown.IgnoredSetting.Remedy)
	}
	elsewhere := httptest.NewUnstartedServer(stub)
	saves(t, p, server, map[string]any{"CompanionURL": "http://" + elsewhere.Listener.Addr().String()})
	elsewhere.Start()
	t.Cleanup(elsewhere.Close)
	now = now.Add(overrideAskedEvery)
	require.Equal(t, "http://"+elsewhere.Listener.Addr().String(), companionOf(t, p), "asked again after a while")
}

func TestWhatCannotBeAnAddressOrAPinIsNotSaved(t *testing.T) {
	p, _, _ := enrolledPlugin(t)
	save := func(url, pin string) error {
		config := &model.Config{}
		config.PluginSettings.Plugins = map[string]map[string]any{pluginID: {"companionurl": url, "CompanionTLSPin": pin}}
		changed, err := p.ConfigurationWillBeSaved(config)
		require.Nil(t, changed)
		return err
	}
	for _, it := range [][3]string{
		{"banana", "", "must look like https://host:8066"},
		{"https://dr.example.com:8066", "banana", "sha256/BASE64"},
		{"http://dr.example.com:8066", "", "not this machine"},
		{"https://a:b@dr.example.com", "", "scheme, host and port only"},
	} {
		err := save(it[0], it[1])
		require.ErrorContains(t, err, it[2])
		require.ErrorContains(t, err, "Nothing was saved")
		appErr := err.(*model.AppError)
		require.Equal(t, http.StatusBadRequest, appErr.StatusCode)
	}
	require.NoError(t, save("https://dr.example.com:8066", ""), "whether anybody answers there is not asked now")
	require.NoError(t, save("", ""))
	_, err := p.ConfigurationWillBeSaved(&model.Config{})
	require.NoError(t, err, "a page of another part")
}

func TestASettingThatIsWrongAlreadyKeepsNobodyFromSavingAnotherPage(t *testing.T) {
	p, server := newPlugin(t)
	saves(t, p, server, map[string]any{"companionurl": "banana"})
	config := &model.Config{}
	config.PluginSettings.Plugins = map[string]map[string]any{pluginID: {"companionurl": "banana"}}
	_, err := p.ConfigurationWillBeSaved(config)
	require.NoError(t, err)
}
