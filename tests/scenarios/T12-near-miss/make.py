# SPDX-License-Identifier: GPL-3.0-or-later
from counter import settle, usual

usual(28)
for number in range(3):
    settle(number, 20, 0, number, "128.00", hour=9 + number)
