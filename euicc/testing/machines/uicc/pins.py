"""The PIN commands in the model of a UICC."""

from __future__ import annotations

from euicc.testing.machines.uicc.profile import ADM1, PUK_TRIES, Key
from euicc.testing.machines.uicc.state import PIN_OF, Apdu, Channel, Pin, Refused, State


def _pin(
    model: State, channel: Channel, apdu: Apdu, p1: tuple[int, ...] = (0,)
) -> tuple[tuple[str, int], Key, Pin]:
    if apdu.p1 not in p1 or apdu.p2 & 0x60:
        raise Refused(0x6A86)
    at = model.key(apdu.p2, channel.df)
    if at is None:
        raise Refused(0x6A88)
    return at, PIN_OF[at], model.lasting.pins[at]


def _pair(data: bytes) -> tuple[bytes, bytes]:
    if len(data) != 16:
        raise Refused(0x6700)
    return data[:8], data[8:]


def _compare(model: State, at: tuple[str, int], value: bytes, verify: bool = False) -> None:
    pin = model.lasting.pins[at]
    if pin.value == value:
        pin.tries = PIN_OF[at].tries
        model.verified.add(at)
        return
    pin.tries -= 1
    if verify or not pin.tries:
        model.verified.discard(at)
    raise Refused(0x63C0 | pin.tries)


def verify(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """VERIFY PIN, TS 102 221 11.1.9."""
    at, _, pin = _pin(model, channel, apdu)
    if not apdu.data:
        raise Refused(0x63C0 | pin.tries if pin.tries else 0x6983)
    if len(apdu.data) != 8:
        raise Refused(0x6700)
    if not pin.tries or not pin.enabled:
        raise Refused(0x6984 if pin.tries else 0x6983)
    _compare(model, at, apdu.data, verify=True)
    return b""


def change_pin(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """CHANGE PIN, 11.1.10."""
    at, key, pin = _pin(model, channel, apdu)
    old, new = _pair(apdu.data)
    if not key.attributes & 2:
        raise Refused(0x6985)
    if not pin.tries or not pin.enabled:
        raise Refused(0x6984 if pin.tries else 0x6983)
    _compare(model, at, old)
    pin.value = new
    return b""


def disable_pin(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """DISABLE PIN, 11.1.11."""
    at, key, pin = _pin(model, channel, apdu, (0, 0x91))
    if apdu.p1 and not 1 <= apdu.p2 <= 8:
        raise Refused(0x6A86)
    if len(apdu.data) != 8:
        raise Refused(0x6700)
    if not key.attributes & 4 or key.reference == ADM1:
        raise Refused(0x6985)
    if not pin.tries or not pin.enabled:
        raise Refused(0x6985 if pin.tries else 0x6983)
    _compare(model, at, apdu.data)
    pin.enabled, pin.replaced = False, bool(apdu.p1)
    return b""


def enable_pin(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """ENABLE PIN, 11.1.12."""
    at, _, pin = _pin(model, channel, apdu)
    if len(apdu.data) != 8:
        raise Refused(0x6700)
    if not pin.tries or pin.enabled:
        raise Refused(0x6985 if pin.tries else 0x6983)
    _compare(model, at, apdu.data)
    pin.enabled, pin.replaced = True, False
    return b""


def unblock_pin(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """UNBLOCK PIN, 11.1.13."""
    at, key, _ = _pin(model, channel, apdu)
    if key.puk is None:
        raise Refused(0x6A88)
    tries = model.lasting.puks[key.puk]
    if not apdu.data:
        raise Refused(0x63C0 | tries if tries else 0x6983)
    puk, new = _pair(apdu.data)
    if not tries:
        raise Refused(0x6983)
    value, maximum = PUK_TRIES[key.puk]
    model.lasting.puks[key.puk] = maximum if puk == value else tries - 1
    if puk != value:
        raise Refused(0x63C0 | tries - 1)
    model.lasting.pins[at] = Pin(new, key.tries, enabled=True)
    model.verified.add(at)
    return b""
