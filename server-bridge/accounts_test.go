package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const (
	ssoUser    = "ssouserssouserssouserssous"
	otherUser  = "otheruserotheruserotheruse"
	secretData = "CANARY-auth-data-00042"
)

// hand sends one signed request of the companion.
func hand(t *testing.T, p *Plugin, stub *stubCompanion, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	path = "/companion/v1" + path
	return companionAsks(p, method, path, body, stub.signs(t, method, pluginPath+path, []byte(body), nil))
}

func withAccounts(t *testing.T) (*Plugin, *fakeServer, *stubCompanion) {
	t.Helper()
	p, server, stub := enrolledPlugin(t)
	server.users[ssoUser] = &model.User{Id: ssoUser, AuthService: "gitlab", AuthData: model.NewPointer(secretData)}
	server.users[otherUser] = &model.User{Id: otherUser, AuthService: "saml", AuthData: model.NewPointer("other@corp.test")}
	server.audits = nil
	return p, server, stub
}

func text(of any) string {
	whole, _ := json.Marshal(of)
	return string(whole)
}

func sso(data string) signIn { return signIn{"gitlab", &data} }

var byPassword = signIn{}

func switches(t *testing.T, p *Plugin, stub *stubCompanion, changes ...signInChange) []signInOutcome {
	t.Helper()
	w := hand(t, p, stub, "PUT", "/accounts/sign-in", text(map[string]any{"changes": changes}))
	require.Equal(t, 200, w.Code, w.Body.String())
	var reply struct{ Outcomes []signInOutcome }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &reply))
	require.Len(t, reply.Outcomes, len(changes))
	return reply.Outcomes
}

func TestAnAccountIsSwitchedAndSwitchedBackExactly(t *testing.T) {
	p, server, stub := withAccounts(t)
	got := switches(t, p, stub, signInChange{ssoUser, sso(secretData), byPassword})
	require.Equal(t, []signInOutcome{{ID: ssoUser, Outcome: "changed"}}, got)
	require.Equal(t, "", server.users[ssoUser].AuthService)
	require.Nil(t, server.users[ssoUser].AuthData)
	empty := ""
	got = switches(t, p, stub, signInChange{ssoUser, signIn{"", &empty}, sso(secretData)})
	require.Equal(t, "changed", got[0].Outcome)
	require.Equal(t, "gitlab", server.users[ssoUser].AuthService)
	require.Equal(t, secretData, *server.users[ssoUser].AuthData)
	require.Len(t, server.audits, 2)
	require.Equal(t, "disasterRecoverySignIn", server.audits[0].EventName)
	require.Equal(t, model.AuditStatusSuccess, server.audits[0].Status)
	require.Equal(t, map[string]any{"count": 1, "changed": []string{ssoUser}}, server.audits[0].EventData.Parameters)
}

func TestWhatWouldLockSomebodyOutIsRefusedBeforeMattermostIsAsked(t *testing.T) {
	p, server, stub := withAccounts(t)
	server.users[botUser] = &model.User{Id: botUser, IsBot: true}
	const remoteUser = "remoteuserremoteuserremote"
	server.users[remoteUser] = &model.User{Id: remoteUser, RemoteId: model.NewPointer("remote")}
	server.users[plainUser] = &model.User{Id: plainUser, Password: "claimed"}
	from, empty, long := sso(secretData), "", strings.Repeat("x", 129)
	table := map[string]signInChange{
		"unknown account":       {strings.Repeat("z", 26), from, byPassword},
		"no id":                 {"", from, byPassword},
		"upper-case id":         {strings.ToUpper(ssoUser), from, byPassword},
		"email as a service":    {ssoUser, from, signIn{"email", nil}},
		"email with data":       {ssoUser, from, signIn{"email", &long}},
		"typo":                  {ssoUser, from, signIn{"gitlap", from.Data}},
		"upper-case service":    {ssoUser, from, signIn{"SAML", from.Data}},
		"service without data":  {ssoUser, from, signIn{"saml", nil}},
		"service, empty data":   {ssoUser, from, signIn{"saml", &empty}},
		"too long data":         {ssoUser, from, signIn{"saml", &long}},
		"password with data":    {ssoUser, from, signIn{"", from.Data}},
		"bot":                   {botUser, byPassword, from},
		"remote user":           {remoteUser, byPassword, from},
		"nothing to change":     {plainUser, byPassword, byPassword},
		"nothing, by the empty": {plainUser, signIn{"", &empty}, byPassword},
	}
	for name, change := range table {
		t.Run(name, func(t *testing.T) {
			got := switches(t, p, stub, change)
			require.Equal(t, "failed", got[0].Outcome)
			require.NotNil(t, got[0].Says)
			require.Empty(t, server.authWrites)
		})
	}
	require.Equal(t, "claimed", server.users[plainUser].Password)
	require.Equal(t, model.AuditStatusFail, server.audits[0].Status)
}

