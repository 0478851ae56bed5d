package main

import (
	"context"
	"io"
	"mime"
	"net/http"
	"regexp"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
)

const (
	entryPrefix    = "/api/v1/"
	forwardTimeout = 60 * time.Second
	maxQuery       = 4096
)

type entryHandler func(*Plugin, *plugin.Context, http.ResponseWriter, *http.Request, *actor)

type entryRoute struct {
	method  string
	path    *regexp.Regexp
	handler entryHandler
	// changes marks what the audit log shall know of.
	changes bool
}

func route(method, template string, handler entryHandler, changes bool) entryRoute {
	pattern := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(template, `[A-Za-z0-9][A-Za-z0-9_-]{0,127}`)
	return entryRoute{method, regexp.MustCompile("^" + pattern + "$"), handler, changes}
}

var entryRoutes = func() []entryRoute {
	routes := []entryRoute{
		route(http.MethodGet, "/api/v1/connection", (*Plugin).getConnection, false),
		route(http.MethodPost, "/api/v1/enrol", (*Plugin).postEnroll, true),
		route(http.MethodDelete, "/api/v1/enrol", (*Plugin).deleteEnroll, true),
		route(http.MethodGet, "/api/v1/autocomplete/sets", (*Plugin).getSetSuggestions, false),
	}
	for _, it := range forwarded {
		handler := (*Plugin).forward
		if it.changes {
			handler = (*Plugin).forwardAudited
		}
		routes = append(routes, route(it.method, it.path, handler, it.changes))
	}
	return routes
}()

// serveEntry asks who it is before it says whether there is such a route.
func (p *Plugin) serveEntry(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	by, err := p.admin(r)
	if err != nil {
		writeFailure(w, err)
		return
	}
	for _, it := range entryRoutes {
		if it.method == r.Method && it.path.MatchString(r.URL.Path) {
			it.handler(p, c, w, r, by)
			return
		}
	}
	writeFailure(w, fail("NOT_FOUND", "The plugin has no route "+r.Method+" at this path."))
}

func (p *Plugin) forward(c *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) {
	if _, err := p.relay(c, w, r, by); err != nil {
		writeFailure(w, err)
	}
}

func (p *Plugin) forwardAudited(c *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) {
	status, err := p.relay(c, w, r, by)
	p.audit(c, auditEntry{event: "disasterRecoveryRequest", by: by, path: r.URL.Path, status: status, err: err, parameters: map[string]any{"method": r.Method}})
	if err != nil {
		writeFailure(w, err)
	}
}

// relay hands on method, path, query and body, and nothing of the headers: cookies and sessions stay here.
func (p *Plugin) relay(c *plugin.Context, w http.ResponseWriter, r *http.Request, by *actor) (int, error) {
	body, err := readBody(w, r)
	if err != nil {
		return 0, err
	}
	if len(r.URL.RawQuery) > maxQuery {
		return 0, fail("USAGE_INVALID", "The query is too long.")
	}
	who, at, err := p.enrolled()
	if err != nil {
		return 0, err
	}
	request := signedRequest{method: r.Method, path: r.URL.Path, body: body}
	if r.URL.RawQuery != "" {
		request.path += "?" + r.URL.Query().Encode()
	}
	token, err := p.signFor(request, who, by)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), forwardTimeout)
	defer cancel()
	response, err := p.send(ctx, at, call{signedRequest: request, token: token, requestID: c.RequestId})
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if kind := safeMediaType(response.Header.Get("Content-Type")); kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w, response.Body); err != nil {
		// The status is out, so all that is left is to cut the answer short and say so in the log.
		p.API.LogWarn("The answer of the companion broke off", "path", r.URL.Path, "err", err.Error())
	}
	return response.StatusCode, nil
}

// Whatever the companion says must never run as a page of the Mattermost site.
func safeMediaType(given string) string {
	kind, _, err := mime.ParseMediaType(given)
	switch {
	case given == "":
		return ""
	case err == nil && (kind == "application/json" || kind == "text/plain"):
		return given
	default:
		return "application/octet-stream"
	}
}
