package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	watchEvery    = time.Minute
	silentAfter   = 10 * time.Minute
	watchPatience = 10 * time.Second
	// What any node of a cluster saw last, and whether somebody has told of the silence.
	heardKey  = "companion_heard"
	silentKey = "companion_silent"
)

// watchCompanion notices what the companion cannot tell: that it does not run. It ends with the context.
func (p *Plugin) watchCompanion(ctx context.Context) {
	for ctx.Err() == nil {
		p.lookAtCompanion(ctx)
		p.wait(ctx, watchEvery)
	}
}

// lookAtCompanion tells the administrators once that the companion is silent, and once that it is back. One node that cannot
// reach it, while others can, tells nothing.
func (p *Plugin) lookAtCompanion(ctx context.Context) {
	_, at, err := p.enrolled()
	if err != nil {
		return
	}
	asking, stop := context.WithTimeout(ctx, watchPatience)
	defer stop()
	failure := p.probe(asking, at)
	if failure == nil {
		if appErr := p.API.KVSet(heardKey, []byte(strconv.FormatInt(p.now().UnixMilli(), 10))); appErr != nil {
			p.API.LogWarn("That the companion answers could not be stored", "err", refusal(appErr))
		}
		p.tellThatItIsBack(at)
		return
	}
	// A server that boots beside its companion may be the first of the two: what this node saw counts as well.
	heard, failing := p.lastHeard(at), p.reach.last(at.url).unreachableSince
	if p.now().Sub(heard) >= silentAfter && p.now().Sub(failing) >= silentAfter {
		p.tellThatItIsSilent(heard, failure)
	}
}

// lastHeard counts from the first failure that this node saw where nobody has heard the companion yet.
func (p *Plugin) lastHeard(at place) time.Time {
	stored, appErr := p.API.KVGet(heardKey)
	if millis, err := strconv.ParseInt(string(stored), 10, 64); appErr == nil && err == nil {
		return time.UnixMilli(millis)
	}
	return p.reach.last(at.url).unreachableSince
}

func (p *Plugin) tellThatItIsSilent(heard time.Time, cause error) {
	won, appErr := p.API.KVSetWithOptions(silentKey, []byte(strconv.FormatInt(heard.UnixMilli(), 10)), model.PluginKVSetOptions{Atomic: true})
	if appErr != nil || !won {
		return
	}
	remedy := "Start it with `drctl serve`, or `systemctl start drctl`."
	var known *Failure
	if errors.As(cause, &known) && known.Remedy != "" {
		remedy = known.Remedy
	}
	p.tellAdministrators(fmt.Sprintf("⚠️ **The companion of Disaster Recovery has not answered since %s.**\nUntil it does, nothing is backed up by itself, and nobody is told of anything else.\n**What to do:** %s", clockText(heard), remedy))
}

func (p *Plugin) tellThatItIsBack(at place) {
	stored, appErr := p.API.KVGet(silentKey)
	if appErr != nil || stored == nil {
		return
	}
	won, appErr := p.API.KVSetWithOptions(silentKey, nil, model.PluginKVSetOptions{Atomic: true, OldValue: stored})
	if appErr != nil || !won {
		return
	}
	millis, _ := strconv.ParseInt(string(stored), 10, 64)
	p.tellAdministrators(fmt.Sprintf("✅ The companion of Disaster Recovery at %s answers again. It had been silent since %s.", at.url, clockText(time.UnixMilli(millis))))
}

func (p *Plugin) tellAdministrators(message string) {
	bot, err := p.botID()
	if err != nil {
		p.API.LogWarn("The bot account could not be made, so nobody was told", "err", err.Error())
		return
	}
	admins, appErr := p.API.GetUsers(&model.UserGetOptions{Role: model.SystemAdminRoleId, Active: true, PerPage: maxReceivers})
	if appErr != nil {
		p.API.LogWarn("The administrators could not be found, so nobody was told", "err", refusal(appErr))
		return
	}
	ids := []string{}
	for _, admin := range admins {
		if !admin.IsBot {
			ids = append(ids, admin.Id)
		}
	}
	if failed := p.sayToEach(bot, ids, message); len(failed) > 0 {
		p.API.LogWarn("Some administrators could not be told", "failed", len(failed))
	}
}
