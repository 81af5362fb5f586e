# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzing with libFuzzer. tests/fuzz/fuzz_FOLDER_WHAT.c is linked with src/FOLDER and what stands
# above it; its seeds are in tests/fuzz/corpus/FOLDER_WHAT. What a run finds goes to build/fuzz.
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
fuzz-corpus: fuzz-build
	$(Q)set -e; for t in $(FUZZ); do mkdir -p tests/fuzz/corpus/$$t; \
	    $(B)/tests/fuzz/fuzz_$$t -runs=0 -artifact_prefix=$(B)/ tests/fuzz/corpus/$$t \
	        >$(B)/$$t.log 2>&1 || { cat $(B)/$$t.log; exit 1; }; \
	    echo "fuzz_$$t: corpus passed"; done
fuzz: fuzz-build
	$(Q)set -e; for t in $(FUZZ); do mkdir -p $(B)/corpus/$$t tests/fuzz/corpus/$$t; \
	    $(B)/tests/fuzz/fuzz_$$t -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(B)/ \
	        $(B)/corpus/$$t tests/fuzz/corpus/$$t >$(B)/$$t.log 2>&1 || \
	        { tail -60 $(B)/$$t.log; exit 1; }; \
	    echo "fuzz_$$t: $$(grep -o 'Done [0-9]* runs' $(B)/$$t.log) passed"; done
else
fuzz-build fuzz-corpus fuzz:
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz $@
endif
fuzz: ## every fuzz target for FUZZ_SECONDS
fuzz-corpus: ## every fuzz target over its seeds
