package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

const botPictureKey = "bot_picture"

// Plugin says who asks, signs, and hands on. Policy lives in the companion.
type Plugin struct {
	plugin.MattermostPlugin

	settingsLock sync.RWMutex
	settings     settings

	botLock sync.Mutex
	bot     string

	sets      setCache
	overrides overrides

	settingsWrite sync.Mutex

	claimFiles claimFiles
	claimTries claimTries

	probes probeCache
	logins loginCounts

	// Memory of this node only: two nodes may see the companion differently.
	reach reachability
	links links

	stopWatching context.CancelFunc

	// Replaced in tests only.
	clock         func() time.Time
	pause         func(context.Context, time.Duration)
	probePatience time.Duration
}

// OnActivate must not touch the network: server start and every change of the configuration wait for it.
func (p *Plugin) OnActivate() error {
	if err := p.API.RegisterCommand(p.slashCommand()); err != nil {
		p.API.LogError("The slash command could not be registered", "err", err.Error())
	}
	if _, err := p.botID(); err != nil {
		p.API.LogWarn("The bot account could not be made now; it is tried again when it is needed", "err", err.Error())
	}
	watching, stop := context.WithCancel(context.Background())
	p.stopWatching = stop
	go p.watchCompanion(watching)
	return nil
}

// OnDeactivate ends what OnActivate began.
func (p *Plugin) OnDeactivate() error {
	if p.stopWatching != nil {
		p.stopWatching()
	}
	return nil
}

// ServeHTTP has three faces: /api/v1 for system administrators, /companion/v1 for the enrolled companion, /claim for
// people who cannot sign in.
func (p *Plugin) ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	switch {
	case strings.HasPrefix(r.URL.Path, entryPrefix):
		p.serveEntry(c, w, r)
	case strings.HasPrefix(r.URL.Path, handsPrefix):
		p.serveHands(c, w, r)
	case r.URL.Path == claimPath || strings.HasPrefix(r.URL.Path, claimPath+"/"):
		p.serveClaim(c, w, r)
	default:
		writeFailure(w, fail("NOT_FOUND", "The plugin has no page at this path."))
	}
}

func (p *Plugin) now() time.Time {
	if p.clock != nil {
		return p.clock()
	}
	return time.Now()
}

func (p *Plugin) wait(ctx context.Context, how time.Duration) {
	if p.pause != nil {
		p.pause(ctx, how)
		return
	}
	select {
	case <-time.After(how):
	case <-ctx.Done():
	}
}

// Made on first need, so that a database that is slow at boot does not keep the plugin down.
func (p *Plugin) botID() (string, error) {
	p.botLock.Lock()
	defer p.botLock.Unlock()
	if p.bot != "" {
		return p.bot, nil
	}
	id, err := p.API.EnsureBotUser(&model.Bot{
		Username:    pluginID,
		DisplayName: pluginName,
		Description: "Says how backups and restores go.",
	})
	if err != nil {
		return "", err
	}
	p.bot = id
	p.showBotPicture(id)
	return id, nil
}

// showBotPicture sets the picture once for each picture, because setting it makes every browser load it again.
func (p *Plugin) showBotPicture(bot string) {
	bundle, err := p.API.GetBundlePath()
	if err != nil {
		return
	}
	picture, err := os.ReadFile(filepath.Join(bundle, "assets", "bot.png"))
	if err != nil {
		p.API.LogWarn("The picture of the bot is not part of this plugin bundle", "err", err.Error())
		return
	}
	hash := []byte(bodyHash(picture))
	if shown, appErr := p.API.KVGet(botPictureKey); appErr != nil || string(shown) == string(hash) {
		return
	}
	if appErr := p.API.SetProfileImage(bot, picture); appErr != nil {
		p.API.LogWarn("The picture of the bot could not be set", "err", refusal(appErr))
		return
	}
	if appErr := p.API.KVSet(botPictureKey, hash); appErr != nil {
		p.API.LogWarn("That the bot has its picture could not be stored, so it is set again", "err", refusal(appErr))
	}
}
