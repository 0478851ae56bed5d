package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
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

// A code that the catalogue lacks would reach people as INTERNAL.
func TestEveryErrorThatTheBridgeNamesIsInTheCatalogue(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	named := 0
	for _, source := range sources {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`\bfail\("([A-Z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			require.Contains(t, failures, found[1], source)
			named++
		}
	}
	require.Greater(t, named, 30)
}
