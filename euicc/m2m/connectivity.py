"""Connectivity parameters of a profile, SGP.02 4.1.3.4: how the card reaches its SM-SR when this profile is enabled.

They come in the header of the package, and are updated by the SM-DP (ES8) or the operator (ES6):

    A0  SMS     06 address of the service centre, 81 PID, 82 DCS
    A1  HTTPS   35 bearer description, 47 network access name, 0D login, 0D password
    A2  CAT_TP  as HTTPS; kept and not used

A block that comes takes the place of the one with its tag, an empty one takes it away; the others stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from apdu import TlvError, tlv
from apdu.cat.bearer import BearerDescription, NetworkAccessName
from apdu.cat.objects import Address, TextString
from apdu.cat.tags import Tag
from euicc.m2m.smsr_address import ADDRESS_LENGTHS
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from euicc.profiles.store import ProfileStore
    from euicc.runtime.nvm import Nvm

# Which of A1 and A2 is which is known from one source only: this line is all that would change.
SMS, HTTPS, CAT_TP = 0xA0, 0xA1, 0xA2
_BLOCKS = (SMS, HTTPS, CAT_TP)
_COMPREHENSION = 0x80
_PID, _DCS = 0x01, 0x02
"""Tags 81 and 82 without the bit that may be a comprehension flag, too."""
_DEFAULT_BEARER = BearerDescription()


class Holder(Protocol):
    """Who has profiles: an ISD-R."""

    @property
    def nvm(self) -> Nvm:
        """The card's memory."""
        ...

    @property
    def profiles(self) -> ProfileStore:
        """Its profiles."""
        ...


@dataclass(frozen=True)
class SmsParameters:
    """How a short message to the SM-SR is sent.

    service_centre: None: that of the profile (EF_SMSP). protocol, coding: TP-PID and TP-DCS of its SMS-SUBMIT.
    """

    service_centre: Address | None = None
    protocol: int = 0x00
    coding: int = 0x04


@dataclass(frozen=True)
class HttpsParameters:
    """How a channel to the SM-SR is opened; user and password: None when the network wants none."""

    bearer: BearerDescription = _DEFAULT_BEARER
    network_access_name: str | None = None
    user: str | None = None
    password: str | None = None


def sms(isdr: Holder) -> SmsParameters:
    """Those of the enabled profile; defaults for what it does not say, or when none is enabled."""
    fields = _fields(isdr, SMS)
    centre, pid, dcs = (_first(fields, tag) for tag in (Tag.ADDRESS, _PID, _DCS))
    default = SmsParameters()
    return SmsParameters(
        service_centre=None if centre is None else Address.decode(centre),
        protocol=default.protocol if pid is None else pid[0],
        coding=default.coding if dcs is None else dcs[0],
    )


def https(isdr: Holder) -> HttpsParameters:
    """Those of the enabled profile; defaults for what it does not say, or when none is enabled."""
    fields = _fields(isdr, HTTPS)
    bearer, name = (_first(fields, tag) for tag in (Tag.BEARER_DESCRIPTION, Tag.NETWORK_ACCESS_NAME))
    texts = [TextString.decode(value).text for tag, value in fields if tag == Tag.TEXT_STRING]
    user, password, *_ = (*texts, None, None)
    return HttpsParameters(
        bearer=_DEFAULT_BEARER if bearer is None else BearerDescription.decode(bearer),
        network_access_name=None if name is None else NetworkAccessName.decode(name).name,
        user=user,
        password=password,
    )


def parameters(isdr: Holder, aid: bytes) -> bytes:
    """All blocks of the profile in the ISD-P `aid`; none when there are no profile and no parameters."""
    stored = ProfileMemory(isdr.nvm, aid).get(keys.CONNECTIVITY_PARAMETERS)
    return _from_package(isdr, aid) if stored is None else stored


def update(isdr: Holder, aid: bytes, value: bytes) -> None:
    """ES8 or ES6.UpdateConnectivityParameters: the value of 3A07; needs an open NVM transaction.

    TlvError when it is malformed; nothing is changed then.
    """
    new = {block.tag: block for block in read(value)}
    kept = [block for block in _blocks(parameters(isdr, aid)) if block.tag not in new]
    blocks = sorted((*kept, *(block for block in new.values() if block.value)), key=lambda block: block.tag)
    ProfileMemory(isdr.nvm, aid).set(
        keys.CONNECTIVITY_PARAMETERS, b"".join(block.encoded for block in blocks)
    )


def read(value: bytes) -> list[tlv.Tlv]:
    """The blocks, checked; TlvError for an unknown one, one that comes twice, or wrong contents."""
    blocks = tlv.parse_all(value)
    tags = [block.tag for block in blocks]
    if not set(tags) <= set(_BLOCKS) or len(set(tags)) < len(tags):
        raise TlvError("connectivity parameters: unknown blocks, or one twice")
    for block in blocks:
        _check(block.tag, _objects(block.value))
    return blocks


def _check(tag: int, fields: list[tuple[int, bytes]]) -> None:
    """TlvError for values that could not be used."""
    for name, value in fields:
        if tag == SMS and name in (_PID, _DCS) and len(value) != 1:
            raise TlvError("PID and DCS are one byte each")
        if name in _DECODERS:
            _DECODERS[name](value)


def _address(value: bytes) -> Address:
    if len(value) not in ADDRESS_LENGTHS:
        raise TlvError("an address of that length")
    return Address.decode(value)


_DECODERS: dict[int, Callable[[bytes], object]] = {
    Tag.TEXT_STRING: lambda value: TextString.decode(value).text,
    Tag.ADDRESS: _address,
    Tag.BEARER_DESCRIPTION: BearerDescription.decode,
    Tag.NETWORK_ACCESS_NAME: NetworkAccessName.decode,
}


def _fields(isdr: Holder, tag: int) -> list[tuple[int, bytes]]:
    enabled = isdr.profiles.enabled()
    found = [] if enabled is None else [b for b in _blocks(parameters(isdr, enabled.aid)) if b.tag == tag]
    return _objects(found[0].value) if found else []


def _from_package(isdr: Holder, aid: bytes) -> bytes:
    package = isdr.profiles.package(aid)
    if not package:
        return b""
    # The schema of profile elements is not needed until somebody asks.
    from euicc.isdp import header

    return header.read(package).connectivity_parameters or b""


def _blocks(value: bytes) -> list[tlv.Tlv]:
    """The blocks; none when a package brought what is no connectivity parameters."""
    try:
        return read(value)
    except TlvError:
        return []


def _objects(value: bytes) -> list[tuple[int, bytes]]:
    """The data objects of a block, tags without comprehension flag."""
    return [(each.tag & ~_COMPREHENSION, each.value) for each in tlv.parse_all(value)]


def _first(fields: Iterable[tuple[int, bytes]], wanted: int) -> bytes | None:
    return next((value for tag, value in fields if tag == wanted), None)
