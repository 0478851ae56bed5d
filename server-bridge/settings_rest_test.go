package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

var bannerOn = settingChange{"AnnouncementSettings.EnableBanner", false, true}

// restStub is the part of Mattermost's REST interface that says who it is and takes a patch.
type restStub struct {
	*httptest.Server
	subpath    string
	diagnostic string
	patches    []string
	// Instead of the usual answer to a patch.
	answer func(w http.ResponseWriter, r *http.Request)
}

func (f *fakeServer) merge(patch []byte) {
	f.running = f.running.Clone()
	if err := json.Unmarshal(patch, f.running); err != nil {
		panic(err)
	}
}

func fakeREST(t *testing.T, server *fakeServer) *restStub {
	t.Helper()
	stub := newRestStub(t, server, httptest.NewServer)
	server.running.ServiceSettings.ListenAddress = model.NewPointer(stub.Listener.Addr().String())
	return stub
}

func newRestStub(t *testing.T, server *fakeServer, start func(http.Handler) *httptest.Server) *restStub {
	t.Helper()
	stub := &restStub{subpath: "/team", diagnostic: "diagnostic"}
	stub.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { stub.serve(server, w, r) }))
	t.Cleanup(stub.Close)
	return stub
}

func (s *restStub) serve(server *fakeServer, w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET " + s.subpath + "/api/v4/config/client":
		writeJSON(w, 200, map[string]string{"DiagnosticId": s.diagnostic})
		return
	case "PUT " + s.subpath + "/api/v4/config/patch":
	default:
		writeJSON(w, 404, map[string]string{"id": "api.context.404.app_error"})
		return
	}
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	if who := server.sessionOf(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); who == nil || !strings.Contains(who.Roles, "system_admin") {
		writeJSON(w, 401, map[string]string{"id": "api.context.session_expired.app_error"})
		return
	}
	patch, _ := io.ReadAll(r.Body)
	s.patches = append(s.patches, string(patch))
	server.merge(patch)
	writeJSON(w, 200, server.running)
}

func (f *fakeServer) sessionOf(token string) *model.Session {
	for _, it := range f.made {
		if _, lives := f.expiries[it.Id]; lives && it.Token == token {
			return it
		}
	}
	return nil
}

// requireNoTrace: one session was made, it is gone, and nobody kept its token.
func requireNoTrace(t *testing.T, server *fakeServer, w *httptest.ResponseRecorder) {
	t.Helper()
	require.Len(t, server.made, 1)
	require.Equal(t, []string{server.made[0].Id}, server.revoked)
	require.Empty(t, server.expiries)
	require.NotContains(t, server.leftovers(t), "CANARY")
	require.NotContains(t, w.Body.String(), "CANARY")
}

func TestByRESTOnlyTheChangedSettingsAreSent(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	rest := fakeREST(t, server)
	server.running.EmailSettings.EnableSignInWithEmail = model.NewPointer(false)
	wanted := server.running.Clone()
	wanted.TeamSettings.EnableUserCreation, wanted.TeamSettings.CustomBrandText = model.NewPointer(false), model.NewPointer("x")
	w := hand(t, p, stub, "PATCH", "/settings", changes(
		settingChange{userCreation, true, false}, settingChange{"TeamSettings.CustomBrandText", "", "x"}, settingChange{signInByEmail, true, false},
	))
	require.Equal(t, false, valuesOf(t, w)[userCreation].Value)
	require.Equal(t, []string{`{"TeamSettings":{"CustomBrandText":"x","EnableUserCreation":false}}`}, rest.patches)
	require.JSONEq(t, text(wanted), text(server.running))
	requireNoTrace(t, server, w)
}

func TestTheSessionIsTheBotsAndEndsByItself(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	fakeREST(t, server)
	valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(bannerOn)))
	made := server.made[0]
	require.Equal(t, botUser, made.UserId)
	require.Equal(t, "system_user system_admin", made.Roles)
	require.Equal(t, "disaster-recovery", made.Props["platform"])
	require.WithinDuration(t, time.Now().Add(time.Minute), time.UnixMilli(made.ExpiresAt), 10*time.Second)
}

func TestTheSessionIsRevokedWhateverBecomesOfTheRequest(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the token went elsewhere") }))
	t.Cleanup(elsewhere.Close)
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"refused": func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, 403, map[string]string{"id": "fake.refused", "message": r.Header.Get("Authorization")})
		},
		"broken off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"sent on": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"answered oddly": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			_, _ = io.WriteString(w, r.Header.Get("Authorization"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, server, stub := enrolledPlugin(t)
			fakeREST(t, server).answer = answer
			w := hand(t, p, stub, "PATCH", "/settings", changes(bannerOn))
			require.Equal(t, "MATTERMOST_REFUSED", codeOf(t, w))
			require.Equal(t, model.AuditStatusFail, server.audits[len(server.audits)-1].Status)
			requireNoTrace(t, server, w)
		})
	}
}

