package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func plainHTTP(h http.Handler) *httptest.Server { return httptest.NewServer(h) }

func TestEnrollmentByTheRoute(t *testing.T) {
	p, server := newPlugin(t)
	stub := newStubCompanion(t, plainHTTP)
	typed := strings.ToLower(strings.ReplaceAll(theCode, "-", " "))
	body, _ := json.Marshal(map[string]string{"url": stub.URL + "/", "code": typed})
	w := asks(p, adminUser, http.MethodPost, "/api/v1/enrol", string(body))
	require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
	require.Contains(t, w.Body.String(), `"configuration_saved":true`)
	require.Contains(t, w.Body.String(), `"enrolled":true`)
	require.Equal(t, "alice", stub.enroll.Actor)
	require.Equal(t, siteAddress, stub.enroll.SiteURL)
	require.Len(t, stub.enroll.PublicKey, 43)
	require.GreaterOrEqual(t, len(stub.enroll.Nonce), 22)
	require.Empty(t, server.config, "every page of the System Console would write back what it loaded earlier")
	require.NotContains(t, server.keys, "mutex_enrollment")
	require.Equal(t, "disasterRecoveryEnrol", server.audits[0].EventName)
	require.Equal(t, model.AuditStatusSuccess, server.audits[0].Status)
	require.Equal(t, 200, asks(p, adminUser, http.MethodGet, "/api/v1/status", "").Code)
}

func TestTheCodeIsKeptNowhere(t *testing.T) {
	p, server := newPlugin(t)
	stub := newStubCompanion(t, plainHTTP)
	for _, code := range []string{theCode, "WRNG-CODE-WRNG-CODE-WRNG"} {
		_, _ = p.ExecuteCommand(theContext(), &model.CommandArgs{UserId: adminUser, Command: "/dr enroll " + stub.URL + " " + code})
		asks(p, adminUser, http.MethodPost, "/api/v1/enrol", `{"url":"`+stub.URL+`","code":"`+code+`"}`)
		left := server.leftovers(t)
		derived := sha256.Sum256([]byte(normalisedCode(code)))
		require.False(t, containsAny(left, code, normalisedCode(code), base64.RawURLEncoding.EncodeToString(derived[:])))
	}
}

func TestACompanionThatDoesNotKnowTheCodeIsRefused(t *testing.T) {
	p, server := newPlugin(t)
	stub := newStubCompanion(t, plainHTTP)
	stub.knowsCode = "some other code"
	_, err := p.enroll(context.Background(), enrollInput{URL: stub.URL, Code: theCode}, alice())
	require.Equal(t, "ENROLMENT_CODE_WRONG", asFailure(err).Code)
	require.NotContains(t, server.keys, enrollmentKey)
	require.Empty(t, server.config)
}

func TestAFailedEnrollmentLeavesTheFormerOne(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	former := string(server.keys[enrollmentKey])
	for name, input := range map[string]enrollInput{
		"ENROLMENT_CODE_WRONG":  {URL: stub.URL, Code: "AAAA-BBBB-CCCC-DDDD"},
		"COMPANION_UNREACHABLE": {URL: "http://127.0.0.1:1", Code: theCode},
		"TLS_REQUIRED":          {URL: "http://dr.example.com:8066", Code: theCode},
		"USAGE_INVALID":         {URL: "ftp://127.0.0.1", Code: theCode},
	} {
		_, err := p.enroll(context.Background(), input, alice())
		require.Equal(t, name, asFailure(err).Code)
		require.Equal(t, former, string(server.keys[enrollmentKey]))
	}
	require.Equal(t, 200, asks(p, adminUser, http.MethodGet, "/api/v1/status", "").Code)
	_, err := p.enroll(context.Background(), enrollInput{URL: stub.URL, Code: theCode}, alice())
	require.NoError(t, err)
	require.NotEqual(t, former, string(server.keys[enrollmentKey]))
}

func TestRevokingTellsTheCompanionAndForgets(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	w := asks(p, adminUser, http.MethodDelete, "/api/v1/enrol", "")
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, `{"enrolled":false,"companion_told":true,"last_error":null}`, w.Body.String())
	require.Equal(t, "/api/v1/enrolments/current", stub.seen[0].path)
	require.NotContains(t, server.keys, enrollmentKey)
}

func TestRevokingWorksWhileTheCompanionIsDown(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	stub.Close()
	w := asks(p, adminUser, http.MethodDelete, "/api/v1/enrol", "")
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Body.String(), `"companion_told":false`)
	require.NotContains(t, server.keys, enrollmentKey)
}

func TestAPinnedCertificateIsTheOnlyOneThatIsBelieved(t *testing.T) {
	stub := newStubCompanion(t, func(h http.Handler) *httptest.Server { return httptest.NewTLSServer(h) })
	hash := sha256.Sum256(stub.Certificate().RawSubjectPublicKeyInfo)
	other := sha256.Sum256([]byte("another key"))
	for name, it := range map[string]struct {
		pin     string
		outcome string
	}{
		"right pin":     {"sha256/" + base64.StdEncoding.EncodeToString(hash[:]), ""},
		"wrong pin":     {"sha256/" + base64.StdEncoding.EncodeToString(other[:]), "COMPANION_UNREACHABLE"},
		"no pin":        {"", "COMPANION_UNREACHABLE"},
		"pin not a pin": {"sha1/abc", "USAGE_INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := newPlugin(t)
			_, err := p.enroll(context.Background(), enrollInput{URL: stub.URL, Code: theCode, TLSPin: it.pin}, alice())
			if it.outcome == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, it.outcome, asFailure(err).Code)
		})
	}
}

func TestCompanionURLs(t *testing.T) {
	for url, code := range map[string]string{
		"http://127.0.0.1:8066": "", "http://localhost:8066/": "", "http://[::1]:8066": "", "https://dr.example.com": "",
		"http://dr.example.com": "TLS_REQUIRED", "http://10.0.0.7:8066": "TLS_REQUIRED", "http://127.0.0.1.example.com": "TLS_REQUIRED",
		"https://a:b@dr.example.com": "USAGE_INVALID", "https://dr.example.com/x": "USAGE_INVALID", "https://dr.example.com?x=1": "USAGE_INVALID",
		"dr.example.com": "USAGE_INVALID", "https://": "USAGE_INVALID", "file:///etc/passwd": "USAGE_INVALID",
	} {
		_, err := newPlace(settings{CompanionURL: url})
		if code == "" {
			require.NoError(t, err, url)
			continue
		}
		require.Error(t, err, url)
		require.Equal(t, code, asFailure(err).Code, url)
	}
}

func TestSupportDataHoldsNoKeyAndNoHost(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	var stored enrollment
	require.NoError(t, json.Unmarshal(server.keys[enrollmentKey], &stored))
	for range 2 {
		files, err := p.GenerateSupportData(theContext())
		require.NoError(t, err)
		require.Len(t, files, 1)
		require.Equal(t, "disaster-recovery/diagnostics.yaml", files[0].Filename)
		text := string(files[0].Body)
		require.Contains(t, text, "enrolled: true")
		require.False(t, containsAny(text, stored.PrivateKey, stored.CompanionKey, stub.URL, strings.TrimPrefix(stub.URL, "http://")), text)
		stub.Close()
	}
	require.NotContains(t, string(strings.Join(server.logLines, "\n")), stored.PrivateKey)
}
