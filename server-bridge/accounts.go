package main

import (
	"net/http"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

var idPattern = regexp.MustCompile(`^[a-z0-9]{26}$`)

// signIn is the SignIn of the contract: how an account signs in. Email and password is "" without data.
type signIn struct {
	Service string  `json:"service"`
	Data    *string `json:"data"`
}

// Between plugin and server nil and "" are the same; Mattermost stores both as NULL.
func (s signIn) isSameAs(other signIn) bool {
	return s.Service == other.Service && model.SafeDereference(s.Data) == model.SafeDereference(other.Data)
}

func signInOf(user *model.User) signIn {
	return signIn{Service: user.AuthService, Data: user.AuthData}
}

type signInChange struct {
	ID   string `json:"id"`
	From signIn `json:"from"`
	To   signIn `json:"to"`
}

type signInOutcome struct {
	ID      string  `json:"id"`
	Outcome string  `json:"outcome"`
	Says    *string `json:"says"`
}

// fault says why a change must not be tried. UpdateUserAuth checks nothing: an unknown id, the service "email", a typo
// or a service without data all succeed, and the last three lock people out.
func (c signInChange) fault() string {
	data := model.SafeDereference(c.To.Data)
	switch {
	case !idPattern.MatchString(c.ID):
		return "This is not the id of an account."
	case c.To.Service == "" && data != "":
		return "Email and password has no sign-in data."
	case c.To.Service != "" && !slices.Contains(services, c.To.Service):
		return "Mattermost has no such sign-in service."
	case c.To.Service != "" && data == "":
		return "A sign-in service without sign-in data would lock the person out."
	case !utf8.ValidString(data) || utf8.RuneCountInString(data) > maxAuthData:
		return "The sign-in data is longer than Mattermost can keep."
	case c.From.isSameAs(c.To):
		// Writing it again would wipe a password that was set meanwhile.
		return "There is nothing to change."
	}
	return ""
}

func (p *Plugin) putSignIns(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		Changes []signInChange `json:"changes"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	if len(wanted.Changes) == 0 || len(wanted.Changes) > maxSignInChanges {
		writeFailure(w, fail("USAGE_INVALID", "changes must name 1 to 100 accounts."))
		return
	}
	outcomes := []signInOutcome{}
	changed := []string{}
	for _, change := range wanted.Changes {
		outcome, says := p.changeSignIn(change)
		it := signInOutcome{ID: change.ID, Outcome: outcome}
		if says != "" {
			it.Says = &says
		}
		if outcome == "changed" {
			changed = append(changed, change.ID)
		}
		outcomes = append(outcomes, it)
	}
	entry := auditEntry{event: "disasterRecoverySignIn", path: asked.path, parameters: map[string]any{"count": len(outcomes), "changed": changed}}
	if len(changed) == 0 {
		entry.status = http.StatusConflict
	}
	p.audit(asked.context, entry)
	writeJSON(w, http.StatusOK, map[string]any{"outcomes": outcomes})
}

// changeSignIn answers the outcome and what there is to say. No words hold sign-in data, which is as good as a name for a provider.
func (p *Plugin) changeSignIn(change signInChange) (outcome, says string) {
	if fault := change.fault(); fault != "" {
		return "failed", fault
	}
	user, says := p.account(change.ID)
	if says != "" {
		return "failed", says
	}
	if user.IsBot || user.IsRemote() {
		return "failed", "Bots and accounts of other servers are never changed."
	}
	if !signInOf(user).isSameAs(change.From) {
		return "differs", "The account signs in another way than expected, so it was left alone."
	}
	wanted := &model.UserAuth{AuthService: change.To.Service}
	if change.To.Service != "" {
		wanted.AuthData = change.To.Data
	}
	if _, appErr := p.API.UpdateUserAuth(change.ID, wanted); appErr != nil {
		return "failed", refusalOf(appErr)
	}
	user, says = p.account(change.ID)
	if says != "" {
		return "failed", says
	}
	if !signInOf(user).isSameAs(change.To) {
		return "failed", "What was read back differs from what was written."
	}
	return "changed", ""
}

func (p *Plugin) account(id string) (*model.User, string) {
	user, appErr := p.API.GetUser(id)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return nil, "There is no such account."
	case appErr != nil:
		return nil, refusalOf(appErr)
	case user == nil:
		return nil, "Mattermost did not answer."
	}
	return user, ""
}

// refusalOf names the refusal and leaves out its details, which can quote what was sent.
func refusalOf(appErr *model.AppError) string {
	if appErr.Id == "app.user.update_auth_data.email_exists.app_error" {
		return "Another account holds this sign-in data."
	}
	return "Mattermost refused it: " + appErr.Id
}
