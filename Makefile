# Kontora: one program, one Makefile. `make help` lists what can be asked of it.
#
# Everything is built below build/$(VARIANT); a variant is a set of compiler flags. The two commands
# a newcomer needs are `make run` and `make test`; both install what is missing by themselves.

VARIANT ?= release
BUILD   ?= build
OUT     := $(BUILD)/$(VARIANT)
CC      ?= gcc
PREFIX  ?= /usr/local
DATA    ?= data
VERSION := 0.1.0
comma   := ,

WARN := -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes \
        -Wstrict-prototypes -Wvla -Wswitch-enum -Wundef -Wcast-qual -Wwrite-strings \
        -Wpointer-arith -Wformat=2 -Werror
HARDEN := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
          -fcf-protection -ftrivial-auto-var-init=zero
SHARED_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

CFLAGS_release := -O2 -g1 $(HARDEN)
CFLAGS_debug   := -O0 -g3
CFLAGS_asan    := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan    := -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread
CFLAGS_fault   := -O1 -g1 -DFAULTS
CFLAGS_fuzz    := -O1 -g1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_asan   := -fsanitize=address,undefined
LDFLAGS_tsan   := -fsanitize=thread
LDFLAGS_fuzz   := -fsanitize=address,undefined
ifeq ($(VARIANT),fuzz)
CC := clang-14
endif

COMMON  := -fPIE -pthread -D_GNU_SOURCE -DKONTORA_VERSION='"$(VERSION)"' $(CFLAGS_EXTRA)
CFLAGS  := $(CFLAGS_$(VARIANT)) $(COMMON)
LDFLAGS := $(LDFLAGS_$(VARIANT)) $(SHARED_LDFLAGS) -pthread
# Hundreds of tests are linked, each with the whole library: by the quickest linker that is there.
LINK_TEST := $(if $(shell command -v ld.mold),-fuse-ld=mold -Wl$(comma)--thread-count=1,\
             $(if $(shell command -v ld.gold),-fuse-ld=gold))
LIBS    := -lssl -lcrypto -lnghttp2 -lsodium -lyaml -ldl -lm

# SQLite comes as the amalgamation that an npm package carries: Debian's own is older than 3.51.3
# and may corrupt a WAL (docs/decisions/0002). SYSTEM_SQLITE=1 links the system's instead.
SQLITE_DIR := node_modules/better-sqlite3/deps/sqlite3
ifdef SYSTEM_SQLITE
LIBS += -lsqlite3
INCLUDE := -Isrc -I$(OUT)
SQLITE_OBJ :=
else
INCLUDE := -Isrc -I$(OUT) -isystem $(SQLITE_DIR)
SQLITE_OBJ := $(BUILD)/sqlite3.o
endif
SQLITE_FLAGS := -DSQLITE_DQS=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DEFAULT_WAL_SYNCHRONOUS=2 \
  -DSQLITE_THREADSAFE=2 -DHAVE_FDATASYNC=1 -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_LIKE_DOESNT_MATCH_BLOBS \
  -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_MAX_EXPR_DEPTH=200

SOURCES := $(sort $(shell find src -name '*.c'))
ifeq ($(VARIANT),fuzz) # what reads what comes from outside, and nothing above it
SOURCES := $(filter src/base/% src/net/http% src/bus/message.c src/cache/redis_resp.c \
             src/engine/condition/% src/engine/definition/% src/engine/files/media_type.c \
             src/engine/workflow.c,$(SOURCES))
endif
# What names no place where a test may stop the world is the same in the fault variant: the release
# has compiled it already, and what a kill test kills is then nearly the program that people run.
OWN  := %.c
BASE := $(OUT)
ifeq ($(VARIANT),fault)
FAULT_HEADERS := $(patsubst src/%,-e "%",$(shell grep -rlw --include='*.h' FAULTS src))
OWN  := tests/fault/% $(shell grep -rlF --include='*.c' -e FAULTS $(FAULT_HEADERS) src tests/lib tests/sample)
BASE := $(BUILD)/release
endif
objects = $(patsubst %.c,$(OUT)/%.o,$(filter $(OWN),$(1))) \
          $(patsubst %.c,$(BASE)/%.o,$(filter-out $(OWN),$(1)))
