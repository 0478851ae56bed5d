package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	bridgeName    = "bridge"
	tokenLifetime = 60 * time.Second
	clockLeeway   = 60 * time.Second
)

// requestToken is the RequestToken of the contract.
type requestToken struct {
	Iss        string `json:"iss"`
	Aud        string `json:"aud"`
	Iat        int64  `json:"iat"`
	Exp        int64  `json:"exp"`
	Jti        string `json:"jti"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	BodySHA256 string `json:"body_sha256"`
	// Both are always there, also when empty: what is left out cannot be compared.
	SiteURL      string `json:"site_url"`
	DiagnosticID string `json:"diagnostic_id"`
	Actor        *actor `json:"actor,omitempty"`
}

// The jwt package asks for these; the claims are checked in check(), where each refusal has its name.
func (requestToken) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil }
func (requestToken) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (requestToken) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (requestToken) GetIssuer() (string, error)                   { return "", nil }
func (requestToken) GetSubject() (string, error)                  { return "", nil }
func (requestToken) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

// signedRequest is what a token stands for.
type signedRequest struct {
	method string
	path   string
	body   []byte
}

func newToken(request signedRequest, aud string, by *actor, now time.Time) requestToken {
	return requestToken{
		Iss:        bridgeName,
		Aud:        aud,
		Iat:        now.Unix(),
		Exp:        now.Add(tokenLifetime).Unix(),
		Jti:        randomText(24),
		Method:     request.method,
		Path:       request.path,
		BodySHA256: bodyHash(request.body),
		Actor:      by,
	}
}

func (t requestToken) sign(key ed25519.PrivateKey) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, t)
	token.Header["kid"] = keyID(key.Public().(ed25519.PublicKey))
	return token.SignedString(key)
}

// parseToken checks the signature alone.
func parseToken(text string, key ed25519.PublicKey) (requestToken, error) {
	var claims requestToken
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithoutClaimsValidation(),
		jwt.WithStrictDecoding(),
	)
	parsed, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return key, nil })
	if err != nil {
		return requestToken{}, fail("TOKEN_INVALID", "The token does not verify with the key of the enrolled companion.")
	}
	if _, critical := parsed.Header["crit"]; critical {
		return requestToken{}, fail("TOKEN_INVALID", "The token asks for an extension that the bridge does not know.")
	}
	return claims, nil
}

// check compares the token of a companion with the request that carried it. paths are the names under which
// the same route may have been signed.
func (t requestToken) check(companionID string, request signedRequest, paths []string, now time.Time) error {
	switch {
	case t.Iss != companionID || t.Aud != bridgeName:
		return fail("TOKEN_INVALID", "The token was made by or for somebody else.")
	case t.Exp <= t.Iat || t.Exp-t.Iat > int64(tokenLifetime.Seconds()):
		return fail("TOKEN_INVALID", "The token is valid for longer than sixty seconds.")
	case now.Unix() > t.Exp || now.Add(-clockLeeway).Unix() > t.Iat || now.Add(clockLeeway).Unix() < t.Iat:
		return fail("TOKEN_EXPIRED", "The token was made at "+clockText(time.Unix(t.Iat, 0))+", and here it is "+clockText(now)+".")
	case len(t.Jti) < 16 || len(t.Jti) > 64:
		return fail("TOKEN_INVALID", "The token has no proper nonce.")
	case t.Method != request.method:
		return fail("TOKEN_INVALID", "The token is for another method.")
	case t.BodySHA256 != bodyHash(request.body):
		return fail("TOKEN_INVALID", "The token is for another body.")
	}
	for _, path := range paths {
		if t.Path == path {
			return nil
		}
	}
	return fail("TOKEN_INVALID", "The token is for another path.")
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return base64.RawURLEncoding.EncodeToString(sum[:])[:16]
}

func randomText(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func clockText(t time.Time) string {
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
