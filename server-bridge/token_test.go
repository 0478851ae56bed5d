package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/token_vectors.json anew")

type signedVector struct {
	Name    string       `json:"name"`
	By      string       `json:"signed_by"`
	Body    string       `json:"body"`
	Payload requestToken `json:"payload"`
	JWS     string       `json:"jws"`
}

type partyVector struct {
	SeedHex   string `json:"seed_hex"`
	PublicKey string `json:"public_key"`
	KeyID     string `json:"kid"`
}

// tokenVectors is read by the tests of the companion too. A JWS is compared by verifying it: the order of the
// members and the escaping inside it are the signer's.
type tokenVectors struct {
	Bridge    partyVector    `json:"bridge"`
	Companion partyVector    `json:"companion"`
	Accepted  []signedVector `json:"accepted"`
	Refused   []struct {
		Name string `json:"name"`
		JWS  string `json:"jws"`
	} `json:"refused"`
	Enrollment struct {
		CodeAsTyped    string `json:"code_as_typed"`
		CodeNormalised string `json:"code_normalised"`
		DerivedKeyHex  string `json:"derived_key_hex"`
		Nonce          string `json:"nonce"`
		BridgeProof    string `json:"bridge_proof"`
		CompanionProof string `json:"companion_proof"`
	} `json:"enrollment"`
}

func party(first byte) (ed25519.PrivateKey, partyVector) {
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = first + byte(i)
	}
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	return private, partyVector{hex.EncodeToString(seed), base64.RawURLEncoding.EncodeToString(public), keyID(public)}
}

func makeVectors(t *testing.T) tokenVectors {
	t.Helper()
	var vectors tokenVectors
	bridge, bridgeVector := party(0x00)
	companion, companionVector := party(0x40)
	vectors.Bridge, vectors.Companion = bridgeVector, companionVector
	const at = 1795521600
	add := func(name, by string, key ed25519.PrivateKey, body string, payload requestToken) string {
		payload.Iat, payload.Exp, payload.BodySHA256 = at, at+60, bodyHash([]byte(body))
		text, err := payload.sign(key)
		require.NoError(t, err)
		vectors.Accepted = append(vectors.Accepted, signedVector{name, by, body, payload, text})
		return text
	}
	get := add("GET without body, with query", "bridge", bridge, "", requestToken{
		Iss: "bridge", Aud: "companion-1", Jti: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", Method: "GET", Path: "/api/v1/jobs?a=%2F1&b=2+x",
		SiteURL: siteAddress, DiagnosticID: "diagnostic",
		Actor: &actor{adminUser, "alice", true},
	})
	add("POST with body beyond ASCII", "bridge", bridge, `{"scope":["database"],"reason":"vor dem Update – <prüfen>"}`, requestToken{
		Iss: "bridge", Aud: "companion-1", Jti: "GBkaGxwdHh8gISIjJCUmJygpKissLS4v", Method: "POST", Path: "/api/v1/backups",
		SiteURL: siteAddress, DiagnosticID: "diagnostic",
		Actor: &actor{adminUser, "alice", true},
	})
	add("companion to bridge", "companion", companion, "", requestToken{
		Iss: "companion-1", Aud: "bridge", Jti: "MDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZH", Method: "GET", Path: pluginPath + "/companion/v1/config",
	})
	parts := bytes.Split([]byte(get), []byte("."))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + string(parts[1]) + "."
	byHMAC, err := jwt.NewWithClaims(jwt.SigningMethodHS256, vectors.Accepted[0].Payload).SignedString([]byte(bridge.Public().(ed25519.PublicKey)))
	require.NoError(t, err)
	byOther, err := vectors.Accepted[0].Payload.sign(companion)
	require.NoError(t, err)
	changed := vectors.Accepted[0].Payload
	changed.Path = "/api/v1/status"
	changedText, err := json.Marshal(changed)
	require.NoError(t, err)
	for _, it := range [][2]string{
		{"alg none", none},
		{"HS256 with the public key as secret", byHMAC},
		{"signed by the other party", byOther},
		{"payload changed after signing", string(parts[0]) + "." + base64.RawURLEncoding.EncodeToString(changedText) + "." + string(parts[2])},
		{"signature cut off", string(parts[0]) + "." + string(parts[1]) + "."},
	} {
		vectors.Refused = append(vectors.Refused, struct {
			Name string `json:"name"`
			JWS  string `json:"jws"`
		}{it[0], it[1]})
	}
	enroll := &vectors.Enrollment
	enroll.CodeAsTyped = " k7qm-2xwd 9ptr-4hjv-b3nc-8fgy-zz "
	enroll.CodeNormalised = normalisedCode(enroll.CodeAsTyped)
	derived := sha256.Sum256([]byte(enroll.CodeNormalised))
	enroll.DerivedKeyHex = hex.EncodeToString(derived[:])
	enroll.Nonce = "SElKS0xNTk9QUVJTVFVWV1hZWltcXV5f"
	enroll.BridgeProof = proof(enroll.CodeNormalised, "bridge", bridgeVector.PublicKey, enroll.Nonce)
	enroll.CompanionProof = proof(enroll.CodeNormalised, "companion", companionVector.PublicKey, enroll.Nonce)
	return vectors
}

func TestTokensAreTheOnesThatTheCompanionTestsAgainst(t *testing.T) {
	const file = "testdata/token_vectors.json"
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	vectors := makeVectors(t)
	require.NoError(t, encoder.Encode(vectors))
	if *update {
		require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), text.String())

	bridge, _ := party(0x00)
	companion, _ := party(0x40)
	keys := map[string]ed25519.PublicKey{"bridge": bridge.Public().(ed25519.PublicKey), "companion": companion.Public().(ed25519.PublicKey)}
	for _, it := range vectors.Accepted {
		claims, err := parseToken(it.JWS, keys[it.By])
		require.NoError(t, err, it.Name)
		require.Equal(t, it.Payload, claims)
	}
	for _, it := range vectors.Refused {
		_, err := parseToken(it.JWS, keys["bridge"])
		require.Error(t, err, it.Name)
		require.Equal(t, "TOKEN_INVALID", asFailure(err).Code)
	}
}

func TestANewTokenIsShortLivedAndItsNonceIsNew(t *testing.T) {
	now := time.Unix(1795521600, 0)
	request := signedRequest{method: "GET", path: "/api/v1/status"}
	first, second := newToken(request, "companion-1", alice(), now), newToken(request, "companion-1", alice(), now)
	require.Equal(t, int64(60), first.Exp-first.Iat)
	require.NotEqual(t, first.Jti, second.Jti)
	require.Len(t, first.Jti, 32)
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", first.BodySHA256)
}
