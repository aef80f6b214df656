# Everything a person needs to run, test and measure Baton. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: help run serve build web check test test-rust test-web test-e2e lint codegen bench race chaos eval model real-model screenshots tools clean

help: ## This list.
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

run: build ## Builds everything and starts the demo: demo site, widget, inbox; SQLite, no keys.
	./target/release/baton demo

serve: build ## Builds everything and starts Baton on ./baton-data.
	./target/release/baton serve

build: web model ## The binary, with both front ends inside: target/release/baton.
	cargo build --release --locked -p baton-server

web: web/.built ## Both front ends.

web/.built: $(WEB_SOURCES)
	cd web && npm install --no-audit --no-fund && npm run build
	@touch $@

check: ## Quick checks: formatting, lints, types. No tests.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && npm run check

test: tools model web lint test-rust test-web test-e2e ## Installs what tests need and runs them all.

lint: ## Formatting, lints, types, project rules, generated files.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo xtask tidy
	cargo xtask codegen --check
	cd web && npm run check

test-rust: ## Rust unit, property, model and integration tests.
	cargo nextest run --workspace --locked

test-web: ## Front-end unit tests.
	cd web && npm test

test-e2e: web ## Browser tests against the real binary, in Chromium.
	cargo build --locked -p baton-server -p baton-scripted-model
	cd e2e && npm install --no-audit --no-fund && npm run check && npm test

codegen: ## Writes the generated files: OpenAPI document, TypeScript types.
	cargo xtask codegen

tools: ## What tests need beside Rust and Node: Chromium and cargo-nextest.
	bash scripts/install-tools

model: ## The embedding model: models/all-minilm-l6-v2.baton. Without it everything works by words alone.
	@bash scripts/fetch-model || echo "the embedding model could not be fetched: going on without it"

real-model: ## Our side of the OpenAI protocol against a real server: llama.cpp with random weights. Builds it on first use.
	bash scripts/real-model

# Folders of question sets, each with docs.jsonl and questions.jsonl.
QUESTION_SETS ?= ../shared/data

eval: model build ## How good the answers are, on question sets: QUESTION_SETS=FOLDER. Writes target/eval/.
	mkdir -p target/eval
	./target/release/baton eval docs-qa $(QUESTION_SETS)/docs-qa/dev --embeddings target/eval/embeddings --predictions target/eval/docs-qa.jsonl --json target/eval/docs-qa.json --html target/eval/docs-qa.html
	./target/release/baton eval intent $(QUESTION_SETS)/handoff-intent/dev/human_request.jsonl --predictions target/eval/human_request.jsonl
	./target/release/baton eval intent $(QUESTION_SETS)/handoff-intent/dev/frustration.jsonl --predictions target/eval/frustration.jsonl

race: build ## Takeovers raced against streaming answers: nothing of the AI after an acknowledged takeover.
	cargo run --release --locked -p baton-load -- race

chaos: build ## kill -9 under load: nothing acknowledged is lost or doubled.
	cargo run --release --locked -p baton-load -- chaos

bench: build ## Latency, throughput, memory, start time, sizes; writes target/bench/*.json.
	cargo run --release --locked -p baton-eval --example speed
	cargo run --release --locked -p baton-load -- bench

screenshots: web ## Makes the pictures of the README and the docs.
	cargo build --locked -p baton-server
	cd e2e && npm install --no-audit --no-fund && npm run screenshots

clean: ## Removes everything that was built.
	cargo clean
	rm -rf web/.built web/*/dist web/node_modules e2e/node_modules
