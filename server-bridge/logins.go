package main

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// loginCounts remembers sign-ins of this node, of nobody in particular.
type loginCounts struct {
	lock sync.Mutex
	seen map[string]loginCount
}

type loginCount struct {
	Service string `json:"service"`
	Count   int    `json:"count"`
	LastAt  int64  `json:"last_at"`
}

// UserHasLoggedIn runs on every sign-in, whatever the way.
func (p *Plugin) UserHasLoggedIn(_ *plugin.Context, user *model.User) {
	if user == nil {
		return
	}
	service := user.AuthService
	if service == "" {
		service = "email"
	}
	p.logins.add(service, p.now())
}

func (l *loginCounts) add(service string, at time.Time) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.seen == nil {
		l.seen = map[string]loginCount{}
	}
	l.seen[service] = loginCount{service, l.seen[service].Count + 1, at.UnixMilli()}
}

func (l *loginCounts) list() []loginCount {
	l.lock.Lock()
	defer l.lock.Unlock()
	counts := []loginCount{}
	for _, service := range slices.Sorted(maps.Keys(l.seen)) {
		counts = append(counts, l.seen[service])
	}
	return counts
}
