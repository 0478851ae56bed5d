package main

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestTheBotTellsPeopleDirectly(t *testing.T) {
	p, server, stub := withAccounts(t)
	unknown := strings.Repeat("z", 26)
	w := hand(t, p, stub, "POST", "/direct-messages", text(map[string]any{"users": []string{ssoUser, unknown, "x"}, "message": "The provider is down."}))
	require.Equal(t, 200, w.Code)
	require.NotContains(t, w.Body.String(), ssoUser)
	require.Contains(t, w.Body.String(), unknown)
	require.Len(t, server.posts, 1)
	for _, post := range server.posts {
		require.Equal(t, botUser, post.UserId)
		require.Equal(t, "direct-"+botUser+"-"+ssoUser, post.ChannelId)
	}
	for _, body := range []string{`{"users":[],"message":"m"}`, `{"users":["x"],"message":""}`, text(map[string]any{"users": make([]string, 101), "message": "m"})} {
		require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "POST", "/direct-messages", body)))
	}
}

const codedMail = `{"to":"alice@corp.test","subject":"Your code","html":"<p>CANARY-code</p>"}`

func mailWorks(server *fakeServer) {
	server.running.EmailSettings.SendEmailNotifications = model.NewPointer(true)
	server.running.EmailSettings.SMTPServer = model.NewPointer("smtp.corp.test")
}

func TestAMailIsSentByMattermost(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	mailWorks(server)
	w := hand(t, p, stub, "POST", "/mails", codedMail)
	require.Equal(t, 204, w.Code, w.Body.String())
	require.Equal(t, []sentMail{{"alice@corp.test", "Your code", "<p>CANARY-code</p>"}}, server.mails)
	require.NotContains(t, server.leftovers(t), "CANARY")
}

func TestAMailThatIsNotSentIsNeverCalledSent(t *testing.T) {
	for name, spoil := range map[string]func(*fakeServer){
		"the mail server refuses": func(f *fakeServer) { f.mailFails = true },
		"notifications are off":   func(f *fakeServer) { f.running.EmailSettings.SendEmailNotifications = model.NewPointer(false) },
		"no mail server":          func(f *fakeServer) { f.running.EmailSettings.SMTPServer = model.NewPointer("") },
	} {
		t.Run(name, func(t *testing.T) {
			p, server, stub := enrolledPlugin(t)
			mailWorks(server)
			spoil(server)
			w := hand(t, p, stub, "POST", "/mails", codedMail)
			require.Equal(t, 502, w.Code)
			require.Equal(t, "MAIL_FAILED", codeOf(t, w))
			require.NotContains(t, w.Body.String()+server.leftovers(t), "CANARY")
		})
	}
}

func TestAMailGoesToOneAddress(t *testing.T) {
	p, server, stub := enrolledPlugin(t)
	mailWorks(server)
	for _, to := range []string{"", "alice", "a@b.c, d@e.f", "A <a@b.c>", "a@b.c\r\nBcc: d@e.f"} {
		body := text(map[string]string{"to": to, "subject": "s", "html": "h"})
		require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "POST", "/mails", body)), to)
	}
	body := text(map[string]string{"to": "a@b.c", "subject": "s\r\nBcc: d@e.f", "html": "h"})
	require.Equal(t, "USAGE_INVALID", codeOf(t, hand(t, p, stub, "POST", "/mails", body)))
	require.Empty(t, server.mails)
}
