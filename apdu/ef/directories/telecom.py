"""Files of the MF, DF.TELECOM and those below, TS 102 221 13, TS 31.102 4.4 to 4.6, TCA profile package annex A."""

from __future__ import annotations

from apdu.ef.directories.row import bt, cy, df, lf, tr

MF_FILES = (
    lf("DIR", 0x2F00, 0x1E),
    tr("ICCID", 0x2FE2, 0x02),
    tr("PL", 0x2F05, 0x05),
    lf("ARR", 0x2F06, 0x06),
    tr("UMPC", 0x2F08, 0x08),
    df("TELECOM", 0x7F10),
    df("CD", 0x7F11),
    df("GSM", 0x7F20),
)

TELECOM_FILES = (
    lf("ADN", 0x6F3A),
    lf("FDN", 0x6F3B),
    lf("SMS", 0x6F3C),
    lf("CCP", 0x6F3D),
    lf("ECCP", 0x6F4F),
    lf("MSISDN", 0x6F40),
    lf("SMSP", 0x6F42),
    tr("SMSS", 0x6F43),
    lf("LND", 0x6F44),
    lf("SDN", 0x6F49),
    lf("EXT1", 0x6F4A),
    lf("EXT2", 0x6F4B),
    lf("EXT3", 0x6F4C),
    lf("BDN", 0x6F4D),
    lf("EXT4", 0x6F4E),
    lf("SMSR", 0x6F47),
    lf("CMI", 0x6F58),
    lf("ARR", 0x6F06),
    lf("RMA", 0x6F53),
    tr("SUME", 0x6F54),
    lf("ICE_DN", 0x6FE0),
    lf("ICE_FF", 0x6FE1),
    lf("PSISMSC", 0x6FE5, None, (12, 91)),
    df("GRAPHICS", 0x5F50),
    df("PHONEBOOK", 0x5F3A),
    df("MULTIMEDIA", 0x5F3B, (67,)),
    df("MMSS", 0x5F3C),
    df("MCS", 0x5F3D, (109,)),
    df("V2X", 0x5F3E, (119,)),
)

CD_FILES = (
    tr("LAUNCHPAD", 0x6F01),
    tr("ICON", 0x6F40, last=0x6F7E),
)

GSM_FILES = (
    tr("LP", 0x6F05),
    tr("IMSI", 0x6F07),
    tr("Kc", 0x6F20),
    tr("DCK", 0x6F2C),
    tr("PLMNsel", 0x6F30),
    tr("HPPLMN", 0x6F31),
    tr("CNL", 0x6F32),
    tr("ACMmax", 0x6F37),
    tr("SST", 0x6F38),
    cy("ACM", 0x6F39),
    tr("GID1", 0x6F3E),
    tr("GID2", 0x6F3F),
    tr("PUCT", 0x6F41),
    tr("CBMI", 0x6F45),
    tr("SPN", 0x6F46),
    tr("CBMID", 0x6F48),
    tr("CBMIR", 0x6F50),
    lf("NIA", 0x6F51),
    tr("KcGPRS", 0x6F52),
    tr("LOCIGPRS", 0x6F53),
    tr("PLMNwAcT", 0x6F60),
    tr("OPLMNwAcT", 0x6F61),
    tr("HPLMNwAcT", 0x6F62),
    tr("CPBCCH", 0x6F63),
    tr("InvScan", 0x6F64),
    tr("BCCH", 0x6F74),
    tr("ACC", 0x6F78),
    tr("FPLMN", 0x6F7B),
    tr("LOCI", 0x6F7E),
    tr("AD", 0x6FAD),
    tr("Phase", 0x6FAE),
    tr("eMLPP", 0x6FB5),
    tr("AAeM", 0x6FB6),
    tr("ECC", 0x6FB7),
    lf("PNN", 0x6FC5),
    lf("OPL", 0x6FC6),
    lf("MBDN", 0x6FC7),
    lf("EXT6", 0x6FC8),
    lf("MBI", 0x6FC9),
    lf("MWIS", 0x6FCA),
    lf("CFIS", 0x6FCB),
    lf("EXT7", 0x6FCC),
    tr("SPDI", 0x6FCD),
)

GRAPHICS_FILES = (
    lf("IMG", 0x4F20),
    bt("ICE_GRAPHICS", 0x4F21),
    tr("LAUNCH_SCWS", 0x4F01),
    tr("IIDF", 0x4F40, last=0x4F7F),
    tr("ICON", 0x4F80, last=0x4FBF),
)

PHONEBOOK_FILES = (
    lf("PBR", 0x4F30),
    tr("PSC", 0x4F22),
    tr("CC", 0x4F23),
    tr("PUID", 0x4F24),
    lf("EXT1", 0x4F38, last=0x4F3F),
    lf("AAS", 0x4F40, last=0x4F47),
    lf("GAS", 0x4F48, last=0x4F4F),
    lf("IAP", 0x4F50, last=0x4F57),
    lf("ADN", 0x4F58, last=0x4F5F),
    lf("PBC", 0x4F60, last=0x4F67),
    lf("ANR", 0x4F68, last=0x4F6F),
    lf("PURI", 0x4F70, last=0x4F77),
    lf("EMAIL", 0x4F78, last=0x4F7F),
    lf("SNE", 0x4F80, last=0x4F87),
    lf("UID", 0x4F88, last=0x4F8F),
    lf("GRP", 0x4F90, last=0x4F97),
    lf("CCP1", 0x4F98, last=0x4F9F),
)

MULTIMEDIA_FILES = (
    bt("MML", 0x4F47, None, (67,)),
    bt("MMDF", 0x4F48, None, (67,)),
)

MMSS_FILES = (
    tr("MLPL", 0x4F20, 0x01),
    tr("MSPL", 0x4F21, 0x02),
    tr("MMSSMODE", 0x4F22, 0x03),
)

MCS_FILES = (
    tr("MST", 0x4F01, 0x01, (109,)),
    bt("MCS_CONFIG", 0x4F02, 0x02, (109,)),
)

V2X_FILES = (
    tr("VST", 0x4F01, 0x01, (119,)),
    bt("V2X_CONFIG", 0x4F02, 0x02, (119,)),
    tr("V2XP_PC5", 0x4F03, None, (119,)),
    tr("V2XP_Uu", 0x4F04, None, (119,)),
)
