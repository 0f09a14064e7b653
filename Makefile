# Everything that is done in this project. `make` alone lists it.
#
# Nothing is redone: what node_modules, dist and release were made from is kept as checksums in a file inside of
# them. Checksums, since a file that was removed is newer than nothing; inside, so that deleting one redoes it.

MAKEFLAGS += --no-print-directory
BIN := node_modules/.bin

# $(call checksums,FILES AND DIRECTORIES): one line a file. Tests are no part of what is built, and packages are.
checksums = find $(1) -type f ! -name '*.spec.ts' -exec cksum {} + | LC_ALL=C sort -k 3
SOURCES := src migrations scripts/bundle.ts tsconfig.json tsconfig.build.json nest-cli.json package.json package-lock.json
RELEASED := $(SOURCES) web bin

.PHONY: abuse rolling-deploy faults-contexts faults-sensors faults-promos faults-customers faults-entries help node-version confirmed setup deps health db-shell redis-cli build build-release run run-release dev start-fresh kafka registry db-migrate \
  db-reset test test-integration test-coverage screenshots page-soak faults soak fuzz converge bench bench-ingest bench-read bench-search bench-write bench-mixed bench-startup bench-sensors bench-promos bench-customers bench-entries bench-life bench-growth \
  lint fmt clean docker-up docker-down docker-build docker-logs logs-api logs-worker docker-restart

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

# Recipe lines that start with $(if expand when the target runs, so that `make help` needs no node.
NODE_VERSION = $(shell node --version 2>/dev/null)
NODE_FITS = $(shell echo '$(NODE_VERSION)' | awk -F '[v.]' '{ print ($$2 > 20 || ($$2 == 20 && $$3 >= 19)) ? "yes" : "" }')

node-version:
	@$(if $(NODE_FITS),:,$(error Node.js 20.19 or newer is needed, this is $(or $(NODE_VERSION),a machine without node)))

confirmed:
	@$(if $(filter yes,$(CONFIRM)),:,$(error this deletes all data; to do so, add CONFIRM=yes))

setup: node-version ## install the dependencies, when package.json or package-lock.json changed
	@now=$$(cksum package.json package-lock.json); \
	[ "$$now" = "$$(cat node_modules/.installed-from 2>/dev/null)" ] && exit 0; \
	echo 'installing the dependencies; this takes a minute or two'; \
	npm ci && printf '%s\n' "$$now" > node_modules/.installed-from

deps: setup ## install the dependencies, and list what else this machine has of what is used
	@node --import tsx scripts/deps.ts

# A source that is gone must not live on in dist: its migration would still run. The second find sees a dist that
# something else has written to since, such as `make dev`.
build: setup ## compile to dist/, when a source changed
	@now=$$($(call checksums,$(SOURCES))); was=$$(cat dist/.built-from 2>/dev/null); \
	if [ "$$now" = "$$was" ] && [ -f dist/src/program.js ]; then \
	  [ -n "$$(find dist -name '*.js' -newer dist/.built-from)" ] || exit 0; \
	fi; \
	echo 'building the program; this takes half a minute'; \
	files() { printf '%s\n' "$$1" | cut -d ' ' -f 3-; }; \
	if [ "$$(files "$$now")" = "$$(files "$$was")" ]; then rm -f dist/.built-from; else rm -rf dist; fi; \
	npm run --silent build && printf '%s\n' "$$now" > dist/.built-from

build-release: setup ## a directory to deploy in release/: no source maps, production dependencies only
	rm -rf release
	$(BIN)/tsc -p tsconfig.build.json --outDir release/dist --sourceMap false --incremental false --tsBuildInfoFile null
	cp -R web bin package.json package-lock.json .npmrc release/
	cd release && npm ci --omit=dev
	node --import tsx scripts/bundle.ts release/dist
	@$(call checksums,$(RELEASED)) > release/.built-from

run: build ## run the application; it needs nothing else
	@exec node dist/src/program.js

# Started here and not in release/: a new release deletes that directory, and the data would stand in it.
run-release: setup ## run what build-release made, and make it first when a source changed
	@[ "$$($(call checksums,$(RELEASED)))" = "$$(cat release/.built-from 2>/dev/null)" ] || $(MAKE) build-release
	@NODE_ENV=production STATIC_DIR="$${STATIC_DIR:-release/web}" exec node release/dist/src/program.js

