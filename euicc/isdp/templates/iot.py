"""Templates of the IoT minimal profile, TCA profile package 7.5: MF and ADF.USIM in one element."""

from __future__ import annotations

from euicc.isdp.content import Content, value
from euicc.isdp.templates.below_usim import SAIP_ROWS
from euicc.isdp.templates.df_5gs import THIRD
from euicc.isdp.templates.mf import MF_ROWS
from euicc.isdp.templates.opt_usim import OPTIONAL_USIM_ROWS
from euicc.isdp.templates.row import Row, Template, without
from euicc.isdp.templates.usim import USIM_ROWS

ONLY_MANDATORY_SERVICE = value(bytes(4) + b"\x01" + bytes(12))
"""EF.UST with service 33, which is always available."""
NO_CODE = value(b"\xff\xff\xff\x00")


def _with_default(row: Row, content: Content, record_length: int = 0) -> Row:
    """The same file, which the profile may leave out."""
    return row._replace(required=False, content=content, size=len(content.data), record_length=record_length)


def _pick(rows: tuple[Row, ...], *fields: str) -> tuple[Row, ...]:
    """Rows of another template, in the order in which the element lists them."""
    return tuple(next(row for row in rows if row.field == field) for field in fields)


_MF, _PL, _ICCID, _DIR, _ARR, _UMPC = MF_ROWS
_OPTIONAL_OF_IOT = ("ef_fdn", "ef_sms", "ef_smsp", "ef_smss", "ef_spn", "ef_est")
_USIM = {
    row.field: row
    for row in without(USIM_ROWS, (*_OPTIONAL_OF_IOT, "ef_epsloci", "ef_epsnsc"))
    if row.field not in ("adf_usim", "ef_imsi", "ef_arr")
}
_ADF, _IMSI, _ARR_USIM = _pick(USIM_ROWS, "adf_usim", "ef_imsi", "ef_arr")
_USIM["ef_ust"] = _with_default(_USIM["ef_ust"], ONLY_MANDATORY_SERVICE)
_USIM["ef_ecc"] = _with_default(_USIM["ef_ecc"], NO_CODE, 4)

# EF.ICCID and EF.DIR (from the header of the package) and both EF.ARR get their default at installation.
IOT_ROWS = (
    _MF,
    _PL,
    _ICCID._replace(required=False),
    _DIR._replace(required=False),
    _ARR._replace(required=False),
    _UMPC,
    _ADF,
    _IMSI,
    _ARR_USIM._replace(required=False, field="ef_arr_usim"),
    *_USIM.values(),
)

OPTIONAL_IOT_ROWS = (
    *_pick(USIM_ROWS, *_OPTIONAL_OF_IOT),
    *_pick(OPTIONAL_USIM_ROWS, "ef_oplmnwact", "ef_hplmnwact", "ef_ehplmn"),
    *_pick(USIM_ROWS, "ef_epsloci", "ef_epsnsc"),
    *(row._replace(field="ef_supi_nai") if row.field == "ef_supinai" else row for row in THIRD),
    *SAIP_ROWS,
)

TEMPLATES = (
    Template("2.23.143.1.2.17", "iot", IOT_ROWS, by_default=True),
    Template("2.23.143.1.2.18", "opt_iot", OPTIONAL_IOT_ROWS, by_default=False),
)
