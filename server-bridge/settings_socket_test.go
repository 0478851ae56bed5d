package main

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// localSocket is the part of Mattermost's local mode that takes a patch.
func localSocket(t *testing.T, server *fakeServer, status int) *[]string {
	t.Helper()
	location := filepath.Join(t.TempDir(), "local.socket")
	listener, err := net.Listen("unix", location)
	require.NoError(t, err)
	seen := &[]string{}
	socket := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || r.URL.Path != "/api/v4/config/patch" || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if status != 200 {
			writeJSON(w, status, map[string]string{"id": "model.config.is_valid.x", "message": "no"})
			return
		}
		patch, _ := io.ReadAll(r.Body)
		*seen = append(*seen, string(patch))
		server.merge(patch)
		writeJSON(w, 200, map[string]any{})
	})}
	go func() { _ = socket.Serve(listener) }()
	t.Cleanup(func() { _ = socket.Close() })
	server.running.ServiceSettings.EnableLocalMode = model.NewPointer(true)
	server.running.ServiceSettings.LocalModeSocketLocation = model.NewPointer(location)
	return seen
}

func TestTheLocalSocketNeedsNoSession(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	fakeREST(t, server)
	seen := localSocket(t, server, 200)
	got := valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(settingChange{userCreation, true, false})))
	require.Equal(t, false, got[userCreation].Value)
	require.Equal(t, []string{`{"TeamSettings":{"EnableUserCreation":false}}`}, *seen, "nothing else is sent")
	got = valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(settingChange{userCreation, false, true})))
	require.Equal(t, true, got[userCreation].Value)
	require.Empty(t, server.made)
}

func TestARefusalOfTheLocalSocketIsFinal(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	fakeREST(t, server)
	localSocket(t, server, 400)
	w := hand(t, p, stub, "PATCH", "/settings", changes(bannerOn))
	require.Equal(t, "MATTERMOST_REFUSED", codeOf(t, w))
	require.Contains(t, w.Body.String(), "model.config.is_valid.x")
	require.Empty(t, server.made)
}

func TestASocketThatIsNotThereLeavesREST(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	rest := fakeREST(t, server)
	server.running.ServiceSettings.EnableLocalMode = model.NewPointer(true)
	server.running.ServiceSettings.LocalModeSocketLocation = model.NewPointer(filepath.Join(t.TempDir(), "none"))
	got := valuesOf(t, hand(t, p, stub, "PATCH", "/settings", changes(bannerOn)))
	require.Equal(t, true, got[bannerOn.Key].Value)
	require.Len(t, rest.patches, 1)
}
