package main

import (
	"maps"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type auditEntry struct {
	event string
	// nil: the companion, on its own.
	by         *actor
	path       string
	status     int
	err        error
	parameters map[string]any
}

func (p *Plugin) audit(c *plugin.Context, entry auditEntry) {
	userID := ""
	if entry.by != nil {
		userID = entry.by.UserID
	}
	record := plugin.MakeAuditRecordWithContext(entry.event, model.AuditStatusFail, c, userID, pluginPath+entry.path)
	maps.Copy(record.EventData.Parameters, entry.parameters)
	switch {
	case entry.err != nil:
		failure := asFailure(entry.err)
		record.Error.Description, record.Error.Code = failure.Code, failure.status
	case entry.status >= 400:
		record.Error.Code = entry.status
	default:
		record.Success()
	}
	p.API.LogAuditRec(record)
}
