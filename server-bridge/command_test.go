package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func types(t *testing.T, p *Plugin, user, command string) string {
	t.Helper()
	response, appErr := p.ExecuteCommand(theContext(), &model.CommandArgs{UserId: user, Command: command, ChannelId: channelID, RootId: "root"})
	require.Nil(t, appErr)
	require.Equal(t, saidByBot, response.ResponseType)
	server := p.API.(*fakeServer)
	require.Equal(t, user+": "+botUser+": "+response.Text, server.whispers[len(server.whispers)-1], "said by the bot, to this person alone")
	return response.Text
}

func TestWithoutABotMattermostSaysTheAnswer(t *testing.T) {
	p, server := newPlugin(t)
	server.botFails = true
	response, _ := p.ExecuteCommand(theContext(), &model.CommandArgs{UserId: adminUser, Command: "/dr help"})
	require.Equal(t, model.CommandResponseTypeEphemeral, response.ResponseType)
	require.Contains(t, response.Text, "/dr backup")
}

func TestWhoStartsAJobWhereOthersReadIsTold(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	job := `"j1"`
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"message": "Here.", "job": json.RawMessage(job)})
	}
	for _, it := range []struct {
		channel, job string
		told         bool
	}{
		{"town-square", `"j1"`, true},
		{model.GetDMNameFromIds(adminUser, plainUser), `"j1"`, true},
		{model.GetDMNameFromIds(adminUser, botUser), `"j1"`, false},
		{"town-square", `null`, false},
	} {
		server.channelName, job = it.channel, it.job
		require.Equal(t, it.told, strings.Contains(types(t, p, adminUser, "/dr backup"), "Everyone in this channel"), it)
	}
}

func TestTheBotGetsItsPictureOnce(t *testing.T) {
	_, server := newPlugin(t)
	for range 2 {
		p := &Plugin{}
		p.SetAPI(server)
		_, err := p.botID()
		require.NoError(t, err)
	}
	require.Equal(t, []string{botUser}, server.pictures)
}

func TestOthersAreRefusedWhateverTheyType(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	former := server.keys[enrollmentKey]
	for _, command := range []string{"/dr", "/dr help", "/dr status", "/dr backup", "/dr enroll " + stub.URL + " " + theCode} {
		require.Contains(t, types(t, p, plainUser, command), "NOT_SYSTEM_ADMIN", command)
	}
	require.Empty(t, stub.seen)
	require.Equal(t, former, server.keys[enrollmentKey])
}

func TestHelpNeedsNoCompanion(t *testing.T) {
	p, _ := newPlugin(t)
	require.Contains(t, types(t, p, adminUser, "/dr help"), "/dr backup")
	require.Contains(t, types(t, p, adminUser, "/dr"), "drctl restore")
}

func TestBeforeEnrollmentTheTwoStepsAreShown(t *testing.T) {
	p, _ := newPlugin(t)
	text := types(t, p, adminUser, "/dr status")
	require.Contains(t, text, "drctl enroll")
	require.Contains(t, text, "/dr enroll URL CODE")
}

func TestACommandGoesToTheCompanionAsTyped(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	server.channelName = model.GetDMNameFromIds(adminUser, botUser)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"message": "Backup started.", "job": "j1"})
	}
	require.Equal(t, "Backup started.", types(t, p, adminUser, `/dr backup --reason "before  the upgrade"`))
	require.Equal(t, "/api/v1/commands", stub.seen[0].path)
	var sent map[string]string
	require.NoError(t, json.Unmarshal(stub.seen[0].body, &sent))
	require.Equal(t, map[string]string{"command": `backup --reason "before  the upgrade"`, "channel_id": channelID, "root_id": "root"}, sent)
	require.Equal(t, alice(), stub.seen[0].token.Actor)
}

func TestErrorsOfTheCompanionAreSaidInWords(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.answer = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 404, map[string]any{"error": map[string]any{"code": "SET_NOT_FOUND", "message": "There is no set x.", "meaning": "It is not sealed.", "remedy": "List them."}})
	}
	require.Equal(t, "**There is no set x.**\nIt is not sealed.\nWhat to do: List them. (`SET_NOT_FOUND`)", types(t, p, adminUser, "/dr show x"))
}

func TestACompanionThatIsDownIsSaidInWords(t *testing.T) {
	p, _, stub := enrolledPlugin(t)
	stub.Close()
	text := types(t, p, adminUser, "/dr status")
	require.Contains(t, text, "has not answered since")
	require.Contains(t, text, "drctl serve")
	require.Contains(t, text, "drctl itself works without it")
}

func TestEnrollingByCommand(t *testing.T) {
	p, server := newPlugin(t)
	stub := newStubCompanion(t, plainHTTP)
	require.Contains(t, types(t, p, adminUser, "/dr enroll"), "URL CODE")
	require.Contains(t, types(t, p, adminUser, "/dr enroll "+stub.URL+" AAAA-AAAA-AAAA"), "ENROLMENT_CODE_WRONG")
	require.Contains(t, types(t, p, adminUser, "/dr enroll "+stub.URL+" "+theCode), "Enrolled.")
	require.Len(t, server.audits, 2)
}

func TestTheStepsOfAnOutageAreSuggestedToAdministrators(t *testing.T) {
	p, _ := newPlugin(t)
	require.Contains(t, types(t, p, adminUser, "/dr help"), "`/dr sso …`")
	whole, err := json.Marshal(suggestions(slashVerbs))
	require.NoError(t, err)
	require.NoError(t, suggestions(slashVerbs).IsValid())
	for _, step := range []string{"status", "readiness", "snapshot", "forecast", "declare", "extend-sessions", "switch", "approve", "let-in", "admin-access", "switch-back", "return-list", "resolve", "close"} {
		require.Contains(t, string(whole), `"Trigger":"`+step+`"`)
	}
	require.Equal(t, strings.Count(string(whole), `"Trigger"`), strings.Count(string(whole), `"RoleID":"system_admin"`))
}