OBJECTS := $(call objects,$(filter-out src/main.c,$(SOURCES)))
WORKFLOWS := $(sort $(wildcard src/apps/*/*.yaml src/services/*/*.yaml))
HTML_PAGES := $(sort $(wildcard src/services/*/*/*.html))
EMBEDDED := $(WORKFLOWS:%.yaml=$(OUT)/%.yaml.o) $(HTML_PAGES:%.html=$(OUT)/%.html.o)
WEB := $(sort $(wildcard web/*) $(shell find web/src -type f))
LIBRARY := $(OUT)/libkontora.a
PROGRAM := $(OUT)/kontora
TESTS   := $(sort $(shell find tests/unit tests/contract tests/fault -name '*_test.c' 2>/dev/null))
TEST_BINS := $(TESTS:%.c=$(OUT)/%)
TEST_LIB  := $(call objects,$(sort $(shell find tests/lib -name '*.c' 2>/dev/null)))
NET_SERVER := $(OUT)/tests/net/echo_server
SAMPLE     := $(OUT)/tests/sample/kontora-sample
SAMPLE_OBJ := $(call objects,$(sort $(wildcard tests/sample/*.c))) \
              $(patsubst %.yaml,$(OUT)/%.yaml.o,$(sort $(wildcard tests/sample/*.yaml)))
BENCHES   := $(patsubst %.c,$(OUT)/%,$(sort $(wildcard bench/*.c)))
FUZZERS   := $(patsubst %.c,$(OUT)/%,$(sort $(wildcard tests/fuzz/*.c)))

.DEFAULT_GOAL := build
.PHONY: help build programs tests sample bank run test demo cluster bench bench-peers lint fuzz san install clean need need-test need-bench need-demo need-cluster format campaign docs
.DELETE_ON_ERROR:

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: $(PROGRAM) ## the program, in build/release/kontora

sample: $(SAMPLE)

bank: $(OUT)/bench/bank_server

programs: $(PROGRAM) $(SAMPLE) $(NET_SERVER) $(BENCHES)

tests: programs $(TEST_BINS)

run: need ## install what is missing, build, start on http://127.0.0.1:8480
	@$(MAKE) --no-print-directory -j$$(nproc) build
	$(PROGRAM) serve --data $(DATA)

test: need-test ## everything CI runs: units, contracts, behaviour on both stores, crashes, sanitizers
	@tests/run

demo: need-demo ## a filled system: sample people, and cases that move on their own
	@$(MAKE) --no-print-directory -j$$(nproc) build
	tools/demo $(PROGRAM)

cluster: need-cluster ## two processes, PostgreSQL, RabbitMQ and Redis on loopback, until Ctrl-C
	@$(MAKE) --no-print-directory -j$$(nproc) build
	tools/cluster $(PROGRAM)

bench: need-bench ## measures against the disk, PostgreSQL and nginx; prints ratios
	@$(MAKE) --no-print-directory programs
	bench/run

bench-peers: need-bench ## durable steps of Restate and DBOS on this machine, and ours beside them
	@$(MAKE) --no-print-directory sample
	bench/peers/run

lint: need-test ## house rules, formatter, clang-tidy, cppcheck, clang's warnings
	tools/lint

fuzz: need-test ## libFuzzer over the parsers: make fuzz SECONDS=60
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	tests/fuzz/run $(or $(SECONDS),60)

san: need-test ## units and contracts under ASan+UBSan and TSan
	@tests/run --only sanitizers

campaign: need-test ## the long versions: 20,000 kills, 2 M power-loss states, hours
	@tests/run --campaign

fuzzers: $(FUZZERS)
.PHONY: fuzzers

install: build ## into $(PREFIX): the program, the manual page, a systemd unit
	install -D -m 0755 -s $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/kontora
	install -D -m 0644 docs/kontora.1 $(DESTDIR)$(PREFIX)/share/man/man1/kontora.1
	sed 's|/usr/local/bin|$(PREFIX)/bin|' docs/kontora.service | install -D -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/kontora.service

format: ## rewrites the sources in the pinned style
	clang-format-14 -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]')

docs: build ## regenerates the generated documents
	tools/docs $(PROGRAM)

clean: ## forgets everything that was built
	rm -rf $(BUILD)

# What a fresh Debian 12 lacks is installed by name, once, with one line saying what and why.
need:
	@tools/need build
need-test:
	@tools/need build test
need-bench:
	@tools/need build test bench
need-demo:
	@tools/need build demo
need-cluster:
	@tools/need build cluster

$(PROGRAM): $(OUT)/src/main.o $(LIBRARY) $(SQLITE_OBJ)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS) $(EMBEDDED) $(OUT)/web/web_files.o
	@rm -f $@
	@ar rcsT $@ $^

define compile
	@mkdir -p $(@D)
	@echo "  cc      $<"
	@$(CC) $(WARN) $(CFLAGS) $(INCLUDE) -I. -MMD -MP -c $< -o $@
endef

$(OUT)/%.o: %.c
	$(compile)

ifneq ($(BASE),$(OUT))
$(BASE)/%.o: CFLAGS := $(CFLAGS_release) $(COMMON)
$(BASE)/%.o: %.c
	$(compile)
endif

# leave.yaml as it is, between leave_yaml_begin and leave_yaml_end (engine/cases.h).
$(OUT)/%.yaml.o: %.yaml
	@mkdir -p $(@D)
	@echo "  embed   $<"
	@printf '__asm__(".section .rodata\\n.global %s_begin, %s_end\\n%s_begin: .incbin \"%s\"\\n%s_end: .byte 0\\n.previous");\n' \
	  $(foreach i,1 2 3,$(basename $(notdir $<))_yaml) $< $(basename $(notdir $<))_yaml | \
	  $(CC) $(CFLAGS) -x c -c - -o $@

# The same of a page: sign_on_html_begin.
$(OUT)/%.html.o: %.html
	@mkdir -p $(@D)
	@echo "  embed   $<"
	@printf '__asm__(".section .rodata\\n.global %s_begin, %s_end\\n%s_begin: .incbin \"%s\"\\n%s_end: .byte 0\\n.previous");\n' \
	  $(foreach i,1 2 3,$(basename $(notdir $<))_html) $< $(basename $(notdir $<))_html | \
	  $(CC) $(CFLAGS) -x c -c - -o $@

# The web client, the same for every variant; who has changed nothing in web/ does not wait for it.
$(BUILD)/web/web_files.c: $(WEB) package-lock.json
	@mkdir -p $(@D)
	@echo "  bundle  web/"
	@node web/build.mjs $(BUILD)/web

$(OUT)/web/web_files.o: $(BUILD)/web/web_files.c src/runtime/pages/web_files.h
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(INCLUDE) -c $< -o $@

# One object for every variant: a sanitizer that looks at our code need not look into SQLite, and
# four times half a minute is two minutes.
$(BUILD)/sqlite3.o: $(SQLITE_DIR)/sqlite3.c
	@mkdir -p $(@D)
	@echo "  cc      sqlite3.c (the amalgamation, about half a minute)"
	@gcc -std=gnu17 -w $(CFLAGS_release) -fPIE -pthread -D_GNU_SOURCE $(SQLITE_FLAGS) -c $< -o $@

$(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $(LIBRARY) $(SQLITE_OBJ)
	@$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) $(LINK_TEST) -o $@ $^ $(LIBS)

$(OUT)/tests/%_test: $(OUT)/tests/%_test.o $(TEST_LIB) $(LIBRARY) $(SQLITE_OBJ)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(LINK_TEST) -o $@ $^ $(LIBS)

# The program with a few services more, for tests of what services tell each other.
$(SAMPLE): $(SAMPLE_OBJ) $(LIBRARY) $(SQLITE_OBJ)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(LINK_TEST) -o $@ $^ $(LIBS)

$(NET_SERVER): $(OUT)/tests/net/echo_server.o $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(LINK_TEST) -o $@ $^ $(LIBS)

$(OUT)/bench/%: $(OUT)/bench/%.o $(LIBRARY) $(SQLITE_OBJ)
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(LINK_TEST) -o $@ $^ $(LIBS)

# It measures what the broker allows, with the library's own connection.
$(OUT)/bench/bare_publisher: LIBS += -lrabbitmq

.SECONDARY:
-include $(shell find $(sort $(OUT) $(BASE)) -name '*.d' 2>/dev/null)
