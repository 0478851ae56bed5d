package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/pluginapi/cluster"
)

const (
	enrollmentKey = "enrolment"
	enrollTimeout = 20 * time.Second
	revokeTimeout = 5 * time.Second
)

// enrollment is the one record that says who the companion is and who we are to it. It stays in the key-value
// store: the configuration is read and patched by too many.
type enrollment struct {
	PrivateKey   string `json:"private_key"`
	CompanionID  string `json:"companion_id"`
	CompanionKey string `json:"companion_key"`
	URL          string `json:"url"`
	TLSPin       string `json:"tls_pin"`
	// What the settings said then: no decision about this companion.
	ConfiguredURL   string `json:"configured_url"`
	ConfiguredPin   string `json:"configured_pin"`
	EnrolledAt      int64  `json:"enrolled_at"`
	EnrolledBy      string `json:"enrolled_by"`
	EnrolledByID    string `json:"enrolled_by_id"`
	key             ed25519.PrivateKey
	companionPublic ed25519.PublicKey
}

type enrollmentRequest struct {
	PublicKey     string `json:"public_key"`
	Nonce         string `json:"nonce"`
	Proof         string `json:"proof"`
	SiteURL       string `json:"site_url"`
	DiagnosticID  string `json:"diagnostic_id"`
	ServerVersion string `json:"server_version"`
	PluginVersion string `json:"plugin_version"`
	Actor         string `json:"actor"`
}

type enrollmentReply struct {
	CompanionID string `json:"companion_id"`
	PublicKey   string `json:"public_key"`
	Proof       string `json:"proof"`
	Version     string `json:"version"`
}

// record answers nil when there is no enrollment.
func (p *Plugin) record() (*enrollment, error) {
	text, appErr := p.API.KVGet(enrollmentKey)
	if appErr != nil {
		return nil, fail("INTERNAL", "The enrollment could not be read: "+refusal(appErr))
	}
	if len(text) == 0 {
		return nil, nil
	}
	var who enrollment
	if err := json.Unmarshal(text, &who); err != nil {
		return nil, fail("NOT_ENROLLED", "The stored enrollment is damaged. Enroll again.")
	}
	seed, seedErr := base64.RawURLEncoding.DecodeString(who.PrivateKey)
	public, publicErr := base64.RawURLEncoding.DecodeString(who.CompanionKey)
	if seedErr != nil || publicErr != nil || len(seed) != ed25519.SeedSize || len(public) != ed25519.PublicKeySize {
		return nil, fail("NOT_ENROLLED", "The stored enrollment is damaged. Enroll again.")
	}
	who.key, who.companionPublic = ed25519.NewKeyFromSeed(seed), public
	return &who, nil
}

func (p *Plugin) enrolled() (*enrollment, place, error) {
	who, err := p.record()
	if err != nil {
		return nil, place{}, err
	}
	if who == nil {
		return nil, place{}, fail("NOT_ENROLLED", "This server has not been enrolled with a companion.")
	}
	where, _ := p.whereabouts(who)
	at, err := newPlace(where)
	return who, at, err
}

type enrollInput struct {
	URL    string `json:"url"`
	Code   string `json:"code"`
	TLSPin string `json:"tls_pin"`
}

type enrollOutcome struct {
	Version string
}

