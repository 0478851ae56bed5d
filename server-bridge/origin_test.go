package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// confirms asks, as the companion does, whether this server signed the token.
func confirms(t *testing.T, p *Plugin, stub *stubCompanion, jti, token string) bool {
	t.Helper()
	const path = "/companion/v1/confirmations"
	body, err := json.Marshal(map[string]string{"nonce": jti, "token_sha256": string(tokenHash(token))})
	require.NoError(t, err)
	w := companionAsks(p, http.MethodPost, path, string(body), stub.signs(t, http.MethodPost, pluginPath+path, body, nil))
	require.Equal(t, 200, w.Code, w.Body.String())
	var answer struct{ Confirmed bool }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer.Confirmed
}

func TestAServerConfirmsWhatItSignedOnceAndACopyOfItsDatabaseDoesNot(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	copied := newFakeServer()
	copied.keys[enrollmentKey], copied.config = server.keys[enrollmentKey], server.config
	elsewhere := &Plugin{}
	elsewhere.SetAPI(copied)
	require.NoError(t, elsewhere.OnConfigurationChange())

	require.Equal(t, 200, asks(elsewhere, adminUser, http.MethodPost, "/api/v1/backups", `{}`).Code, "the key is the same")
	byCopy := stub.seen[0]
	require.False(t, confirms(t, p, stub, byCopy.token.Jti, byCopy.text()), "the server did not sign what its copy did")

	require.Equal(t, 200, asks(p, adminUser, http.MethodPost, "/api/v1/backups", `{}`).Code)
	byServer := stub.seen[1]
	require.False(t, confirms(t, p, stub, byServer.token.Jti, byServer.text()+"x"), "another token of the same nonce")
	otherNode := &Plugin{}
	otherNode.SetAPI(server)
	require.NoError(t, otherNode.OnConfigurationChange())
	require.True(t, confirms(t, otherNode, stub, byServer.token.Jti, byServer.text()), "every node of a cluster knows what one of them signed")
	require.False(t, confirms(t, p, stub, byServer.token.Jti, byServer.text()), "a second time")
}

func TestEveryWayToTheCompanionThatChangesSomethingCanBeConfirmed(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	_, _ = p.ExecuteCommand(theContext(), &model.CommandArgs{UserId: adminUser, Command: "/dr status"})
	require.Equal(t, 200, asks(p, adminUser, http.MethodPost, "/api/v1/sso/claim-sheets", `{}`).Code)
	require.Equal(t, 200, claims(p, "203.0.113.7", `{"code":"X"}`, nil).Code)
	require.Equal(t, 200, asks(p, adminUser, http.MethodGet, "/api/v1/status", "").Code)
	require.Len(t, stub.seen, 4)
	for _, request := range stub.seen {
		if request.method != http.MethodGet {
			require.True(t, confirms(t, p, stub, request.token.Jti, request.text()), request.path)
		}
		require.Equal(t, siteAddress, request.token.SiteURL)
		require.Equal(t, "diagnostic", request.token.DiagnosticID)
	}
}

func TestARequestThatCouldNotBeConfirmedLaterIsNotSent(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.kvFails = true
	w := asks(p, adminUser, http.MethodPost, "/api/v1/backups", `{}`)
	require.Equal(t, "INTERNAL", codeOf(t, w))
	require.Empty(t, stub.seen)
}

func TestAServerWithoutASiteURLIsNotEnrolled(t *testing.T) {
	p, server := newPlugin(t)
	stub := newStubCompanion(t, plainHTTP)
	for _, empty := range []string{"", "  "} {
		server.running.ServiceSettings.SiteURL = model.NewPointer(empty)
		w := asks(p, adminUser, http.MethodPost, "/api/v1/enrol", `{"url":"`+stub.URL+`","code":"`+theCode+`"}`)
		require.Equal(t, "SITE_URL_MISSING", codeOf(t, w))
	}
	require.Nil(t, stub.enroll, "the code was not used up")
}
