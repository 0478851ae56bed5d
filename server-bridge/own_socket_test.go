package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestAConnectionToAProgramOfThisAccountIsOwn(t *testing.T) {
	for _, network := range []string{"127.0.0.1:0", "[::]:0"} {
		listener, err := net.Listen("tcp", network)
		if err != nil {
			t.Skip("no IPv6 here")
		}
		server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.NotFoundHandler()}}
		server.Start()
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		answer, err := ownClient("http://127.0.0.1:"+port, time.Second).Get("http://127.0.0.1:" + port)
		require.NoError(t, err, network)
		_ = answer.Body.Close()
		server.Close()
	}
}

const socketTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F81 00000000:0000 0A 00000000:00000000 00:00000000 00000000  2000        0 100 1 0
   1: 0100007F:1F81 0100007F:C350 01 00000000:00000000 00:00000000 00000000  2000        0 101 1 0
   2: 0100007F:1F81 0100007F:C351 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0
   3: 0000000000000000FFFF00000100007F:1F81 0000000000000000FFFF00000100007F:C352 01 00000000:00000000 00:00000000 00000000  3000        0 102 1 0
`

func TestTheOwnerOfTheOtherEndIsReadFromTheKernelsTable(t *testing.T) {
	for port, wanted := range map[uint16][2]any{50000: {2000, true}, 50001: {0, false}, 50002: {3000, true}, 50003: {0, false}} {
		end := socketEnd{netip.MustParseAddrPort("127.0.0.1:8065"), netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)}
		owner, found := ownerOf(strings.NewReader(socketTable), end)
		require.Equal(t, wanted, [2]any{owner, found}, port)
	}
}

// Somebody who may change ListenAddress leads it to a machine of his own, which hands every question on to this server and waits for the session.
func TestAListenerElsewhereThatHandsQuestionsOnGetsNoSession(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("as root, only where the other end is told here from a local one")
	}
	server := newFakeServer()
	p := &Plugin{}
	p.SetAPI(server)
	elsewhere := &net.TCPAddr{IP: net.ParseIP("203.0.113.9"), Port: 8065}
	connection := pretended{local: &net.TCPAddr{IP: net.ParseIP("10.0.0.1"), Port: 50000}, remote: elsewhere}
	require.ErrorIs(t, requireOwnSocket(connection), errNotOwnSocket)
	require.Empty(t, server.made)
}

type pretended struct {
	net.Conn
	local, remote net.Addr
}

func (c pretended) LocalAddr() net.Addr  { return c.local }
func (c pretended) RemoteAddr() net.Addr { return c.remote }

func TestWithoutTheDiagnosticIdOfThisServerAnOwnProgramGetsNoSessionEither(t *testing.T) {
	server := newFakeServer()
	p := &Plugin{}
	p.SetAPI(server)
	another := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]string{"DiagnosticId": "another"})
	}))
	t.Cleanup(another.Close)
	server.running.ServiceSettings.ListenAddress = model.NewPointer(strings.TrimPrefix(another.URL, "http://"))
	_, err := p.patchByREST(server.running, []byte(`{}`))
	require.ErrorIs(t, err, errNoAddress)
	require.Empty(t, server.made)
}
