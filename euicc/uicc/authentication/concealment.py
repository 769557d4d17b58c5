"""The subscription concealed identifier that the USIM calculates, TS 33.501 6.12 and C.2, TS 31.102 7.5.

What it is made of stands in files: the SUPI in EF_IMSI or EF_SUPI_NAI, schemes and keys in EF_SUCI_Calc_Info of
DF.SAIP, the routing indicator in EF_Routing_Indicator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apdu import tlv
from apdu.tlv import TlvError
from euicc.crypto.ecies import Concealed, KeyNotUsable, profile_a, profile_b
from euicc.uicc.authentication.applications import UsimService, available
from euicc.uicc.filesystem import Df, Ef

if TYPE_CHECKING:
    from euicc.crypto.ecies import Random
    from euicc.uicc.uicc import Uicc

EF_IMSI, EF_AD = (0x6F07,), (0x6FAD,)
DF_5GS, DF_SAIP = 0x5FC0, 0x5FD0
EF_SUPI_NAI, EF_ROUTING_INDICATOR = (DF_5GS, 0x4F09), (DF_5GS, 0x4F0A)
EF_SUCI_CALC_INFO = (DF_SAIP, 0x4F01)

# EF_SUCI_Calc_Info, TS 31.102 4.4.11.8
SCHEMES, KEYS, KEY_IDENTIFIER, PUBLIC_KEY = 0xA0, 0xA1, 0x80, 0x81
NETWORK_SPECIFIC = 0x80
"""Tag in EF_SUPI_NAI, TS 31.102 4.4.11.10; line and cable identifiers have others."""

NULL_SCHEME = 0
PROFILES = {1: profile_a, 2: profile_b}

# First byte of a SUCI, TS 24.501 9.11.3.4: SUPI format, and that it is a SUCI
IMSI_SUCI, NAI_SUCI = 0x01, 0x11
TYPE_NAI = 1
NO_ROUTING_INDICATOR = b"\xf0\xff"
DIGITS = "0123456789"


class NoIdentity(Exception):
    """The files hold no SUPI of which the USIM makes a SUCI."""


class Protection(NamedTuple):
    """A protection scheme with the home network's key; for the null scheme both numbers are 0."""

    scheme: int
    identifier: int
    public_key: bytes


NULL = Protection(NULL_SCHEME, 0, b"")


def suci(uicc: Uicc, adf: Df, random: Random) -> bytes:
    """The SUCI of a USIM, coded as the 5GS mobile identity of TS 24.501 from octet 4 on. NoIdentity."""
    indicator = _content(uicc, adf, EF_ROUTING_INDICATOR)[:2]
    if not _digits(indicator):
        indicator = NO_ROUTING_INDICATOR
    if available(uicc, adf, UsimService.SUPI_NAI):
        return bytes([NAI_SUCI]) + _nai_suci(uicc, adf, _digits(indicator), random)
    return bytes([IMSI_SUCI]) + _imsi_suci(uicc, adf, indicator, random)


def _imsi_suci(uicc: Uicc, adf: Df, indicator: bytes, random: Random) -> bytes:
    """MCC and MNC, routing indicator, scheme, key identifier, and the MSIN concealed."""
    imsi = _digits(_content(uicc, adf, EF_IMSI)[1:])[1:]
    mnc_end = 3 + _mnc_length(uicc, adf)
    if len(imsi) <= mnc_end:
        raise NoIdentity
    home, msin = imsi[:mnc_end], _packed(imsi[mnc_end:])
    used, output = _conceal(uicc, adf, msin, random)
    plmn = _packed(home[:3] + home[5:].ljust(1, "F") + home[3:5])
    return plmn + indicator + bytes((used.scheme, used.identifier)) + (b"".join(output) if output else msin)


