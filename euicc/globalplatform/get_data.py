"""GET DATA, GPCS 11.3: what a security domain tells of itself, to anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status, tlv
from euicc.globalplatform import scp03
from euicc.globalplatform.load import used_memory
from euicc.globalplatform.registry import Kind, Registry
from euicc.globalplatform.session import Session
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

ISSUER_IDENTIFICATION_NUMBER, CARD_IMAGE_NUMBER = 0x42, 0x45
CARD_RECOGNITION_DATA, CARD_CAPABILITY_INFORMATION = 0x66, 0x67
KEY_INFORMATION_TEMPLATE, KEY_INFORMATION = 0xE0, 0xC0
SEQUENCE_COUNTER, KEY_DIVERSIFICATION_DATA = 0xC1, 0xCF
SECURITY_DOMAIN_MANAGER_URL = 0x5F50
EXTENDED_CARD_RESOURCES = 0xFF21
NO_DIVERSIFICATION = bytes(10)

# Card Capability Information, GPCS H.4.
_SECURE_CHANNEL, _PROTOCOL, _OPTIONS, _KEY_SIZES = 0xA0, 0x80, 0x81, 0x82
_HASHES = 0x83
_SCP80 = 0x80
_AES_128_192_256 = 0x07
_SHA_1_AND_SHA_2 = bytes.fromhex("01020304")

_APPLICATIONS, _FREE_NON_VOLATILE, _FREE_VOLATILE = 0x81, 0x82, 0x83


def _key_information(domain: Domain) -> bytes:
    """E0, GPCS 11.3.3.1: for each key C0 with KID, KVN, then type and length of its components."""
    return tlv.encode(
        KEY_INFORMATION_TEMPLATE,
        *(
            tlv.encode(
                KEY_INFORMATION,
                bytes((key.identifier, key.version)),
                *(bytes((component.type, len(component.data) & 0xFF)) for component in key.components),
            )
            for key in domain.keys
        ),
    )


def _sequence_counter(domain: Domain) -> bytes | None:
    """C1: of the default SCP03 key set; there is none without such a set."""
    found = domain.scp03_keys(0)
    if found is None:
        return None
    counter = domain.uicc.memory.get(keys.SCP03_COUNTER, f"{domain.aid.hex()}/{found[0]:02X}")
    return tlv.encode(SEQUENCE_COUNTER, counter.to_bytes(scp03.SEQUENCE_COUNTER_LENGTH, "big"))


def _capabilities(domain: Domain) -> bytes:
    """67, GPCS H.4: SCP03 with its option and key sizes, SCP80, and the hashes that LOAD checks."""
    local = tlv.encode(
        _SECURE_CHANNEL,
        tlv.encode(_PROTOCOL, bytes([scp03.PROTOCOL])),
        tlv.encode(_OPTIONS, bytes([domain.scp03_option])),
        tlv.encode(_KEY_SIZES, bytes([_AES_128_192_256])),
    )
    remote = tlv.encode(_SECURE_CHANNEL, tlv.encode(_PROTOCOL, bytes([_SCP80])))
    return tlv.encode(CARD_CAPABILITY_INFORMATION, local, remote, tlv.encode(_HASHES, _SHA_1_AND_SHA_2))


def diversification(domain: Domain) -> bytes:
    """CF, key diversification data: as STORE DATA left it, otherwise ten zeros."""
    stored = domain.data_object(KEY_DIVERSIFICATION_DATA)
    if stored is None or len(tlv.parse(stored).value) != len(NO_DIVERSIFICATION):
        return tlv.encode(KEY_DIVERSIFICATION_DATA, NO_DIVERSIFICATION)
    return stored


def _resources(domain: Domain) -> bytes:
    """FF21, TS 102 226 8.2.1.7.1: applications installed, free non-volatile and volatile memory in bytes."""
    entries = Registry(domain.uicc).entries()
    free = max(0, domain.uicc.config.nvm_size - used_memory(domain.uicc))
    return tlv.encode(
        EXTENDED_CARD_RESOURCES,
        tlv.encode(_APPLICATIONS, bytes([sum(entry.kind is Kind.APPLICATION for entry in entries) & 0xFF])),
        tlv.encode(_FREE_NON_VOLATILE, free.to_bytes(4, "big")),
        tlv.encode(_FREE_VOLATILE, domain.uicc.config.ram_size.to_bytes(4, "big")),
    )


COMPUTED: dict[int, Callable[[Domain], bytes | None]] = {
    CARD_CAPABILITY_INFORMATION: _capabilities,
    KEY_INFORMATION_TEMPLATE: _key_information,
    SEQUENCE_COUNTER: _sequence_counter,
    KEY_DIVERSIFICATION_DATA: diversification,
    EXTENDED_CARD_RESOURCES: _resources,
}
"""What is put together when it is asked for, by tag."""
STORED = frozenset(
    {
        ISSUER_IDENTIFICATION_NUMBER,
        CARD_IMAGE_NUMBER,
        CARD_RECOGNITION_DATA,
        SECURITY_DOMAIN_MANAGER_URL,
        KEY_DIVERSIFICATION_DATA,
    }
)
"""What STORE DATA may put; before that, what the profile package put."""


def get_data(domain: Domain, session: Session, command: Command) -> bytes:
    """GET DATA, GPCS 11.3: the tag in P1 and P2; StatusError 6A88 for one that the domain does not have."""
    tag = command.p1 << 8 | command.p2
    compute = COMPUTED.get(tag)
    found = compute(domain) if compute else domain.data_object(tag) if tag in STORED else None
    if found is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return found
