# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzing with libFuzzer. tests/fuzz/fuzz_FOLDER_WHAT.c is linked with src/FOLDER and what stands
# above it; tests/fuzz/run runs them. What a run finds and learns goes to build/fuzz.
#
#   make fuzz FUZZ_SECONDS=60 FOLDERS="event state"     each target for a minute
#   make fuzz-corpus                                    the seeds once, as a regression test

FUZZ_SECONDS ?= 10
FUZZ_ALL := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_folder = $(firstword $(subst _, ,$(1)))
FUZZ := $(foreach t,$(FUZZ_ALL),$(if $(filter $(call fuzz_folder,$(t)),$(FOLDERS)),$(t)))

.PHONY: fuzz fuzz-corpus fuzz-build
ifeq ($(VARIANT),fuzz)
define fuzz_rules
$(B)/tests/fuzz/fuzz_$(1): $(B)/tests/fuzz/fuzz_$(1).o \
        $(foreach f,$(call upto,$(call fuzz_folder,$(1))),$(call lib,$(f)))
	$$(Q)$$(CC) $$(CFLAGS) -fsanitize=fuzzer $$^ $$(LDLIBS) -o $$@
endef
$(foreach t,$(FUZZ_ALL),$(eval $(call fuzz_rules,$(t))))

fuzz-build: $(FUZZ:%=$(B)/tests/fuzz/fuzz_%)
else
fuzz-build:
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz $@
endif
fuzz: ## every fuzz target for FUZZ_SECONDS
	$(Q)tests/fuzz/run short --seconds $(FUZZ_SECONDS) $(FUZZ)
fuzz-corpus: ## every fuzz target over its seeds
	$(Q)tests/fuzz/run corpus $(FUZZ)
