# SPDX-License-Identifier: GPL-3.0-or-later
# Null streams, simulated schemes and published data, at full size; CI runs each of them small.
.PHONY: quality
quality: build/xiezhi ## false alarms, schemes found, published data sets; reports in build/quality
	@set +e; failed=0; for suite in null_streams schemes published; do \
	    tests/quality/$$suite --full || failed=1; done; exit $$failed
