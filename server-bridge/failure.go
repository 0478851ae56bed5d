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
	return fail("INTERNAL", "The plugin met an unexpected error: "+err.Error())
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
