"""Network access applications: which kind an ADF is, and the services that its service table offers."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from euicc.uicc.filesystem import Ef

if TYPE_CHECKING:
    from euicc.uicc.filesystem import Df
    from euicc.uicc.uicc import Uicc

ISIM_AID = bytes.fromhex("A0000000871004")


class Naa(Enum):
    """A kind of network access application, with the FID of its service table."""

    USIM = 0x6F38
    ISIM = 0x6F07


class UsimService:
    """Services of EF_UST, TS 31.102 4.2.8."""

    GSM_ACCESS = 27
    GSM_SECURITY_CONTEXT = 38
    GBA = 68
    IDENTIFIER_PRIVACY = 124
    SUCI_BY_USIM = 125
    SUPI_NAI = 130


class IsimService:
    """Services of EF_IST, TS 31.103 4.2.7."""

    GBA = 2


def naa(adf: Df) -> Naa:
    """The kind of an ADF that has AKA parameters, by its AID (TS 101 220 annex E): an ISIM, or else a USIM."""
    aid = adf.aid or b""
    return Naa.ISIM if aid.startswith(ISIM_AID) else Naa.USIM


def available(uicc: Uicc, adf: Df, service: int) -> bool:
    """Whether the service table of the application says that a service is available."""
    table = adf.children.get(naa(adf).value)
    if not isinstance(table, Ef):
        return False
    content, place = uicc.content(table), service - 1
    return place // 8 < len(content) and bool(content[place // 8] >> place % 8 & 1)
