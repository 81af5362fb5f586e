# SPDX-License-Identifier: GPL-3.0-or-later
# What a visitor types first, and the same over a real broker.

.PHONY: demo stack
demo: ## install what is needed, build, and watch a simulated region with hidden schemes
	$(Q)ops/install build
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) build/xiezhi
	$(Q)build/xiezhi demo

stack: build/xiezhi ## broker, service and simulator as separate processes, until Ctrl-C
	$(Q)ops/stack
