# SPDX-License-Identifier: GPL-3.0-or-later
from counter import settle, usual

usual(28)
for number in range(25):
    settle(number, number, 0, number, "%d.%02d" % (60 + number * 37 % 90, number * 13 % 100),
           hour=10, acct=False, place="N21010200001")
for number in range(5):
    settle(100 + number, number, 0, 77, "%d.00" % (20 + number))