def _nai_suci(uicc: Uicc, adf: Df, indicator: str, random: Random) -> bytes:
    """username@realm, in which the username is the concealed one with all it takes to reveal it, TS 23.003 28.7.3."""
    username, at, realm = _network_specific_identifier(uicc, adf).rpartition("@")
    if not at:
        raise NoIdentity
    used, output = _conceal(uicc, adf, username.encode(), random)
    fields = f"type{TYPE_NAI}.rid{indicator}.schid{used.scheme}"
    if output is None:
        return f"{fields}.userid{username}@{realm}".encode()
    key, ciphertext, mac = (part.hex().upper() for part in output)
    return f"{fields}.hnkey{used.identifier}.ecckey{key}.cip{ciphertext}.mac{mac}@{realm}".encode()


def _network_specific_identifier(uicc: Uicc, adf: Df) -> str:
    content = _content(uicc, adf, EF_SUPI_NAI)
    try:
        tag, start, end = tlv.read(content)
        if tag != NETWORK_SPECIFIC:
            raise NoIdentity
        return content[start:end].decode()
    except (TlvError, UnicodeDecodeError):
        raise NoIdentity from None


def _conceal(uicc: Uicc, adf: Df, plaintext: bytes, random: Random) -> tuple[Protection, Concealed | None]:
    """The first scheme of the home network's list that works; the null scheme when none is provisioned (None)."""
    for protection in _protections(_content(uicc, adf, EF_SUCI_CALC_INFO)):
        if protection.scheme == NULL_SCHEME:
            break
        try:
            return protection, PROFILES[protection.scheme](protection.public_key, plaintext, random)
        except KeyNotUsable:
            continue
    return NULL, None


def _protections(content: bytes) -> list[Protection]:
    """What EF_SUCI_Calc_Info offers, best first; schemes this card does not know and keys that are missing left out."""
    try:
        objects = {each.tag: each for each in _objects(content)}
        keys = objects[KEYS].children() if KEYS in objects else []
    except TlvError:
        return []
    schemes = objects[SCHEMES].value if SCHEMES in objects else b""
    found = (_protection(*pair, keys) for pair in zip(schemes[0::2], schemes[1::2], strict=False))
    return [protection for protection in found if protection is not None]


def _protection(scheme: int, index: int, keys: list[tlv.Tlv]) -> Protection | None:
    """`index` counts the keys from 1; each is an identifier and a key."""
    if scheme == NULL_SCHEME:
        return NULL
    pair = keys[2 * index - 2 : 2 * index] if index else []
    if scheme not in PROFILES or [each.tag for each in pair] != [KEY_IDENTIFIER, PUBLIC_KEY]:
        return None
    identifier, public_key = (each.value for each in pair)
    return Protection(scheme, identifier[0], public_key) if len(identifier) == 1 else None


def _objects(content: bytes) -> list[tlv.Tlv]:
    """The data objects before the padding."""
    end = 0
    while end < len(content) and content[end] != 0xFF:
        _, _, end = tlv.read(content, end)
    return tlv.parse_all(content[:end])


def _content(uicc: Uicc, adf: Df, path: tuple[int, ...]) -> bytes:
    """The content of a file below the ADF; empty when it is not there."""
    file: Df | Ef | None = adf
    for fid in path:
        file = file.children.get(fid) if isinstance(file, Df) else None
    return uicc.content(file) if isinstance(file, Ef) else b""


def _mnc_length(uicc: Uicc, adf: Df) -> int:
    """Digits of the MNC, byte 4 of EF_AD; 2 where it does not say."""
    return 3 if _content(uicc, adf, EF_AD)[3:4] == b"\x03" else 2


def _digits(packed: bytes) -> str:
    """The decimal digits of BCD with the first digit in the low nibble, up to what is none."""
    nibbles = "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in packed)
    return nibbles[: len(nibbles) - len(nibbles.lstrip(DIGITS))]


def _packed(digits: str) -> bytes:
    """BCD with the first digit in the low nibble, filled up with F."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes(int(padded[at + 1] + padded[at], 16) for at in range(0, len(padded), 2))
