package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// A person waits, and Mattermost waits with no limit of its own.
const commandTimeout = 8 * time.Second

const helpText = "#### Disaster Recovery\n" + helpLines +
	"\n\nA restore replaces this very server, so it is run on a shell: `drctl restore`. It works when Mattermost is gone."

const enrolSteps = "This server is not connected with a companion yet. Two steps:\n" +
	"1. On the machine of the companion: `drctl enroll`. It prints a URL and a code that is good for ten minutes.\n" +
	"2. Here: `/dr enroll URL CODE`, or type both into **System Console → Plugins → Disaster Recovery**."

// ExecuteCommand answers the person alone; what goes on later is told by the bot's post.
func (p *Plugin) ExecuteCommand(c *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	by, err := p.adminByID(args.UserId)
	if err != nil {
		return onlyYou(failureText(err)), nil
	}
	typed := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(args.Command), "/dr"))
	words := strings.Fields(typed)
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	switch {
	case len(words) == 0 || words[0] == "help":
		return onlyYou(helpText), nil
	case words[0] == "enroll" || words[0] == "enrol":
		return onlyYou(p.enrolCommand(ctx, c, words[1:], by)), nil
	default:
		return onlyYou(p.companionCommand(ctx, typed, args, by)), nil
	}
}

func (p *Plugin) enrolCommand(ctx context.Context, c *plugin.Context, words []string, by *actor) string {
	if len(words) < 2 {
		return "Say `/dr enroll URL CODE`; `drctl enroll` prints both."
	}
	input := enrolInput{URL: words[0]}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "sha256/") {
			input.TLSPin = word
		} else {
			input.Code += word
		}
	}
	outcome, err := p.enrol(ctx, input, by)
	p.audit(c, auditEntry{event: "disasterRecoveryEnrol", by: by, path: "/dr enroll", err: err, parameters: map[string]any{"companion_url": input.URL}})
	if err != nil {
		return failureText(err)
	}
	text := fmt.Sprintf("Enrolled. The companion (version %s) now takes requests of this server's system administrators. Next: `/dr status`.", outcome.Version)
	if outcome.Note != "" {
		text += "\n\n" + outcome.Note
	}
	return text
}

func (p *Plugin) companionCommand(ctx context.Context, typed string, args *model.CommandArgs, by *actor) string {
	if len(typed) > maxCommand {
		return failureText(fail("USAGE_INVALID", "The command is longer than 4000 characters."))
	}
	body, err := json.Marshal(map[string]string{"command": typed, "channel_id": args.ChannelId, "root_id": args.RootId})
	if err != nil {
		return failureText(err)
	}
	var reply struct {
		Message string `json:"message"`
	}
	if err := p.askCompanion(ctx, signedRequest{method: http.MethodPost, path: routeCommand, body: body}, by, &reply); err != nil {
		return failureText(err)
	}
	return reply.Message
}

func failureText(err error) string {
	failure := asFailure(err)
	if failure.Code == "NOT_ENROLLED" {
		return enrolSteps
	}
	return fmt.Sprintf("**%s**\n%s\nWhat to do: %s (`%s`)", failure.Message, failure.Meaning, failure.Remedy, failure.Code)
}

func onlyYou(text string) *model.CommandResponse {
	return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Username: pluginName, Text: text}
}
