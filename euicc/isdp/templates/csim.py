"""Templates of ADF.CSIM and its optional files.

Packages describe the CSIM files with explicit FIDs and types; rows give the FIDs, the sizes that 3GPP2
C.S0065 fixes, and no access rule, SFI or content: what a row lacks the profile must give. FIDs and sizes
that are 0 or None are not fixed by C.S0065.
"""

from __future__ import annotations

from euicc.isdp.templates.row import REQUIRED, Row, Template, adf, cy, lf, tr

CSIM_ROWS = (
    adf("adf_csim"),
    lf("ef_arr", 0x6F06, None, None, None, None, REQUIRED),
    cy("ef_call_count", 0x6F21, 2, 2, None),
    tr("ef_imsi_m", 0x6F22, 10, None),
    tr("ef_imsi_t", 0x6F23, 10, None),
    tr("ef_tmsi", 0x6F24, 16, None),
    tr("ef_ah", 0x6F25, 2, None),
    tr("ef_aop", 0x6F26, 1, None),
    tr("ef_aloc", 0x6F27, 7, None),
    lf("ef_cdmahome", 0x6F28, None, 5, None),
    lf("ef_znregi", 0x6F29, None, 8, None),
    tr("ef_snregi", 0x6F2A, 7, None),
    tr("ef_distregi", 0x6F2B, 8, None),
    tr("ef_accolc", 0x6F2C, 1, None),
    tr("ef_term", 0x6F2D, 1, None),
    tr("ef_acp", 0x6F2F, 7, None),
    tr("ef_prl", 0x6F30, None, None),
    tr("ef_ruimid", 0x6F31, 8, None),
    tr("ef_csim_st", 0x6F32, None, None),
    tr("ef_spc", 0x6F33, 3, None),
    tr("ef_otapaspc", 0x6F34, 1, None),
    tr("ef_namlock", 0x6F35, 1, None),
    tr("ef_ota", 0x6F36, 17, None),
    tr("ef_sp", 0x6F37, 1, None),
    tr("ef_esn_meid_me", 0x6F38, 8, None),
    tr("ef_li", 0x6F3A, None, None),
    tr("ef_usgind", 0x6F42, 1, None),
    tr("ef_ad", 0x6F43, 3, None),
    tr("ef_max_prl", 0x6F45, 4, None),
    tr("ef_spcs", 0x6F46, 1, None),
    tr("ef_mecrp", 0x6F55, 3, None),
    tr("ef_home_tag", 0x6F70, None, None),
    tr("ef_group_tag", 0x6F71, None, None),
    tr("ef_specific_tag", 0x6F72, None, None),
    tr("ef_call_prompt", 0x6F73, None, None),
)


def _any(field: str, fid: int = 0) -> Row:
    """A file of which the profile gives everything but the FID (and that too, where it is 0)."""
    return Row(field, fid, None, None, None)


OPTIONAL_CSIM_ROWS = (
    tr("ef_ssci", 0x6F2E, 1, None),
    _any("ef_fdn", 0x6F3B),
    _any("ef_sms", 0x6F3C),
    _any("ef_smsp", 0x6F3D),
    _any("ef_smss", 0x6F3E),
    _any("ef_ssfc", 0x6F3F),
    tr("ef_spn", 0x6F41, 35, None),
    lf("ef_mdn", 0x6F44, None, 11, None),
    _any("ef_ecc", 0x6F47),
    tr("ef_me3gpdopc", 0x6F48, 1, None),
    tr("ef_3gpdopm", 0x6F49, 1, None),
    tr("ef_sipcap", 0x6F4A, 4, None),
    tr("ef_mipcap", 0x6F4B, 5, None),
    _any("ef_sipupp", 0x6F4C),
    _any("ef_mipupp", 0x6F4D),
    tr("ef_sipsp", 0x6F4E, 1, None),
    _any("ef_mipsp", 0x6F4F),
    _any("ef_sippapss", 0x6F50),
    _any("ef_puzl", 0x6F53),
    _any("ef_maxpuzl", 0x6F54),
    tr("ef_hrpdcap", 0x6F56, 3, None),
    _any("ef_hrpdupp", 0x6F57),
    tr("ef_csspr", 0x6F58, 1, None),
    tr("ef_atc", 0x6F59, 1, None),
    _any("ef_eprl", 0x6F5A),
    _any("ef_bcsmscfg", 0x6F5B),
    _any("ef_bcsmspref", 0x6F5C),
    _any("ef_bcsmstable", 0x6F5D),
    _any("ef_bcsmsp", 0x6F5E),
    _any("ef_bakpara", 0x6F63),
    _any("ef_upbakpara", 0x6F64),
    _any("ef_mmsn", 0x6F65),
    _any("ef_ext8", 0x6F66),
    _any("ef_mmsicp", 0x6F67),
    _any("ef_mmsup", 0x6F68),
    _any("ef_mmsucp", 0x6F69),
    _any("ef_auth_capability", 0x6F6A),
    tr("ef_3gcik", 0x6F6B, 32, None),
    _any("ef_dck", 0x6F6C),
    _any("ef_gid1", 0x6F6D),
    _any("ef_gid2", 0x6F6E),
    _any("ef_cdmacnl", 0x6F6F),
    tr("ef_sf_euimid", 0x6F74, 7, None),
    _any("ef_est", 0x6F75),
    tr("ef_hidden_key", 0x6F76, 4, None),
    _any("ef_lcsver", 0x6F77),
    _any("ef_lcscp", 0x6F78),
    _any("ef_sdn", 0x6F79),
    _any("ef_ext2", 0x6F7A),
    _any("ef_ext3", 0x6F7B),
    _any("ef_ici", 0x6F7C),
    _any("ef_oci", 0x6F7D),
    _any("ef_ext5", 0x6F7E),
    _any("ef_ccp2", 0x6F7F),
    _any("ef_applabels", 0x6F80),
    tr("ef_model", 0x6F81, 126, None),
    _any("ef_rc"),
    _any("ef_smscap"),
    _any("ef_mipflags"),
    _any("ef_3gpduppext"),
    _any("ef_ipv6cap"),
    _any("ef_tcpconfig"),
    _any("ef_dgc"),
    _any("ef_wapbrowsercp"),
    _any("ef_wapbrowserbm"),
    _any("ef_mmsconfig"),
    _any("ef_jdl"),
)

TEMPLATES = tuple(
    Template(oid, element, rows, by_default)
    for oid, element, rows, by_default in (
        ("2.23.143.1.2.10", "csim", CSIM_ROWS, True),
        ("2.23.143.1.2.10.2", "csim", CSIM_ROWS, True),
        ("2.23.143.1.2.11", "opt_csim", OPTIONAL_CSIM_ROWS, False),
        ("2.23.143.1.2.11.2", "opt_csim", OPTIONAL_CSIM_ROWS, False),
    )
)
