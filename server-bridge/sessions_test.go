package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	oneSession   = "onesessiononesessiononeses"
	otherSession = "othersessionothersessionot"
)

func TestSessionsGetANewEndByTheirIds(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.expiries = map[string]int64{oneSession: 1, otherSession: 2}
	soon := time.Now().Add(time.Hour).UnixMilli()
	unknown := strings.Repeat("z", 26)
	w := hand(t, p, stub, "PUT", "/sessions/expiry", text(map[string]any{"sessions": []map[string]any{
		{"id": oneSession, "expires_at": soon}, {"id": unknown, "expires_at": soon},
	}}))
	require.JSONEq(t, `{"failed":[{"id":"`+unknown+`","says":"Mattermost refused it: fake.refused"}]}`, w.Body.String())
	require.Equal(t, map[string]int64{oneSession: soon, otherSession: 2}, server.expiries)
}

func TestASessionThatWouldNeverEndOrIsOverIsRefused(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.expiries = map[string]int64{oneSession: 7}
	for _, at := range []int64{0, -1, 1, time.Now().Add(-time.Second).UnixMilli()} {
		w := hand(t, p, stub, "PUT", "/sessions/expiry", text(map[string]any{"sessions": []map[string]any{{"id": oneSession, "expires_at": at}}}))
		require.Equal(t, 200, w.Code)
		require.Contains(t, w.Body.String(), oneSession)
	}
	w := hand(t, p, stub, "PUT", "/sessions/expiry", `{"sessions":[{"id":"`+oneSession+`"}]}`)
	require.Contains(t, w.Body.String(), "for ever", "a time that was left out is no time")
	require.Equal(t, int64(7), server.expiries[oneSession])
}

func TestSessionsAreRevokedByTheirIdsAndCountedInTheAuditLog(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.expiries = map[string]int64{oneSession: 1, otherSession: 2}
	server.audits = nil
	w := hand(t, p, stub, "POST", "/sessions/revocations", text(map[string]any{"ids": []string{oneSession, "../x"}}))
	require.JSONEq(t, `{"failed":[{"id":"../x","says":"This is not the id of a session."}]}`, w.Body.String())
	require.Equal(t, []string{oneSession}, server.revoked)
	require.Equal(t, map[string]any{"count": 2, "failed": 1}, server.audits[0].EventData.Parameters)
}

func TestSessionsComeInBoundedNumbers(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.audits = nil
	for _, body := range []string{`{"ids":[]}`, text(map[string]any{"ids": make([]string, 201)})} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "POST", "/sessions/revocations", body)))
	}
	for _, body := range []string{`{"sessions":[]}`, text(map[string]any{"sessions": make([]struct{}, 201)})} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "PUT", "/sessions/expiry", body)))
	}
	require.Empty(t, server.audits)
}
