package main

import (
	"encoding/json"
	"errors"
	"net/http"
)

type failureKind struct {
	status    int
	retryable bool
	meaning   string
	remedy    string
}

// The part of the product's error catalogue that the bridge itself can answer with; a test compares it with the contract.
var failures = map[string]failureKind{
	"INTERNAL": {500, false,
		"The companion met a condition that its authors did not foresee.",
		"Read the companion log at the time of the error and report it; nothing was sealed or swapped."},
	"USAGE_INVALID": {400, false,
		"The request or the command line is not well formed.",
		"Correct the named field or option; `drctl help` and docs/cli.md list them."},
	"NOT_FOUND": {404, false,
		"There is nothing of that name.",
		"List what exists with `drctl list` or `drctl jobs`."},
	"MATTERMOST_REFUSED": {502, false,
		"Mattermost or the plugin refused the request.",
		"Look at the plugin page for the state of the enrolment."},
	"COMPANION_UNREACHABLE": {502, true,
		"The companion does not answer.",
		"Start it with `drctl serve` and check the companion URL of the plugin. drctl itself works without it."},
	"NOT_ENROLLED": {401, false,
		"The companion and this Mattermost server do not know each other.",
		"Run `drctl enroll` on the companion and type the code into the plugin page or `/dr enroll URL CODE`."},
	"ENROLMENT_CODE_WRONG": {401, false,
		"The enrolment code is wrong, used or older than ten minutes.",
		"Run `drctl enroll` again and use the new code."},
	"TOKEN_INVALID": {401, false,
		"The signature of the request does not verify, or it is for another path, method or body.",
		"Enrol again if the plugin was reinstalled or the database restored."},
	"TOKEN_EXPIRED": {401, true,
		"The signed request is older than sixty seconds, or comes from the future.",
		"Set the clocks of both machines by NTP."},
	"TOKEN_REPLAYED": {401, false,
		"This signed request was already used once.",
		"Send a new request. If nobody repeated it, somebody listens: look at the network path and turn TLS on."},
	"NOT_SYSTEM_ADMIN": {403, false,
		"Only system administrators may do this.",
		"Ask a system administrator."},
	"CLAIM_TOO_MANY_TRIES": {429, true,
		"There were too many tries with wrong codes.",
		"Wait some minutes, then try again; if it stays so, ask your administrator for a new code."},
	"MAIL_FAILED": {502, true,
		"Mattermost could not send the mail.",
		"Read the code out or print it; mail may be down together with the provider."},
	"TLS_REQUIRED": {500, false,
		"The companion shall listen beyond this machine, but has no TLS certificate.",
		"Set serve.tls_certificate and serve.tls_key, or listen on 127.0.0.1."},
}

// Failure is the ErrorBody of the contract.
type Failure struct {
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Meaning   string         `json:"meaning"`
	Remedy    string         `json:"remedy"`
	Retryable bool           `json:"retryable"`
	Details   map[string]any `json:"details,omitempty"`

	status int
}

type errorReply struct {
	Error *Failure `json:"error"`
}

func (f *Failure) Error() string {
	return f.Code + ": " + f.Message
}

func fail(code, message string) *Failure {
	kind, known := failures[code]
	if !known {
		return fail("INTERNAL", message)
	}
	return &Failure{Code: code, Message: message, Meaning: kind.meaning, Remedy: kind.remedy, Retryable: kind.retryable, status: kind.status}
}

func asFailure(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return fail("INTERNAL", err.Error())
}

func writeFailure(w http.ResponseWriter, err error) {
	failure := asFailure(err)
	writeJSON(w, failure.status, errorReply{Error: failure})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
