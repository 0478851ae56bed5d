package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func companionAsks(p *Plugin, method, path, body, token string) *httptest.ResponseRecorder {
	r := newRequest(method, path, body)
	if token != "" {
		r.Header.Set(tokenHeader, token)
	}
	return record(p, r)
}

func TestACompanionTokenIsGoodOnceForOneRequest(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	const path = "/companion/v1/ping"
	signed := pluginPath + path
	good := func(change func(*requestToken)) string { return stub.signs(t, "GET", signed, nil, change) }
	require.Equal(t, 200, companionAsks(p, "GET", path, "", good(nil)).Code)
	require.Equal(t, 200, companionAsks(p, "GET", path, "", good(func(c *requestToken) { c.Path = "/team" + signed })).Code,
		"signed with the subpath of the site")

	spent := good(nil)
	require.Equal(t, 200, companionAsks(p, "GET", path, "", spent).Code)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	byStranger, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, requestToken{Iss: "companion-1", Aud: "bridge"}).SignedString(stranger)
	require.NoError(t, err)
	hmacToken, err := jwt.NewWithClaims(jwt.SigningMethodHS256, requestToken{Iss: "companion-1", Aud: "bridge"}).SignedString([]byte(stub.private.Public().(ed25519.PublicKey)))
	require.NoError(t, err)
	parts := strings.Split(good(nil), ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."

	now := time.Now().Unix()
	table := map[string]struct{ token, code string }{
		"none at all":      {"", "TOKEN_INVALID"},
		"not a token":      {"hello", "TOKEN_INVALID"},
		"alg none":         {none, "TOKEN_INVALID"},
		"alg HS256":        {hmacToken, "TOKEN_INVALID"},
		"other key":        {byStranger, "TOKEN_INVALID"},
		"tampered payload": {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"companion-1"}`)) + "." + parts[2], "TOKEN_INVALID"},
		"tampered ending":  {parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])), "TOKEN_INVALID"},
		"replayed":         {spent, "TOKEN_REPLAYED"},
		"expired":          {good(func(c *requestToken) { c.Iat, c.Exp = now-90, now-30 }), "TOKEN_EXPIRED"},
		"from the future":  {good(func(c *requestToken) { c.Iat, c.Exp = now+90, now+150 }), "TOKEN_EXPIRED"},
		"too long a life":  {good(func(c *requestToken) { c.Exp = c.Iat + 61 }), "TOKEN_INVALID"},
		"ends before":      {good(func(c *requestToken) { c.Exp = c.Iat - 1 }), "TOKEN_INVALID"},
		"other path":       {good(func(c *requestToken) { c.Path = pluginPath + "/companion/v1/config" }), "TOKEN_INVALID"},
		"path not whole":   {good(func(c *requestToken) { c.Path = path }), "TOKEN_INVALID"},
		"other subpath":    {good(func(c *requestToken) { c.Path = "/other" + signed }), "TOKEN_INVALID"},
		"other method":     {good(func(c *requestToken) { c.Method = "POST" }), "TOKEN_INVALID"},
		"other body":       {good(func(c *requestToken) { c.BodySHA256 = bodyHash([]byte("x")) }), "TOKEN_INVALID"},
		"other issuer":     {good(func(c *requestToken) { c.Iss = "bridge" }), "TOKEN_INVALID"},
		"other audience":   {good(func(c *requestToken) { c.Aud = "companion-1" }), "TOKEN_INVALID"},
		"short nonce":      {good(func(c *requestToken) { c.Jti = "short" }), "TOKEN_INVALID"},
	}
	for name, it := range table {
		t.Run(name, func(t *testing.T) {
			w := companionAsks(p, "GET", path, "", it.token)
			require.Equal(t, http.StatusUnauthorized, w.Code)
			require.Equal(t, it.code, codeOf(t, w))
		})
	}

	server.kvFails = true
	require.Equal(t, 500, companionAsks(p, "GET", path, "", good(nil)).Code, "a nonce that cannot be stored cannot be trusted")
}

func TestASessionOfAnAdminOpensNoCompanionRoute(t *testing.T) {
	p, _, _ := enrolledPlugin(t)
	for _, it := range [][2]string{{"GET", "/companion/v1/config"}, {"GET", "/companion/v1/ping"}, {"POST", "/companion/v1/posts"}, {"POST", "/companion/v1/events"}} {
		w := asks(p, adminUser, it[0], it[1], "{}")
		require.Equal(t, http.StatusUnauthorized, w.Code)
	}
}

func TestWithoutEnrollmentNoCompanionIsBelieved(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	token := stub.signs(t, "GET", pluginPath+"/companion/v1/ping", nil, nil)
	require.Equal(t, 200, asks(p, adminUser, "DELETE", "/api/v1/enrol", "").Code)
	w := companionAsks(p, "GET", "/companion/v1/ping", "", token)
	require.Equal(t, "NOT_ENROLLED", codeOf(t, w))
}

func TestPingAndConfigSayWhatABackupNeeds(t *testing.T) {
	t.Setenv("MM_SERVICESETTINGS_SITEURL", "http://from-environment")
	t.Setenv("OTHER_SECRET", "x")
	p, _, stub := enrolledPlugin(t)
	w := companionAsks(p, "GET", "/companion/v1/ping", "", stub.signs(t, "GET", pluginPath+"/companion/v1/ping", nil, nil))
	require.JSONEq(t, `{"server_version":"11.1.0","site_url":"`+siteAddress+`","diagnostic_id":"diagnostic","plugin_version":"0.1.0"}`, w.Body.String())

	w = companionAsks(p, "GET", "/companion/v1/config", "", stub.signs(t, "GET", pluginPath+"/companion/v1/config", nil, nil))
	require.Equal(t, 200, w.Code)
	var got struct {
		ServerVersion string            `json:"server_version"`
		Config        model.Config      `json:"config"`
		Env           map[string]string `json:"env"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.Contains(t, *got.Config.SqlSettings.DataSource, "raw-password")
	require.Equal(t, "http://from-environment", got.Env["MM_SERVICESETTINGS_SITEURL"])
	require.NotContains(t, got.Env, "OTHER_SECRET")
}

func TestTheCompanionWritesAndEditsPostsOfTheBotOnly(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	send := func(method, path, body string) *httptest.ResponseRecorder {
		return companionAsks(p, method, path, body, stub.signs(t, method, pluginPath+path, []byte(body), nil))
	}
	w := send("POST", "/companion/v1/posts", `{"channel_id":"`+channelID+`","root_id":"","message":"started"}`)
	require.Equal(t, http.StatusCreated, w.Code)
	var made struct{ ID string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made))
	require.Equal(t, botUser, server.posts[made.ID].UserId)

	edit := `{"channel_id":"` + channelID + `","root_id":"","message":"done"}`
	w = send("PUT", "/companion/v1/posts/"+made.ID, edit)
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, `{"id":"`+made.ID+`"}`, w.Body.String())
	require.Equal(t, "done", server.posts[made.ID].Message)

	person := model.NewId()
	server.posts[person] = &model.Post{Id: person, UserId: plainUser, Message: "mine"}
	deleted := model.NewId()
	server.posts[deleted] = &model.Post{Id: deleted, UserId: botUser, Message: "gone", DeleteAt: 1}
	for _, id := range []string{person, deleted, model.NewId()} {
		w = send("PUT", "/companion/v1/posts/"+id, edit)
		require.Equal(t, http.StatusNotFound, w.Code)
	}
	require.Equal(t, "mine", server.posts[person].Message)

	for _, body := range []string{``, `{}`, `{"channel_id":"c","root_id":"","message":"m","user_id":"x"}`, `{"channel_id":"c","root_id":"","message":"` + strings.Repeat("x", 16001) + `"}`} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, send("POST", "/companion/v1/posts", body)))
	}
}

func TestEventsGoToSystemAdministratorsOnly(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	body := `{"job":"{\"id\":\"j1\"}"}`
	w := companionAsks(p, "POST", "/companion/v1/events", body, stub.signs(t, "POST", pluginPath+"/companion/v1/events", []byte(body), nil))
	require.Equal(t, http.StatusNoContent, w.Code)
	require.True(t, server.events[0].ContainsSensitiveData)
	require.Equal(t, map[string]any{"job": `{"id":"j1"}`}, server.eventPayloads[0])
	bad := `{"job":{"id":"j1"}}`
	w = companionAsks(p, "POST", "/companion/v1/events", bad, stub.signs(t, "POST", pluginPath+"/companion/v1/events", []byte(bad), nil))
	require.Equal(t, "USAGE_INVALID", codeOf(t, w))
}

func TestTheBannerIsShownOnlyWithALicenceForIt(t *testing.T) {
	p, server, _ := enrolledPlugin(t)
	require.False(t, p.showsBanner())
	for _, allowed := range []bool{false, true} {
		server.license = &model.License{Features: &model.Features{Announcement: model.NewPointer(allowed)}}
		require.Equal(t, allowed, p.showsBanner())
	}
	server.license = &model.License{}
	require.False(t, p.showsBanner())
}
