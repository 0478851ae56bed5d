// A second plugin with data of its own. Its rows must come back from a restore byte for byte.
package main

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/plugin"
)

// Rows that a text-minded copy would damage: every byte value, nothing but zeros, text in many scripts, a big one.
func rows() map[string][]byte {
	everyByte := make([]byte, 256)
	for value := range everyByte {
		everyByte[value] = byte(value)
	}
	return map[string][]byte{
		"plain":                            []byte("an ordinary note"),
		"json":                             []byte(`{"title":"Größe","done":false,"tags":["a","b"]}`),
		"every_byte":                       everyByte,
		"zeros":                            make([]byte, 64),
		"not_utf8":                         {0xff, 0xfe, 0x80, 0xc3, 0x28},
		"quotes'\"\\":                      []byte(`it's "quoted" \ and $escaped$`),
		"ключ-κλειδί-鍵🔑":                   []byte("עברית العربية 日本語 👩‍👩‍👧"),
		"big":                              bytes.Repeat([]byte{0x00, 0x01, 0xfe, 0xff}, 64*1024),
		"long_" + strings.Repeat("k", 120): []byte("a key of 125 characters"),
	}
}

// Notes is the plugin; the rows are all it has.
type Notes struct {
	plugin.MattermostPlugin
}

// OnActivate writes the rows that are missing. Rows that are there stay, so that a restored row is not painted over.
func (notes *Notes) OnActivate() error {
	for key, value := range rows() {
		present, appErr := notes.API.KVGet(key)
		if appErr != nil {
			return appErr
		}
		if present != nil {
			continue
		}
		if appErr := notes.API.KVSet(key, value); appErr != nil {
			return appErr
		}
	}
	return nil
}

// ServeHTTP gives the value of ?key= as the plugin itself reads it.
func (notes *Notes) ServeHTTP(_ *plugin.Context, response http.ResponseWriter, request *http.Request) {
	if request.Header.Get("Mattermost-User-Id") == "" {
		http.Error(response, "not signed in", http.StatusUnauthorized)
		return
	}
	value, appErr := notes.API.KVGet(request.URL.Query().Get("key"))
	if appErr != nil {
		http.Error(response, appErr.Error(), http.StatusInternalServerError)
		return
	}
	if value == nil {
		http.NotFound(response, request)
		return
	}
	response.Header().Set("Content-Type", "application/octet-stream")
	_, _ = response.Write(value)
}

func main() {
	plugin.ClientMain(&Notes{})
}
