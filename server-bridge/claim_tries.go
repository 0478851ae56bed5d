package main

import (
	"net/netip"
	"sync"
	"time"
)

const (
	claimTriesAllowed = 600
	claimTriesWithin  = time.Minute
	// Bounds the memory; beyond it a new address waits until others are forgotten.
	claimAddressesKept = 10000
)

// claimTries guards companion and database from a flood. A whole office may share one address, so it allows much; guessing is
// stopped by the companion, which counts wrong codes, and by the length of a code.
type claimTries struct {
	lock sync.Mutex
	seen map[string][]time.Time
}

// allow does not count what it refuses, so that waiting helps.
func (t *claimTries) allow(address string, now time.Time) bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	who := neighbourhood(address)
	recent := []time.Time{}
	for _, at := range t.seen[who] {
		if now.Sub(at) < claimTriesWithin {
			recent = append(recent, at)
		}
	}
	if len(recent) >= claimTriesAllowed || !t.hasRoomFor(who, now) {
		return false
	}
	t.seen[who] = append(recent, now)
	return true
}

func (t *claimTries) hasRoomFor(who string, now time.Time) bool {
	if t.seen == nil {
		t.seen = map[string][]time.Time{}
	}
	if _, known := t.seen[who]; known || len(t.seen) < claimAddressesKept {
		return true
	}
	for address, tries := range t.seen {
		if now.Sub(tries[len(tries)-1]) >= claimTriesWithin {
			delete(t.seen, address)
		}
	}
	return len(t.seen) < claimAddressesKept
}

// One household or host has a whole /64 of IPv6.
func neighbourhood(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	parsed = parsed.Unmap().WithZone("")
	if parsed.Is4() {
		return parsed.String()
	}
	prefix, err := parsed.Prefix(64)
	if err != nil {
		return ""
	}
	return prefix.String()
}
