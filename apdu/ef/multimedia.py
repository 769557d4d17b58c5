"""The IMS: identities, home domain, proxies (TS 31.103 4.2)."""

from __future__ import annotations

from apdu.ef.codec import Codec
from apdu.ef.shapes import network_address, one_object, utf8

text = Codec(one_object(0x80, utf8))
"""EF.IMPI, EF.DOMAIN, a record of EF.IMPU, EF.UICCIARI or EF.WebRTCURI, TS 31.103 4.2.2 to 4.2.4: UTF-8."""

proxy = Codec(one_object(0x80, network_address))
"""A record of EF.P-CSCF, TS 31.103 4.2.8: a host name or an IP address."""

CODECS = {
    "EF.IMPI": text,
    "EF.IMPU": text,
    "EF.DOMAIN": text,
    "EF.UICCIARI": text,
    "EF.WebRTCURI": text,
    "EF.P-CSCF": proxy,
}
