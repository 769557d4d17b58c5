"""Which access rules a file has, TS 102 221 9.2 and 11.1.1.4.7.

Tag 8B of its FCP refers to a record of EF_ARR, or to one for each security environment; 8C and AB are the rules
themselves, in compact and expanded format. A file without rules, or whose EF_ARR is missing, is closed.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from euicc.uicc.filesystem import SECURITY_COMPACT, SECURITY_EXPANDED, Df, Ef, File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from euicc.runtime.nvm import Nvm
    from euicc.uicc.access_rules import AccessRules, Condition, Satisfied
    from euicc.uicc.uicc import Uicc


class Access(IntFlag):
    """Access mode byte, ISO/IEC 7816-4 tables 31 (EF) and 32 (DF, which counts some bits for its children)."""

    READ = 0x01
    UPDATE = 0x02
    WRITE = 0x04
    DEACTIVATE = 0x08
    ACTIVATE = 0x10
    TERMINATE = 0x20
    DELETE = 0x40

    DELETE_CHILD = 0x01
    CREATE_EF = 0x02
    CREATE_DF = 0x04


DEFAULT_ENVIRONMENT, REPLACED_ENVIRONMENT = 0x01, 0x00
"""Security environments: 00 while the universal PIN replaces the application PIN, TS 102 221 9.2.7."""


def permits(file: File, access: Access, ins: int, uicc: Uicc, satisfied: Satisfied) -> bool:
    """Whether `access` to `file` by instruction `ins` is open, TS 102 221 9.2."""
    for condition in uicc.rules.conditions(file, access, ins):  # noqa: SIM110, a generator would take longer
        if condition(satisfied):
            return True
    return False


class FileRules:
    """The access rules of all files of one UICC, looked up once for as long as nothing in the card's memory changes."""

    __slots__ = ("_conditions", "_generation", "_nvm", "_uicc")

    def __init__(self, uicc: Uicc, nvm: Nvm) -> None:
        self._uicc = uicc
        self._nvm = nvm
        self._generation = -1
        self._conditions: dict[tuple[File, int, int], Sequence[Condition]] = {}

    def conditions(self, file: File, access: Access, ins: int) -> Sequence[Condition]:
        """The conditions of which one must hold for `access` to `file` by instruction `ins`; none: closed."""
        generation = self._nvm.generation
        if generation != self._generation:
            self._conditions.clear()
            self._generation = generation
        key = (file, int(access), ins)
        found = self._conditions.get(key)
        if found is None:
            rules = self.of(file)
            found = rules.conditions(int(access), ins, self._uicc.executing)
            if not rules.depends_on_parameters:
                self._conditions[key] = found
        return found

    def of(self, file: File) -> AccessRules:
        """The rules that count for `file` now."""
        from euicc.uicc import access_rules

        if file.security_format == SECURITY_EXPANDED:
            return access_rules.expanded(file.security)
        if file.security_format == SECURITY_COMPACT:
            return access_rules.compact(file.security)
        found = _arr(file, self._uicc)
        if found is None:
            return access_rules.CLOSED_RULES
        arr, number = found
        if not 1 <= number <= self._uicc.record_count(arr):
            return access_rules.CLOSED_RULES
        return access_rules.expanded(self._uicc.record(arr, number))


def _arr(file: File, uicc: Uicc) -> tuple[Ef, int] | None:
    """The EF_ARR and record that tag 8B of `file` refers to.

    It is searched in the directory of the file and then upwards, TS 102 221 11.1.1.4.7.
    """
    fid = int.from_bytes(file.security[:2], "big")
    directory = file if isinstance(file, Df) else file.parent or uicc.profile.filesystem.mf
    for df in directory.ancestors():
        arr = df.children.get(fid)
        if isinstance(arr, Ef) and arr.kind.has_records:
            return arr, _record_number(file.security[2:], directory, uicc)
    return None


def _record_number(reference: bytes, directory: Df, uicc: Uicc) -> int:
    """Record number from the short form (one byte) or from pairs of security environment and record."""
    if len(reference) < 2:
        return int.from_bytes(reference, "big")
    pairs = dict(zip(reference[0::2], reference[1::2], strict=False))
    pin = uicc.pins.application_pin(directory)
    environment = REPLACED_ENVIRONMENT if pin is not None and pin.replaced else DEFAULT_ENVIRONMENT
    return pairs.get(environment, pairs.get(DEFAULT_ENVIRONMENT, 0))
