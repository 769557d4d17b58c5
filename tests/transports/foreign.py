"""A program as others write them: pyscard's high-level classes, and nothing of ours. Prints the EID of a card.

python foreign.py READER
"""

import sys

from smartcard.System import readers
from smartcard.util import toBytes, toHexString

connection = next(r for r in readers() if sys.argv[1] in str(r)).createConnection()
connection.connect()
(channel,), sw1, sw2 = connection.transmit(toBytes("00 70 00 00 01"))
assert (sw1, sw2) == (0x90, 0x00), (sw1, sw2)
isd_r = toBytes("A0 00 00 05 59 10 10 FF FF FF FF 89 00 00 01 00")
_, sw1, length = connection.transmit([channel, 0xA4, 0x04, 0x00, len(isd_r), *isd_r])
assert sw1 == 0x61, (sw1, length)
fci, sw1, sw2 = connection.transmit([channel, 0xC0, 0x00, 0x00, length])
assert len(fci) == length
assert fci[4:20] == isd_r
_, sw1, length = connection.transmit([0x80 | channel, 0xE2, 0x91, 0x00, 0x06, *toBytes("BF 3E 03 5C 01 5A")])
response, sw1, sw2 = connection.transmit([channel, 0xC0, 0x00, 0x00, length])
assert connection.transmit([0x00, 0x70, 0x80, channel])[1:] == (0x90, 0x00)
print(toHexString(response[5:]).replace(" ", ""))