health: setup ## ask the program that runs (on SERVER_PORT) how each part is; fails when it is not up
	@node --import tsx scripts/health.ts

dev: build ## run the application, and restart it after each change
	@exec node --import tsx scripts/dev.ts

start-fresh: setup ## delete DATA_DIR (say CONFIRM=yes) and run the application
	@CONFIRM='$(CONFIRM)' node --import tsx scripts/delete-data.ts
	@$(MAKE) run

kafka: setup ## run a Kafka broker on 127.0.0.1:9092 (or KAFKA_PORT) without Docker; Ctrl-C stops it
	@exec node --import tsx scripts/kafka-broker.ts

registry: setup ## run a schema registry on 127.0.0.1:8081 (or REGISTRY_PORT) without Docker; Ctrl-C stops it
	@exec node --import tsx scripts/schema-registry.ts

db-shell: setup ## psql on the database that the program uses; ARGS='-c "SELECT 1"' goes to psql
	@exec node --import tsx scripts/db-shell.ts $(ARGS)

redis-cli: setup ## redis-cli on the Redis that the program uses; ARGS='ping' goes to it
	@exec node --import tsx scripts/redis-shell.ts $(ARGS)

db-migrate: build ## bring the database's schema up to date
	@node dist/src/program.js migrate

db-reset: confirmed build ## drop all tables and make them anew (say CONFIRM=yes)
	@node dist/src/program.js reset-database --yes

test: build ## run all tests; ARGS goes to vitest, as in ARGS='--project unit'
	@$(BIN)/vitest run $(ARGS)

SERVICES := integration kafka redis registry cases observability

test-integration: build ## run the tests that need PostgreSQL, Kafka, Redis or a schema registry, which they start, but for those that judge times
	@$(BIN)/vitest run $(SERVICES:%=--project %) $(ARGS)

test-coverage: build ## run all tests and write coverage/
	@$(BIN)/vitest run --coverage $(ARGS)

screenshots: build ## every view of the page as PNGs in screenshots/; ARGS='--only live' some of them, ARGS='--readme' those of README.md
	@node --import tsx test/screenshots/run.ts $(ARGS)

page-soak: build ## the Live view in Chromium under 500 changes a second for two minutes; ARGS='--seconds 600 --rate 1000'
	@node --import tsx test/page-soak/run.ts $(ARGS)

faults: build ## bring every fault about, with its counts, and a million orders; ARGS='--only PostgreSQL --seed 7'
	@node --import tsx test/faults/run.ts $(ARGS)
	@$(if $(ARGS),:,node --import tsx test/faults/memory.ts)

faults-contexts: build ## a context that fails, hangs or ends the process, beside others; ARGS='--only Kafka --seconds 10'
	@node --import tsx test/faults/contexts/run.ts $(ARGS)

faults-sensors: build ## readings while PostgreSQL, Redis or the program itself is away; ARGS='--readings 30000 --only Redis'
	@node --import tsx test/faults/sensors/run.ts $(ARGS)

faults-promos: build ## look-ups of users while PostgreSQL or Redis is away, hangs or lies, and while users change; ARGS='--only Redis'
	@node --import tsx test/faults/promos/run.ts $(ARGS)

faults-customers: build ## look-ups of customers while replicas, the broker and the registry go; ARGS='--only broker --seconds 10'
	@node --import tsx test/faults/customers/run.ts $(ARGS)

faults-entries: build ## cache entries against one order of all writes, while everything goes; ARGS='--operations 20000 --only Redis'
	@node --import tsx test/faults/entries/run.ts $(ARGS)

rolling-deploy: build ## replicas of FROM=<commit> and of this version side by side, each way, under load
	@node --import tsx test/faults/rolling-deploy.ts $(if $(FROM),--from $(FROM))

MINUTES = 10

soak: build ## mix all faults at random for MINUTES=10; ARGS='--seed 7' repeats a run
	@node --import tsx test/faults/run.ts --soak $(MINUTES) $(ARGS)

fuzz: build ## send the program anything for MINUTES=10; SEED=7 repeats a run
	@SEED='$(SEED)' FUZZ_MINUTES=$(MINUTES) $(BIN)/vitest run --project fuzz

converge: build ## drive orders, payments, parcels and stock in any order for MINUTES=10, the process dying; SEED=7 repeats a run
	@SEED='$(SEED)' CONVERGENCE_MINUTES=$(MINUTES) $(BIN)/vitest run --project integration test/convergence

