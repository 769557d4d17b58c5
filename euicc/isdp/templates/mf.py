"""Templates of the MF and of DF.CD, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern
from euicc.isdp.templates.row import REQUIRED, Template, df, lf, tr
from euicc.uicc.filesystem import MF_FID, FileKind

# EF.UMPC has no default: what the UICC draws and whether it can be suspended is for the profile to say.
MF_ROWS = (
    df("mf", MF_FID, kind=FileKind.MF),
    tr("ef_pl", 0x2F05, 2, 1, 0x05, fill_pattern(b"\xff")),
    tr("ef_iccid", 0x2FE2, 10, 11, 0x02, REQUIRED),
    lf("ef_dir", 0x2F00, None, None, 10, 0x1E, REQUIRED),
    lf("ef_arr", 0x2F06, None, None, 10, 0x06, REQUIRED),
    tr("ef_umpc", 0x2F08, 5, 10, 0x08),
)

CD_ROWS = (
    df("df_cd", 0x7F11),
    tr("ef_launchpad", 0x6F01, None, 2, None, REQUIRED),
    tr("ef_icon", 0x6F40, None, 2, None, REQUIRED, last=0x6F7E),
)

TEMPLATES = (
    Template("2.23.143.1.2.1", "mf", MF_ROWS, by_default=True),
    Template("2.23.143.1.2.2", "cd", CD_ROWS, by_default=False),
)
