"""Template of DF.PHONEBOOK below ADF.USIM, TCA profile package annex A; DF.TELECOM has the same files."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, df, lf, tr

ERASED = fill_pattern(b"\xff")
FREE = fill_pattern(b"\x00\xff")
ZEROS = fill_pattern(b"\x00")

# A field with a range of FIDs stands for up to eight files.
PHONEBOOK_ROWS = (
    df("df_phonebook", 0x5F3A),
    lf("ef_pbr", 0x4F30, None, None, 2, None, REQUIRED),
    lf("ef_ext1", 0x4F38, None, 13, 5, None, FREE, last=0x4F3F),
    lf("ef_aas", 0x4F40, None, None, 5, None, ERASED, last=0x4F47),
    lf("ef_gas", 0x4F48, None, None, 5, None, ERASED, last=0x4F4F),
    tr("ef_psc", 0x4F22, 4, 5, None, value(bytes(4))),
    tr("ef_cc", 0x4F23, 2, 5, None, value(bytes(2)), hu=True),
    tr("ef_puid", 0x4F24, 2, 5, None, value(bytes(2)), hu=True),
    lf("ef_iap", 0x4F50, None, None, 5, None, ERASED, last=0x4F57),
    lf("ef_adn", 0x4F58, None, None, 5, None, ERASED, last=0x4F5F),
    lf("ef_pbc", 0x4F60, None, 2, 5, None, ZEROS, last=0x4F67),
    lf("ef_anr", 0x4F68, None, None, 5, None, ERASED, last=0x4F6F),
    lf("ef_puri", 0x4F70, None, None, 5, None, REQUIRED, last=0x4F77),
    lf("ef_email", 0x4F78, None, None, 5, None, ERASED, last=0x4F7F),
    lf("ef_sne", 0x4F80, None, None, 5, None, ERASED, last=0x4F87),
    lf("ef_uid", 0x4F88, None, 2, 5, None, value(bytes(2)), last=0x4F8F),
    lf("ef_grp", 0x4F90, None, None, 5, None, ZEROS, last=0x4F97),
    lf("ef_ccp1", 0x4F98, None, None, 5, None, ERASED, last=0x4F9F),
)

TEMPLATES = (Template("2.23.143.1.2.6", "phonebook", PHONEBOOK_ROWS, by_default=False),)
