"""Whether the files of a package are those of the profile that its metadata announce, SGP.22 2.5.6.1 and 2.4.5.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.profiles.profile import ProfileClass
from euicc.uicc.filesystem import Df, Ef
from euicc.uicc.profile_data import AkaMapping, AkaParameters

if TYPE_CHECKING:
    from asn1.generated import rsp
    from euicc.uicc.profile_data import UiccProfile

EF_ICCID = 0x2FE2
EF_IMSI = 0x6F07
EF_UST = 0x6F38
EF_GID1, EF_GID2 = 0x6F3E, 0x6F3F
SERVICE_GID1, SERVICE_GID2 = 17, 18
USIM_AID = bytes.fromhex("A0000000871002")

TEST_ALGORITHM = 3
_NO_DIGIT = 0xF


def files_match(metadata: rsp.StoreMetadataRequest, profile: UiccProfile) -> bool:
    """Same ICCID in the metadata, the package's header and EF.ICCID; same owner in the metadata and the USIM."""
    printed = bytes((byte & 0x0F) << 4 | byte >> 4 for byte in metadata.iccid)
    if profile.iccid != printed or _content(profile.filesystem.mf, EF_ICCID) != metadata.iccid:
        return False
    owner = metadata.profile_owner
    return owner is None or all(_owned(usim, owner) for usim in _usims(profile))


def keys_allowed(metadata: rsp.StoreMetadataRequest, profile: UiccProfile) -> bool:
    """A test profile authenticates with the test algorithm, or with a key that nobody could take for secret."""
    if metadata.profile_class != ProfileClass.TEST:
        return True
    return all(_test_key(parameters) for parameters in profile.aka.values())


def _test_key(parameters: AkaParameters | AkaMapping) -> bool:
    """All bits zero but those of the last byte, unless it is the test algorithm of TS 34.108."""
    if isinstance(parameters, AkaMapping):
        return True
    return parameters.algorithm_id == TEST_ALGORITHM or not any(parameters.key[:-1])


def _usims(profile: UiccProfile) -> list[Df]:
    return [adf for aid, adf in profile.filesystem.adfs.items() if aid.startswith(USIM_AID)]


def _owned(usim: Df, owner: rsp.OperatorId) -> bool:
    imsi = _content(usim, EF_IMSI)
    return (
        imsi is not None
        and _same_plmn(imsi, owner.mcc_mnc)
        and _same_gid(usim, EF_GID1, SERVICE_GID1, owner.gid1)
        and _same_gid(usim, EF_GID2, SERVICE_GID2, owner.gid2)
    )


def _same_plmn(imsi: bytes, mcc_mnc: bytes) -> bool:
    """The IMSI (EF.IMSI: length, then digits after a type nibble) begins with MCC and MNC (TS 24.008 10.5.1.13)."""
    nibbles = [nibble for byte in imsi[1:] for nibble in (byte & 0xF, byte >> 4)]
    mcc1, mcc2, mcc3, mnc3, mnc1, mnc2 = (n for byte in mcc_mnc for n in (byte & 0xF, byte >> 4))
    wanted = [mcc1, mcc2, mcc3, mnc1, mnc2] + ([] if mnc3 == _NO_DIGIT else [mnc3])
    return nibbles[1 : 1 + len(wanted)] == wanted


def _same_gid(usim: Df, fid: int, service: int, gid: bytes | None) -> bool:
    """An owner with a GID needs the service and the file to hold it; one without says nothing about the file."""
    if not gid:
        return True
    content = _content(usim, fid)
    return _has_service(usim, service) and content is not None and _trimmed(content) == _trimmed(gid)


def _has_service(usim: Df, number: int) -> bool:
    table = _content(usim, EF_UST) or b""
    byte, bit = divmod(number - 1, 8)
    return byte < len(table) and bool(table[byte] >> bit & 1)


def _trimmed(gid: bytes) -> bytes:
    return gid.rstrip(b"\xff")


def _content(directory: Df, fid: int) -> bytes | None:
    file = directory.children.get(fid)
    return file.body.content if isinstance(file, Ef) else None
