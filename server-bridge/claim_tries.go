package main

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// As many codes are checked at once; others wait for their turn.
	claimsAtOnce   = 16
	claimTurnLimit = 10 * time.Second

	// Wrong codes of one address, beyond these at once, are answered one after the other. A whole office may share an address.
	wrongClaimsAtOnce  = 30
	wrongClaimInterval = time.Second
	wrongClaimMaxWait  = 8 * time.Second

	// Bounds the memory; beyond it the ones that were not seen for longest are forgotten.
	claimAddressesKept = 10000
)

// claimTries slows wrong codes down and never refuses a right one: whether a code is right is known only when the companion
// has looked at it, so what is held back is the answer to a wrong one. Guessing is stopped by the length of a code.
type claimTries struct {
	once  sync.Once
	turns chan struct{}

	lock sync.Mutex
	seen map[string]*rate.Limiter
}

// turn waits until the companion may be asked; false where that took too long.
func (t *claimTries) turn(ctx context.Context) (done func(), ok bool) {
	t.once.Do(func() { t.turns = make(chan struct{}, claimsAtOnce) })
	ctx, cancel := context.WithTimeout(ctx, claimTurnLimit)
	defer cancel()
	select {
	case t.turns <- struct{}{}:
		return func() { <-t.turns }, true
	case <-ctx.Done():
		return nil, false
	}
}

// penalty is how long the answer to a wrong code of this address is held back.
func (t *claimTries) penalty(address string, now time.Time) time.Duration {
	t.lock.Lock()
	defer t.lock.Unlock()
	who := neighbourhood(address)
	limiter, known := t.seen[who]
	if !known {
		limiter = rate.NewLimiter(rate.Every(wrongClaimInterval), wrongClaimsAtOnce)
		t.makeRoom(now)
		t.seen[who] = limiter
	}
	wait := limiter.ReserveN(now, 1).DelayFrom(now)
	return min(wait, wrongClaimMaxWait)
}

// makeRoom forgets whoever has nothing left to wait for; when that is nobody, all.
func (t *claimTries) makeRoom(now time.Time) {
	if t.seen != nil && len(t.seen) < claimAddressesKept {
		return
	}
	kept := map[string]*rate.Limiter{}
	for who, limiter := range t.seen {
		if limiter.TokensAt(now) < wrongClaimsAtOnce {
			kept[who] = limiter
		}
	}
	if len(kept) >= claimAddressesKept {
		kept = map[string]*rate.Limiter{}
	}
	t.seen = kept
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
