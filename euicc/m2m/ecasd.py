"""What the ECASD of an SGP.02 card tells, SGP.02 2.2.1.2 and 4.1.1.6: the EID, and its one certificate."""

from __future__ import annotations

from collections.abc import Callable

from apdu import tlv
from euicc.ecasd.applet import CERTIFICATE, CERTIFICATE_STORE, EID
from euicc.m2m.identity import M2mIdentity


def _eid(identity: M2mIdentity) -> bytes:
    return tlv.encode(EID, identity.eid)


def _certificate(identity: M2mIdentity) -> bytes:
    return identity.ecasd_certificate


def ecasd_certificate_object(identity: M2mIdentity) -> bytes:
    """BF30 with CERT.ECASD.ECKA (7F21) in it: the ISD-R gives it out, too, for the ECASD."""
    return tlv.encode(CERTIFICATE_STORE, identity.ecasd_certificate)


DATA_OBJECTS: dict[int, Callable[[M2mIdentity], bytes]] = {
    EID: _eid,
    CERTIFICATE: _certificate,
    CERTIFICATE_STORE: ecasd_certificate_object,
}
"""What GET DATA answers, by the tag in P1 and P2, as `euicc.ecasd.applet.Ecasd` wants it."""
