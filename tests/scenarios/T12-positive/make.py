# SPDX-License-Identifier: GPL-3.0-or-later
from counter import settle, usual

usual(28)
for number in range(30):
    settle(number, number % 3 * 20, number, number, "814.80", hour=8 + number // 3)
