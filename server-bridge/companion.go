package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	dialTimeout = 2 * time.Second
	// An identity snapshot answers only when the repository has it.
	headerTimeout = 45 * time.Second
	maxBody       = 1 << 20
)

// links keeps one HTTP client for each place, so that connections are reused.
type links struct {
	lock    sync.Mutex
	at      place
	current *http.Client
}

func (l *links) client(at place) (*http.Client, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.current != nil && l.at == at {
		return l.current, nil
	}
	tlsConfig, err := at.tlsConfig()
	if err != nil {
		return nil, err
	}
	if l.current != nil {
		l.current.CloseIdleConnections()
	}
	l.at = at
	l.current = &http.Client{
		Transport: &http.Transport{
			// No proxy: a signed request is meant for the companion alone.
			Proxy:                 nil,
			DialContext:           (&net.Dialer{Timeout: dialTimeout}).DialContext,
			TLSClientConfig:       tlsConfig,
			TLSHandshakeTimeout:   dialTimeout,
			ResponseHeaderTimeout: headerTimeout,
			// Less than the five seconds of Node's server: a request on a connection that it just closed would look like a failure.
			IdleConnTimeout:     4 * time.Second,
			MaxIdleConnsPerHost: 4,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return l.current, nil
}

// reachability remembers what this node last saw of one place. A try at another place, such as an enrollment with
// a mistyped URL, starts the memory anew.
type reachability struct {
	lock sync.Mutex
	url  string
	seen sighting
}

type sighting struct {
	unreachableSince time.Time
	version          string
}

func (m *reachability) at(url string) *sighting {
	if m.url != url {
		m.url, m.seen = url, sighting{}
	}
	return &m.seen
}

func (m *reachability) failed(url string, now time.Time) time.Time {
	m.lock.Lock()
	defer m.lock.Unlock()
	seen := m.at(url)
	if seen.unreachableSince.IsZero() {
		seen.unreachableSince = now
	}
	return seen.unreachableSince
}

func (m *reachability) answered(url string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.at(url).unreachableSince = time.Time{}
}

func (m *reachability) runs(url, version string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.at(url).version = version
}

func (m *reachability) last(url string) sighting {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.url != url {
		return sighting{}
	}
	return m.seen
}

type call struct {
	signedRequest
	token     string
	requestID string
}

// send answers with whatever the companion says; a connection that fails becomes COMPANION_UNREACHABLE.
func (p *Plugin) send(ctx context.Context, at place, what call) (*http.Response, error) {
	client, err := p.links.client(at)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, what.method, at.url+what.path, bytes.NewReader(what.body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", pluginID+"/"+pluginVersion)
	if len(what.body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if what.token != "" {
		request.Header.Set("Authorization", "Bearer "+what.token)
	}
	if what.requestID != "" {
		request.Header.Set("X-Request-Id", what.requestID)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, p.unreachable(at, plainCause(err))
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		_ = response.Body.Close()
		return nil, p.unreachable(at, "it answers with a redirect, so it is not a companion")
	}
	p.reach.answered(at.url)
	return response, nil
}

func (p *Plugin) unreachable(at place, cause string) *Failure {
	since := p.reach.failed(at.url, p.now())
	failure := fail("COMPANION_UNREACHABLE", fmt.Sprintf("The companion at %s has not answered since %s: %s.", at.url, clockText(since), cause))
	failure.Details = map[string]any{"unreachable_since": since.UnixMilli(), "companion_url": at.url}
	return failure
}

// askCompanion speaks for the enrolled bridge and reads a small JSON answer into reply.
func (p *Plugin) askCompanion(ctx context.Context, request signedRequest, by *actor, reply any) error {
	who, at, err := p.enrolled()
	if err != nil {
		return err
	}
	token, err := p.signFor(request, who, by)
	if err != nil {
		return err
	}
	response, err := p.send(ctx, at, call{signedRequest: request, token: token})
	if err != nil {
		return err
	}
	return p.readReply(at, response, reply)
}

func (p *Plugin) readReply(at place, response *http.Response, reply any) error {
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return p.unreachable(at, plainCause(err))
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		var refused errorReply
		if json.Unmarshal(text, &refused) != nil || refused.Error == nil || refused.Error.Code == "" {
			return p.unreachable(at, fmt.Sprintf("it answers %d and not like a companion", response.StatusCode))
		}
		refused.Error.status = response.StatusCode
		return refused.Error
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(text, reply); err != nil {
		return p.unreachable(at, "it does not answer like a companion")
	}
	return nil
}

// probe asks the one open route that says the version.
func (p *Plugin) probe(ctx context.Context, at place) error {
	response, err := p.send(ctx, at, call{signedRequest: signedRequest{method: http.MethodGet, path: routeHealth}})
	if err != nil {
		return err
	}
	var health struct {
		OK      bool   `json:"ok"`
		Version string `json:"version"`
	}
	if err := p.readReply(at, response, &health); err != nil {
		return err
	}
	if !health.OK || health.Version == "" {
		return p.unreachable(at, "it does not answer like a companion")
	}
	p.reach.runs(at.url, health.Version)
	return nil
}
