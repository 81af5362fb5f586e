# SPDX-License-Identifier: GPL-3.0-or-later
# Property tests: tests/property/test_*.c, each linked with the rest of that folder and with every
# folder up to alert/.
#
#   make property VARIANT=asan
#   build/asan/tests/property/test_oracle 17     one seed

PROPERTY_TESTS := $(wildcard tests/property/test_*.c)
PROPERTY_SHARED := $(filter-out $(PROPERTY_TESTS),$(wildcard tests/property/*.c))
PROPERTY := $(PROPERTY_TESTS:%.c=$(B)/%)

.PHONY: property
$(PROPERTY): %: %.o $(PROPERTY_SHARED:%.c=$(B)/%.o) $(foreach f,$(call upto,alert),$(call lib,$(f)))
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -lcmocka -o $@
property: $(PROPERTY) ## random logs against a recount, other orders, restarts
	$(Q)set -e; for t in $^; do $$t; done
