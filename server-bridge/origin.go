package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// A little longer than a token can live.
const signedKeptSeconds = 120

// signFor makes the token of a request to the companion. That this server signed it stays in its database for as long as the
// token lives: a copy of the server holds the same key, but the companion asks the server at the address that it knows.
func (p *Plugin) signFor(request signedRequest, who *enrollment, by *actor) (string, error) {
	token := newToken(request, who.CompanionID, by, p.now())
	token.SiteURL, token.DiagnosticID = p.siteURL(), p.API.GetDiagnosticId()
	text, err := token.sign(who.key)
	if err != nil || request.method == http.MethodGet {
		return text, err
	}
	options := model.PluginKVSetOptions{ExpireInSeconds: signedKeptSeconds}
	if _, appErr := p.API.KVSetWithOptions(signedKey(token.Jti), tokenHash(text), options); appErr != nil {
		return "", fail("INTERNAL", "The record by which the companion confirms this request could not be stored, so it was not sent: "+refusal(appErr))
	}
	return text, nil
}

// postConfirmation answers once for each token. It deletes instead of reading, because only writes never go to a replica that lags.
func (p *Plugin) postConfirmation(w http.ResponseWriter, asked handsRequest) {
	var wanted struct {
		Nonce       string `json:"nonce"`
		TokenSHA256 string `json:"token_sha256"`
	}
	if err := parseJSON(asked.body, &wanted); err != nil {
		writeFailure(w, err)
		return
	}
	hash, err := hex.DecodeString(wanted.TokenSHA256)
	if err != nil || len(hash) != sha256.Size || wanted.Nonce == "" {
		writeFailure(w, fail("USAGE_INVALID", "nonce and token_sha256 must be those of one token."))
		return
	}
	confirmed, appErr := p.API.KVSetWithOptions(signedKey(wanted.Nonce), nil, model.PluginKVSetOptions{Atomic: true, OldValue: []byte(wanted.TokenSHA256)})
	if appErr != nil {
		writeFailure(w, fail("INTERNAL", "Whether the request was signed here could not be looked up: "+refusal(appErr)))
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"confirmed": confirmed})
}

func signedKey(jti string) string {
	sum := sha256.Sum256([]byte(jti))
	return "signed_" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func tokenHash(token string) []byte {
	return []byte(bodyHash([]byte(token)))
}