abuse: build ## ask for more than one's share, and see what others meet; ARGS='--only GETs --seconds 60'
	@node --import tsx test/abuse/run.ts $(ARGS)

BENCH = node --import tsx bench/run.ts

bench: build ## run all benchmarks but the growth of the tables; ARGS='ingest list' runs those
	@$(BENCH) $(ARGS)

bench-ingest: build ## orders from Kafka into the tables and out again, the tables empty and with 2,000,000 orders
	@$(BENCH) ingest

bench-read: build ## reading an order, and the first and the 1,000th page of the list
	@$(BENCH) read list

bench-search: build ## finding an order by whatever is known of it, among 2,000,000
	@$(BENCH) search

bench-write: build ## orders over HTTP
	@$(BENCH) write

bench-mixed: build ## reads while orders come in
	@$(BENCH) mixed

bench-startup: build ## how long a start takes, and how much memory a full cache
	@$(BENCH) startup

bench-sensors: build ## readings of sensors from Kafka into the table, and the latest of each out of memory
	@$(BENCH) sensors

bench-promos: build ## look-ups of users from memory and from PostgreSQL
	@$(BENCH) promos

bench-customers: build ## a topic of 1,000,000 customers in memory: its load, its memory, look-ups, and how far behind they are
	@$(BENCH) customers

bench-entries: build ## a persistent cache: reads and writes at a rate, alone, together and mixed; BENCH_SECONDS=3 is a short run, BENCH_ONLY='writes, split' some rows
	@$(BENCH) entries

bench-life: build ## whole lives of orders through all contexts: how far behind each is, and what each costs
	@$(BENCH) life

bench-growth: build ## the rate of orders, and bytes on disk, as the tables grow to 2,000,000 orders (takes long)
	@$(BENCH) growth

CHECKS := eslint types docs migrations prettier layers unused contexts
check-eslint = $(BIN)/eslint .
# The page is checked against what the API is described to answer.
check-types = $(BIN)/tsc --noEmit && $(BIN)/openapi-typescript docs/openapi.json --output .cache/openapi.d.ts >/dev/null && \
  $(BIN)/tsc -p tsconfig.web.json
check-docs = node --import tsx scripts/docs.ts --check
check-migrations = node --import tsx scripts/check-migrations.ts
check-prettier = $(BIN)/prettier --check --log-level warn .
check-layers = $(BIN)/depcruise --config .dependency-cruiser.cjs src migrations scripts test bench
check-unused = $(BIN)/knip
check-contexts = node --import tsx scripts/check-contexts.ts

.PHONY: $(CHECKS:%=lint-%)
$(CHECKS:%=lint-%): lint-%:
	@echo 'lint: $*'; $(check-$*)

# All of them run, so that one round of mending sees every fault; two at a time, the longest first. Old versions of make
# mix what they print.
lint: build ## check everything that can be checked without running it
	@$(MAKE) --keep-going --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(CHECKS:%=lint-%) || \
	  { echo 'lint: failed, see above'; exit 1; }; \
	echo 'lint: all passed'

fmt: setup ## format the code, and mend what eslint can mend
	@$(BIN)/eslint --fix .; fixed=$$?; $(BIN)/prettier --write --log-level warn . && exit $$fixed

clean: ## delete what was built (not the data, nor node_modules)
	rm -rf dist release coverage .cache/*.partial-*

COMPOSE = $(or $(if $(shell docker compose version 2>/dev/null),docker compose),$(error Docker with its compose plugin is needed and not here: https://docs.docker.com/compose/install))

docker-up: ## start everything in containers, with Kafka, PostgreSQL and Grafana
	@$(COMPOSE) up -d --build

docker-down: ## stop the containers; their data stays
	@$(COMPOSE) down

docker-build: ## build the images
	@$(COMPOSE) build

docker-logs: ## follow the containers' logs
	@$(COMPOSE) logs -f

API_SERVICES := waybill sensors promos customers entries
WORKER_SERVICES := entries-worker

logs-api: ## follow the logs of the containers that answer requests; SERVICE=entries those of one
	@$(COMPOSE) logs -f $(or $(SERVICE),$(API_SERVICES))

logs-worker: ## follow the logs of the containers that only work off what waits in Kafka
	@$(COMPOSE) logs -f $(WORKER_SERVICES)

docker-restart: ## restart the containers
	@$(COMPOSE) restart
