"""What can only be checked when the whole profile is there, TCA profile package 8.3, 8.4 and 8.8."""

from __future__ import annotations

from functools import lru_cache

from apdu import tlv
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.filesystem import Df, Ef
from euicc.uicc.profile_data import LOCAL_PIN

CONTROL_REFERENCE = 0xA4
KEY_REFERENCE = 0x83
COMBINED_CONDITIONS = (0xA0, 0xA7, 0xAF)


def validate(area: Staging) -> None:
    """There is an MNO-SD, and every PUK and PIN that something refers to.

    invalid-parameter, pin-code-missing.
    """
    minimal = "iot" in area.naas
    if not area.profile.security_domains and not minimal:
        raise ElementRefused(Status.INVALID_PARAMETER, "a profile without MNO-SD")
    _check_puks(area)
    _share_pins(area)
    pins = area.profile.pins
    everywhere = frozenset(pins[b""].pins) if b"" in pins else frozenset()
    for root in (area.mf, *area.filesystem.adfs.values()):
        _check_directory(root, everywhere, everywhere, area, check_rules=not minimal)


def _check_directory(
    directory: Df, everywhere: frozenset[int], above: frozenset[int], area: Staging, *, check_rules: bool
) -> None:
    """Key references are of the MF's PINs (global ones), or of this directory or one above it (local ones).

    Not in an IoT minimal profile: the PINs that its default access rules name are optional.
    """
    context = area.profile.pins.get(directory.path)
    local = above | frozenset(context.pins) if context else above
    needed = set(directory.pin_keys)
    if check_rules:
        needed |= _keys_of_rules(directory)
    for reference in needed:
        if reference not in (local if reference & LOCAL_PIN else everywhere):
            raise ElementRefused(
                Status.PIN_CODE_MISSING, f"PIN {reference:02X} of {directory.fid:04X} not defined"
            )
    for child in directory.children.values():
        if isinstance(child, Df) and child.parent is directory:
            _check_directory(child, everywhere, local, area, check_rules=check_rules)


def _check_puks(area: Staging) -> None:
    puks = area.profile.puks
    for context in area.profile.pins.values():
        for pin in context.pins.values():
            if pin.unblocking_reference is not None and pin.unblocking_reference not in puks:
                raise ElementRefused(
                    Status.INVALID_PARAMETER, f"PUK {pin.unblocking_reference:02X} not defined"
                )


def _share_pins(area: Staging) -> None:
    """The PIN status of a linked directory is that of its target: so are the PINs."""
    pins = area.profile.pins
    for directory, target in area.linked_directories.items():
        contexts = [pins[above.path] for above in target.ancestors() if above.path in pins]
        if contexts:
            pins.setdefault(directory.path, contexts[0])


def _keys_of_rules(directory: Df) -> set[int]:
    """What the access rules of a directory and of the EFs in it name; each rule once."""
    references = {file.security for file in directory.children.values() if file.__class__ is Ef}
    references.add(directory.security)
    keys: set[int] = set()
    rules: dict[bytes, tuple[bytes, int]] = {}
    for reference in references:
        fid = reference[:2]
        if fid not in rules:
            rules[fid] = _rules(directory, int.from_bytes(fid, "big"))
        records, length = rules[fid]
        end = reference[2] * length
        keys |= _rule_keys(records[max(0, end - length) : end])
    return keys


def _rules(directory: Df, fid: int) -> tuple[bytes, int]:
    """Content and record length of EF.ARR in the directory or in one above it.

    Empty when there is none. That is no error of the package: its files just allow nothing.
    """
    for above in directory.ancestors():
        ef = above.children.get(fid)
        if isinstance(ef, Ef):
            return ef.body.content, ef.body.record_length
    return b"", 0


@lru_cache(maxsize=1024)
def _rule_keys(record: bytes) -> frozenset[int]:
    """Key references in the security conditions of a rule; a malformed rule names none (and allows nothing)."""
    keys: set[int] = set()
    try:
        conditions = tlv.parse_all(record.rstrip(b"\xff"))
        while conditions:
            condition = conditions.pop()
            if condition.tag in COMBINED_CONDITIONS:
                conditions += condition.children()
            elif condition.tag == CONTROL_REFERENCE:
                keys.update(condition.find(KEY_REFERENCE) or b"")
    except tlv.TlvError:
        return frozenset()
    return frozenset(keys)
