package main

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

type settingChange struct {
	Key  string `json:"key"`
	From any    `json:"from"`
	To   any    `json:"to"`
}

type settingValue struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Locked bool   `json:"locked"`
}

// settingIn is the pointer to a bool or a string that the key names.
func settingIn(config *model.Config, key string) reflect.Value {
	section, name, _ := strings.Cut(key, ".")
	return reflect.ValueOf(config).Elem().FieldByName(section).FieldByName(name)
}

func setSetting(config *model.Config, key string, value any) {
	pointer := settingIn(config, key)
	pointer.Set(reflect.New(pointer.Type().Elem()))
	pointer.Elem().Set(reflect.ValueOf(value))
}

// isLocked: Mattermost would accept a change, and go on with what its environment says.
func isLocked(key string) bool {
	name := "MM_" + strings.ReplaceAll(key, ".", "_")
	return slices.ContainsFunc(os.Environ(), func(pair string) bool {
		given, _, _ := strings.Cut(pair, "=")
		return strings.EqualFold(given, name)
	})
}

func settingValues(config *model.Config) []settingValue {
	config = wholeConfig(config)
	values := []settingValue{}
	for _, key := range settingKeys {
		values = append(values, settingValue{key, settingIn(config, key).Elem().Interface(), isLocked(key)})
	}
	return values
}

func (p *Plugin) getSettings(w http.ResponseWriter, _ handsRequest) {
	p.answerSettings(w)
}

func (p *Plugin) answerSettings(w http.ResponseWriter) {
	config := p.API.GetConfig()
	if config == nil {
		writeFailure(w, fail("MATTERMOST_REFUSED", "Mattermost did not return its configuration."))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"values": settingValues(config)})
}

func parseSettingChanges(body []byte) ([]settingChange, error) {
	var wanted struct {
		Changes []settingChange `json:"changes"`
	}
	if err := parseJSON(body, &wanted); err != nil {
		return nil, err
	}
	if len(wanted.Changes) == 0 || len(wanted.Changes) > maxSettingChanges {
		return nil, fail("USAGE_INVALID", fmt.Sprintf("changes must name 1 to %d settings.", maxSettingChanges))
	}
	seen := map[string]bool{}
	for _, it := range wanted.Changes {
		if !slices.Contains(settingKeys, it.Key) || seen[it.Key] {
			return nil, fail("USAGE_INVALID", "A named setting is not one that can be changed here, or is named twice.")
		}
		seen[it.Key] = true
		kind := settingIn(&model.Config{}, it.Key).Type().Elem()
		if reflect.TypeOf(it.From) != kind || reflect.TypeOf(it.To) != kind {
			return nil, fail("USAGE_INVALID", it.Key+" takes a "+kind.String()+".")
		}
	}
	return wanted.Changes, nil
}

// patchSettings changes a setting only where it still has the value that the companion saw; the answer shows which did.
func (p *Plugin) patchSettings(w http.ResponseWriter, asked handsRequest) {
	changes, err := parseSettingChanges(asked.body)
	if err != nil {
		writeFailure(w, err)
		return
	}
	p.settingsWrite.Lock()
	defer p.settingsWrite.Unlock()
	config := p.API.GetUnsanitizedConfig()
	if config == nil {
		writeFailure(w, fail("MATTERMOST_REFUSED", "Mattermost did not return its configuration."))
		return
	}
	config = wholeConfig(config)
	due := slices.DeleteFunc(changes, func(it settingChange) bool {
		return isLocked(it.Key) || it.From == it.To || settingIn(config, it.Key).Elem().Interface() != it.From
	})
	if len(due) > 0 {
		err = p.saveAudited(asked, config, due)
	}
	if err != nil {
		writeFailure(w, err)
		return
	}
	p.answerSettings(w)
}

func (p *Plugin) saveAudited(asked handsRequest, config *model.Config, due []settingChange) error {
	bot, err := p.saveSettingChanges(config, due)
	entry := auditEntry{event: "disasterRecoverySettings", path: asked.path, err: err, parameters: auditedSettings(due)}
	if bot != "" {
		// Mattermost's own record of the change names the bot alone.
		entry.by = &actor{UserID: bot}
	}
	if who, recordErr := p.record(); recordErr == nil && who != nil {
		entry.parameters["companion"] = who.CompanionID
	}
	p.audit(asked.context, entry)
	return err
}

func auditedSettings(changes []settingChange) map[string]any {
	shown := map[string]any{}
	for _, it := range changes {
		shown[it.Key] = "changed"
		if flag, isFlag := it.To.(bool); isFlag {
			shown[it.Key] = flag
		}
	}
	return shown
}
