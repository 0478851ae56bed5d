package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func newRequest(method, path, body string) *http.Request {
	return httptest.NewRequest(method, path, strings.NewReader(body))
}

func record(p *Plugin, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.ServeHTTP(theContext(), w, r)
	return w
}

func example(template string) string {
	return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(template, "20261124T120000Z-abc123")
}

// The contract is written once, in TypeScript; these two read it there.
func TestTheErrorCatalogueIsTheOneOfTheContract(t *testing.T) {
	source, err := os.ReadFile("../contract/src/errors.ts")
	require.NoError(t, err)
	entry := regexp.MustCompile(`(?s)\n  ([A-Z_]+): \{status: (\d+), exit: \d+, retryable: (true|false),\s+meaning: '([^']*)',\s+remedy: '([^']*)'\}`)
	known := map[string]failureKind{}
	for _, found := range entry.FindAllStringSubmatch(string(source), -1) {
		status, err := strconv.Atoi(found[2])
		require.NoError(t, err)
		known[found[1]] = failureKind{status, found[3] == "true", found[4], found[5]}
	}
	require.Greater(t, len(known), 30)
	for code, kind := range failures {
		require.Equal(t, known[code], kind, code)
	}
}

func TestWhatIsForwardedAreTheSignedRoutesOfTheContract(t *testing.T) {
	source, err := os.ReadFile("../contract/src/routes.ts")
	require.NoError(t, err)
	entry := regexp.MustCompile(`(?s)\n  ([a-z_]+): \{method: '([A-Z]+)', path: '([^']+)',.*?access: '([a-z]+)'`)
	// The bridge asks for these itself, or never.
	own := map[string]bool{"command": true, "events": true, "revoke": true}
	var wanted, got []string
	for _, found := range entry.FindAllStringSubmatch(string(source), -1) {
		if found[4] == "signed" && !own[found[1]] {
			wanted = append(wanted, found[2]+" "+found[3])
		}
	}
	for _, it := range forwarded {
		got = append(got, it.method+" "+it.path)
	}
	require.ElementsMatch(t, wanted, got)
}

func TestTheSettingsThatMayBeChangedAreThoseOfTheContract(t *testing.T) {
	source, err := os.ReadFile("../contract/src/bridge.ts")
	require.NoError(t, err)
	block := regexp.MustCompile(`(?s)SETTING_KEYS = \[(.*?)\]`).FindStringSubmatch(string(source))
	require.NotNil(t, block)
	keys := []string{}
	for _, found := range regexp.MustCompile(`'([^']+)'`).FindAllStringSubmatch(block[1], -1) {
		keys = append(keys, found[1])
	}
	require.NotEmpty(t, keys)
	require.ElementsMatch(t, keys, settingKeys)
}

func TestTheClaimRouteOfTheContractIsTheOneThatIsAsked(t *testing.T) {
	source, err := os.ReadFile("../contract/src/routes.ts")
	require.NoError(t, err)
	require.Regexp(t, `sso_claim: \{method: 'POST', path: '`+claimRoute+`',[^\n]*access: 'bridge'`, string(source))
}
