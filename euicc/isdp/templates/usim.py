"""Templates of ADF.USIM with its mandatory files, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, adf, lf, resized, tr

ERASED = fill_pattern(b"\xff")
NO_KEY = fill_pattern(b"\x07\xff")
EMPTY_LOCI = value(b"\xff\xff\xff\xff\xff\xff\xff\x00\x00\xff\x01")
EMPTY_PSLOCI = value(b"\xff" * 10 + b"\x00\x00\xff\x01")
EMPTY_EPSLOCI = value(b"\xff" * 15 + b"\x00\x00\x01")
EPS = (85,)

USIM_ROWS = (
    adf("adf_usim"),
    tr("ef_imsi", 0x6F07, 9, 2, 0x07, REQUIRED),
    lf("ef_arr", 0x6F06, None, None, 10, 0x17, REQUIRED),
    tr("ef_keys", 0x6F08, 33, 5, 0x08, NO_KEY, hu=True),
    tr("ef_keys_ps", 0x6F09, 33, 5, 0x09, NO_KEY, hu=True),
    tr("ef_hpplmn", 0x6F31, 1, 2, 0x12, value(b"\x0a")),
    tr("ef_ust", 0x6F38, 17, 2, 0x04, REQUIRED),
    lf("ef_fdn", 0x6F3B, 20, 26, 8, None, ERASED, (2, 89)),
    lf("ef_sms", 0x6F3C, 10, 176, 5, None, fill_pattern(b"\x00\xff"), (10,)),
    lf("ef_smsp", 0x6F42, 1, 38, 5, None, ERASED, (12,)),
    tr("ef_smss", 0x6F43, 2, 5, None, value(b"\xff\xff"), (10,)),
    tr("ef_spn", 0x6F46, 17, 10, None, REQUIRED, (19,)),
    tr("ef_est", 0x6F56, 1, 8, 0x05, REQUIRED, (2, 6, 34, 35)),
    tr("ef_start_hfn", 0x6F5B, 6, 5, 0x0F, value(b"\xf0\x00\x00\xf0\x00\x00"), hu=True),
    tr("ef_threshold", 0x6F5C, 3, 2, 0x10, value(b"\xff\xff\xff")),
    tr("ef_psloci", 0x6F73, 14, 5, 0x0C, EMPTY_PSLOCI, hu=True),
    tr("ef_acc", 0x6F78, 2, 2, 0x06, REQUIRED),
    tr("ef_fplmn", 0x6F7B, 12, 5, 0x0D, ERASED),
    tr("ef_loci", 0x6F7E, 11, 5, 0x0B, EMPTY_LOCI, hu=True),
    tr("ef_ad", 0x6FAD, 4, 10, 0x03, value(b"\x00\x00\x00\x02")),
    lf("ef_ecc", 0x6FB7, 1, 4, 10, 0x01, REQUIRED),
    tr("ef_netpar", 0x6FC4, 128, 5, None, ERASED, hu=True),
    tr("ef_epsloci", 0x6FE3, 18, 5, 0x1E, EMPTY_EPSLOCI, EPS, hu=True),
    lf("ef_epsnsc", 0x6FE4, 1, 80, 5, 0x18, ERASED, EPS, hu=True),
)

TEMPLATES = (
    Template("2.23.143.1.2.4", "usim", resized(USIM_ROWS, "ef_ust", 14), by_default=True),
    Template("2.23.143.1.2.4.2", "usim", USIM_ROWS, by_default=True),
)
