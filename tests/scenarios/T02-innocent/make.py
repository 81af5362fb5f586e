# SPDX-License-Identifier: GPL-3.0-or-later
from card import PLACES, settle

for month in range(6):
    for ticket in range(5):
        settle(month * 10 + ticket, "2025-%02d-10" % (month + 7), 10, PLACES[0])
for number in range(14):
    month, day = divmod(14 * number, 30)
    settle(100 + number, "%d-%02d-%02d" % (2025 + (month + 8) // 12, (month + 8) % 12 + 1,
                                           1 + day % 28), 9, PLACES[1])
