package main

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/plugin"
)

const (
	claimTimeout   = 20 * time.Second
	maxClaimBody   = 1 << 10
	maxClaimAnswer = 64 << 10
)

// postClaimCode hands a code to the companion. Code and answer pass; neither is logged or kept.
func (p *Plugin) postClaimCode(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	// A page of another site can send neither header without asking first, so it cannot use up a code or the tries of its visitor.
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" || r.Header.Get("X-Requested-With") != "XMLHttpRequest" {
		writeFailure(w, fail("USAGE_INVALID", "A code is taken only from the claim page."))
		return
	}
	code, err := readClaimCode(w, r)
	if err != nil {
		writeFailure(w, err)
		return
	}
	done, ok := p.claimTries.turn(r.Context())
	if !ok {
		writeFailure(w, fail("CLAIM_TOO_MANY_TRIES", "Too many codes are being tried right now; yours was not used up."))
		return
	}
	answer, err := p.relayClaim(c, r, code)
	done()
	if err != nil {
		p.API.LogWarn("A claim could not be handed to the companion", "err", asFailure(err).Error())
		// Who asks is a stranger: where the companion is, and why it does not answer, stays in the log.
		writeFailure(w, fail("COMPANION_UNREACHABLE", "No code can be used at this moment. Tell your administrator."))
		return
	}
	if answer.status >= 400 {
		p.wait(r.Context(), p.claimTries.penalty(c.IPAddress, p.now()))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body)
}

type claimAnswer struct {
	status int
	body   []byte
}

func readClaimCode(w http.ResponseWriter, r *http.Request) (string, error) {
	var typed struct {
		Code string `json:"code"`
	}
	if r.Body == nil {
		return "", fail("USAGE_INVALID", "The code is missing.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxClaimBody))
	if err != nil {
		return "", fail("USAGE_INVALID", "The body could not be read, or is larger than 1 KiB.")
	}
	if err := parseJSON(body, &typed); err != nil {
		return "", fail("USAGE_INVALID", "The body is not the JSON that this route takes.")
	}
	if length := utf8.RuneCountInString(typed.Code); length == 0 || length > maxClaimCode {
		return "", fail("USAGE_INVALID", "A code has 1 to 100 characters.")
	}
	return typed.Code, nil
}

// relayClaim gives the answer of the companion when it is one for the page.
func (p *Plugin) relayClaim(c *plugin.Context, r *http.Request, code string) (*claimAnswer, error) {
	who, at, err := p.enrolled()
	if err != nil {
		return nil, err
	}
	address := strings.ToValidUTF8(c.IPAddress, "")
	body, err := json.Marshal(map[string]string{"code": code, "address": address[:min(maxAddress, len(address))]})
	if err != nil {
		return nil, err
	}
	request := signedRequest{method: http.MethodPost, path: routeSSOClaim, body: body}
	// Nobody has signed in, so the token names no actor.
	token, err := p.signFor(request, who, nil)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), claimTimeout)
	defer cancel()
	response, err := p.send(ctx, at, call{signedRequest: request, token: token, requestID: c.RequestId})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, p.unreachable(at, "it does not answer like a companion")
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxClaimAnswer))
	if err != nil {
		return nil, p.unreachable(at, plainCause(err))
	}
	if refused := refusalIn(answer); response.StatusCode >= 400 && !refused.isForClaimant() {
		return nil, refused
	}
	return &claimAnswer{response.StatusCode, answer}, nil
}

func refusalIn(answer []byte) *Failure {
	var reply errorReply
	if json.Unmarshal(answer, &reply) != nil || reply.Error == nil {
		return fail("INTERNAL", "The companion refused a code without saying why.")
	}
	return reply.Error
}

// isForClaimant: what else a companion refuses names servers and addresses, which are no business of a stranger.
func (f *Failure) isForClaimant() bool {
	return strings.HasPrefix(f.Code, "CLAIM_") || f.Code == "USAGE_INVALID"
}
