# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the program, its manual pages, the default pack and the messages' definition.
#
#   make install PREFIX=/usr DESTDIR=/tmp/package
#
# The program finds its pack from where it stands: bin/../share/xiezhi/models.

PREFIX ?= /usr/local
DESTDIR ?=
INSTALL_BIN = $(DESTDIR)$(PREFIX)/bin
INSTALL_MAN = $(DESTDIR)$(PREFIX)/share/man
INSTALL_SHARE = $(DESTDIR)$(PREFIX)/share/xiezhi
INSTALL_PACK := models/medical-insurance
INSTALL_CALENDAR := models/calendar/cn.csv
INSTALL_PACK_FILES = $(shell find $(INSTALL_PACK) -type f -not -name '.*') $(INSTALL_CALENDAR)
INSTALL_PAGES := $(notdir $(wildcard ops/man/*.1 ops/man/*.5))

.PHONY: install uninstall
install: build/xiezhi ## program, manual pages and pack to PREFIX (/usr/local), under DESTDIR
	$(Q)install -D -m 755 $(B)/xiezhi "$(INSTALL_BIN)/xiezhi"
	$(Q)set -e; for page in $(INSTALL_PAGES); do \
	    install -D -m 644 ops/man/$$page "$(INSTALL_MAN)/man$${page##*.}/$$page"; done
	$(Q)rm -rf "$(INSTALL_SHARE)/$(INSTALL_PACK)"
	$(Q)set -e; for file in $(INSTALL_PACK_FILES); do \
	    install -D -m 644 $$file "$(INSTALL_SHARE)/$$file"; done
	$(Q)install -D -m 644 proto/xiezhi.proto "$(INSTALL_SHARE)/proto/xiezhi.proto"

uninstall: ## remove what install put there
	$(Q)rm -f "$(INSTALL_BIN)/xiezhi" \
	    $(foreach page,$(INSTALL_PAGES),"$(INSTALL_MAN)/man$(subst .,,$(suffix $(page)))/$(page)")
	$(Q)rm -rf "$(INSTALL_SHARE)"
