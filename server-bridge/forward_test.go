package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestEveryAllowedRequestReachesTheCompanionSigned(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	for _, it := range forwarded {
		stub.seen, server.audits = nil, nil
		body := ""
		if it.method == http.MethodPost {
			body = `{"reason":"a&b <c>"}`
		}
		w := asks(p, adminUser, it.method, example(it.path), body)
		require.Equal(t, 200, w.Code, w.Body.String())
		require.Len(t, stub.seen, 1)
		got := stub.seen[0]
		require.Equal(t, example(it.path), got.path)
		require.Equal(t, body, string(got.body))
		require.Equal(t, "bridge", got.token.Iss)
		require.Equal(t, alice(), got.token.Actor)
		require.Equal(t, siteAddress, got.token.SiteURL)
		require.LessOrEqual(t, got.token.Exp-got.token.Iat, int64(60))
		require.Equal(t, "request-id", got.header.Get("X-Request-Id"))
		if it.changes {
			require.Len(t, server.audits, 1, it.path)
			require.Equal(t, model.AuditStatusSuccess, server.audits[0].Status)
		} else {
			require.Empty(t, server.audits, it.path)
		}
	}
}

func TestTheQueryIsSignedAsItIsSent(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	w := asks(p, adminUser, http.MethodGet, "/api/v1/jobs?b=2%20x&a=%2F1", "")
	require.Equal(t, 200, w.Code, w.Body.String())
	require.Equal(t, "/api/v1/jobs?a=%2F1&b=2+x", stub.seen[0].path)
}

func TestNothingElseIsForwarded(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	for _, it := range [][2]string{
		{"GET", "/api/v1/events"}, {"POST", "/api/v1/commands"}, {"POST", "/api/v1/enrolments"},
		{"DELETE", "/api/v1/enrolments/current"}, {"DELETE", "/api/v1/sets/x"}, {"POST", "/api/v1/status"},
		{"GET", "/api/v1/sets/../status"}, {"GET", "/api/v1/sets/a%2Fb"}, {"GET", "/api/v1/sets/a/b"}, {"GET", "/api/v1/status/"},
	} {
		w := asks(p, adminUser, it[0], it[1], "")
		require.Equal(t, http.StatusNotFound, w.Code, it)
	}
	require.Empty(t, stub.seen)
}

