"""The IoT functions of SGP.32 as bytes, and cards arranged for them."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apdu import ApduChannel, tlv
from asn1.generated import sgp32
from euicc import Card, Config
from euicc.profiles import fallback
from euicc.profiles.profile import Profile
from tests.isdr.es10 import fetch, open_isdr, respond, start_proactive
from tests.isdr.installed import install

ROLLBACK, CONFIGURE, IMMEDIATE_ENABLE = 0xBF58, 0xBF59, 0xBF5A
EMERGENCY_ON, EMERGENCY_OFF, TO_FALLBACK, FROM_FALLBACK = 0xBF5B, 0xBF5C, 0xBF5D, 0xBF5E
CONNECTIVITY, RESET, DEFAULT_ADDRESS = 0xBF5F, 0xBF64, 0xBF65
ECALL, FALLBACK_ALLOWED = bytes.fromhex("9F7B01FF"), bytes.fromhex("9F6701FF")
SMDP_OID = "2.999.10"
NORMAL, FALLBACK, EMERGENCY = 1, 2, 3
"""Numbers of the profiles of `arranged`."""


def iot_card(variant: str = "sgp32", **choices: Any) -> Card:
    """A card that has seen nothing yet."""
    return Card.manufacture(seed=1, config=Config(variant=variant, **choices))


def request(tag: int, refresh: bool = False) -> bytes:
    """A function whose only argument is refreshFlag."""
    return tlv.encode(tag, tlv.encode(0x80, b"\xff" if refresh else b"\x00"))


def reset(*bits: int) -> bytes:
    """BF64 with all seven bits of the string there."""
    return tlv.encode(RESET, tlv.encode(0x82, bytes([1, sum(0x80 >> bit for bit in bits)])))


def configure(flag: bool = True, oid: str | None = SMDP_OID, address: str | None = None) -> bytes:
    """BF59."""
    return sgp32.ConfigureImmediateProfileEnablingRequest(
        immediate_enable_flag=flag or None, default_smdp_oid=oid, default_smdp_address=address
    ).encode()


@cache
def add_initial_eim() -> bytes:
    """BF57 with one eIM."""
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    spki = tlv.parse(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).value
    entry = (
        tlv.encode(0x80, b"eim1"),
        tlv.encode(0x83, b"\x00"),
        tlv.encode(0xA5, tlv.encode(0xA0, spki)),
    )
    return tlv.encode(0xBF57, tlv.encode(0xA0, tlv.encode(0x30, *entry)))


def hold_fallback(card: Card, profile: Profile) -> None:
    """Give a profile the fallback attribute, as an eUICC Package does."""
    with card.nvm.transaction():
        fallback.set_attribute(card.nvm, profile)


def arranged(enabled: int | None = NORMAL, **choices: Any) -> Card:
    """A card with a normal profile, one that holds the fallback attribute, and one for emergency calls."""
    card = iot_card(**choices)
    install(card, NORMAL, enabled=enabled == NORMAL)
    holder = install(card, FALLBACK, more=FALLBACK_ALLOWED)
    install(card, EMERGENCY, enabled=enabled == EMERGENCY, more=ECALL)
    hold_fallback(card, holder)
    return card


def tell(card: Card, command: bytes) -> bytes:
    """The answer to one ES10 command on a channel of its own."""
    channel = open_isdr(card)
    answer = channel.store_data(command)
    card.transmit(bytes([0x00, 0x70, 0x80, channel.number, 0x00]))
    return answer


def run(card: Card, *tags: int, refresh: bool = False) -> None:
    """Functions that succeed, one after the other; the card is reset after each that wants it."""
    for tag in tags:
        assert tell(card, request(tag, refresh)) == tlv.encode(tag, bytes.fromhex("800100"))
        if refresh:
            card.reset()


def busy(card: Card, command: bytes) -> None:
    """Have the terminal fetch the REFRESH that `command` causes, and not answer it."""
    start_proactive(card)
    open_isdr(card).store_data(command)
    fetch(card)


def refresh_done(card: Card) -> None:
    """The terminal fetches the REFRESH and reports that it was carried out."""
    fetch(card)
    respond(card)


def profile_infos(channel: ApduChannel, command: bytes = b"\xbf\x2d\x00") -> list[dict[int, bytes]]:
    """ProfileInfo of each profile, its elements by tag."""
    listed = tlv.find(channel.store_data(command), 0xBF2D, 0xA0)
    assert listed is not None
    return [
        {element.tag: element.value for element in tlv.parse_all(info.value)}
        for info in tlv.parse_all(listed)
    ]
