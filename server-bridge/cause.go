package main

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"

	"github.com/mattermost/mattermost/server/public/model"
)

// plainCause says why a request failed, in words; what Go says comes last, for whoever looks deeper.
func plainCause(err error) string {
	// The wrapping of url.Error repeats method and URL, which the message has already.
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var name *net.DNSError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, errWrongPin):
		return "its certificate does not have the key of the pin"
	case errors.As(err, &authority):
		return "its certificate comes from an authority that this machine does not trust, and no pin is set (" + err.Error() + ")"
	case errors.As(err, &host), errors.As(err, &invalid):
		return "its certificate does not fit (" + err.Error() + ")"
	case errors.As(err, &name):
		return "the name " + name.Name + " is not known (" + name.Err + ")"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "no answer in time"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no way leads to that address from here (" + err.Error() + ")"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "it closed the connection (" + err.Error() + ")"
	}
	return "the request failed (" + err.Error() + ")"
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// refusal is what Mattermost says of an error, without the name of the function where it arose.
func refusal(appErr *model.AppError) string {
	if appErr.Message != "" {
		return appErr.Message
	}
	return appErr.Id
}
