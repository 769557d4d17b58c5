"""Templates of DF.5GS, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, bt, df, lf, resized, tr, without

ERASED = fill_pattern(b"\xff")
EMPTY_LOCI = value(b"\xff" * 16 + b"\x00\x00\x00\x01")
MOBILITY = (122,)
SECURITY_CONTEXT = (122, 136)

DF_5GS_ROWS = (
    df("df_df_5gs", 0x5FC0, (122, 126, 127, 128, 129, 130)),
    tr("ef_5gs3gpploci", 0x4F01, 20, 5, 0x01, EMPTY_LOCI, MOBILITY, hu=True),
    tr("ef_5gsn3gpploci", 0x4F02, 20, 5, 0x02, EMPTY_LOCI, MOBILITY, hu=True),
    lf("ef_5gs3gppnsc", 0x4F03, 2, 62, 5, 0x03, ERASED, SECURITY_CONTEXT, hu=True),
    lf("ef_5gsn3gppnsc", 0x4F04, 2, 62, 5, 0x04, ERASED, SECURITY_CONTEXT, hu=True),
    tr("ef_5gauthkeys", 0x4F05, 110, 5, 0x05, ERASED, (123,), hu=True),
    tr("ef_uac_aic", 0x4F06, 4, 2, 0x06, REQUIRED, (126,)),
    tr("ef_suci_calc_info", 0x4F07, None, 2, 0x07, ERASED, (124,)),
    lf("ef_opl5g", 0x4F08, None, 10, 10, 0x08, ERASED, (129,)),
    tr("ef_supinai", 0x4F09, None, 2, 0x09, ERASED, (130,)),
    tr("ef_routing_indicator", 0x4F0A, 4, 2, 0x0A, value(b"\xf0\xff\x00\x00"), (124,)),
    bt("ef_ursp", 0x4F0B, 2, None, None, (132,)),
    tr("ef_tn3gppsnn", 0x4F0C, 1, 2, 0x0C, value(b"\x00"), (133,)),
    tr("ef_cag", 0x4F0D, 2, 2, 0x0D, REQUIRED, (137,)),
    tr("ef_sor_cmci", 0x4F0E, None, 2, 0x0E, REQUIRED, (138,)),
    tr("ef_dri", 0x4F0F, 7, 2, 0x0F, REQUIRED, (140,)),
    tr("ef_5gsedrx", 0x4F10, 2, 2, 0x10, REQUIRED, (141,)),
    tr("ef_5gnswo_conf", 0x4F11, 1, 2, 0x11, REQUIRED, (142,)),
    tr("ef_mchpplmn", 0x4F15, 1, 2, 0x15, REQUIRED, (144,)),
    tr("ef_kausf_derivation", 0x4F16, 1, 2, 0x16, REQUIRED, (145,)),
)

SINCE_FOURTH = (
    "ef_cag",
    "ef_sor_cmci",
    "ef_dri",
    "ef_5gsedrx",
    "ef_5gnswo_conf",
    "ef_mchpplmn",
    "ef_kausf_derivation",
)
THIRD = without(DF_5GS_ROWS, SINCE_FOURTH)
SECOND = resized(resized(THIRD, "ef_5gs3gppnsc", 57, 57), "ef_5gsn3gppnsc", 57, 57)
FIRST = without(SECOND, ("ef_ursp", "ef_tn3gppsnn"))

TEMPLATES = (
    Template("2.23.143.1.2.13", "df_5gs", FIRST, by_default=False),
    Template("2.23.143.1.2.13.2", "df_5gs", SECOND, by_default=False),
    Template("2.23.143.1.2.13.3", "df_5gs", THIRD, by_default=False),
    Template("2.23.143.1.2.13.4", "df_5gs", DF_5GS_ROWS, by_default=False),
)
