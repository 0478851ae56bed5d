package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

type probeReply struct {
	Probes []probeResult `json:"probes"`
	Logins []loginCount  `json:"logins"`
}

func probes(t *testing.T, p *Plugin, stub *stubCompanion) probeReply {
	t.Helper()
	w := hand(t, p, stub, "GET", "/probes", "")
	require.Equal(t, 200, w.Code, w.Body.String())
	var reply probeReply
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &reply))
	return reply
}

type asked struct {
	line string
	form string
}

// provider answers by path: /N with the status N, /hang never, /long with more than is read, /away with a redirect.
type provider struct {
	*httptest.Server
	lock sync.Mutex
	seen []asked
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	it := &provider{}
	over := make(chan struct{})
	it.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		it.lock.Lock()
		it.seen = append(it.seen, asked{r.Method + " " + r.URL.RequestURI(), string(body)})
		it.lock.Unlock()
		switch r.URL.Path {
		case "/hang":
			<-over
		case "/away":
			http.Redirect(w, r, "/200", http.StatusFound)
		case "/401":
			w.WriteHeader(401)
		case "/500":
			w.WriteHeader(500)
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 4*maxProbeAnswer))
		}
	}))
	t.Cleanup(func() { close(over); it.Close() })
	return it
}

func withGitLab(server *fakeServer, authorize, token, discovery string) {
	settings := &server.running.GitLabSettings
	settings.Enable, settings.Id, settings.Secret = model.NewPointer(true), model.NewPointer("our client"), model.NewPointer("CANARY-secret")
	settings.AuthEndpoint, settings.TokenEndpoint, settings.DiscoveryEndpoint = &authorize, &token, &discovery
}

func TestAProviderIsAskedAsASignInWouldAskItButWithoutTheSecret(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	idp := newProvider(t)
	withGitLab(server, idp.URL+"/away?tenant=1", idp.URL+"/401", idp.URL+"/long")
	got := probes(t, p, stub).Probes
	require.Len(t, got, 3)
	for i, wanted := range []probeResult{{Probe: "authorize", Status: 302}, {Probe: "token", Status: 401}, {Probe: "discovery", Status: 200}} {
		require.Equal(t, "gitlab", got[i].Provider)
		got[i].Provider, got[i].Ms = "", 0
		require.Equal(t, wanted, got[i])
	}
	require.ElementsMatch(t, []asked{
		{"GET /away?client_id=our+client&redirect_uri=http%3A%2F%2Fchat.example.com%2Fteam%2Fsignup%2Fgitlab%2Fcomplete&response_type=code&state=probe&tenant=1", ""},
		{"POST /401", "client_id=our+client&code=probe&grant_type=authorization_code&redirect_uri=http%3A%2F%2Fchat.example.com%2Fteam%2Fsignup%2Fgitlab%2Fcomplete"},
		{"GET /long", ""},
	}, idp.seen)
}

func TestWhatIsNotEnabledOrHasNoAddressIsNotAsked(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	idp := newProvider(t)
	withGitLab(server, idp.URL+"/200", "", "")
	server.running.GitLabSettings.Enable = model.NewPointer(false)
	server.running.LdapSettings.Enable = model.NewPointer(true)
	server.running.OpenIdSettings.Enable = model.NewPointer(true)
	server.running.SamlSettings.Enable = model.NewPointer(true)
	server.running.SamlSettings.IdpURL = model.NewPointer(idp.URL + "/500")
	got := probes(t, p, stub).Probes
	require.Len(t, got, 1)
	require.Equal(t, "saml sign_in_page", got[0].Provider+" "+got[0].Probe)
	require.Equal(t, 500, got[0].Status)
	require.Empty(t, got[0].Error)
}

func TestAFloodOfRequestsAsksTheProviderOnce(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	idp := newProvider(t)
	withGitLab(server, idp.URL+"/200", "", "")
	var flood sync.WaitGroup
	for range 20 {
		flood.Go(func() { p.probeRound() })
	}
	flood.Wait()
	require.Len(t, idp.seen, 1)
	at := time.Now().Add(1100 * time.Millisecond)
	p.clock = func() time.Time { return at }
	probes(t, p, stub)
	require.Len(t, idp.seen, 2)
}

func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

func tlsProvider(t *testing.T, notAfter time.Time) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: notAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestEachKindOfFailureHasItsWord(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	p.probePatience = 200 * time.Millisecond
	idp := newProvider(t)
	table := map[string]struct{ address, word string }{
		"nobody listens":      {closedAddress(t), "refused"},
		"no answer":           {idp.URL + "/hang", "timeout"},
		"certificate unknown": {tlsProvider(t, time.Now().Add(time.Hour)).URL, "tls"},
		"certificate expired": {tlsProvider(t, time.Now().Add(-time.Hour)).URL, "tls_expired"},
		"no TLS at all":       {strings.Replace(idp.URL, "http:", "https:", 1) + "/200", "tls"},
		"not an address":      {"::", "other"},
		"other scheme":        {"file:///etc/passwd", "other"},
	}
	for name, it := range table {
		t.Run(name, func(t *testing.T) {
			p.probes = probeCache{}
			withGitLab(server, it.address, "", "")
			got := probes(t, p, stub).Probes[0]
			require.Equal(t, 0, got.Status)
			require.Equal(t, it.word, got.Error)
		})
	}
	require.Equal(t, "dns", probeError(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}))
}

func TestCertificatesAreNotAskedForWhereMattermostDoesNot(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	withGitLab(server, tlsProvider(t, time.Now().Add(-time.Hour)).URL, "", "")
	server.running.ServiceSettings.EnableInsecureOutgoingConnections = model.NewPointer(true)
	got := probes(t, p, stub).Probes[0]
	require.Equal(t, 404, got.Status)
	require.Empty(t, got.Error)
}

func TestSignInsAreCountedByTheirWay(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	require.Equal(t, []loginCount{}, probes(t, p, stub).Logins)
	at := time.UnixMilli(1795521600000)
	p.clock = func() time.Time { return at }
	for _, service := range []string{"gitlab", "", "gitlab"} {
		p.UserHasLoggedIn(theContext(), &model.User{Id: ssoUser, AuthService: service, AuthData: model.NewPointer(secretData)})
	}
	require.Equal(t, []loginCount{{"email", 1, at.UnixMilli()}, {"gitlab", 2, at.UnixMilli()}}, p.logins.list())
	require.False(t, containsAny(server.leftovers(t), secretData, ssoUser))
}
