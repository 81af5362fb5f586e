# SPDX-License-Identifier: GPL-3.0-or-later
from card import PLACES, settle

for month in range(6):
    settle(month, "2025-%02d-10" % (month + 7), 10, PLACES[0])
for number in range(42):
    settle(100 + number, "2026-03-%02d" % (1 + number * 2 // 3), 9 + number % 3 * 4,
           PLACES[number % 7])
