package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	defaultCompanionURL = "http://127.0.0.1:8066"
	overrideTimeout     = 3 * time.Second
	overrideAskedEvery  = 30 * time.Second
)

// settings hold no secret: the configuration can be read, patched and backed up by others. Where the companion is lives with the
// enrollment; a setting that is changed afterwards is an override, and used while the enrolled companion answers there.
type settings struct {
	CompanionURL    string
	CompanionTLSPin string
}

// Older servers do not apply the defaults of the manifest.
func (s settings) withDefaults() settings {
	s.CompanionURL = strings.TrimSpace(s.CompanionURL)
	s.CompanionTLSPin = strings.TrimSpace(s.CompanionTLSPin)
	if s.CompanionURL == "" {
		s.CompanionURL = defaultCompanionURL
	}
	return s
}

// OnConfigurationChange runs for every change of the server's configuration, on every node.
func (p *Plugin) OnConfigurationChange() error {
	var loaded settings
	if err := p.API.LoadPluginConfiguration(&loaded); err != nil {
		return err
	}
	p.settingsLock.Lock()
	defer p.settingsLock.Unlock()
	p.settings = loaded
	return nil
}

func (p *Plugin) currentSettings() settings {
	p.settingsLock.RLock()
	defer p.settingsLock.RUnlock()
	return p.settings.withDefaults()
}

// ConfigurationWillBeSaved refuses an address or a pin that cannot be one. It asks nobody: every page of the System Console saves
// the whole configuration, and a companion that is down must not keep anybody from saving another page.
func (p *Plugin) ConfigurationWillBeSaved(config *model.Config) (*model.Config, error) {
	wanted := settings{}
	for key, value := range config.PluginSettings.Plugins[pluginID] {
		text, _ := value.(string)
		switch strings.ToLower(key) {
		case "companionurl":
			wanted.CompanionURL = text
		case "companiontlspin":
			wanted.CompanionTLSPin = text
		}
	}
	// What is wrong already stays as it is until somebody touches it.
	if wanted.withDefaults() == p.currentSettings() {
		return nil, nil
	}
	if _, err := newPlace(wanted); err != nil {
		message := pluginName + ": " + asFailure(err).Message + " Nothing was saved."
		// The server shows the translation of the id; one that it does not know is shown as it is.
		return nil, &model.AppError{Id: message, Message: message, Where: pluginID, StatusCode: http.StatusBadRequest}
	}
	return nil, nil
}

// overrides remembers whether the enrolled companion answers where the settings say.
type overrides struct {
	lock    sync.Mutex
	asked   settings
	askedAt time.Time
	cause   error
}

// whereabouts is where the enrolled companion is. cause: why a setting that names another place is not used.
func (p *Plugin) whereabouts(who *enrollment) (where settings, cause error) {
	current := p.currentSettings()
	if who == nil {
		return current, nil
	}
	enrolled := settings{who.URL, who.TLSPin}.withDefaults()
	if current == enrolled || !who.isOverriddenBy(current) {
		return enrolled, nil
	}
	if cause := p.checkOverride(who, current); cause != nil {
		return enrolled, cause
	}
	return current, nil
}

// isOverriddenBy: the default, and what was there when the companion was enrolled elsewhere, are no decision for another place. A
// browser that loaded the configuration before the enrollment writes them back with the next Save of any page.
func (e *enrollment) isOverriddenBy(current settings) bool {
	return current != settings{}.withDefaults() && current != settings{e.ConfiguredURL, e.ConfiguredPin}.withDefaults()
}

func (p *Plugin) checkOverride(who *enrollment, wanted settings) error {
	o := &p.overrides
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.asked == wanted && p.now().Sub(o.askedAt) < overrideAskedEvery {
		return o.cause
	}
	o.asked, o.askedAt, o.cause = wanted, p.now(), p.askOverride(who, wanted)
	return o.cause
}

// askOverride asks something that only the enrolled companion answers.
func (p *Plugin) askOverride(who *enrollment, wanted settings) error {
	at, err := newPlace(wanted)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), overrideTimeout)
	defer cancel()
	request := signedRequest{method: http.MethodGet, path: routeSSODetection}
	token, err := p.signFor(request, who, &actor{UserID: pluginID, Username: pluginID, SystemAdmin: true})
	if err != nil {
		return err
	}
	response, err := p.send(ctx, at, call{signedRequest: request, token: token})
	if err != nil {
		return err
	}
	return p.readReply(at, response, nil)
}
