package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

const theCode = "K7QM-2XWD-9PTR-4HJV-B3NC-8FGY-ZZ"

type seenRequest struct {
	method, path string
	header       http.Header
	body         []byte
	token        requestToken
}

// text is the token as it was sent.
func (s seenRequest) text() string {
	return strings.TrimPrefix(s.header.Get("Authorization"), "Bearer ")
}

// stubCompanion stands in for the companion process; the real one is tried in the whole-system tests.
type stubCompanion struct {
	*httptest.Server
	private ed25519.PrivateKey
	bridge  ed25519.PublicKey

	lock   sync.Mutex
	seen   []seenRequest
	enroll *enrollmentRequest

	knowsCode string
	answer    func(w http.ResponseWriter, r *http.Request)
}

func newStubCompanion(t *testing.T, start func(http.Handler) *httptest.Server) *stubCompanion {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	stub := &stubCompanion{private: private, knowsCode: theCode}
	stub.Server = start(stub)
	t.Cleanup(stub.Close)
	return stub
}

func (s *stubCompanion) public() string {
	return base64.RawURLEncoding.EncodeToString(s.private.Public().(ed25519.PublicKey))
}

func (s *stubCompanion) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.lock.Lock()
	defer s.lock.Unlock()
	switch r.URL.Path {
	case "/healthz":
		writeJSON(w, 200, map[string]any{"ok": true, "version": "0.1.0-stub"})
		return
	case "/api/v1/enrolments":
		s.serveEnrollment(w, body)
		return
	}
	token, err := parseToken(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), s.bridge)
	if err != nil || token.Path != r.URL.RequestURI() || token.Method != r.Method || token.BodySHA256 != bodyHash(body) || token.Aud != "companion-1" {
		writeFailure(w, fail("TOKEN_INVALID", "The stub does not believe it."))
		return
	}
	s.seen = append(s.seen, seenRequest{r.Method, r.URL.RequestURI(), r.Header, body, token})
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	writeJSON(w, 200, map[string]string{"message": "done: " + r.URL.Path})
}

func (s *stubCompanion) serveEnrollment(w http.ResponseWriter, body []byte) {
	var request enrollmentRequest
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&request) != nil {
		writeFailure(w, fail("USAGE_INVALID", "no"))
		return
	}
	s.enroll = &request
	code := normalisedCode(s.knowsCode)
	if s.knowsCode == theCode && request.Proof != proof(code, "bridge", request.PublicKey, request.Nonce) {
		writeFailure(w, fail("ENROLMENT_CODE_WRONG", "The proof does not fit."))
		return
	}
	s.bridge, _ = base64.RawURLEncoding.DecodeString(request.PublicKey)
	writeJSON(w, 201, enrollmentReply{
		CompanionID: "companion-1", PublicKey: s.public(), Version: "0.1.0-stub",
		Proof: proof(code, "companion", s.public(), request.Nonce),
	})
}

// signs makes the token of the companion; change may spoil it first.
func (s *stubCompanion) signs(t *testing.T, method, path string, body []byte, change func(*requestToken)) string {
	t.Helper()
	now := time.Now()
	token := requestToken{
		Iss: "companion-1", Aud: "bridge", Iat: now.Unix(), Exp: now.Unix() + 60, Jti: randomText(24),
		Method: method, Path: path, BodySHA256: bodyHash(body),
	}
	if change != nil {
		change(&token)
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, token).SignedString(s.private)
	require.NoError(t, err)
	return text
}

func alice() *actor {
	return &actor{UserID: adminUser, Username: "alice", SystemAdmin: true}
}

func enrolledPlugin(t *testing.T) (*Plugin, *fakeServer, *stubCompanion) {
	t.Helper()
	p, server := newPlugin(t)
	stub := newStubCompanion(t, func(h http.Handler) *httptest.Server { return httptest.NewServer(h) })
	_, err := p.enroll(context.Background(), enrollInput{URL: stub.URL, Code: theCode}, alice())
	require.NoError(t, err)
	return p, server, stub
}

// asks sends a request as Mattermost hands it to the plugin.
func asks(p *Plugin, userID, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if userID != "" {
		r.Header.Set("Mattermost-User-Id", userID)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(theContext(), w, r)
	return w
}

func codeOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var reply errorReply
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &reply), w.Body.String())
	require.NotNil(t, reply.Error, w.Body.String())
	require.NotEmpty(t, reply.Error.Message)
	require.NotEmpty(t, reply.Error.Meaning)
	require.NotEmpty(t, reply.Error.Remedy)
	return reply.Error.Code
}