func TestTheSessionIsRevokedAlsoWhenTheRequestPanics(t *testing.T) {
	p, server, _ := enrolledPlugin(t)
	require.Panics(t, func() { _ = p.withPatchSession(botUser, func(string) error { panic("in the middle") }) })
	requireNoTrace(t, server, httptest.NewRecorder())
}

func TestASessionThatCannotBeRevokedIsNamedWithoutItsToken(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	fakeREST(t, server)
	server.keepsAlive = true
	valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(bannerOn)))
	require.Contains(t, strings.Join(server.logLines, "\n"), server.made[0].Id)
	require.NotContains(t, server.leftovers(t), "CANARY")
}

func TestWhatIsInForceAfterwardsIsAnswered(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	// With RestrictSystemAdmin, Mattermost says yes and leaves some settings as they are.
	fakeREST(t, server).answer = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{}) }
	require.Equal(t, false, valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(bannerOn)))[bannerOn.Key].Value)
}

func TestASiteWithTLSOfItsOwnIsAskedOnThisMachine(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	rest := newRestStub(t, server, httptest.NewTLSServer)
	server.running.ServiceSettings.ListenAddress = model.NewPointer(rest.Listener.Addr().String())
	server.running.ServiceSettings.ConnectionSecurity = model.NewPointer(model.ConnSecurityTLS)
	w := hand(t, p, stub, "PATCH", "/settings", changes(bannerOn))
	require.Equal(t, true, valuesOf(t, w)[bannerOn.Key].Value)
	requireNoTrace(t, server, w)
}

func TestTheSiteURLIsTheSecondWay(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	rest := newRestStub(t, server, httptest.NewServer)
	rest.subpath = ""
	server.running.ServiceSettings.SiteURL = model.NewPointer(rest.URL + "/")
	w := hand(t, p, stub, "PATCH", "/settings", changes(bannerOn))
	require.Equal(t, true, valuesOf(t, w)[bannerOn.Key].Value)
	requireNoTrace(t, server, w)
}

func TestWhoIsNotSurelyThisServerGetsNoToken(t *testing.T) {
	for name, spoil := range map[string]func(*restStub, *fakeServer){
		"nobody":         func(rest *restStub, _ *fakeServer) { rest.Close() },
		"another server": func(rest *restStub, _ *fakeServer) { rest.diagnostic = "of another" },
		"no Mattermost":  func(rest *restStub, _ *fakeServer) { rest.subpath = "/else" },
		"a name with a certificate that does not fit": func(rest *restStub, server *fakeServer) {
			secure := newRestStub(t, server, httptest.NewTLSServer)
			rest.diagnostic = ""
			server.running.ServiceSettings.SiteURL = model.NewPointer(strings.Replace(secure.URL, "127.0.0.1", "localhost", 1) + "/team")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, server, stub := enrolledPlugin(t)
			spoil(fakeREST(t, server), server)
			w := hand(t, p, stub, "PATCH", "/settings", changes(bannerOn))
			require.Equal(t, "MATTERMOST_REFUSED", codeOf(t, w))
			require.True(t, strings.Contains(w.Body.String(), "EnableLocalMode") && strings.Contains(w.Body.String(), bannerOn.Key), "it says what to do")
			require.Empty(t, server.made)
		})
	}
}

func TestWhereThisServerAnswers(t *testing.T) {
	for _, it := range []struct {
		listen, security, site string
		wanted                 []string
	}{
		{":8065", "", "https://chat.example.com", []string{"http://127.0.0.1:8065", "https://chat.example.com"}},
		{"127.0.0.1:8065", "", "https://chat.example.com/team/", []string{"http://127.0.0.1:8065/team", "https://chat.example.com/team"}},
		{"[::]:8065", "", "", []string{"http://127.0.0.1:8065"}},
		{"[::1]:8065", "", "", []string{"http://[::1]:8065"}},
		{"0.0.0.0:443", "TLS", "", []string{"https://127.0.0.1:443"}},
		{"chat.internal:8065", "", "", []string{"http://chat.internal:8065"}},
		{"localhost:https", "TLS", "", []string{"https://127.0.0.1:443"}},
		{"nonsense", "", "http://127.0.0.1:8065", []string{"http://127.0.0.1:8065"}},
		// The token would cross the network in the clear.
		{":8065", "", "http://chat.example.com", []string{"http://127.0.0.1:8065"}},
		{"", "", "https://user:secret@chat.example.com/?x#y", []string{"https://chat.example.com/"}},
	} {
		config := &model.Config{}
		config.ServiceSettings.ListenAddress, config.ServiceSettings.ConnectionSecurity = &it.listen, &it.security
		config.ServiceSettings.SiteURL = &it.site
		require.Equal(t, it.wanted, ownAddresses(config), it.listen+" "+it.site)
	}
}
