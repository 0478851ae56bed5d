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
	if err := p.askCompanion(ctx, signedRequest{method: http.MethodGet, path: "/api/v1/sets"}, by, &reply); err != nil {
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

func (p *Plugin) slashCommand() *model.Command {
	root := adminCommand("dr", "[command]", "Back up this server and look after its backups")
	root.AddCommand(adminCommand("help", "", "What `/dr` can do"))

	enroll := adminCommand("enroll", "URL CODE", "Connect this server with a companion")
	enroll.AddTextArgument("Where the companion listens", "https://host:8066", "")
	enroll.AddTextArgument("The code that `drctl enroll` printed", "CODE", "")
	root.AddCommand(enroll)

	root.AddCommand(adminCommand("status", "", "Is everything in order, and what to do next"))

	backup := adminCommand("backup", "[--scope PART] [--reason TEXT]", "Back up now")
	backup.AddNamedStaticListArgument("scope", "Only one part; without it everything is backed up", false, []model.AutocompleteListItem{
		{Item: "database", HelpText: "The database"},
		{Item: "config", HelpText: "The configuration directory"},
		{Item: "files", HelpText: "Uploaded files, emoji, pictures, plugins"},
	})
	backup.AddNamedTextArgument("reason", "Why; shown in the list of sets", "before the upgrade", "", false)
	root.AddCommand(backup)

	root.AddCommand(adminCommand("list", "", "The sets that exist, newest first"))

	show := adminCommand("show", "SET", "What a set holds")
	show.AddDynamicListArgument("The set", "api/v1/autocomplete/sets", true)
	root.AddCommand(show)

	verify := adminCommand("verify", "SET [--level LEVEL]", "Prove that a set is whole")
	verify.AddDynamicListArgument("The set", "api/v1/autocomplete/sets", true)
	verify.AddNamedStaticListArgument("level", "How deep", false, []model.AutocompleteListItem{
		{Item: "L0", HelpText: "Complete and sealed"},
		{Item: "L1", HelpText: "Structure of the repository"},
		{Item: "L2", HelpText: "All data read back"},
		{Item: "L3", HelpText: "Database against files"},
	})
	root.AddCommand(verify)

	cancel := adminCommand("cancel", "JOB", "Ask a job to stop")
	cancel.AddTextArgument("The job", "JOB", "")
	root.AddCommand(cancel)

	root.AddCommand(ssoCommand())

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
		AutocompleteData:     root,
	}
}

// The role only hides suggestions; ExecuteCommand asks again.
func adminCommand(trigger, hint, help string) *model.AutocompleteData {
	data := model.NewAutocompleteData(trigger, hint, help)
	data.RoleID = model.SystemAdminRoleId
	return data
}
