# SPDX-License-Identifier: GPL-3.0-or-later
from counter import settle, usual

usual(28)
for number in range(30):
    settle(number, number % 3 * 20, number, number, "10.00", hour=8 + number // 3)
for number in range(20):
    settle(100 + number, 30 + number, 5, 200 + number, "158.00", hour=14, acct=False)
for number in range(5):
    settle(200 + number, 40, 9, 300, "228.00", hour=9 + number)
