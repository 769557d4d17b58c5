"""STORE DATA, GPCS 11.11: data for a security domain, in BER-TLV or as DGIs, in blocks that are put together.

| function | tag or DGI | who | document |
|---|---|---|---|
| data objects of the domain | 42, 45, 66, CF, 5F50; DGI 0070 with such | any domain | GPCS 11.11 |
| ES6.UpdateMetadata | BF2A | MNO-SD | SGP.22 5.4.1 |
| new key of a network access application | FF6B | MNO-SD, with C-MAC and C-ENC | ours: `network_keys` |
| POL1, connectivity parameters | DGI 3A06, 3A07 | MNO-SD, with C-MAC and C-ENC | SGP.02 4.1.2: `euicc.m2m.es6` |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import dgi, metadata, network_keys
from euicc.globalplatform.dgi import DgiError
from euicc.globalplatform.domain import domain as domain_of
from euicc.globalplatform.get_data import KEY_DIVERSIFICATION_DATA, NO_DIVERSIFICATION, STORED
from euicc.globalplatform.session import Session, StoreDataChain

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

LAST_BLOCK, ENCRYPTION, STRUCTURE = 0x80, 0x60, 0x18
DGI_FORMAT, BER_TLV_FORMAT = 0x08, 0x10
LARGEST = 0x7FFF
"""Bytes that one STORE DATA may have in all its blocks."""

Function = Callable[["Domain", Session, tlv.Tlv], None]


def store_data(domain: Domain, session: Session, command: Command) -> bytes:
    """STORE DATA, GPCS 11.11: b8 of P1 on the last block, P2 its number from 00; the first begins anew.

    b5 and b4 of P1: 01 DGIs, otherwise BER-TLV. What the blocks hold takes effect with the last one, wholly or not at
    all. StatusError 6A86 for a block out of turn, another structure than the blocks before, or data that are enciphered
    beyond the session (b7, b6); 6700 for an empty block or too many; 6A80 for data that are malformed, 6A88 for a tag
    or DGI that the domain does not know, 6982 for one that needs a better session.
    """
    try:
        chain = append(session, command)
    except StatusError:
        session.chain = None
        raise
    if not command.p1 & LAST_BLOCK:
        return b""
    session.chain = None
    target = domain if session.target is None else domain_of(domain.uicc, session.target)
    if target is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    objects = FORMATS[chain.structure](bytes(chain.data))
    with domain.uicc.memory.transaction():
        for each in objects:
            _function(each.tag)(target, session, each)
    return b""


def append(session: Session, command: Command) -> StoreDataChain:
    """Add a block to the chain of its conversation, or begin one; StatusError 6A86 and 6700 as for `store_data`."""
    structure = command.p1 & STRUCTURE
    if command.p2 == 0 or session.chain is None:
        session.chain = StoreDataChain(structure)
    chain = session.chain
    out_of_turn = command.p2 != chain.next_block & 0xFF or structure != chain.structure
    if out_of_turn or command.p1 & ENCRYPTION or structure not in FORMATS:
        raise StatusError(status.INCORRECT_P1_P2)
    if not command.data or len(chain.data) + len(command.data) > LARGEST:
        raise StatusError(status.WRONG_LENGTH)
    chain.data += command.data
    chain.next_block += 1
    return chain


def _ber_tlv(data: bytes) -> list[tlv.Tlv]:
    try:
        return tlv.parse_all(data)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None


def _dgis(data: bytes) -> list[tlv.Tlv]:
    """The data objects in DGI 0070, and the groups of ES6, each with its identifier as the tag."""
    try:
        groups = dgi.parse_all(data)
    except DgiError:
        raise StatusError(status.INCORRECT_DATA) from None
    found: list[tlv.Tlv] = []
    for identifier, value in groups:
        if identifier in ES6:
            found.append(tlv.Tlv(identifier, value, value))
        elif identifier == dgi.SECURITY_DOMAIN_DATA:
            found += _ber_tlv(value)
        else:
            raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return found


FORMATS: dict[int, Callable[[bytes], list[tlv.Tlv]]] = {
    0x00: _ber_tlv,
    DGI_FORMAT: _dgis,
    BER_TLV_FORMAT: _ber_tlv,
}
"""b5 and b4 of P1 -> how the data are read."""


def _keep(domain: Domain, session: Session, given: tlv.Tlv) -> None:
    if given.tag == KEY_DIVERSIFICATION_DATA and len(given.value) != len(NO_DIVERSIFICATION):
        raise StatusError(status.INCORRECT_DATA)
    if given.constructed:
        _ber_tlv(given.value)
    domain.put_data_object(given.tag, given.encoded)


def _es6(domain: Domain, session: Session, given: tlv.Tlv) -> None:
    # Only a card of SGP.02 needs it.
    from euicc.m2m import es6

    es6.update(domain, session, given)


ES6 = (0x3A06, 0x3A07)
"""DGIs that are no tags: no data object begins with 3A06."""
FUNCTIONS: dict[int, Function] = {
    **dict.fromkeys(STORED, _keep),
    **dict.fromkeys(ES6, _es6),
    metadata.UPDATE_METADATA: metadata.update,
    network_keys.NETWORK_KEYS: network_keys.change,
}
"""Tag -> function."""


def _function(tag: int) -> Function:
    function = FUNCTIONS.get(tag)
    if function is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return function
