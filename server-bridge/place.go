package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"strings"
)

// place is where a companion is, checked: a base URL without path, and a pin or none.
type place struct {
	url string
	pin string
}

func newPlace(s settings) (place, error) {
	s = s.withDefaults()
	at, err := url.Parse(s.CompanionURL)
	if err != nil || at.Hostname() == "" || (at.Scheme != "http" && at.Scheme != "https") {
		return place{}, fail("USAGE_INVALID", "The companion URL must look like https://host:8066.")
	}
	if at.User != nil || at.RawQuery != "" || at.Fragment != "" || strings.Trim(at.Path, "/") != "" {
		// Credentials in it would end up in the configuration, and a path could not be signed as the companion sees it.
		return place{}, fail("USAGE_INVALID", "The companion URL may hold scheme, host and port only.")
	}
	if at.Scheme == "http" && !isLoopback(at.Hostname()) {
		return place{}, fail("TLS_REQUIRED", "The companion URL is plain http, and "+at.Hostname()+" is not this machine. Use https.")
	}
	if s.CompanionTLSPin != "" {
		if _, err := pinnedHash(s.CompanionTLSPin); err != nil {
			return place{}, fail("USAGE_INVALID", "The TLS pin must look like sha256/BASE64 of 32 bytes.")
		}
	}
	return place{url: at.Scheme + "://" + at.Host, pin: s.CompanionTLSPin}, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}

func (at place) isLocal() bool {
	parsed, err := url.Parse(at.url)
	return err == nil && isLoopback(parsed.Hostname())
}

var errWrongPin = errors.New("the certificate does not have the pinned key")

func pinnedHash(pin string) ([]byte, error) {
	encoded, found := strings.CutPrefix(pin, "sha256/")
	if !found {
		return nil, errors.New("a pin begins with sha256/")
	}
	encoded = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(encoded, "="))
	hash, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || len(hash) != sha256.Size {
		return nil, errors.New("a pin is the base64 of 32 bytes")
	}
	return hash, nil
}

// A pinned companion may use a certificate of its own making, so the chain is not asked for. The handshake
// proves that the peer holds the private key of the leaf certificate, hence only the leaf is compared.
func (at place) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if at.pin == "" {
		return config, nil
	}
	wanted, err := pinnedHash(at.pin)
	if err != nil {
		return nil, err
	}
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the companion showed no certificate")
		}
		hash := sha256.Sum256(state.PeerCertificates[0].RawSubjectPublicKeyInfo)
		if subtle.ConstantTimeCompare(hash[:], wanted) != 1 {
			return errWrongPin
		}
		return nil
	}
	return config, nil
}
