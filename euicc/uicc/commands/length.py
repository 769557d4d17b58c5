"""What Le asks for, TS 102 221 10.1.6: 00 means all there is, another value exactly that many bytes."""

from __future__ import annotations

from apdu import Command, StatusError, status

SHORT_LE_MAX = 0x100
EXTENDED_LE_MAX = 0x10000


def wanted(command: Command) -> int:
    """Most bytes that Le allows; an absent Le counts as 00, which is what T=0 makes of it."""
    return command.le or SHORT_LE_MAX


def asks_for_all(command: Command) -> bool:
    """Le is absent, 00 or 0000: an answer of any length up to that suits."""
    return wanted(command) in (SHORT_LE_MAX, EXTENDED_LE_MAX)


def check_le(command: Command, length: int) -> None:
    """For an answer of `length` bytes that cannot be cut: StatusError 6Cxx when Le says another number."""
    if not asks_for_all(command) and command.le != length:
        raise StatusError(status.with_count(status.WRONG_LE_XX, length))
