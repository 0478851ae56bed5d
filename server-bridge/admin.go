package main

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

type actor struct {
	UserID      string `json:"user_id"`
	Username    string `json:"username"`
	SystemAdmin bool   `json:"system_admin"`
}

// admin answers who asks. Mattermost sets the user header only when the session, MFA and CSRF checks passed,
// and removes one that came from outside.
func (p *Plugin) admin(r *http.Request) (*actor, error) {
	if r.Header.Get("Mattermost-Plugin-ID") != "" {
		// Between plugins nobody checks the user header.
		return nil, fail("NOT_SYSTEM_ADMIN", "Other plugins may not ask for this.")
	}
	return p.adminByID(r.Header.Get("Mattermost-User-Id"))
}

func (p *Plugin) adminByID(userID string) (*actor, error) {
	if userID == "" {
		return nil, fail("NOT_SYSTEM_ADMIN", "You are not signed in, or the request lacks its CSRF token.")
	}
	if !p.API.HasPermissionTo(userID, model.PermissionManageSystem) {
		return nil, fail("NOT_SYSTEM_ADMIN", "Your account is not a system administrator.")
	}
	user, appErr := p.API.GetUser(userID)
	if appErr != nil {
		return nil, fail("INTERNAL", "Your account could not be read: "+refusal(appErr))
	}
	return &actor{UserID: userID, Username: user.Username, SystemAdmin: true}, nil
}
