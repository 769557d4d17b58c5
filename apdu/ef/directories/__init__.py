"""Which files the standards define in which directory."""

from __future__ import annotations

from typing import Final

from apdu.ef.directories import below_usim, csim, isim, telecom, usim
from apdu.ef.directories.row import Kind, Row

DIRECTORIES: Final[dict[str, tuple[Row, ...]]] = {
    "MF": telecom.MF_FILES,
    "MF/DF.TELECOM": telecom.TELECOM_FILES,
    "MF/DF.TELECOM/DF.GRAPHICS": telecom.GRAPHICS_FILES,
    "MF/DF.TELECOM/DF.PHONEBOOK": telecom.PHONEBOOK_FILES,
    "MF/DF.TELECOM/DF.MULTIMEDIA": telecom.MULTIMEDIA_FILES,
    "MF/DF.TELECOM/DF.MMSS": telecom.MMSS_FILES,
    "MF/DF.TELECOM/DF.MCS": telecom.MCS_FILES,
    "MF/DF.TELECOM/DF.V2X": telecom.V2X_FILES,
    "MF/DF.CD": telecom.CD_FILES,
    "MF/DF.GSM": telecom.GSM_FILES,
    "ADF.USIM": usim.USIM_FILES,
    "ADF.USIM/DF.PHONEBOOK": telecom.PHONEBOOK_FILES,
    "ADF.USIM/DF.GSM-ACCESS": below_usim.GSM_ACCESS_FILES,
    "ADF.USIM/DF.HNB": below_usim.HNB_FILES,
    "ADF.USIM/DF.5GS": below_usim.FIVEGS_FILES,
    "ADF.USIM/DF.SAIP": below_usim.SAIP_FILES,
    "ADF.USIM/DF.SNPN": below_usim.SNPN_FILES,
    "ADF.USIM/DF.5G_ProSe": below_usim.PROSE_FILES,
    "ADF.ISIM": isim.ISIM_FILES,
    "ADF.CSIM": csim.CSIM_FILES,
}
"""Path of a directory -> what may be in it."""

__all__ = ["DIRECTORIES", "Kind", "Row"]
