"""Files of ADF.ISIM, TS 31.103 4.2."""

from __future__ import annotations

from apdu.ef.directories.row import bt, lf, tr

ISIM_FILES = (
    tr("IMPI", 0x6F02, 0x02),
    tr("DOMAIN", 0x6F03, 0x05),
    lf("IMPU", 0x6F04, 0x04),
    tr("AD", 0x6FAD, 0x03),
    lf("ARR", 0x6F06, 0x06),
    tr("IST", 0x6F07, 0x07),
    lf("P-CSCF", 0x6F09, None, (5,)),
    tr("GBABP", 0x6FD5, None, (2,)),
    lf("GBANL", 0x6FD7, None, (2,)),
    lf("NAFKCA", 0x6FDD, None, (2,)),
    lf("SMS", 0x6F3C, None, (6, 8)),
    tr("SMSS", 0x6F43, None, (6, 8)),
    lf("SMSR", 0x6F47, None, (7, 8)),
    lf("SMSP", 0x6F42, None, (8,)),
    lf("UICCIARI", 0x6FE7, None, (10,)),
    tr("FromPreferred", 0x6FF7, None, (17,)),
    bt("IMSConfigData", 0x6FF8, None, (18,)),
    bt("XCAPConfigData", 0x6FFC, None, (19,)),
    lf("WebRTCURI", 0x6FFA, None, (20,)),
    bt("MuDMiDConfigData", 0x6FFE, None, (21,)),
    lf("GBAUAPI", 0x6F0A, None, (2,)),
    tr("IMSDCI", 0x6F0B, None, (22,)),
)
