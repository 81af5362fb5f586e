# SPDX-License-Identifier: GPL-3.0-or-later
# Tests by tier; the suites are in tests/suites.tsv.
.PHONY: check test soak compile

check: ## the quick tier: what every commit must pass
	@tests/run quick
test: ## the full tier: everything but hours of it
	@ops/install test
	@tests/run full
soak: ## the long tier, by hand
	@ops/install test
	@tests/run long

# Every object there is and no program: for a look at the warnings of another compiler.
compile: $(patsubst %.c,$(B)/%.o,$(wildcard src/*.c src/*/*.c tests/*/*.c tests/unit/*/*.c))
