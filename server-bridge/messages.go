package main

import (
	"net/http"
	"net/mail"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

const toldAtOnce = 6

func (p *Plugin) postDirectMessages(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		Users   []string `json:"users"`
		Message string   `json:"message"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	if len(wanted.Users) == 0 || len(wanted.Users) > maxReceivers || wanted.Message == "" || utf8.RuneCountInString(wanted.Message) > maxMessage {
		writeFailure(w, fail("USAGE_INVALID", "users must name 1 to 100 accounts, and message must have 1 to 16000 characters."))
		return
	}
	bot, err := p.botID()
	if err != nil {
		writeFailure(w, fail("MATTERMOST_REFUSED", "The bot account could not be made: "+err.Error()))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"failed": p.sayToEach(bot, wanted.Users, wanted.Message)})
}

// A first message makes a channel, which is most of its time; several at once keep a whole company from waiting.
func (p *Plugin) sayToEach(bot string, users []string, message string) []namedFailure {
	answers := make([]string, len(users))
	var waiting sync.WaitGroup
	slots := make(chan struct{}, toldAtOnce)
	for i, user := range users {
		waiting.Add(1)
		slots <- struct{}{}
		go func() {
			defer waiting.Done()
			defer func() { <-slots }()
			answers[i] = p.sayDirectly(bot, user, message)
		}()
	}
	waiting.Wait()
	failed := []namedFailure{}
	for i, says := range answers {
		if says != "" {
			failed = append(failed, namedFailure{users[i], says})
		}
	}
	return failed
}

func (p *Plugin) sayDirectly(bot, user, message string) string {
	if !idPattern.MatchString(user) {
		return "This is not the id of an account."
	}
	channel, appErr := p.API.GetDirectChannel(bot, user)
	if appErr != nil {
		return refusalOf(appErr)
	}
	if channel == nil {
		return "Mattermost did not answer."
	}
	if _, appErr := p.API.CreatePost(&model.Post{UserId: bot, ChannelId: channel.Id, Message: message}); appErr != nil {
		return refusalOf(appErr)
	}
	return ""
}

// postMail logs and keeps nothing of the mail: it may hold a code.
func (p *Plugin) postMail(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		To      string `json:"to"`
		Subject string `json:"subject"`
		HTML    string `json:"html"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	address, err := mail.ParseAddress(wanted.To)
	if err != nil || address.Address != wanted.To {
		writeFailure(w, fail("USAGE_INVALID", "to must be one email address."))
		return
	}
	if wanted.Subject == "" || utf8.RuneCountInString(wanted.Subject) > maxSubject || strings.ContainsAny(wanted.Subject, "\r\n") ||
		wanted.HTML == "" || utf8.RuneCountInString(wanted.HTML) > maxHTML {
		writeFailure(w, fail("USAGE_INVALID", "subject must be one line of 1 to 200 characters, and html must have 1 to 50000 characters."))
		return
	}
	if says := p.mailFault(); says != "" {
		writeFailure(w, fail("MAIL_FAILED", says))
		return
	}
	if appErr := p.API.SendMail(wanted.To, wanted.Subject, wanted.HTML); appErr != nil {
		writeFailure(w, fail("MAIL_FAILED", "The mail server of Mattermost did not take it: "+strings.ReplaceAll(refusal(appErr), wanted.HTML, "…")))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// mailFault exists because SendMail succeeds without sending anything in these two cases.
func (p *Plugin) mailFault() string {
	config := p.API.GetConfig()
	switch {
	case config == nil:
		return "Mattermost did not say whether it can send mail."
	case !model.SafeDereference(config.EmailSettings.SendEmailNotifications):
		return "Mattermost sends no mail: EmailSettings.SendEmailNotifications is off."
	case model.SafeDereference(config.EmailSettings.SMTPServer) == "":
		return "Mattermost sends no mail: EmailSettings.SMTPServer is not set."
	}
	return ""
}
