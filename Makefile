# xiezhi: one Makefile, sources by wildcard, one static library a folder, one build folder a variant.
#
#   make             build/xiezhi
#   make test        everything, with its own broker (needs ops/install to have run)
#   make help        the other targets
#
# VARIANT is release, debug, asan, tsan or fuzz. `make unit FOLDERS="base event"` builds and runs the
# unit tests of some folders only, and needs only them and the folders above them to compile.

VARIANT ?= release
B := build/$(VARIANT)
ORDER := base event pack stats state evidence engine alert stream cases console simulate cli
FOLDERS ?= $(ORDER)
PKGS := rdkafka gsl libprotobuf-c yaml-0.1 libcrypto libxxhash libzstd libmicrohttpd sqlite3 libpq libargon2 jansson libcurl libarchive libjwt

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
        -Wwrite-strings -Wno-sign-conversion -Wformat=2 -Wvla
WERROR ?=
CFLAGS_PKGS := $(shell pkg-config --cflags $(PKGS))
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS_debug := -O0
CFLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan := -O1 -fsanitize=thread -fno-omit-frame-pointer
CFLAGS_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(VARIANT),fuzz)
CC := clang
endif
# No -ffast-math and no contraction: the same log must give the same bytes on every machine.
CFLAGS = -std=c17 -D_GNU_SOURCE -g -MMD -MP -Isrc -I$(B)/gen -ffp-contract=off $(WARN) $(WERROR) \
          $(CFLAGS_$(VARIANT)) $(CFLAGS_PKGS) $(CFLAGS_EXTRA)
# Entities come and go in sizes of all kinds: jemalloc keeps resident memory near what is in use, where
# glibc grew to four times that, and is a sixth faster. The sanitisers bring allocators of their own.
MALLOC_release := -ljemalloc
LDLIBS = $(MALLOC_$(VARIANT)) $(shell pkg-config --libs $(PKGS)) -lrocksdb -lpthread -lm
VERSION := $(shell cat VERSION)

Q := $(if $(V),,@)
srcs = $(wildcard src/$(1)/*.c)
objs = $(patsubst %.c,$(B)/%.o,$(call srcs,$(1)))
lib = $(B)/libxz-$(1).a
# the folders up to and including $(1), the lowest first, as a linker wants them
upto = $(call reverse,$(call take,$(1),$(ORDER)))
take = $(if $(filter $(firstword $(2)),$(1)),$(1),$(firstword $(2)) $(call take,$(1),$(wordlist 2,99,$(2))))
reverse = $(if $(1),$(call reverse,$(wordlist 2,99,$(1))) $(firstword $(1)))
LIBS := $(foreach f,$(call reverse,$(ORDER)),$(call lib,$(f)))
GEN := $(B)/gen/proto/xiezhi.pb-c.h

.PHONY: all help clean unit
all: build/xiezhi ## build build/xiezhi

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile ops/make/*.mk | sort | column -t -s '	'

build/xiezhi: $(B)/xiezhi
	$(Q)ln -sfr $< $@
$(B)/src/stream/config.o: VERSION
$(B)/src/stream/config.o: CFLAGS_EXTRA += -DXZ_VERSION='"$(VERSION)"'
$(B)/xiezhi: $(B)/src/main.o $(LIBS)
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

define folder_rules
$(call lib,$(1)): $(call objs,$(1))
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
unit-$(1): $$(patsubst %.c,$(B)/%,$$(wildcard tests/unit/$(1)/*.c))
	$$(Q)set -e; for t in $$^; do $$$$t; done
$(B)/tests/unit/$(1)/%: $(B)/tests/unit/$(1)/%.o $(foreach f,$(call upto,$(1)),$(call lib,$(f)))
	$$(Q)$$(CC) $$(CFLAGS) $$^ $$(LDLIBS) -lcmocka -o $$@
.PHONY: unit-$(1)
endef
$(foreach f,$(ORDER),$(eval $(call folder_rules,$(f))))
unit: $(foreach f,$(FOLDERS),unit-$(f)) ## unit tests, under a minute

$(B)/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@
$(B)/gen/proto/xiezhi.pb-c.h: proto/xiezhi.proto
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(B)/gen proto/xiezhi.proto
# generated code is not ours to warn about
$(B)/gen/proto/xiezhi.pb-c.o: $(B)/gen/proto/xiezhi.pb-c.h
	$(Q)$(CC) -std=c17 -g -O2 $(CFLAGS_$(VARIANT)) -I$(B)/gen -c $(B)/gen/proto/xiezhi.pb-c.c -o $@
$(call lib,event): $(B)/gen/proto/xiezhi.pb-c.o
# the migrations as a table of names and texts
MIGRATIONS := $(sort $(wildcard src/cases/migrations/*.sql))
$(B)/gen/cases/migrations.c: $(MIGRATIONS)
	@mkdir -p $(@D)
	$(Q){ echo '#include "cases/migrate.h"'; echo 'const struct xz_migration xz_migrations[] = {'; \
	    for f in $^; do echo "{\"$$(basename $$f .sql)\","; \
	        sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $$f; echo '},'; done; \
	    echo '{0, 0}};'; } > $@
$(B)/gen/cases/migrations.o: $(B)/gen/cases/migrations.c src/cases/migrate.h
	$(Q)$(CC) $(CFLAGS) -c $< -o $@
$(call lib,cases): $(B)/gen/cases/migrations.o

# the pages, by npm and vite; then with the API's description as a table of files
WEB_MODULES := src/console/web/node_modules/.package-lock.json
WEB_SOURCES := $(shell find src/console/web models/law -name node_modules -prune -o -name dist -prune -o \
                   -type f -print 2>/dev/null)
$(WEB_MODULES): src/console/web/package.json src/console/web/package-lock.json
	$(Q)cd src/console/web && npm ci --no-audit --no-fund --loglevel=error
	$(Q)touch $@
build/web/index.html: $(WEB_SOURCES) $(WEB_MODULES)
	$(Q)cd src/console/web && npm run --silent build -- --outDir ../../../build/web --emptyOutDir \
	    --logLevel warn
$(B)/gen/console/assets.c: src/console/openapi.json src/console/embed.mjs build/web/index.html
	@mkdir -p $(@D)
	$(Q)node src/console/embed.mjs $@ src/console/openapi.json build/web
$(B)/gen/console/assets.o: $(B)/gen/console/assets.c src/console/assets.h
	$(Q)$(CC) $(CFLAGS) -c $< -o $@
$(call lib,console): $(B)/gen/console/assets.o

clean: ## remove build/
	$(Q)rm -rf build

.SECONDARY:
-include $(wildcard ops/make/*.mk)
-include $(shell find $(B) -name '*.d' 2>/dev/null)
