package main

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/mattermost/mattermost/server/public/plugin"
)

const claimPath = "/claim"

// The page talks to this site alone: to /claim/code, and to Mattermost for the new password.
const claimPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

var claimPages = map[string]struct{ file, media string }{
	claimPath:                {"claim.html", "text/html; charset=utf-8"},
	claimPath + "/claim.js":  {"claim.js", "text/javascript; charset=utf-8"},
	claimPath + "/claim.css": {"claim.css", "text/css; charset=utf-8"},
}

type claimFiles struct {
	lock sync.Mutex
	kept map[string][]byte
}

// serveClaim needs no session: who comes here cannot sign in. Looking at the page uses nothing up.
func (p *Plugin) serveClaim(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", claimPolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Frame-Options", "DENY")
	switch {
	case r.Method == http.MethodPost && r.URL.Path == claimPath+"/code":
		p.postClaimCode(c, w, r)
	case r.Method == http.MethodGet && r.URL.Path == claimPath+"/":
		// Relative, because the plugin cannot see the prefix and the subpath of the site.
		header.Set("Location", "../claim")
		w.WriteHeader(http.StatusFound)
	case r.Method == http.MethodGet:
		p.getClaimPage(w, r.URL.Path)
	default:
		writeFailure(w, fail("NOT_FOUND", "The plugin has no route "+r.Method+" at this path."))
	}
}

func (p *Plugin) getClaimPage(w http.ResponseWriter, path string) {
	page, known := claimPages[path]
	if !known {
		writeFailure(w, fail("NOT_FOUND", "The plugin has no page at this path."))
		return
	}
	body, err := p.claimFile(page.file)
	if err != nil {
		writeFailure(w, fail("NOT_FOUND", "The claim page is not part of this plugin bundle."))
		return
	}
	w.Header().Set("Content-Type", page.media)
	_, _ = w.Write(body)
}

func (p *Plugin) claimFile(name string) ([]byte, error) {
	p.claimFiles.lock.Lock()
	defer p.claimFiles.lock.Unlock()
	if body, found := p.claimFiles.kept[name]; found {
		return body, nil
	}
	bundle, err := p.API.GetBundlePath()
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(filepath.Join(bundle, "webapp", "dist", "claim", name))
	if err != nil {
		return nil, err
	}
	if p.claimFiles.kept == nil {
		p.claimFiles.kept = map[string][]byte{}
	}
	p.claimFiles.kept[name] = body
	return body, nil
}
