"""Templates of ADF.ISIM and its optional files, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, adf, bt, lf, tr, without

ERASED = fill_pattern(b"\xff")
FREE = fill_pattern(b"\x00\xff")

ISIM_ROWS = (
    adf("adf_isim"),
    tr("ef_impi", 0x6F02, None, 2, 0x02, REQUIRED),
    lf("ef_impu", 0x6F04, 1, None, 2, 0x04, REQUIRED),
    tr("ef_domain", 0x6F03, None, 2, 0x05, REQUIRED),
    tr("ef_ist", 0x6F07, 14, 2, 0x07, REQUIRED),
    tr("ef_ad", 0x6FAD, 3, 10, 0x03, value(bytes(3))),
    lf("ef_arr", 0x6F06, None, None, 10, 0x06, REQUIRED),
)

OPTIONAL_ISIM_ROWS = (
    lf("ef_pcscf", 0x6F09, 1, None, 2, None, REQUIRED, (1, 5)),
    lf("ef_sms", 0x6F3C, 10, 176, 5, None, FREE, (6, 8)),
    lf("ef_smsp", 0x6F42, 1, 38, 5, None, ERASED, (8,)),
    tr("ef_smss", 0x6F43, 2, 5, None, value(b"\xff\xff"), (6, 8)),
    lf("ef_smsr", 0x6F47, 10, 30, 5, None, FREE, (7, 8)),
    tr("ef_gbabp", 0x6FD5, None, 5, None, ERASED, (2,)),
    lf("ef_gbanl", 0x6FD7, None, None, 2, None, ERASED, (2,)),
    lf("ef_nafkca", 0x6FDD, None, None, 2, None, ERASED, (2, 4)),
    lf("ef_uicciari", 0x6FE7, None, None, 2, None, REQUIRED, (10,)),
    tr("ef_frompreferred", 0x6FF7, 1, 2, None, value(b"\x00"), (17,)),
    bt("ef_imsconfigdata", 0x6FF8, 2, None, REQUIRED, (18,)),
    bt("ef_xcapconfigdata", 0x6FFC, 2, None, REQUIRED, (19,)),
    lf("ef_webrtcuri", 0x6FFA, None, None, 2, None, REQUIRED, (20,)),
    bt("ef_mudmidconfigdata", 0x6FFE, 2, None, REQUIRED, (21,)),
)

SINCE_SECOND = (
    "ef_frompreferred",
    "ef_imsconfigdata",
    "ef_xcapconfigdata",
    "ef_webrtcuri",
    "ef_mudmidconfigdata",
)

TEMPLATES = (
    Template("2.23.143.1.2.8", "isim", ISIM_ROWS, by_default=True),
    Template("2.23.143.1.2.9", "opt_isim", without(OPTIONAL_ISIM_ROWS, SINCE_SECOND), by_default=False),
    Template("2.23.143.1.2.9.2", "opt_isim", OPTIONAL_ISIM_ROWS, by_default=False),
)
