# Disaster Recovery for Mattermost. `make help` lists the targets.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

VERSION := $(shell sed -n 's/.*"version": "\(.*\)".*/\1/p' plugin.json)
BUNDLE := dist/disaster-recovery-$(VERSION).tar.gz
JEST := node --disable-warning=ExperimentalWarning --experimental-vm-modules node_modules/jest/bin/jest.js

# What is random in the tests follows from it.
SEED := $(or $(SEED),$(shell od -An -N3 -tu4 /dev/urandom | tr -d ' '))

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: setup
setup: node_modules/.installed ## Install what building and testing need (Debian packages with root or sudo, npm packages)
	sh scripts/setup.sh

node_modules/.installed: package-lock.json
	npm ci --no-fund --no-audit
	touch $@

.PHONY: contract
contract: node_modules/.installed ## Build the shapes that service, web part and linter import
	npx tsc -b contract

.PHONY: hooks
hooks: ## Check what is quick before each commit of this clone
	git config core.hooksPath scripts/hooks

.PHONY: build
build: service bundle ## Put dist/drctl and the plugin bundle in place

.PHONY: service
service: contract ## Build dist/drctl with Node and restic beside it
	node scripts/build_service.ts

.PHONY: bridge
bridge: ## Build the Go part of the plugin
	cd server-bridge && for arch in amd64 arm64; do CGO_ENABLED=0 GOOS=linux GOARCH=$$arch go build -trimpath -ldflags '-s -w' -o dist/plugin-linux-$$arch . || exit 1; done

.PHONY: webapp
webapp: contract ## Build the web part of the plugin
	npm run -w webapp build

.PHONY: bundle
bundle: bridge webapp ## Pack dist/disaster-recovery-VERSION.tar.gz
	sh scripts/pack_plugin.sh $(BUNDLE)

.PHONY: generate
generate: contract ## Write openapi.json and the generated pages of docs/ anew
	node scripts/generate.ts

.PHONY: lint
lint: contract ## Lint TypeScript and Go
	npx prettier --check --log-level warn '**/*.{ts,tsx}'
	npx eslint . --max-warnings 0
	npx knip
	node scripts/generate.ts --check
	cd server-bridge && test -z "$$(gofmt -l .)" && go vet ./...

.PHONY: fix
fix: contract ## Format the code and mend what the linter can
	npx prettier --write --log-level warn '**/*.{ts,tsx}'
	npx eslint . --fix
	gofmt -w server-bridge

.PHONY: types
types: contract ## Check all types
	npx tsc -b contract service
	npx tsc -p webapp --noEmit
	for part in test test/browser; do npx tsc -p $$part --noEmit || exit 1; done

.PHONY: unit
unit: setup contract ## Run the unit tests (one file or folder: T=name)
	$(JEST) --selectProjects contract service webapp --maxWorkers=2 $(T)

.PHONY: watch
watch: setup contract ## Run the unit tests that a change touches, at each change
	$(JEST) --selectProjects contract service webapp --watch

.PHONY: go-test
go-test: ## Run the tests of the bridge
	cd server-bridge && go test ./...

.PHONY: parts
parts: setup ## Build what only tests need: the real Mattermost server, once per machine, and older and newer React
	sh scripts/build_cached.sh mattermost > /dev/null
	sh scripts/build_cached.sh second-plugin > /dev/null
	sh scripts/build_cached.sh rest-server > /dev/null
	sh scripts/build_cached.sh repository > /dev/null
	for version in 17 19; do test -d test/browser/react_$$version/node_modules || npm ci --prefix test/browser/react_$$version; done

.PHONY: system
system: build parts ## Run the system tests on a real Mattermost, PostgreSQL, restic and browser (one: T=name)
	$(JEST) --selectProjects system --maxWorkers=2 $(T)

.PHONY: soak
soak: build parts ## Rare and long tests: each kill, hundreds at random, much of everything (SEED= SAMPLE= COUNT= SECONDS= T=)
	@echo 'SEED=$(SEED)'
	SOAK_SEED=$(SEED) SOAK_SAMPLE=$(SAMPLE) SOAK_COUNT=$(COUNT) SOAK_SECONDS=$(SECONDS) $(JEST) --selectProjects soak --maxWorkers=2 $(T)

.PHONY: test
test: setup build parts ## Lint, types, unit, Go and system tests, and a sample of the long ones (the same one again: SEED= SAMPLE=)
	SEED=$(SEED) SAMPLE=$(SAMPLE) node scripts/test.ts

.PHONY: demo
demo: setup build parts ## A real Mattermost with the plugin, a first backup made, verified and restored
	node demo/demo.ts

.PHONY: demo-clean
demo-clean: ## Remove everything that the demo made
	node demo/clean.ts

.PHONY: bench
bench: setup build parts ## Measure backup and restore against a shell script and plain restic
	node bench/bench.ts

.PHONY: bench-sso
bench-sso: setup build parts ## Measure an SSO outage of 5,000 people against what an administrator would do by hand
	node --disable-warning=ExperimentalWarning bench/sso.ts

.PHONY: clean
clean: ## Remove what was built
	rm -rf dist contract/dist service/dist webapp/dist server-bridge/dist contract/*.tsbuildinfo service/*.tsbuildinfo
