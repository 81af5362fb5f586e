# SPDX-License-Identifier: GPL-3.0-or-later
from card import PLACES, settle

for month in range(6):
    settle(month, "2025-%02d-10" % (month + 7), 10, PLACES[0])
for number in range(6):
    settle(100 + number, "2026-03-%02d" % (2 + number * 4), 10, PLACES[number % 2])
