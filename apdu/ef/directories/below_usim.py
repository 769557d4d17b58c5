"""Files of the directories in ADF.USIM, TS 31.102 4.4; DF.SAIP of the TCA profile package."""

from __future__ import annotations

from apdu.ef.directories.row import lf, tr

GSM_ACCESS_FILES = (
    tr("Kc", 0x4F20, 0x01, (27,)),
    tr("KcGPRS", 0x4F52, 0x02, (27,)),
    tr("CPBCCH", 0x4F63, None, (39,)),
    tr("InvScan", 0x4F64, None, (40,)),
)

HNB_FILES = (
    lf("ACSGL", 0x4F81, 0x01, (86,)),
    lf("CSGT", 0x4F82, 0x02, (86,)),
    lf("HNBN", 0x4F83, 0x03, (86,)),
    lf("OCSGL", 0x4F84, 0x04, (90,)),
    lf("OCSGT", 0x4F85, 0x05, (90,)),
    lf("OHNBN", 0x4F86, 0x06, (90,)),
)

FIVEGS_FILES = (
    tr("5GS3GPPLOCI", 0x4F01, 0x01, (122,)),
    tr("5GSN3GPPLOCI", 0x4F02, 0x02, (122,)),
    lf("5GS3GPPNSC", 0x4F03, 0x03, (122,)),
    lf("5GSN3GPPNSC", 0x4F04, 0x04, (122,)),
    tr("5GAUTHKEYS", 0x4F05, 0x05, (123,)),
    tr("UAC_AIC", 0x4F06, 0x06, (126,)),
    tr("SUCI_Calc_Info", 0x4F07, 0x07, (124,)),
    lf("OPL5G", 0x4F08, 0x08, (129,)),
    tr("SUPI_NAI", 0x4F09, 0x09, (130,)),
    tr("Routing_Indicator", 0x4F0A, 0x0A, (124,)),
    tr("URSP", 0x4F0B, 0x0B, (132,)),
    tr("TN3GPPSNN", 0x4F0C, 0x0C, (133,)),
    tr("CAG", 0x4F0D, 0x0D, (137,)),
    tr("SOR-CMCI", 0x4F0E, 0x0E, (138,)),
    tr("DRI", 0x4F0F, 0x0F, (140,)),
    tr("5GSEDRX", 0x4F10, 0x10, (141,)),
    tr("5GNSWO_CONF", 0x4F11, 0x11, (142,)),
    tr("MCHPPLMN", 0x4F15, 0x15, (144,)),
    tr("KAUSF_DERIVATION", 0x4F16, 0x16, (145,)),
)

SAIP_FILES = (tr("SUCI_Calc_Info", 0x4F01, 0x07),)

SNPN_FILES = (
    tr("PWS_SNPN", 0x4F01, 0x01, (143,)),
    lf("NID", 0x4F02, 0x02, (146,)),
)

PROSE_FILES = (
    tr("5G_PROSE_ST", 0x4F01, 0x01),
    tr("5G_PROSE_DD", 0x4F02, 0x02, (1,)),
    tr("5G_PROSE_DC", 0x4F03, 0x03, (2,)),
    tr("5G_PROSE_U2NRU", 0x4F04, 0x04, (3,)),
    tr("5G_PROSE_RU", 0x4F05, 0x05, (4,)),
    tr("5G_PROSE_UIR", 0x4F06, 0x06, (5,)),
    tr("5G_PROSE_U2URU", 0x4F07, 0x07, (6,)),
    tr("5G_PROSE_EU", 0x4F08, 0x08, (7,)),
)
