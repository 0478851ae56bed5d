package main

import (
	"maps"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type auditEntry struct {
	event      string
	by         *actor
	path       string
	status     int
	err        error
	parameters map[string]any
}

func (p *Plugin) audit(c *plugin.Context, entry auditEntry) {
	record := plugin.MakeAuditRecordWithContext(entry.event, model.AuditStatusFail, c, entry.by.UserID, pluginPath+entry.path)
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
