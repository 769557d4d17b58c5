"""Templates of DF.TELECOM, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern
from euicc.isdp.templates.phonebook import PHONEBOOK_ROWS
from euicc.isdp.templates.row import REQUIRED, Template, bt, df, lf, tr, without

ERASED = fill_pattern(b"\xff")
MCS = (109,)
V2X = (119,)

TELECOM_ROWS = (
    df("df_telecom", 0x7F10),
    lf("ef_arr", 0x6F06, None, None, 10, None, REQUIRED),
    lf("ef_rma", 0x6F53, None, None, 3, None, REQUIRED),
    tr("ef_sume", 0x6F54, 22, 3, None, REQUIRED),
    lf("ef_ice_dn", 0x6FE0, 50, 24, 9, None, ERASED),
    lf("ef_ice_ff", 0x6FE1, None, None, 9, None, ERASED),
    lf("ef_psismsc", 0x6FE5, None, None, 5, None, REQUIRED, (12, 91)),
    df("df_graphics", 0x5F50),
    lf("ef_img", 0x4F20, None, None, 2, None, fill_pattern(b"\x00\xff")),
    tr("ef_iidf", 0x4F40, None, 2, None, ERASED, last=0x4F7F),
    bt("ef_ice_graphics", 0x4F21, 9),
    tr("ef_launch_scws", 0x4F01, None, 10, None, REQUIRED),
    tr("ef_icon", 0x4F80, None, 10, None, REQUIRED, last=0x4FBF),
    *PHONEBOOK_ROWS,
    df("df_multimedia", 0x5F3B, (67,)),
    bt("ef_mml", 0x4F47, 5, None, None, (67,)),
    bt("ef_mmdf", 0x4F48, 5, None, None, (67,)),
    df("df_mmss", 0x5F3C),
    tr("ef_mlpl", 0x4F20, None, 2, 0x01, REQUIRED),
    tr("ef_mspl", 0x4F21, None, 2, 0x02, REQUIRED),
    tr("ef_mmssmode", 0x4F22, 1, 2, 0x03, REQUIRED),
    df("df_mcs", 0x5F3D, MCS),
    tr("ef_mst", 0x4F01, None, 2, 0x01, REQUIRED, MCS),
    bt("ef_mcs_config", 0x4F02, 2, 0x02, REQUIRED, MCS),
    df("df_v2x", 0x5F3E, V2X),
    tr("ef_vst", 0x4F01, None, 2, 0x01, REQUIRED, V2X),
    bt("ef_v2x_config", 0x4F02, 2, 0x02, REQUIRED, V2X),
    tr("ef_v2xp_pc5", 0x4F03, None, 2, None, REQUIRED, V2X),
    tr("ef_v2xp_uu", 0x4F04, None, 2, None, REQUIRED, V2X),
)

SINCE_SECOND = (
    "df_mcs",
    "ef_mst",
    "ef_mcs_config",
    "df_v2x",
    "ef_vst",
    "ef_v2x_config",
    "ef_v2xp_pc5",
    "ef_v2xp_uu",
)

TEMPLATES = (
    Template("2.23.143.1.2.3", "telecom", without(TELECOM_ROWS, SINCE_SECOND), by_default=False),
    Template("2.23.143.1.2.3.2", "telecom", TELECOM_ROWS, by_default=False),
)
