package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

const (
	claimCode  = "CANARY-claim-code"
	resetToken = "CANARY-reset-token"
)

func withClaimPage(t *testing.T) (*Plugin, *fakeServer, *stubCompanion) {
	t.Helper()
	p, server, stub := enrolledPlugin(t)
	server.bundle = t.TempDir()
	folder := filepath.Join(server.bundle, "webapp", "dist", "claim")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, name := range []string{"claim.html", "claim.js", "claim.css", "secret.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("the "+name), 0o644))
	}
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "evil=1")
		writeJSON(w, 200, map[string]any{"username": "alice", "token": resetToken})
	}
	return p, server, stub
}

// claims sends what the claim page sends, from an address and with headers of choice.
func claims(p *Plugin, address, body string, headers map[string]string) *httptest.ResponseRecorder {
	r := newRequest(http.MethodPost, "/claim/code", body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Requested-With", "XMLHttpRequest")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(&plugin.Context{RequestId: "request-id", IPAddress: address}, w, r)
	return w
}

func TestTheClaimPageIsShownToPeopleWhoCannotSignIn(t *testing.T) {
	p, _, stub := withClaimPage(t)
	for path, wanted := range map[string][2]string{
		"/claim":           {"the claim.html", "text/html; charset=utf-8"},
		"/claim/claim.js":  {"the claim.js", "text/javascript; charset=utf-8"},
		"/claim/claim.css": {"the claim.css", "text/css; charset=utf-8"},
	} {
		for range 2 {
			w := asks(p, "", http.MethodGet, path+"?code="+claimCode, "")
			require.Equal(t, 200, w.Code, path)
			require.Equal(t, wanted, [2]string{w.Body.String(), w.Header().Get("Content-Type")})
			require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
			require.Equal(t, "DENY", w.Header().Get("X-Frame-Options"))
			require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
				w.Header().Get("Content-Security-Policy"))
		}
	}
	require.Empty(t, stub.seen, "looking uses nothing up")
}

func TestTheClaimPageIsReadOnceAndIsOneAddress(t *testing.T) {
	p, server, _ := withClaimPage(t)
	require.Equal(t, 200, asks(p, "", http.MethodGet, "/claim", "").Code)
	server.bundle = "/gone"
	require.Equal(t, 200, asks(p, "", http.MethodGet, "/claim", "").Code)
	w := asks(p, "", http.MethodGet, "/claim/", "")
	require.Equal(t, []any{302, "../claim"}, []any{w.Code, w.Header().Get("Location")})
}

func TestNothingElseOfTheBundleIsShown(t *testing.T) {
	p, server, stub := withClaimPage(t)
	for _, it := range [][2]string{
		{"GET", "/claim/secret.txt"}, {"GET", "/claim/claim.html"}, {"GET", "/claim/../plugin.json"}, {"GET", "/claim/code"}, {"GET", "/claims"},
		{"POST", "/claim"}, {"PUT", "/claim/code"}, {"DELETE", "/claim/claim.js"},
	} {
		w := asks(p, "", it[0], it[1], "{}")
		require.Equal(t, "NOT_FOUND", codeOf(t, w), it)
	}
	server.bundle = t.TempDir()
	w := asks(p, "", http.MethodGet, "/claim", "")
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, "NOT_FOUND", codeOf(t, w))
	require.Empty(t, stub.seen)
}

func TestACodeReachesTheCompanionOfNobodyInParticular(t *testing.T) {
	p, _, stub := withClaimPage(t)
	w := claims(p, "203.0.113.7", `{"code":"`+claimCode+`"}`, map[string]string{"Cookie": "MMAUTHTOKEN=x", "Mattermost-User-Id": adminUser})
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, `{"username":"alice","token":"`+resetToken+`"}`, w.Body.String())
	require.Empty(t, w.Header().Get("Set-Cookie"))
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Len(t, stub.seen, 1)
	got := stub.seen[0]
	require.Equal(t, "POST /api/v1/sso/claims", got.method+" "+got.path)
	require.JSONEq(t, `{"code":"`+claimCode+`","address":"203.0.113.7"}`, string(got.body))
	require.Nil(t, got.token.Actor)
	require.Equal(t, siteAddress, got.token.SiteURL)
	require.Empty(t, got.header.Get("Cookie"))
}

func TestARefusalOfTheCompanionReachesThePage(t *testing.T) {
	p, _, stub := withClaimPage(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 401, map[string]any{"error": map[string]any{"code": "CLAIM_CODE_WRONG"}})
	}
	w := claims(p, "203.0.113.7", `{"code":"x"}`, nil)
	require.Equal(t, 401, w.Code)
	require.JSONEq(t, `{"error":{"code":"CLAIM_CODE_WRONG"}}`, w.Body.String())
}

func TestAPageOfAnotherSiteCannotUseACode(t *testing.T) {
	p, _, stub := withClaimPage(t)
	for _, headers := range []map[string]string{
		{"X-Requested-With": ""}, {"X-Requested-With": "fetch"}, {"Content-Type": ""}, {"Content-Type": "text/plain"},
		{"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "multipart/form-data"},
	} {
		for range 3 * wrongClaimsAtOnce {
			require.Equal(t, "USAGE_INVALID", codeOf(t, claims(p, "203.0.113.7", `{"code":"x"}`, headers)), headers)
		}
	}
	require.Empty(t, stub.seen)
	require.Equal(t, 200, claims(p, "203.0.113.7", `{"code":"x"}`, nil).Code, "nor use up the tries of its visitor")
}

func TestOnlyACodeIsTaken(t *testing.T) {
	p, _, stub := withClaimPage(t)
	for _, body := range []string{``, `{}`, `[]`, `{"code":""}`, `{"code":1}`, `{"code":"x","address":"1.2.3.4"}`, `{"code":"x"}{}`,
		`{"code":"` + strings.Repeat("x", 101) + `"}`, `{"code":"x"` + strings.Repeat(" ", maxClaimBody) + `}`} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, claims(p, "203.0.113.7", body, nil)), body)
	}
	require.Empty(t, stub.seen)
}

