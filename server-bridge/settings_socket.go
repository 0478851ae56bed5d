package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
)

var errNoSocket = errors.New("the local socket of Mattermost does not answer")

// patchBySocket goes through Mattermost's local mode, where the rights of the socket file are the credential.
func patchBySocket(location string, patch []byte) error {
	client := &http.Client{Timeout: patchTimeout, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			connection, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "unix", location)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errNoSocket, err)
			}
			return connection, nil
		},
	}}
	return sendPatch(client, "http://local", "", patch)
}
