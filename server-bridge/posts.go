package main

import (
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

type botPost struct {
	ChannelID string `json:"channel_id"`
	RootID    string `json:"root_id"`
	Message   string `json:"message"`
}

func parseBotPost(body []byte) (*botPost, error) {
	var wanted botPost
	if err := parseJSON(body, &wanted); err != nil {
		return nil, err
	}
	if wanted.ChannelID == "" || wanted.Message == "" || len([]rune(wanted.Message)) > maxMessage {
		return nil, fail("USAGE_INVALID", "channel_id and message are needed, and message has at most 16000 characters.")
	}
	return &wanted, nil
}

// botPostBy is what shall be said, and the bot that says it.
func (p *Plugin) botPostBy(body []byte) (*botPost, string, error) {
	wanted, err := parseBotPost(body)
	if err != nil {
		return wanted, "", err
	}
	bot, err := p.botID()
	if err != nil {
		return wanted, "", fail("MATTERMOST_REFUSED", "The bot account could not be made: "+err.Error())
	}
	return wanted, bot, nil
}

func (p *Plugin) postPost(w http.ResponseWriter, asked handsRequest) {
	wanted, bot, err := p.botPostBy(asked.body)
	if err != nil {
		writeFailure(w, err)
		return
	}
	post, appErr := p.API.CreatePost(&model.Post{UserId: bot, ChannelId: wanted.ChannelID, RootId: wanted.RootID, Message: wanted.Message})
	if appErr != nil {
		writeFailure(w, fail("MATTERMOST_REFUSED", "The post was refused: "+refusal(appErr)))
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"id": post.Id})
}

// The companion may edit what it said itself, never what a person said.
func (p *Plugin) putPost(w http.ResponseWriter, asked handsRequest) {
	wanted, bot, err := p.botPostBy(asked.body)
	if err != nil {
		writeFailure(w, err)
		return
	}
	post, appErr := p.API.GetPost(asked.path[strings.LastIndex(asked.path, "/")+1:])
	if appErr != nil && appErr.StatusCode != http.StatusNotFound {
		writeFailure(w, fail("MATTERMOST_REFUSED", "The post could not be read: "+refusal(appErr)))
		return
	}
	if appErr != nil || post.UserId != bot || post.DeleteAt != 0 {
		writeFailure(w, fail("NOT_FOUND", "The bot has no such post."))
		return
	}
	edited := post.Clone()
	edited.Message = wanted.Message
	if _, appErr := p.API.UpdatePost(edited); appErr != nil {
		writeFailure(w, fail("MATTERMOST_REFUSED", "The edit was refused: "+refusal(appErr)))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"id": post.Id})
}
