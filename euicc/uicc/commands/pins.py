"""VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN, TS 102 221 11.1.9 to 11.1.13.

They mean the key that the reference in P2 has in the current directory. What is checked, in this order: P1 and P2
(6A86), whether there is such a key (6A88), the length (6700), whether the key allows the command (6985), whether it is
blocked (6983), whether it is enabled or disabled as the command needs it (6984, 6985), and then the value: 63Cx with
x tries left, 63C0 for the wrong try that blocks.
"""

from __future__ import annotations

from apdu import Command, StatusError, status
from euicc.uicc.context import Context
from euicc.uicc.pins import APPLICATION_PINS, VALUE_LENGTH, RunningPin, RunningPuk, Secret
from euicc.uicc.profile_data import UNIVERSAL_PIN

REFERENCE_RFU = 0x60
"""b7 and b6 of P2, TS 102 221 table 11.15."""
REPLACED_BY = 0x80
"""P1 of DISABLE PIN: b8 with the reference of the key that replaces the PIN."""


def verify(context: Context, command: Command) -> bytes:
    """VERIFY PIN, TS 102 221 11.1.9: 8 bytes; without data 63Cx tells the tries left, for a disabled PIN too.

    StatusError: 6A86, 6A88, 6700, 6983, 6984 (disabled), 63Cx. A wrong value also takes back an earlier
    verification.
    """
    pin = _pin(context, command)
    if not command.data:
        raise _tries(pin)
    (value,) = _values(command, 1)
    _check_not_blocked(pin)
    _check_in_use(pin)
    try:
        _present(pin, value)
    except StatusError:
        pin.forget()
        raise
    return b""


def change(context: Context, command: Command) -> bytes:
    """CHANGE PIN, TS 102 221 11.1.10: 8 bytes old value, 8 bytes new value; the PIN is verified afterwards.

    StatusError: 6A86, 6A88, 6700, 6985 (not changeable), 6983, 6984 (disabled), 63Cx.
    """
    pin = _pin(context, command)
    old, new = _values(command, 2)
    if not pin.may_change:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    _check_not_blocked(pin)
    _check_in_use(pin)
    _present(pin, old)
    pin.change(new)
    return b""


def disable(context: Context, command: Command) -> bytes:
    """DISABLE PIN, TS 102 221 11.1.11: 8 bytes; P1 00, or 91 to have the universal PIN replace an application PIN.

    StatusError: 6A86, 6A88 (also when there is no universal PIN), 6700, 6985 (may not be disabled, or is
    disabled already), 6983, 63Cx.
    """
    replaced = command.p1 == REPLACED_BY | UNIVERSAL_PIN
    pin = _pin(context, command, p1=command.p1 if replaced else 0)
    if replaced:
        _check_replaceable(context, command.p2)
    (value,) = _values(command, 1)
    if not pin.may_be_disabled:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    _check_not_blocked(pin)
    if not pin.enabled:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    _present(pin, value)
    pin.disable(replaced=replaced)
    return b""


def enable(context: Context, command: Command) -> bytes:
    """ENABLE PIN, TS 102 221 11.1.12: 8 bytes; the PIN is verified afterwards, and no longer replaced.

    StatusError: 6A86, 6A88, 6700, 6983, 6985 (enabled already), 63Cx.
    """
    pin = _pin(context, command)
    (value,) = _values(command, 1)
    _check_not_blocked(pin)
    if pin.enabled:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    _present(pin, value)
    pin.enable()
    return b""


def unblock(context: Context, command: Command) -> bytes:
    """UNBLOCK PIN, TS 102 221 11.1.13: 8 bytes PUK, 8 bytes new PIN, at any time; without data 63Cx as VERIFY.

    The PIN is then enabled, verified, and has all its tries. StatusError: 6A86, 6A88 (no such PIN, or one without
    PUK), 6700, 6983 (the PUK is blocked), 63Cx.
    """
    pin = _pin(context, command)
    puk = _puk(pin)
    if not command.data:
        raise _tries(puk)
    unblocking, new = _values(command, 2)
    _check_not_blocked(puk)
    _present(puk, unblocking)
    pin.unblock(new)
    return b""


def _pin(context: Context, command: Command, p1: int = 0) -> RunningPin:
    """The key that P2 means in the current directory; P1 must be as given."""
    if command.p1 != p1 or command.p2 & REFERENCE_RFU:
        raise StatusError(status.INCORRECT_P1_P2)
    pin = context.uicc.pins.find(command.p2, context.df)
    if pin is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return pin


def _puk(pin: RunningPin) -> RunningPuk:
    if pin.puk is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return pin.puk


def _check_replaceable(context: Context, reference: int) -> None:
    if reference not in APPLICATION_PINS:
        raise StatusError(status.INCORRECT_P1_P2)
    if context.uicc.pins.find(UNIVERSAL_PIN, context.df) is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)


def _values(command: Command, count: int) -> list[bytes]:
    """The data as `count` values of a PIN or PUK."""
    data = command.data
    if len(data) != count * VALUE_LENGTH:
        raise StatusError(status.WRONG_LENGTH)
    return [data[start : start + VALUE_LENGTH] for start in range(0, len(data), VALUE_LENGTH)]


def _check_not_blocked(secret: Secret) -> None:
    if not secret.tries_left:
        raise StatusError(status.AUTHENTICATION_METHOD_BLOCKED)


def _check_in_use(pin: RunningPin) -> None:
    if not pin.enabled:
        raise StatusError(status.REFERENCED_DATA_INVALIDATED)


def _tries(secret: Secret) -> StatusError:
    """63Cx, or 6983 when none are left."""
    left = secret.tries_left
    return StatusError(status.RETRIES_LEFT_X | left if left else status.AUTHENTICATION_METHOD_BLOCKED)


def _present(secret: Secret, value: bytes) -> None:
    if not secret.present(value):
        raise StatusError(status.RETRIES_LEFT_X | secret.tries_left)