func TestARightCodeIsNeverHeldBackByWrongOnesOfTheSameAddress(t *testing.T) {
	p, _, stub := withClaimPage(t)
	now := time.Now()
	p.clock = func() time.Time { return now }
	var waited []time.Duration
	p.pause = func(_ context.Context, how time.Duration) { waited = append(waited, how) }
	right := stub.answer
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 401, map[string]any{"error": map[string]any{"code": "CLAIM_CODE_WRONG"}})
	}
	for range 10 * wrongClaimsAtOnce {
		require.Equal(t, 401, claims(p, "203.0.113.7", `{"code":"x"}`, nil).Code)
	}
	require.Equal(t, make([]time.Duration, wrongClaimsAtOnce), waited[:wrongClaimsAtOnce], "a typing mistake costs nothing")
	require.Greater(t, waited[wrongClaimsAtOnce+4], 4*time.Second)
	require.Equal(t, wrongClaimMaxWait, waited[len(waited)-1])
	others := len(waited)
	require.Equal(t, 401, claims(p, "203.0.113.8", `{"code":"x"}`, nil).Code)
	require.Zero(t, waited[others], "others are not held up")

	stub.answer = right
	require.Equal(t, 200, claims(p, "203.0.113.7", `{"code":"x"}`, nil).Code)
	require.Len(t, waited, others+1, "a right code is answered at once")
}

func TestOnlySoManyCodesAreCheckedAtOnce(t *testing.T) {
	tries := &claimTries{}
	for range claimsAtOnce {
		_, ok := tries.turn(t.Context())
		require.True(t, ok)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, ok := tries.turn(ended)
	require.False(t, ok)
}

func TestTheMemoryOfTriesIsBounded(t *testing.T) {
	tries, now := &claimTries{}, time.Now()
	for i := range 2 * claimAddressesKept {
		tries.penalty(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
	}
	require.LessOrEqual(t, len(tries.seen), claimAddressesKept)
	require.Equal(t, neighbourhood("2001:db8::1"), neighbourhood("2001:db8::2:1"), "one host has a whole network")
	require.NotEqual(t, neighbourhood("2001:db8::1"), neighbourhood("2001:db8:0:1::1"))
	require.Equal(t, "192.0.2.1", neighbourhood("::ffff:192.0.2.1"))
}

func TestAStrangerDoesNotLearnWhereTheCompanionIs(t *testing.T) {
	for name, spoil := range map[string]func(*Plugin, *stubCompanion){
		"down": func(_ *Plugin, stub *stubCompanion) { stub.Close() },
		"not one": func(_ *Plugin, stub *stubCompanion) {
			stub.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }
		},
		"not sure who asks": func(_ *Plugin, stub *stubCompanion) {
			stub.answer = func(w http.ResponseWriter, _ *http.Request) {
				writeFailure(w, &Failure{Code: "COMPANION_READ_ONLY", Message: "from a copy; the companion is at " + stub.URL, status: 409})
			}
		},
		"not enrolled": func(p *Plugin, _ *stubCompanion) { p.API.KVDelete(enrollmentKey) },
	} {
		t.Run(name, func(t *testing.T) {
			p, server, stub := withClaimPage(t)
			address := strings.TrimPrefix(stub.URL, "http://")
			spoil(p, stub)
			w := claims(p, "203.0.113.7", `{"code":"`+claimCode+`"}`, nil)
			require.Equal(t, 502, w.Code)
			require.Equal(t, "COMPANION_UNREACHABLE", codeOf(t, w))
			require.NotContains(t, w.Body.String(), address)
			require.NotEmpty(t, server.logLines, "the administrator learns why")
			require.NotContains(t, server.leftovers(t), "CANARY")
		})
	}
}

func TestCodesAreKeptNowhereOnAnyWay(t *testing.T) {
	p, server, stub := withClaimPage(t)
	claims(p, "203.0.113.7", `{"code":"`+claimCode+`"}`, nil)
	claims(p, "203.0.113.7", `{"`+claimCode+`":"`+claimCode+`"`, nil)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 201, map[string]any{"code": claimCode})
	}
	for _, path := range []string{"let-ins", "claim-sheets", "admin-access"} {
		before := len(server.audits)
		w := asks(p, adminUser, http.MethodPost, "/api/v1/sso/"+path, `{"user":"bob","identified_by":"CANARY-words"}`)
		require.Equal(t, 201, w.Code)
		require.Contains(t, w.Body.String(), claimCode)
		require.Len(t, server.audits, before+1)
		require.Equal(t, map[string]any{"method": "POST"}, server.audits[before].EventData.Parameters)
	}
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"message": "The code is " + claimCode})
	}
	require.Contains(t, types(t, p, adminUser, `/dr sso let-in bob --identified-by "CANARY-words"`), claimCode)
	require.NotContains(t, server.leftovers(t), "CANARY")
}

func TestASupportPacketSaysNothingOfClaimsAndSignIns(t *testing.T) {
	p, server, stub := withClaimPage(t)
	packet := func() string {
		files, err := p.GenerateSupportData(theContext())
		require.NoError(t, err)
		require.Len(t, files, 1)
		return string(files[0].Body)
	}
	former := packet()
	claims(p, "203.0.113.7", `{"code":"`+claimCode+`"}`, nil)
	withGitLab(server, closedAddress(t), "", "")
	probes(t, p, stub)
	require.Equal(t, former, packet())
}