// enroll trades public keys. The former record stays until the companion has proven that it printed the code.
func (p *Plugin) enroll(ctx context.Context, input enrollInput, by *actor) (*enrollOutcome, error) {
	wanted := settings{input.URL, input.TLSPin}.withDefaults()
	at, err := newPlace(wanted)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(p.siteURL()) == "" {
		return nil, fail("SITE_URL_MISSING", "The site URL of this server is empty.")
	}
	code := normalisedCode(input.Code)
	if len(code) < 8 || len(code) > 200 {
		return nil, fail("USAGE_INVALID", "The code that `drctl enroll` printed is missing.")
	}
	ctx, cancel := context.WithTimeout(ctx, enrollTimeout)
	defer cancel()
	unlock, err := p.lockEnrollment(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()

	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	reply, err := p.trade(ctx, at, code, public, by)
	if err != nil {
		return nil, err
	}
	configured := p.currentSettings()
	record := enrollment{
		PrivateKey:    base64.RawURLEncoding.EncodeToString(private.Seed()),
		CompanionID:   reply.CompanionID,
		CompanionKey:  reply.PublicKey,
		URL:           at.url,
		TLSPin:        at.pin,
		ConfiguredURL: configured.CompanionURL,
		ConfiguredPin: configured.CompanionTLSPin,
		EnrolledAt:    p.now().UnixMilli(),
		EnrolledBy:    by.Username,
		EnrolledByID:  by.UserID,
	}
	text, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	if appErr := p.API.KVSet(enrollmentKey, text); appErr != nil {
		return nil, fail("INTERNAL", "The enrollment could not be stored, so it did not take effect: "+refusal(appErr))
	}
	p.reach.runs(at.url, reply.Version)
	p.sets.forget()
	return &enrollOutcome{Version: reply.Version}, nil
}

func (p *Plugin) trade(ctx context.Context, at place, code string, public ed25519.PublicKey, by *actor) (*enrollmentReply, error) {
	request := enrollmentRequest{
		PublicKey:     base64.RawURLEncoding.EncodeToString(public),
		Nonce:         randomText(24),
		DiagnosticID:  p.API.GetDiagnosticId(),
		ServerVersion: p.API.GetServerVersion(),
		PluginVersion: pluginVersion,
		SiteURL:       p.siteURL(),
		Actor:         by.Username,
	}
	request.Proof = proof(code, bridgeName, request.PublicKey, request.Nonce)
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	response, err := p.send(ctx, at, call{signedRequest: signedRequest{method: http.MethodPost, path: routeEnroll, body: body}})
	if err != nil {
		return nil, err
	}
	var reply enrollmentReply
	if err := p.readReply(at, response, &reply); err != nil {
		return nil, err
	}
	key, err := base64.RawURLEncoding.DecodeString(reply.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize || reply.CompanionID == "" {
		return nil, p.unreachable(at, "it does not answer like a companion")
	}
	expected := proof(code, "companion", reply.PublicKey, request.Nonce)
	if !hmac.Equal([]byte(reply.Proof), []byte(expected)) {
		return nil, fail("ENROLMENT_CODE_WRONG", "What answers at "+at.url+" does not know the code, so it is not the companion that printed it. Nothing was kept.")
	}
	return &reply, nil
}

// revoke forgets here whatever happens there; the answer says whether the companion was told.
func (p *Plugin) revoke(ctx context.Context, by *actor) (told bool, cause error, err error) {
	unlock, err := p.lockEnrollment(ctx)
	if err != nil {
		return false, nil, err
	}
	defer unlock()
	telling, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	cause = p.askCompanion(telling, signedRequest{method: http.MethodDelete, path: routeRevoke}, by, nil)
	if appErr := p.API.KVDelete(enrollmentKey); appErr != nil {
		return cause == nil, cause, fail("INTERNAL", "The enrollment could not be removed: "+refusal(appErr))
	}
	p.sets.forget()
	return cause == nil, cause, nil
}

// Two nodes that enroll at once would leave the companion with a key that neither holds.
func (p *Plugin) lockEnrollment(ctx context.Context) (func(), error) {
	mutex, err := cluster.NewMutex(p.API, enrollmentKey)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := mutex.LockWithContext(waiting); err != nil {
		return nil, fail("USAGE_INVALID", "Another enrollment is under way. Try again in a moment.")
	}
	return mutex.Unlock, nil
}

func (p *Plugin) siteURL() string {
	config := p.API.GetConfig()
	if config == nil || config.ServiceSettings.SiteURL == nil {
		return ""
	}
	return *config.ServiceSettings.SiteURL
}

func normalisedCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, code))
}

// proof shows knowledge of the code without sending it.
func proof(code, side, publicKey, nonce string) string {
	key := sha256.Sum256([]byte(code))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(side + "\n" + publicKey + "\n" + nonce))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
