# SPDX-License-Identifier: GPL-3.0-or-later
# Speed, measured on this machine beside the limit; see benchmarks/README.md.
.PHONY: bench
$(B)/benchmarks/raw_consume: $(B)/benchmarks/raw_consume.o
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
$(B)/benchmarks/store_sizes: $(B)/benchmarks/store_sizes.o $(foreach f,$(call upto,state),$(call lib,$(f)))
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
$(B)/benchmarks/desk_fill: $(B)/benchmarks/desk_fill.o $(foreach f,$(call upto,cases),$(call lib,$(f)))
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
bench: build/xiezhi $(B)/benchmarks/raw_consume $(B)/benchmarks/store_sizes $(B)/benchmarks/desk_fill ## speed beside the limit: benchmarks/results
	@ops/install test
	@build/venv/bin/python benchmarks/bench.py --raw $(B)/benchmarks/raw_consume \
	    --sizes $(B)/benchmarks/store_sizes --desk-fill $(B)/benchmarks/desk_fill $(BENCH)
