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

const enrollSteps = "This server is not connected with a companion yet. Two steps:\n" +
	"1. On the machine of the companion: `drctl enroll`. It prints a URL and a code that is good for ten minutes.\n" +
	"2. Here: `/dr enroll URL CODE`, or type both into **System Console → Plugins → Disaster Recovery**."

// ExecuteCommand answers the person alone; what goes on later is told by the bot's post.
func (p *Plugin) ExecuteCommand(c *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	return p.answer(args, p.answerTo(c, args)), nil
}

func (p *Plugin) answerTo(c *plugin.Context, args *model.CommandArgs) string {
	by, err := p.adminByID(args.UserId)
	if err != nil {
		return failureText(err)
	}
	typed := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(args.Command), "/dr"))
	words := strings.Fields(typed)
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	switch {
	case len(words) == 0 || words[0] == "help":
		return helpText
	case words[0] == "enroll" || words[0] == "enrol":
		return p.enrollCommand(ctx, c, words[1:], by)
	default:
		return p.companionCommand(ctx, typed, args, by)
	}
}

func (p *Plugin) enrollCommand(ctx context.Context, c *plugin.Context, words []string, by *actor) string {
	if len(words) < 2 {
		return "Say `/dr enroll URL CODE`; `drctl enroll` prints both."
	}
	input := enrollInput{URL: words[0]}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "sha256/") {
			input.TLSPin = word
		} else {
			input.Code += word
		}
	}
	outcome, err := p.enroll(ctx, input, by)
	p.audit(c, auditEntry{event: "disasterRecoveryEnrol", by: by, path: "/dr enroll", err: err, parameters: map[string]any{"companion_url": input.URL}})
	if err != nil {
		return failureText(err)
	}
	text := fmt.Sprintf("Enrolled. The companion (version %s) now takes requests of this server's system administrators. Next: `/dr status`.", outcome.Version)
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
		Message string  `json:"message"`
		Job     *string `json:"job"`
	}
	if err := p.askCompanion(ctx, signedRequest{method: http.MethodPost, path: routeCommand, body: body}, by, &reply); err != nil {
		return failureText(err)
	}
	if reply.Job != nil && p.isReadByOthers(args) {
		return reply.Message + "\n\n_Everyone in this channel can read the posts of the bot about it. In a direct message with the bot they are yours alone._"
	}
	return reply.Message
}

// isReadByOthers is also true where it cannot be told.
func (p *Plugin) isReadByOthers(args *model.CommandArgs) bool {
	bot, err := p.botID()
	channel, appErr := p.API.GetChannel(args.ChannelId)
	return err != nil || appErr != nil || channel == nil || channel.Name != model.GetDMNameFromIds(args.UserId, bot)
}

func failureText(err error) string {
	failure := asFailure(err)
	if failure.Code == "NOT_ENROLLED" {
		return enrollSteps
	}
	return fmt.Sprintf("**%s**\n%s\nWhat to do: %s (`%s`)", failure.Message, failure.Meaning, failure.Remedy, failure.Code)
}

// saidByBot is a type of response that Mattermost does not know: it would say a known one itself, as "System". The text is in it
// for scripts that run a command by REST.
const saidByBot = "said_by_bot"

// answer is shown to the person alone, by the bot.
func (p *Plugin) answer(args *model.CommandArgs, text string) *model.CommandResponse {
	response := &model.CommandResponse{ResponseType: saidByBot, Username: pluginName, Text: text}
	bot, err := p.botID()
	if err != nil {
		response.ResponseType = model.CommandResponseTypeEphemeral
		return response
	}
	p.API.SendEphemeralPost(args.UserId, &model.Post{UserId: bot, ChannelId: args.ChannelId, RootId: args.RootId, Message: text})
	return response
}
