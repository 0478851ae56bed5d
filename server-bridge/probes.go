package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	probeTimeout   = 10 * time.Second
	probeKept      = time.Second
	maxProbeAnswer = 64 << 10
)

type probeResult struct {
	Provider string `json:"provider"`
	Probe    string `json:"probe"`
	Status   int    `json:"status"`
	Error    string `json:"error"`
	Ms       int64  `json:"ms"`
}

// probeCache keeps a round for a moment, so that a flood of requests asks a provider once.
type probeCache struct {
	lock    sync.Mutex
	until   time.Time
	results []probeResult
}

func (p *Plugin) getProbes(w http.ResponseWriter, _ handsRequest) {
	writeJSON(w, http.StatusOK, map[string]any{"probes": p.probeRound(), "logins": p.logins.list()})
}

// probeRound asks all addresses at once. Whoever comes meanwhile waits and gets the same answer.
func (p *Plugin) probeRound() []probeResult {
	p.probes.lock.Lock()
	defer p.probes.lock.Unlock()
	if p.now().Before(p.probes.until) {
		return p.probes.results
	}
	config := p.API.GetConfig()
	if config == nil {
		return []probeResult{}
	}
	targets := probeTargets(config)
	client := p.probeClient(config)
	results := make([]probeResult, len(targets))
	var round sync.WaitGroup
	for i, target := range targets {
		round.Go(func() { results[i] = askProvider(client, target) })
	}
	round.Wait()
	p.probes.results, p.probes.until = results, p.now().Add(probeKept)
	return results
}

// probeClient goes the way that Mattermost itself would go: proxy of the environment, its choice about certificates.
func (p *Plugin) probeClient(config *model.Config) *http.Client {
	patience := p.probePatience
	if patience == 0 {
		patience = probeTimeout
	}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			// A kept connection would not notice that nobody can make a new one.
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: model.SafeDereference(config.ServiceSettings.EnableInsecureOutgoingConnections)},
		},
	}
}

func askProvider(client *http.Client, target probeTarget) (result probeResult) {
	result = probeResult{Provider: target.provider, Probe: target.probe}
	started := time.Now()
	defer func() { result.Ms = time.Since(started).Milliseconds() }()
	request, err := http.NewRequest(target.method, target.address, strings.NewReader(target.form.Encode()))
	if err != nil {
		result.Error = "other"
		return result
	}
	request.Header.Set("User-Agent", pluginID+"/"+pluginVersion)
	if target.method == http.MethodPost {
		request.Header.Set("Accept", "application/json")
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		result.Error = probeError(err)
		return result
	}
	defer response.Body.Close()
	result.Status = response.StatusCode
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxProbeAnswer)); err != nil {
		result.Error = probeError(err)
	}
	return result
}

// probeError is one of the contract's words; the text of an error would hold addresses.
func probeError(err error) string {
	var (
		unknownName *net.DNSError
		invalid     x509.CertificateInvalidError
		unverified  *tls.CertificateVerificationError
		notTLS      tls.RecordHeaderError
		alert       tls.AlertError
		waited      net.Error
	)
	switch {
	case errors.As(err, &unknownName):
		return "dns"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "tls_expired"
	case errors.As(err, &unverified), errors.As(err, &notTLS), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return "tls"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.As(err, &waited) && waited.Timeout():
		return "timeout"
	}
	return "other"
}
