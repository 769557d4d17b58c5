"""Application identifiers by name (SGP.02 annex H for the eUICC, TS 101 220 for the NAAs)."""

from __future__ import annotations

GSMA_RID = bytes.fromhex("A000000559")
EUICC_PREFIX = bytes.fromhex("A0000005591010FFFFFFFF89")

ISD_R = EUICC_PREFIX + bytes.fromhex("00000100")
ECASD = EUICC_PREFIX + bytes.fromhex("00000200")
ISD_P_LOAD_FILE = EUICC_PREFIX + bytes.fromhex("00000D00")
ISD_P_MODULE = EUICC_PREFIX + bytes.fromhex("00000E00")

# Registered prefixes: what follows in a full AID is chosen by the operator or the manufacturer.
USIM = bytes.fromhex("A0000000871002")
ISIM = bytes.fromhex("A0000000871004")
CSIM = bytes.fromhex("A0000003431002")

ISSUER_SECURITY_DOMAIN = bytes.fromhex("A000000151000000")
ARA_M = bytes.fromhex("A00000015141434C00")

FIRST_ISD_P = 0x0010
LAST_ISD_P = 0xFFFF

_NAMES = {
    ISD_R: "ISD-R",
    ECASD: "ECASD",
    ISD_P_LOAD_FILE: "ISD-P executable load file",
    ISD_P_MODULE: "ISD-P executable module",
    ISSUER_SECURITY_DOMAIN: "ISD",
    ARA_M: "ARA-M",
}
_PREFIX_NAMES = {USIM: "USIM", ISIM: "ISIM", CSIM: "CSIM"}


def isd_p(number: int) -> bytes:
    """AID of an ISD-P, 16 bytes, from the two bytes that tell them apart: 0010..FFFF, else ValueError."""
    if not FIRST_ISD_P <= number <= LAST_ISD_P:
        raise ValueError(f"no ISD-P has the number {number:04X}")
    return EUICC_PREFIX + b"\x00" + number.to_bytes(2, "big") + b"\x00"


def isd_p_number(aid: bytes) -> int | None:
    """The number 0010..FFFF in the AID of an ISD-P; None for another AID."""
    number = int.from_bytes(aid[13:15], "big")
    return number if number >= FIRST_ISD_P and aid == isd_p(number) else None


def compact(aid: bytes) -> bytes:
    """compactAid of SGP.32's CompactSuccessResult: bytes 14 and 15 of an ISD-P AID."""
    return aid[13:15]


def describe(aid: bytes) -> str:
    """Name of the application, or the AID in hexadecimal when it has none."""
    if aid in _NAMES:
        return _NAMES[aid]
    number = isd_p_number(aid)
    if number is not None:
        return f"ISD-P {number:04X}"
    for prefix, name in _PREFIX_NAMES.items():
        if aid.startswith(prefix):
            return name
    return aid.hex().upper()
