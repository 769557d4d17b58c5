"""Templates below ADF.USIM (GSM access, SAIP, SNPN, 5G ProSe) and of EAP clients, annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, df, tr

ERASED = fill_pattern(b"\xff")
NO_KEY = value(b"\xff" * 8 + b"\x07")
ZERO = value(b"\x00")
GSM_ACCESS = (27,)
SUCI = (124, 125)
SNPN = (143,)
PROSE = (139,)

GSM_ACCESS_ROWS = (
    df("df_gsm_access", 0x5F3B, GSM_ACCESS),
    tr("ef_kc", 0x4F20, 9, 5, 0x01, NO_KEY, GSM_ACCESS, hu=True),
    tr("ef_kcgprs", 0x4F52, 9, 5, 0x02, NO_KEY, GSM_ACCESS, hu=True),
    tr("ef_cpbcch", 0x4F63, 10, 5, None, ERASED, (39,), hu=True),
    tr("ef_invscan", 0x4F64, 1, 2, None, ZERO, (40,)),
)

EAP_ROWS = (
    df("df_eap", 0, SUCI),
    tr("ef_eapkeys", 0x4F01, None, 2, None, REQUIRED, hu=True),
    tr("ef_eapstatus", 0x4F02, 1, 2, None, ZERO, hu=True),
    tr("ef_puid", 0x4F03, None, 2, None, REQUIRED),
    tr("ef_ps", 0x4F04, None, 5, None, ERASED, hu=True),
    tr("ef_curid", 0x4F20, None, 5, None, ERASED, hu=True),
    tr("ef_reid", 0x4F21, None, 5, None, REQUIRED),
    tr("ef_realm", 0x4F22, None, 5, None, REQUIRED),
)

SAIP_ROWS = (
    df("df_df_saip", 0x5FD0, SUCI),
    tr("ef_suci_calc_info_usim", 0x4F01, None, 3, None, ERASED, (125,)),
)

SNPN_ROWS = (
    df("df_df_snpn", 0x5FE0, SNPN),
    tr("ef_pws_snpn", 0x4F01, 1, 10, None, REQUIRED, SNPN),
)

PROSE_ROWS = (
    df("df_df_5g_prose", 0x5FF0, PROSE),
    tr("ef_5g_prose_st", 0x4F01, 1, 2, 0x01, REQUIRED, PROSE),
    tr("ef_5g_prose_dd", 0x4F02, 26, 2, 0x02, REQUIRED, PROSE),
    tr("ef_5g_prose_dc", 0x4F03, 12, 2, 0x03, REQUIRED, PROSE),
    tr("ef_5g_prose_u2nru", 0x4F04, 32, 2, 0x04, REQUIRED, PROSE),
    tr("ef_5g_prose_ru", 0x4F05, 29, 2, 0x05, REQUIRED, PROSE),
    tr("ef_5g_prose_uir", 0x4F06, 32, 2, 0x06, REQUIRED, PROSE),
)

TEMPLATES = (
    Template("2.23.143.1.2.7", "gsm_access", GSM_ACCESS_ROWS, by_default=False),
    Template("2.23.143.1.2.12", "eap", EAP_ROWS, by_default=False),
    Template("2.23.143.1.2.14", "df_saip", SAIP_ROWS, by_default=False),
    Template("2.23.143.1.2.15", "df_snpn", SNPN_ROWS, by_default=False),
    Template("2.23.143.1.2.16", "df_5gprose", PROSE_ROWS, by_default=False),
)
