"""Contents as they stand on cards, and what they say.

From the generic test profile of the GSMA (TS.48), from the examples of the standards, and put together by hand.
"""

from __future__ import annotations

from typing import Any

Vector = tuple[str, str, Any]
"""Path, content in hexadecimal, value."""


def services(*numbered: tuple[int, str]) -> list[dict[str, Any]]:
    return [{"service": number, "name": name} for number, name in numbered]


NO_KEYS = {"ksi": 7, "ck": b"\xff" * 16, "ik": b"\xff" * 16}
KEY = bytes(range(32))

VECTORS: tuple[Vector, ...] = (
    ("EF.ICCID", "98001032547698103214", "89000123456789012341"),
    ("EF.ICCID", "981010325476981032F4", "8901012345678901234"),
    ("EF.IMSI", "080910101032540636", "001010123456063"),
    ("EF.IMSI", "082926103254769810", "262012345678901"),
    ("EF.IMSI", "08 21 26 20 12 32 54 76 F8", "26202212345678"),
    ("EF.PL", "656EFFFFFFFF", ["en"]),
    ("EF.LI", "6465656E", ["de", "en"]),
    (
        "EF.DIR",
        "61144F0CA0000000871002FF49FF058950045553494DFFFFFFFF",
        {"aid": bytes.fromhex("A0000000871002FF49FF0589"), "label": "USIM"},
    ),
    (
        "EF.UMPC",
        "3C 3C 02 0000",
        {
            "maximum_current": 60,
            "start_up_time": 60,
            "features": {"suspend_uicc": True, "increased_idle_current": False},
        },
    ),
    ("EF.FPLMN", "62F21042F618FFFFFFFFFFFF", ["262-01", "246-81"]),
    ("EF.EHPLMN", "FFFFFF130062FFFFFF", [None, "310-260"]),
    ("MF/DF.GSM/EF.PLMNsel", "21F354", ["123-45"]),
    (
        "EF.PLMNwAcT",
        "62F2104800FFFFFF0000",
        [{"plmn": "262-01", "technologies": ["E-UTRAN", "NG-RAN"]}],
    ),
    (
        "EF.OPLMNwAcT",
        "62F210C08462F2206000",
        [
            {"plmn": "262-01", "technologies": ["UTRAN", "E-UTRAN", "GSM", "GSM without EC-GSM-IoT"]},
            {"plmn": "262-02", "technologies": ["E-UTRAN", "E-UTRAN WB-S1"]},
        ],
    ),
    ("EF.HPLMNwAcT", "FFFFFF0000FFFFFF0000", []),
    ("EF.RPLMNAcTD", "4000FFFF", [["E-UTRAN"]]),
    ("EF.HPPLMN", "0A", 60),
    ("EF.EHPLMNPI", "02", "all"),
    ("EF.LRPLMNSI", "01", "home network"),
    ("EF.OPL", "62F2100000FFFE01", {"plmn": "262-01", "first_lac": 0, "last_lac": 0xFFFE, "pnn_record": 1}),
    (
        "EF.OPL5G",
        "62F210000000FFFFFE02",
        {"plmn": "262-01", "first_tac": 0, "last_tac": 0xFFFFFE, "pnn_record": 2},
    ),
    ("EF.SPDI", "A308 8006 62F210 62F220 FFFFFFFF", ["262-01", "262-02"]),
    (
        "EF.CNL",
        "62F21001FFFFFFFFFFFFFFFF",
        [{"plmn": "262-01", "network_subset": 1, "service_provider": None, "corporate": None}],
    ),
    (
        "EF.DCK",
        "21436587FFFFFFFF00000000FFFFFFFF",
        {"network": "12345678", "network_subset": "", "service_provider": "00000000", "corporate": ""},
    ),
    ("EF.ePDGId", "800A00" + b"epdg.test".hex(), "epdg.test"),
    ("EF.ePDGIdEm", "8005017F000001", "127.0.0.1"),
    (
        "EF.ePDGSelection",
        "800662F210000101",
        [{"plmn": "262-01", "priority": 1, "fqdn": "location"}],
    ),
    (
        "EF.ePDGSelectionEm",
        "800662F210000200",
        [{"plmn": "262-01", "priority": 2, "fqdn": "operator identifier"}],
    ),
    ("EF.PWS", "02", ["ignored in visited networks"]),
    ("EF.PWS_SNPN", "00", []),
    ("EF.CPBCCH", "0102FFFF", [0x0102]),
    (
        "EF.NASCONFIG",
        "8001018201018B0105FFFF",
        {"nas_signalling_priority": b"\x01", "attach_with_imsi": b"\x01", "tag 8B": b"\x05"},
    ),
    (
        "EF.LOCI",
        "FFFFFFFF42F618FFFEFF01",
        {"tmsi": b"\xff" * 4, "plmn": "246-81", "lac": 0xFFFE, "status": "not updated"},
    ),
    (
        "EF.PSLOCI",
        "FFFFFFFFFFFFFFFFFFFF0000FF01",
        {
            "p_tmsi": b"\xff" * 4,
            "signature": b"\xff" * 3,
            "plmn": None,
            "lac": 0,
            "rac": 255,
            "status": "not updated",
        },
    ),
    (
        "EF.EPSLOCI",
        "0BF662F2108000010A0B0C0D62F210123400",
        {
            "guti": bytes.fromhex("0BF662F2108000010A0B0C0D"),
            "plmn": "262-01",
            "tac": 0x1234,
            "status": "updated",
        },
    ),
    (
        "EF.5GS3GPPLOCI",
        "FF" * 13 + "42F61800000001",
        {"guti": b"\xff" * 13, "plmn": "246-81", "tac": 0, "status": "not updated"},
    ),
    (
        "EF.5GSN3GPPLOCI",
        "FF" * 16 + "00000004",
        {"guti": b"\xff" * 13, "plmn": None, "tac": 0, "status": 4},
    ),
    ("EF.ACC", "0201", [0, 9]),
    (
        "EF.AD",
        "80000102",
        {"mode": "type approval operations", "features": ["ciphering indicator"], "mnc_length": 2},
    ),
    ("ADF.ISIM/EF.AD", "000000", {"mode": "normal operation", "features": [], "mnc_length": None}),
    ("EF.START-HFN", "F00000F00000", {"cs": 0xF00000, "ps": 0xF00000}),
    ("EF.THRESHOLD", "000100", 256),
    ("EF.THRESHOLD", "FFFFFF", None),
    ("EF.UAC_AIC", "01000000", {"access_identities": {"mcs": False, "mps": True}}),
    ("EF.Keys", "07" + "FF" * 32, NO_KEYS),
    ("EF.KeysPS", "01" + KEY.hex(), {"ksi": 1, "ck": KEY[:16], "ik": KEY[16:]}),
    ("EF.Kc", "FFFFFFFFFFFFFFFF07", {"kc": b"\xff" * 8, "cksn": 7}),
    ("EF.KcGPRS", "010203040506070800", {"kc": bytes(range(1, 9)), "cksn": 0}),
    (
        "EF.EPSNSC",
        "A0348001008120" + KEY.hex() + "820400000001 830400000002 840101 FF",
        {"ksi": 0, "k_asme": KEY, "uplink_count": 1, "downlink_count": 2, "algorithms": 1},
    ),
    (
        "EF.5GS3GPPNSC",
        "A0378001008120" + KEY.hex() + "820400000001830400000002840112850122",
        {
            "ng_ksi": 0,
            "k_amf": KEY,
            "uplink_count": 1,
            "downlink_count": 2,
            "algorithms": 0x12,
            "eps_algorithms": 0x22,
        },
    ),
    ("EF.5GSN3GPPNSC", "A003800107FFFF", {"ng_ksi": 7}),
    ("EF.5GAUTHKEYS", "8020" + KEY.hex() + "8102AABB", {"k_ausf": KEY, "k_seaf": b"\xaa\xbb"}),
    ("EF.GBABP", "0201020361406203333030FF", {"rand": b"\x01\x02", "b_tid": "a@b", "key_lifetime": "300"}),
    ("EF.GBANL", "80020A0B 8103614062 FF", {"naf_id": b"\x0a\x0b", "b_tid": "a@b"}),
    ("EF.NAFKCA", "80036B6361FF", "kca"),
    (
        "EF.UST",
        "02001010",
        services((2, "fixed dialling numbers (FDN)"), (21, "MSISDN"), (29, "data download via SMS-CB")),
    ),
    (
        "EF.UST",
        "00" * 15 + "0C",
        services((123, "5G security parameters"), (124, "subscription identifier privacy support")),
    ),
    ("EF.IST", "01400000", services((1, "P-CSCF address"), (15, "MCPTT"))),
    ("EF.EST", "04", services((3, "APN control list (ACL)"))),
    ("MF/DF.TELECOM/DF.MCS/EF.MST", "0100", services((1, ""))),
    ("MF/DF.TELECOM/DF.V2X/EF.VST", "0180", services((1, ""), (16, ""))),
    ("EF.5G_PROSE_ST", "02", services((2, ""))),
    (
        "EF.ICI",
        "426F62 03 81 2143 FFFFFFFFFFFFFFFF FF FF 42501332951080 00003C 00 01FFFF",
        {
            "name": "Bob",
            "dialled": {"number": "1234"},
            "capability_record": None,
            "extension_record": None,
            "time": "2024-05-31 23:59:01 +02:00",
            "duration": 60,
            "status": "answered",
            "link": b"\x01\xff\xff",
        },
    ),
    (
        "EF.OCI",
        "FF" * 31 + "00000001FFFF",
        {
            "name": "",
            "dialled": {"number": ""},
            "capability_record": None,
            "extension_record": None,
            "time": None,
            "duration": 0,
            "link": b"\x01\xff\xff",
        },
    ),
    (
        "EF.OCI",
        "03 81 2143 FFFFFFFFFFFFFFFF FF FF 4250133295100A 00003C FFFFFF",
        {
            "name": "",
            "dialled": {"number": "1234"},
            "capability_record": None,
            "extension_record": None,
            "time": "2024-05-31 23:59:01 -05:00",
            "duration": 60,
            "link": b"\xff\xff\xff",
        },
    ),
    ("EF.CMI", "4142FF 05", {"name": "AB", "identifier": 5}),
    ("EF.NIA", "01 4869FF", {"category": 1, "text": "Hi"}),
    ("EF.VGCS", "21FFFFFF 21F3FFFF FFFFFFFF", ["12", "123"]),
    ("EF.VBS", "FFFFFFFF", []),
    ("EF.InvScan", "03", ["after selecting a network", "in limited service"]),
)
