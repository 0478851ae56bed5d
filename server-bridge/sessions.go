package main

import (
	"net/http"
)

type namedFailure struct {
	ID   string `json:"id"`
	Says string `json:"says"`
}

// putSessionExpiries never reads a session: what Mattermost would answer holds its token.
func (p *Plugin) putSessionExpiries(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		Sessions []struct {
			ID        string `json:"id"`
			ExpiresAt int64  `json:"expires_at"`
		} `json:"sessions"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	if len(wanted.Sessions) == 0 || len(wanted.Sessions) > maxSessions {
		writeFailure(w, fail("USAGE_INVALID", "sessions must name 1 to 200 sessions."))
		return
	}
	failed := []namedFailure{}
	for _, it := range wanted.Sessions {
		if says := p.setSessionExpiry(it.ID, it.ExpiresAt); says != "" {
			failed = append(failed, namedFailure{it.ID, says})
		}
	}
	p.answerFailures(w, asked, "disasterRecoverySessionExpiry", len(wanted.Sessions), failed)
}

func (p *Plugin) setSessionExpiry(id string, expiresAt int64) string {
	switch {
	case !idPattern.MatchString(id):
		return "This is not the id of a session."
	case expiresAt <= 0:
		return "0 would let the session live for ever."
	case expiresAt <= p.now().UnixMilli():
		return "This time is past."
	}
	if appErr := p.API.ExtendSessionExpiry(id, expiresAt); appErr != nil {
		return refusalOf(appErr)
	}
	return ""
}

func (p *Plugin) postSessionRevocations(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		IDs []string `json:"ids"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	if len(wanted.IDs) == 0 || len(wanted.IDs) > maxSessions {
		writeFailure(w, fail("USAGE_INVALID", "ids must name 1 to 200 sessions."))
		return
	}
	failed := []namedFailure{}
	for _, id := range wanted.IDs {
		if !idPattern.MatchString(id) {
			failed = append(failed, namedFailure{id, "This is not the id of a session."})
		} else if appErr := p.API.RevokeSession(id); appErr != nil {
			failed = append(failed, namedFailure{id, refusalOf(appErr)})
		}
	}
	p.answerFailures(w, asked, "disasterRecoverySessionRevocation", len(wanted.IDs), failed)
}

// answerFailures audits how many, and answers which not.
func (p *Plugin) answerFailures(w http.ResponseWriter, asked handsRequest, event string, count int, failed []namedFailure) {
	entry := auditEntry{event: event, path: asked.path, parameters: map[string]any{"count": count, "failed": len(failed)}}
	if count == len(failed) {
		entry.status = http.StatusConflict
	}
	p.audit(asked.context, entry)
	writeJSON(w, http.StatusOK, map[string]any{"failed": failed})
}
