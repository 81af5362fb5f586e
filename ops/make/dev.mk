# SPDX-License-Identifier: GPL-3.0-or-later
.PHONY: format lint
format: ## rewrite the C files as .clang-format says
	$(Q)tests/lint/format --fix
lint: ## formatting, layers, banned calls, lengths, licences, clang-tidy
	@tests/run format layers banned size licence tidy