func TestHeadersOfTheSessionStayHereAndCookiesOfTheCompanionToo(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "evil=1")
		w.Header().Set("X-Secret", "1")
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"id":"j"}`))
	}
	r := newRequest(http.MethodPost, "/api/v1/backups", `{}`)
	r.Header.Set("Mattermost-User-Id", adminUser)
	for name, value := range map[string]string{
		"Cookie": "MMAUTHTOKEN=session-token", "Authorization": "Bearer session-token", "X-CSRF-Token": "csrf",
		"Connection": "X-Hop", "X-Hop": "1", "X-DR-Token": "x", "X-Forwarded-For": "1.2.3.4",
	} {
		r.Header.Set(name, value)
	}
	w := record(p, r)
	require.Equal(t, http.StatusAccepted, w.Code)
	require.JSONEq(t, `{"id":"j"}`, w.Body.String())
	require.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
	require.Empty(t, w.Header().Get("Set-Cookie"))
	require.Empty(t, w.Header().Get("X-Secret"))
	sent := stub.seen[0].header
	for _, name := range []string{"Cookie", "X-CSRF-Token", "X-Hop", "X-DR-Token", "X-Forwarded-For", "Mattermost-User-Id"} {
		require.Empty(t, sent.Get(name), name)
	}
	require.NotContains(t, sent.Get("Authorization"), "session-token")
}

func TestThePagesOfTheCompanionCannotRunInTheSite(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<script>1</script>"))
	}
	w := asks(p, adminUser, http.MethodGet, "/api/v1/status", "")
	require.Equal(t, "application/octet-stream", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}

func TestErrorsOfTheCompanionPassUnchanged(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusConflict, map[string]any{"error": map[string]any{"code": "JOB_ALREADY_RUNNING", "message": "m"}})
	}
	w := asks(p, adminUser, http.MethodPost, "/api/v1/backups", `{}`)
	require.Equal(t, http.StatusConflict, w.Code)
	require.JSONEq(t, `{"error":{"code":"JOB_ALREADY_RUNNING","message":"m"}}`, w.Body.String())
}

func TestABodyLargerThanOneMebibyteIsRefused(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	w := asks(p, adminUser, http.MethodPost, "/api/v1/backups", strings.Repeat("x", maxBody+1))
	require.Equal(t, "USAGE_INVALID", codeOf(t, w))
	require.Empty(t, stub.seen)
}

func TestARedirectIsNotFollowed(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/api/v1/jobs", http.StatusFound) }
	w := asks(p, adminUser, http.MethodGet, "/api/v1/status", "")
	require.Equal(t, "COMPANION_UNREACHABLE", codeOf(t, w))
	require.Len(t, stub.seen, 1)
}

func TestACompanionThatIsDownIsNamedWithSinceWhen(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.Close()
	first := asks(p, adminUser, http.MethodGet, "/api/v1/status", "")
	require.Equal(t, http.StatusBadGateway, first.Code)
	require.Equal(t, "COMPANION_UNREACHABLE", codeOf(t, first))
	require.Contains(t, first.Body.String(), "has not answered since")
	require.Contains(t, first.Body.String(), "drctl serve")
	since := p.reach.last(stub.URL).unreachableSince
	require.False(t, since.IsZero())
	asks(p, adminUser, http.MethodGet, "/api/v1/status", "")
	require.Equal(t, since, p.reach.last(stub.URL).unreachableSince)

	var shown connection
	w := asks(p, adminUser, http.MethodGet, "/api/v1/connection", "")
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &shown))
	require.True(t, shown.Enrolled)
	require.False(t, shown.Reachable)
	require.Equal(t, since.UnixMilli(), *shown.UnreachableSince)
	require.NotNil(t, shown.LastError)
}

func TestWithoutEnrollmentNothingIsSent(t *testing.T) {
	p, _ := newPlugin(t)
	w := asks(p, adminUser, http.MethodGet, "/api/v1/status", "")
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.Equal(t, "NOT_ENROLLED", codeOf(t, w))
}

func TestTheConnectionSaysAllThatThePageNeeds(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	w := asks(p, adminUser, http.MethodGet, "/api/v1/connection", "")
	require.Equal(t, 200, w.Code)
	var shown map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &shown))
	require.Equal(t, stub.URL, shown["companion_url"])
	require.Equal(t, true, shown["enrolled"])
	require.Equal(t, "companion-1", shown["companion_id"])
	require.Equal(t, "alice", shown["enrolled_by"])
	require.Equal(t, true, shown["reachable"])
	require.Nil(t, shown["unreachable_since"])
	require.Equal(t, "0.1.0-stub", shown["companion_version"])
	require.Equal(t, pluginVersion, shown["plugin_version"])
	require.Contains(t, shown, "last_error")
	require.Contains(t, shown, "enrolled_at")
}

func TestSuggestionsAreAskedForOnceAndNeverFail(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"sets": []map[string]any{
			{"id": "20261124T120000Z-abc123", "t0": 1795521600000, "reason": "nightly"},
			{"id": "20261123T120000Z-def456", "t0": 1795435200000, "reason": ""},
		}})
	}
	w := asks(p, adminUser, http.MethodGet, "/api/v1/autocomplete/sets?user_input=%2Fdr+verify+20261124", "")
	var items []model.AutocompleteListItem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &items))
	require.Equal(t, []model.AutocompleteListItem{{Item: "20261124T120000Z-abc123", HelpText: "2026-11-24 12:00 UTC nightly"}}, items)
	w = asks(p, adminUser, http.MethodGet, "/api/v1/autocomplete/sets?user_input=%2Fdr+verify+", "")
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &items))
	require.Len(t, items, 3)
	require.Len(t, stub.seen, 1)

	down, _ := newPlugin(t)
	w = asks(down, adminUser, http.MethodGet, "/api/v1/autocomplete/sets", "")
	require.Equal(t, "[]", w.Body.String())
}
