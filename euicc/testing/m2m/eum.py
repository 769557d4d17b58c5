"""The EUM's part: ES1.RegisterEIS, the signed EIS of a card that it made, SGP.02 5.2.1."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from apdu import aid as aids
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m import eis
from euicc.testing.m2m.eis import Eis, EumSignedInfo, Key, KeySet, KeyType, SecurityDomain
from euicc.testing.m2m.es3 import ProfileInfo
from euicc.testing.m2m.pki import IssuedEuicc
from euicc.testing.m2m.server_key import ServerKey

ISD_R_TAR, ECASD_TAR = bytes.fromhex("000001"), bytes.fromhex("000002")
PRODUCED = date(2024, 1, 15)
_ECASD_KEYS = 0x74
"""Version of the key set of an ECASD that certificates belong to."""
_SCP80_VERSIONS = range(0x01, 0x10)


def register(
    issued: IssuedEuicc,
    eum: GpIssued,
    profiles: Iterable[ProfileInfo] = (),
    *,
    memory: int = 1_000_000,
    produced: date = PRODUCED,
) -> Eis:
    """The EIS of a factory-new card, signed by its EUM. memory: bytes for profiles."""
    ecasd = SecurityDomain(
        aids.ECASD,
        ECASD_TAR,
        role="ECASD",
        key_sets=(KeySet(_ECASD_KEYS, certificates=(issued.ecasd_certificate,)),),
    )
    info = EumSignedInfo(issued.eid, eum.certificate.content.subject, produced, ecasd)
    return Eis(
        info=info,
        signature=eis.sign(info, eum.key),
        eum_certificate=issued.eum_certificate,
        isd_r=SecurityDomain(
            aids.ISD_R, ISD_R_TAR, issued.sin, issued.sdin, key_sets=tuple(_key_sets(issued.isd_r_keys))
        ),
        remaining_memory=memory,
        available_memory=memory,
        profiles=tuple(profiles),
    )


def _key_sets(keys: tuple[ServerKey, ...]) -> Iterable[KeySet]:
    for version in dict.fromkeys(key.version for key in keys):
        members = (
            Key(key.identifier, KeyType(key.type), key.value) for key in keys if key.version == version
        )
        yield KeySet(version, tuple(members), 0 if version in _SCP80_VERSIONS else None)
