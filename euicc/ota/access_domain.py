"""Access domains, TS 102 226 8.2.1.3.2.5: the rights of a remote application in the file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import instruction
from euicc.uicc import access as rules
from euicc.uicc.filesystem import Df, FileKind

if TYPE_CHECKING:
    from euicc.uicc.access import Access
    from euicc.uicc.application_data import Rfm
    from euicc.uicc.filesystem import File
    from euicc.uicc.uicc import Uicc

FULL_ACCESS, ACCESS_CONDITIONS, NO_ACCESS = 0x00, 0x02, 0xFF
"""Access domain parameter, the first byte."""
_BITS: tuple[tuple[int, ...], ...] = (
    tuple(range(0x01, 0x09)),
    tuple(range(0x0A, 0x0F)),
    tuple(range(0x8A, 0x8F)),
)
CONDITIONS = tuple({1 << bit: reference for bit, reference in enumerate(references)} for references in _BITS)
"""For each of the three bytes of access domain data: bit -> key reference that counts as verified.

PIN 1 to 8 of the application, ADM1 to ADM5, ADM6 to ADM10, each from b1 on.
"""
ADMINISTRATIVE = frozenset(
    (
        instruction.CREATE_FILE,
        instruction.DELETE_FILE,
        instruction.RESIZE_FILE,
        instruction.TERMINATE_DF,
        instruction.TERMINATE_EF,
    )
)
"""Commands of TS 102 222, for which the administrative access domain counts."""


class AccessDomain:
    """The rights that one access domain gives: full access fulfils every condition but NEVER.

    closed: it gives none at all, not even to what is always open.
    """

    __slots__ = ("_full", "_references", "closed")

    def __init__(self, coded: bytes) -> None:
        """From the parameter and its data: 1 or 4 bytes; one that cannot be read gives no rights."""
        self._full = coded == bytes((FULL_ACCESS,))
        self._references: frozenset[int] = frozenset()
        if coded[:1] == bytes((ACCESS_CONDITIONS,)):
            self._references = frozenset(
                reference
                for byte, bits in zip(coded[1:], CONDITIONS, strict=False)
                for bit, reference in bits.items()
                if byte & bit
            )
        self.closed = not self._full and coded[:1] != bytes((ACCESS_CONDITIONS,))

    def fulfils(self, reference: int) -> bool:
        """Whether the key with this reference counts as verified."""
        return self._full or reference in self._references


class RemoteAuthority:
    """An RFM instance asking for access: its domains for shared files, and for those of its ADF.

    It has no rights in other ADFs.
    """

    __slots__ = ("_domains", "_uicc")

    def __init__(self, uicc: Uicc, rfm: Rfm) -> None:
        self._uicc = uicc
        self._domains: dict[bytes | None, tuple[AccessDomain, AccessDomain]] = {
            None: (AccessDomain(rfm.access_domain), AccessDomain(rfm.admin_access_domain))
        }
        if rfm.adf_access is not None:
            adf = rfm.adf_access
            self._domains[adf.adf_aid] = (
                AccessDomain(adf.access_domain),
                AccessDomain(adf.admin_access_domain),
            )

    def satisfied(self, reference: int, df: Df) -> bool:
        """As `Authority.satisfied`."""
        return self._domain(df, administrative=False).fulfils(reference)

    def permits(self, file: File, access: Access, ins: int) -> bool:
        """As `Authority.permits`: the rule of the file in EF_ARR decides, with the rights of the domain."""
        domain = self._domain(file, administrative=ins in ADMINISTRATIVE)
        return not domain.closed and rules.permits(file, access, ins, self._uicc, domain.fulfils)

    def _domain(self, file: File, *, administrative: bool) -> AccessDomain:
        return self._domains.get(_adf_aid(file), _CLOSED)[administrative]


_CLOSED = (AccessDomain(bytes((NO_ACCESS,))), AccessDomain(bytes((NO_ACCESS,))))


def _adf_aid(file: File) -> bytes | None:
    """AID of the ADF that a file lies in; None for files below the MF."""
    directory: Df | None = file if isinstance(file, Df) else file.parent
    while directory is not None:
        if directory.kind is FileKind.ADF:
            return directory.aid
        directory = directory.parent
    return None
