# SPDX-License-Identifier: GPL-3.0-or-later
# Speed, measured on this machine beside the limit; see benchmarks/README.md.
.PHONY: bench
$(B)/benchmarks/raw_consume: $(B)/benchmarks/raw_consume.o
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
bench: build/xiezhi $(B)/benchmarks/raw_consume ## speed beside the limit: benchmarks/results
	@ops/install test
	@build/venv/bin/python benchmarks/bench.py --raw $(B)/benchmarks/raw_consume $(BENCH)