func TestEveryServiceOfMattermostCanBeGivenBack(t *testing.T) {
	for _, service := range []string{"ldap", "saml", "gitlab", "google", "office365", "openid"} {
		p, server, stub := withAccounts(t)
		data := strings.Repeat("ü", 128)
		server.users[plainUser] = &model.User{Id: plainUser}
		require.Equal(t, "changed", switches(t, p, stub, signInChange{plainUser, byPassword, signIn{service, &data}})[0].Outcome, service)
	}
}

func TestAnAccountThatIsNotAsExpectedIsLeftAlone(t *testing.T) {
	p, server, stub := withAccounts(t)
	got := switches(t, p, stub,
		signInChange{ssoUser, sso("another"), byPassword},
		signInChange{ssoUser, byPassword, sso("another")},
		signInChange{ssoUser, signIn{"saml", model.NewPointer(secretData)}, byPassword},
	)
	for _, it := range got {
		require.Equal(t, "differs", it.Outcome)
	}
	require.Empty(t, server.authWrites)
}

func TestAWriteThatDidNotHoldIsNotCalledAChange(t *testing.T) {
	p, server, stub := withAccounts(t)
	server.ignoreAuth = true
	got := switches(t, p, stub, signInChange{ssoUser, sso(secretData), byPassword})
	require.Equal(t, "failed", got[0].Outcome)
	require.Contains(t, *got[0].Says, "read back differs")
}

func TestOneRefusalDoesNotStopTheOthers(t *testing.T) {
	p, server, stub := withAccounts(t)
	server.users[plainUser] = &model.User{Id: plainUser}
	got := switches(t, p, stub, signInChange{plainUser, byPassword, sso(secretData)}, signInChange{ssoUser, sso(secretData), byPassword})
	require.Equal(t, []string{"failed", "changed"}, []string{got[0].Outcome, got[1].Outcome})
	require.Equal(t, "Another account holds this sign-in data.", *got[0].Says)
}

func TestSignInDataIsKeptAndSaidNowhere(t *testing.T) {
	p, server, stub := withAccounts(t)
	server.users[plainUser] = &model.User{Id: plainUser}
	for _, change := range []signInChange{
		{plainUser, byPassword, sso(secretData)}, {ssoUser, byPassword, sso(secretData + "x")}, {ssoUser, sso(secretData), byPassword},
		{ssoUser, byPassword, signIn{"typo", model.NewPointer(secretData)}}, {ssoUser, byPassword, sso(secretData)},
	} {
		w := hand(t, p, stub, "PUT", "/accounts/sign-in", text(map[string]any{"changes": []signInChange{change}}))
		require.NotContains(t, w.Body.String(), secretData)
	}
	require.NotContains(t, server.leftovers(t), secretData)
}

func TestChangesComeInBoundedNumbers(t *testing.T) {
	p, server, stub := withAccounts(t)
	for _, changes := range [][]signInChange{{}, make([]signInChange, 101)} {
		w := hand(t, p, stub, "PUT", "/accounts/sign-in", text(map[string]any{"changes": changes}))
		require.Equal(t, "USAGE_INVALID", codeOf(t, w))
	}
	require.Empty(t, server.audits)
}

func TestTheNewHandsAreForTheCompanionAlone(t *testing.T) {
	p, server, _ := withAccounts(t)
	for _, it := range handsRoutes {
		path := strings.ReplaceAll(strings.Trim(it.path.String(), "^$"), "[a-z0-9]{26}", ssoUser)
		w := asks(p, adminUser, it.method, path, "{}")
		require.Equal(t, http.StatusUnauthorized, w.Code, path)
	}
	require.Empty(t, server.authWrites)
}
