"""PE-PINCodes and PE-PUKCodes, TCA profile package 8.4."""

from __future__ import annotations

from asn1.generated import pe
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.filesystem import Df
from euicc.uicc.profile_data import LOCAL_PIN, Pin, PinContext, Puk

PINS = frozenset(range(0x01, 0x09))
ADMINISTRATIVE = frozenset(range(0x0A, 0x0F))
LOCAL_PINS = frozenset(range(0x81, 0x89))
LOCAL_ADMINISTRATIVE = frozenset(range(0x8A, 0x8F))
UNIVERSAL = frozenset((0x11,))
"""The universal PIN; the package has no name for it, but TS 102 221 9.4.1 has its value."""
IN_MF = PINS | UNIVERSAL | ADMINISTRATIVE | LOCAL_ADMINISTRATIVE
ELSEWHERE = LOCAL_PINS | LOCAL_ADMINISTRATIVE
PUKS = PINS | LOCAL_PINS


def install_pins(area: Staging, name: str, element: pe.PEPINCodes) -> None:
    """The PINs of the directory that the element before last created, or those of another one shared."""
    context = area.pin_context
    if context is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "PINs without a directory")
    path = context.path
    if path in area.profile.pins:
        raise ElementRefused(Status.INVALID_PARAMETER, "PINs of this directory are defined already")
    shared = element.pin_codes.file_path
    if shared is not None:
        area.profile.pins[path] = _shared(area, shared)
        return
    pins = _pins(element.pin_codes.pinconfig or ())
    if area.naas.get("iot") is context:
        _split_by_scope(area, path, pins)
        return
    allowed = IN_MF if context is area.mf else ELSEWHERE
    if not allowed.issuperset(pins):
        raise ElementRefused(Status.BAD_VALUES, "key reference out of place").inside(1)
    area.profile.pins[path] = PinContext(path, pins)


def _shared(area: Staging, path: bytes) -> PinContext:
    other: Df = area.directory(path)
    if other.path not in area.profile.pins:
        raise ElementRefused(Status.INVALID_PARAMETER, "PINs to share are not defined").inside(1)
    return area.profile.pins[other.path]


def _split_by_scope(area: Staging, path: bytes, pins: dict[int, Pin]) -> None:
    """An IoT minimal profile creates MF and ADF in one element, and has one PE-PINCodes for both."""
    if not (IN_MF | ELSEWHERE).issuperset(pins):
        raise ElementRefused(Status.BAD_VALUES, "key reference").inside(1)
    local = {reference: pin for reference, pin in pins.items() if reference & LOCAL_PIN}
    area.profile.pins[path] = PinContext(path, local)
    area.profile.pins[b""] = PinContext(b"", {r: pin for r, pin in pins.items() if r not in local})


def _pins(configurations: tuple[pe.PINConfiguration, ...]) -> dict[int, Pin]:
    pins: dict[int, Pin] = {}
    for number, given in enumerate(configurations):
        if given.key_reference in pins:
            raise ElementRefused(Status.INVALID_PARAMETER, "key reference twice").inside(1, 0, number)
        maximum, left = _tries(given.max_num_of_attemps_retry_num_left)
        pins[given.key_reference] = Pin(
            reference=given.key_reference,
            value=given.pin_value,
            unblocking_reference=given.unblocking_pin_reference,
            attributes=given.pin_attributes,
            maximum_tries=maximum,
            tries_left=left,
        )
    return pins


def _tries(octet: int) -> tuple[int, int]:
    """Maximum number of attempts and attempts left."""
    maximum, left = octet >> 4, octet & 0x0F
    if not maximum or left > maximum:
        raise ElementRefused(Status.BAD_VALUES, "number of attempts").inside(1)
    return maximum, left


def install_puks(area: Staging, name: str, element: pe.PEPUKCodes) -> None:
    """The unblocking PINs of the whole profile."""
    puks = area.profile.puks
    for number, given in enumerate(element.puk_codes):
        if given.key_reference in puks:
            raise ElementRefused(Status.INVALID_PARAMETER, "PUK reference twice").inside(1, number)
        if given.key_reference not in PUKS:
            raise ElementRefused(Status.BAD_VALUES, "PUK reference").inside(1, number)
        maximum, left = _tries(given.max_num_of_attemps_retry_num_left)
        puks[given.key_reference] = Puk(given.key_reference, given.puk_value, maximum, left)
