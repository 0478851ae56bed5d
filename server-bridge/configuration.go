package main

import (
	"maps"
	"strings"
)

const defaultCompanionURL = "http://127.0.0.1:8066"

// settings hold no secret: the configuration can be read, patched and backed up by others.
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

// saveSettings answers whether the configuration now says what was asked. It does not when the server's
// configuration is read-only, or when an environment variable wins over it.
func (p *Plugin) saveSettings(wanted settings) (bool, string) {
	wanted = wanted.withDefaults()
	saved := maps.Clone(p.API.GetPluginConfig())
	if saved == nil {
		saved = map[string]any{}
	}
	for key := range saved {
		if strings.EqualFold(key, "CompanionURL") || strings.EqualFold(key, "CompanionTLSPin") {
			delete(saved, key)
		}
	}
	saved["companionurl"] = wanted.CompanionURL
	saved["companiontlspin"] = wanted.CompanionTLSPin
	cause := ""
	if appErr := p.API.SavePluginConfig(saved); appErr != nil {
		cause = appErr.Error()
	}
	if err := p.OnConfigurationChange(); err != nil {
		cause = err.Error()
	}
	return p.currentSettings() == wanted, cause
}
