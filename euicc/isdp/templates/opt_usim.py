"""Templates of the optional files of ADF.USIM, TCA profile package annex A."""

from __future__ import annotations

from euicc.isdp.content import fill_pattern, value
from euicc.isdp.templates.row import REQUIRED, Template, bt, cy, lf, tr, without

ERASED = fill_pattern(b"\xff")
FREE = fill_pattern(b"\x00\xff")
ZEROS = fill_pattern(b"\x00")
NO_UNITS = value(bytes(3))
NO_NETWORKS = value(b"\xff\xff\xff\x00\x00" * 8)
NO_NETWORK = value(b"\xff\xff\xff\x00\x00")
EMPTY_ICI = value(b"\xff" * 31 + b"\x00\x00\x00\x00\x01\xff\xff")
EMPTY_OCI = value(b"\xff" * 31 + b"\x00\x00\x00\x01\xff\xff")
UFC = value(
    b"\x80\x1e\x60\xc0\x1e\x90\x00\x80\x04" + bytes(8) + b"\xf0" + bytes(4) + b"\x40" + bytes(6) + b"\x80"
)
ZERO = value(b"\x00")
EPDG = (106, 107)
EMERGENCY_EPDG = (110, 111)

OPTIONAL_USIM_ROWS = (
    tr("ef_li", 0x6F05, 6, 1, 0x02, ERASED),
    tr("ef_acmax", 0x6F37, 3, 5, None, NO_UNITS, (13,)),
    cy("ef_acm", 0x6F39, 1, 3, 7, None, NO_UNITS, (13,), hu=True),
    tr("ef_gid1", 0x6F3E, 8, 2, None, REQUIRED, (17,)),
    tr("ef_gid2", 0x6F3F, 8, 2, None, REQUIRED, (18,)),
    lf("ef_msisdn", 0x6F40, 1, 24, 2, None, ERASED, (21,)),
    tr("ef_puct", 0x6F41, 5, 5, None, NO_NETWORK, (13,)),
    tr("ef_cbmi", 0x6F45, 10, 5, None, ERASED, (15,)),
    tr("ef_cbmid", 0x6F48, 10, 2, 0x0E, ERASED, (29,)),
    lf("ef_sdn", 0x6F49, 10, 24, 2, None, ERASED, (4, 89)),
    lf("ef_ext2", 0x6F4B, 10, 13, 8, None, FREE, (3,)),
    lf("ef_ext3", 0x6F4C, 10, 13, 2, None, FREE, (5,)),
    tr("ef_cbmir", 0x6F50, 20, 5, None, ERASED, (16,)),
    tr("ef_plmnwact", 0x6F60, 40, 5, 0x0A, NO_NETWORKS, (20,)),
    tr("ef_oplmnwact", 0x6F61, 40, 2, 0x11, NO_NETWORKS, (42,)),
    tr("ef_hplmnwact", 0x6F62, 5, 2, 0x13, NO_NETWORK, (43,)),
    tr("ef_dck", 0x6F2C, 16, 5, None, ERASED, (36,)),
    tr("ef_cnl", 0x6F32, 30, 2, None, ERASED, (37,)),
    lf("ef_smsr", 0x6F47, 10, 30, 5, None, FREE, (11,)),
    lf("ef_bdn", 0x6F4D, 10, 25, 8, None, ERASED, (6,)),
    lf("ef_ext5", 0x6F4E, 10, 13, 5, None, FREE, (44,)),
    lf("ef_ccp2", 0x6F4F, 5, 15, 5, 0x16, ERASED, (14,)),
    lf("ef_ext4", 0x6F55, 10, 13, 8, None, FREE, (7,)),
    tr("ef_acl", 0x6F57, 101, 8, None, FREE, (35,)),
    lf("ef_cmi", 0x6F58, 10, 11, 2, None, ERASED, (6,)),
    cy("ef_ici", 0x6F80, 20, 38, 5, 0x14, EMPTY_ICI, (9,), hu=True),
    cy("ef_oci", 0x6F81, 20, 37, 5, 0x15, EMPTY_OCI, (8,), hu=True),
    cy("ef_ict", 0x6F82, 1, 3, 7, None, NO_UNITS, (9,), hu=True),
    cy("ef_oct", 0x6F83, 1, 3, 7, None, NO_UNITS, (8,), hu=True),
    tr("ef_vgcs", 0x6FB1, 20, 2, None, REQUIRED, (57,)),
    tr("ef_vgcss", 0x6FB2, 7, 5, None, REQUIRED, (57,)),
    tr("ef_vbs", 0x6FB3, 20, 2, None, REQUIRED, (58,)),
    tr("ef_vbss", 0x6FB4, 7, 5, None, REQUIRED, (58,)),
    tr("ef_emlpp", 0x6FB5, 2, 2, None, REQUIRED, (24,)),
    tr("ef_aaem", 0x6FB6, 1, 5, None, ZERO, (25,)),
    tr("ef_hiddenkey", 0x6FC3, 4, 5, None, ERASED),
    lf("ef_pnn", 0x6FC5, 10, 16, 10, 0x19, REQUIRED, (45,)),
    lf("ef_opl", 0x6FC6, 5, 8, 10, 0x1A, REQUIRED, (46,)),
    lf("ef_mbdn", 0x6FC7, 3, 24, 5, None, REQUIRED, (47,)),
    lf("ef_ext6", 0x6FC8, 10, 13, 5, None, FREE, (47,)),
    lf("ef_mbi", 0x6FC9, 10, 5, 5, None, REQUIRED, (47,)),
    lf("ef_mwis", 0x6FCA, 10, 6, 5, None, ZEROS, (48,), hu=True),
    lf("ef_cfis", 0x6FCB, 10, 16, 5, None, fill_pattern(b"\x01\x00\xff"), (49,)),
    lf("ef_ext7", 0x6FCC, 10, 13, 5, None, FREE, (49,)),
    tr("ef_spdi", 0x6FCD, 17, 2, 0x1B, REQUIRED, (51,)),
    lf("ef_mmsn", 0x6FCE, 10, 6, 5, None, fill_pattern(b"\x00\x00\x00\xff"), (52,)),
    lf("ef_ext8", 0x6FCF, 10, 13, 5, None, FREE, (53,)),
    tr("ef_mmsicp", 0x6FD0, 100, 2, None, ERASED, (52,)),
    lf("ef_mmsup", 0x6FD1, None, None, 5, None, ERASED, (52,)),
    tr("ef_mmsucp", 0x6FD2, 100, 5, None, ERASED, (52, 55)),
    lf("ef_nia", 0x6FD3, 5, 11, 2, None, ERASED, (56,)),
    tr("ef_vgcsca", 0x6FD4, None, 2, None, ZEROS, (64,)),
    tr("ef_vbsca", 0x6FD5, None, 2, None, ZEROS, (65,)),
    tr("ef_gbabp", 0x6FD6, None, 5, None, ERASED, (68,)),
    lf("ef_msk", 0x6FD7, None, None, 2, None, ERASED, (69,), hu=True),
    lf("ef_muk", 0x6FD8, None, None, 2, None, ERASED, (69,)),
    tr("ef_ehplmn", 0x6FD9, 15, 2, 0x1D, ERASED, (71,)),
    lf("ef_gbanl", 0x6FDA, None, None, 2, None, ERASED, (68,)),
    tr("ef_ehplmnpi", 0x6FDB, 1, 2, None, ZERO, (71, 73)),
    tr("ef_lrplmnsi", 0x6FDC, 1, 2, None, ZERO, (74,)),
    lf("ef_nafkca", 0x6FDD, None, None, 2, None, ERASED, (68, 76)),
    tr("ef_spni", 0x6FDE, None, 10, None, FREE, (78,)),
    lf("ef_pnni", 0x6FDF, None, None, 10, None, FREE, (79,)),
    lf("ef_ncp_ip", 0x6FE2, None, None, 2, None, REQUIRED, (80,)),
    tr("ef_ufc", 0x6FE6, 30, 10, None, UFC),
    tr("ef_nasconfig", 0x6FE8, 18, 2, None, REQUIRED, (96,)),
    lf("ef_uicciari", 0x6FE7, None, None, 2, None, REQUIRED, (95,)),
    tr("ef_pws", 0x6FEC, None, 10, None, REQUIRED, (97,)),
    lf("ef_fdnuri", 0x6FED, None, None, 8, None, ERASED, (2, 99)),
    lf("ef_bdnuri", 0x6FEE, None, None, 8, None, ERASED, (6, 99)),
    lf("ef_sdnuri", 0x6FEF, None, None, 2, None, ERASED, (4, 99)),
    lf("ef_ial", 0x6FF0, None, None, 3, None, ERASED, (102,)),
    cy("ef_ips", 0x6FF1, None, 4, 10, None, ERASED, (102,), hu=True),
    lf("ef_ipd", 0x6FF2, None, None, 3, None, ERASED, (102,), hu=True),
    tr("ef_epdgid", 0x6FF3, None, 2, None, REQUIRED, EPDG),
    tr("ef_epdgselection", 0x6FF4, None, 2, None, REQUIRED, EPDG),
    tr("ef_epdgidem", 0x6FF5, None, 2, None, REQUIRED, EMERGENCY_EPDG),
    tr("ef_epdgselectionem", 0x6FF6, None, 2, None, REQUIRED, EMERGENCY_EPDG),
    tr("ef_frompreferred", 0x6FF7, 1, 2, None, ZERO, (114,)),
    bt("ef_imsconfigdata", 0x6FF8, 2, None, REQUIRED, (115,)),
    tr("ef_3gpppsdataoff", 0x6FF9, 4, 2, None, REQUIRED, (117,)),
    lf("ef_3gpppsdataoffservicelist", 0x6FFA, None, None, 2, None, REQUIRED, (118,)),
    bt("ef_xcapconfigdata", 0x6FFC, 2, None, REQUIRED, (120,)),
    tr("ef_earfcnlist", 0x6FFD, None, 10, None, REQUIRED, (121,)),
    bt("ef_mudmidconfigdata", 0x6FFE, 2, None, REQUIRED, (134,)),
    tr("ef_eaka", 0x6F01, 1, 3, None, REQUIRED),
)

SINCE_SECOND = (
    "ef_epdgid",
    "ef_epdgselection",
    "ef_epdgidem",
    "ef_epdgselectionem",
    "ef_frompreferred",
    "ef_imsconfigdata",
    "ef_3gpppsdataoff",
    "ef_3gpppsdataoffservicelist",
    "ef_xcapconfigdata",
    "ef_earfcnlist",
    "ef_mudmidconfigdata",
)
SECOND = without(OPTIONAL_USIM_ROWS, ("ef_eaka",))

TEMPLATES = (
    Template("2.23.143.1.2.5", "opt_usim", without(SECOND, SINCE_SECOND), by_default=False),
    Template("2.23.143.1.2.5.2", "opt_usim", SECOND, by_default=False),
    Template("2.23.143.1.2.5.3", "opt_usim", OPTIONAL_USIM_ROWS, by_default=False),
)
