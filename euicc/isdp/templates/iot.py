"""Templates of the IoT minimal profile, TCA profile package 7.5: MF and ADF.USIM in one element."""

from __future__ import annotations

from euicc.isdp.content import Content, value
from euicc.isdp.templates.below_usim import SAIP_ROWS
from euicc.isdp.templates.df_5gs import THIRD
from euicc.isdp.templates.mf import MF_ROWS
from euicc.isdp.templates.opt_usim import OPTIONAL_USIM_ROWS
from euicc.isdp.templates.row import Row, Template, without
from euicc.isdp.templates.usim import USIM_ROWS

ALWAYS = b"\x90\x00"
NEVER = b"\x97\x00"


def _key(reference: int) -> bytes:
    return bytes((0xA4, 0x06, 0x83, 0x01, reference, 0x95, 0x01, 0x08))


PIN1, PIN2, ADM1 = _key(0x01), _key(0x81), _key(0x0A)
INCREASE = b"\x84\x01\x32"


def _rule(*parts: tuple[int, bytes]) -> bytes:
    return b"".join(b"\x80\x01" + bytes((mask,)) + condition for mask, condition in parts)


DEFAULT_RULES = (
    _rule((0x01, ALWAYS), (0x02, PIN1), (0x58, ADM1)),
    _rule((0x01, PIN1), (0x5A, ADM1)),
    _rule((0x5B, ADM1)),
    _rule((0x01, ALWAYS), (0x1A, NEVER), (0x40, ADM1)),
    _rule((0x03, PIN1), (0x58, ADM1)),
    _rule((0x11, PIN1), (0x4A, ADM1)),
    _rule((0x03, PIN1), (0x58, ADM1)) + INCREASE + PIN1,
    _rule((0x01, PIN1), (0x02, PIN2), (0x58, ADM1)),
    _rule((0x01, ALWAYS), (0x1A, PIN1), (0x40, ADM1)),
    _rule((0x01, ALWAYS), (0x5A, ADM1)),
    _rule((0x01, ALWAYS), (0x18, ADM1), (0x42, NEVER)),
    _rule((0x01, PIN1), (0x5A, NEVER)),
    _rule((0x13, PIN1), (0x48, ADM1)),
    _rule((0x5E, ADM1)),
)
"""EF.ARR as the numbers in the column ARR of the templates mean it, record 1 first."""

RULE_LENGTH = max(map(len, DEFAULT_RULES))
DEFAULT_ARR = value(b"".join(rule.ljust(RULE_LENGTH, b"\xff") for rule in DEFAULT_RULES))
ONLY_MANDATORY_SERVICE = value(bytes(4) + b"\x01" + bytes(12))
"""EF.UST with service 33, which is always available."""
NO_CODE = value(b"\xff\xff\xff\x00")


def _with_default(row: Row, content: Content | None, record_length: int = 0) -> Row:
    """The same file, which the profile may leave out."""
    size = len(content.data) if content else row.size
    return row._replace(required=False, content=content, size=size, record_length=record_length)


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

# EF.ICCID and EF.DIR get their default content at installation: from the header of the package.
IOT_ROWS = (
    _MF,
    _PL,
    _ICCID._replace(required=False),
    _DIR._replace(required=False),
    _with_default(_ARR, DEFAULT_ARR, RULE_LENGTH),
    _UMPC,
    _ADF,
    _IMSI,
    _with_default(_ARR_USIM, DEFAULT_ARR, RULE_LENGTH)._replace(field="ef_arr_usim"),
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
