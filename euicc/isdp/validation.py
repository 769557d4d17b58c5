"""What can only be checked when the whole profile is there, TCA profile package 8.3, 8.4 and 8.8."""

from __future__ import annotations

from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.filesystem import Df


def validate(area: Staging) -> None:
    """There is an MNO-SD, and every PIN and PUK that something refers to; invalid-parameter, pin-code-missing."""
    if not area.profile.security_domains and "iot" not in area.naas:
        raise ElementRefused(Status.INVALID_PARAMETER, "a profile without MNO-SD")
    _check_puks(area)
    for file in area.filesystem.files():
        if isinstance(file, Df):
            _check_keys(area, file)


def _check_puks(area: Staging) -> None:
    puks = area.profile.puks
    for context in area.profile.pins.values():
        for pin in context.pins.values():
            if pin.unblocking_reference is not None and pin.unblocking_reference not in puks:
                raise ElementRefused(
                    Status.INVALID_PARAMETER, f"PUK {pin.unblocking_reference:02X} undefined"
                )


def _check_keys(area: Staging, directory: Df) -> None:
    for reference in directory.pin_keys:
        if area.profile.pin(reference, directory) is None:
            raise ElementRefused(
                Status.PIN_CODE_MISSING, f"PIN {reference:02X} of {directory.fid:04X} undefined"
            )
