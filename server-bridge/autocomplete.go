package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi/experimental/command"
)

const (
	suggestionsKept    = 30 * time.Second
	suggestionsTimeout = 2 * time.Second
)

// setCache exists because Mattermost asks again with every key that is pressed.
type setCache struct {
	lock  sync.Mutex
	until time.Time
	items []model.AutocompleteListItem
}

func (s *setCache) forget() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.until, s.items = time.Time{}, nil
}

// getSetSuggestions never fails: no answer is an empty list, and the person types the name.
func (p *Plugin) getSetSuggestions(_ *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) {
	typed := ""
	if words := strings.Fields(r.URL.Query().Get("user_input")); len(words) > 2 {
		typed = words[len(words)-1]
	}
	matching := []model.AutocompleteListItem{}
	for _, item := range p.setSuggestions(r.Context(), by) {
		if strings.HasPrefix(item.Item, typed) {
			matching = append(matching, item)
		}
	}
	writeJSON(w, http.StatusOK, matching)
}

func (p *Plugin) setSuggestions(ctx context.Context, by *actor) []model.AutocompleteListItem {
	p.sets.lock.Lock()
	defer p.sets.lock.Unlock()
	if p.now().Before(p.sets.until) {
		return p.sets.items
	}
	ctx, cancel := context.WithTimeout(ctx, suggestionsTimeout)
	defer cancel()
	var reply struct {
		Sets []struct {
			ID     string `json:"id"`
			T0     int64  `json:"t0"`
			Reason string `json:"reason"`
		} `json:"sets"`
	}
	p.sets.items = nil
	// A failure is kept as long as an answer: a companion that is down must not cost two seconds a key.
	p.sets.until = p.now().Add(suggestionsKept)
	if err := p.askCompanion(ctx, signedRequest{method: http.MethodGet, path: routeListSets}, by, &reply); err != nil {
		return nil
	}
	p.sets.items = []model.AutocompleteListItem{{Item: "latest", HelpText: "The newest set"}}
	for _, set := range reply.Sets {
		p.sets.items = append(p.sets.items, model.AutocompleteListItem{
			Item:     set.ID,
			HelpText: strings.TrimSpace(fmt.Sprintf("%s %s", time.UnixMilli(set.T0).UTC().Format("2006-01-02 15:04 UTC"), set.Reason)),
		})
	}
	return p.sets.items
}

// slashVerb is a verb that can be typed after `/dr`, as the contract declares it.
type slashVerb struct {
	// group is the first word of a verb of two.
	group, name, hint, says string
	arguments               []slashArgument
}

// slashArgument without a name is the word that follows the verb.
type slashArgument struct {
	name, says, hint, suggests string
	required                   bool
	choices                    []slashChoice
}

type slashChoice struct{ word, says string }

func (p *Plugin) slashCommand() *model.Command {
	icon, err := command.GetIconData(p.API, "assets/icon.svg")
	if err != nil {
		icon = ""
	}
	return &model.Command{
		AutocompleteIconData: icon,
		Trigger:              "dr",
		DisplayName:          pluginName,
		Description:          "Back up this server and look after its backups",
		AutoComplete:         true,
		AutoCompleteHint:     "[command]",
		AutoCompleteDesc:     "Back up this server and look after its backups",
		AutocompleteData:     suggestions(slashVerbs),
	}
}

// suggestions hangs each verb under its group.
func suggestions(verbs []slashVerb) *model.AutocompleteData {
	root := adminCommand("dr", "[command]", "Back up this server and look after its backups")
	groups := map[string]*model.AutocompleteData{"": root}
	for _, verb := range verbs {
		data := adminCommand(verb.name, verb.hint, verb.says)
		for _, argument := range verb.arguments {
			argument.addTo(data)
		}
		groups[verb.group].AddCommand(data)
		if verb.group == "" {
			groups[verb.name] = data
		}
	}
	return root
}

func (a slashArgument) addTo(data *model.AutocompleteData) {
	switch {
	case a.suggests != "":
		data.AddDynamicListArgument(a.says, "api/v1/autocomplete/"+a.suggests, true)
	case a.name == "":
		data.AddTextArgument(a.says, a.hint, "")
	case len(a.choices) > 0:
		items := make([]model.AutocompleteListItem, 0, len(a.choices))
		for _, choice := range a.choices {
			items = append(items, model.AutocompleteListItem{Item: choice.word, HelpText: choice.says})
		}
		data.AddNamedStaticListArgument(a.name, a.says, a.required, items)
	default:
		data.AddNamedTextArgument(a.name, a.says, a.hint, "", a.required)
	}
}

// The role only hides suggestions; ExecuteCommand asks again.
func adminCommand(trigger, hint, help string) *model.AutocompleteData {
	data := model.NewAutocompleteData(trigger, hint, help)
	data.RoleID = model.SystemAdminRoleId
	return data
}
