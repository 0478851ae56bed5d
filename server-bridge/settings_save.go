package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	patchTimeout   = 15 * time.Second
	maxPatchAnswer = 4 << 20
)

// saveSettingChanges sends the changed settings alone, by Mattermost's local socket or its REST interface; bot is whose
// session was used, "" for none. The plugin interface is no way: it takes a whole configuration and loses every false,
// 0 and "" of it, which Mattermost then fills with defaults.
func (p *Plugin) saveSettingChanges(config *model.Config, changes []settingChange) (bot string, err error) {
	patch, err := settingsPatch(changes)
	if err != nil {
		return "", err
	}
	if model.SafeDereference(config.ServiceSettings.EnableLocalMode) {
		err := patchBySocket(model.SafeDereference(config.ServiceSettings.LocalModeSocketLocation), patch)
		if !errors.Is(err, errNoSocket) {
			return "", err
		}
	}
	bot, err = p.patchByREST(config, patch)
	if errors.Is(err, errNoAddress) {
		return "", fail("MATTERMOST_REFUSED", "Mattermost does not answer its own plugin, neither where it listens nor at its SiteURL. "+
			"Turn ServiceSettings.EnableLocalMode on and restart it, or change in the System Console: "+keysOf(changes)+".")
	}
	return bot, err
}

func keysOf(changes []settingChange) string {
	keys := []string{}
	for _, it := range changes {
		keys = append(keys, it.Key)
	}
	return strings.Join(keys, ", ")
}

func settingsPatch(changes []settingChange) ([]byte, error) {
	patch := map[string]map[string]any{}
	for _, it := range changes {
		section, name, _ := strings.Cut(it.Key, ".")
		if patch[section] == nil {
			patch[section] = map[string]any{}
		}
		patch[section][name] = it.To
	}
	return json.Marshal(patch)
}

// sendPatch asks the server at base once: whether a request that broke off was carried out cannot be known here.
func sendPatch(client *http.Client, base, token string, patch []byte) error {
	request, err := http.NewRequest(http.MethodPut, base+"/api/v4/config/patch", bytes.NewReader(patch))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if errors.Is(err, errNoSocket) {
		return err
	}
	if err != nil {
		return fail("MATTERMOST_REFUSED", "Mattermost broke off while changing settings: "+plainCause(err)+". Look at the settings before you try again.")
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, maxPatchAnswer))
	if response.StatusCode == http.StatusOK {
		return nil
	}
	// The words of a refusal can quote what was sent; its id cannot.
	var refused struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(answer, &refused)
	return fail("MATTERMOST_REFUSED", fmt.Sprintf("The configuration was not saved: %d %s", response.StatusCode, refused.ID))
}
