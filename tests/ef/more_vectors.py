"""More contents: names, numbers, messages, privacy, the IMS, rules, the phone book."""

from __future__ import annotations

from tests.ef.vectors import Vector

POINT = bytes.fromhex("02" + "11" * 32)

VECTORS: tuple[Vector, ...] = (
    (
        "EF.SPN",
        "01 47534D411154455354 FFFFFFFFFFFFFF",
        {"display": {"hide_name_when_roaming": False, "show_network_at_home": True}, "name": "GSMA_TEST"},
    ),
    (
        "EF.SPN",
        "02 80 0422 0435 0441 0442 FFFFFFFFFFFFFFFF",
        {"display": {"hide_name_when_roaming": True, "show_network_at_home": False}, "name": "Тест"},
    ),
    (
        "EF.PNN",
        "430A 82 E8329BFD4697D9EC37 FFFF",
        {"full": {"name": "hellohello", "add_country_initials": False}},
    ),
    (
        "EF.PNN",
        "4306 8D C8329BFD06 4503 98 0422",
        {
            "full": {"name": "Hello", "add_country_initials": True},
            "short": {"name": "Т", "add_country_initials": True},
        },
    ),
    ("EF.ACL", "02 DD09 08696E7465726E6574 DD00 FFFF", ["internet", ""]),
    ("EF.ACL", "01 DD0C 03696F74 076578616D706C65 FFFF", ["iot.example"]),
    ("EF.ACL", "00 FFFFFF", []),
    ("EF.AAS", "486F6D65FFFF", "Home"),
    ("EF.GAS", "46720505 6E FF", "Fréén"),
    (
        "EF.ADN",
        "546573746E722E31 FFFF 06 91 94982143F1 FFFFFFFFFF FF FF",
        {
            "name": "Testnr.1",
            "dialled": {"number": "+498912341"},
            "capability_record": None,
            "extension_record": None,
        },
    ),
    (
        "EF.FDN",
        "FF 03 81 2143 FFFFFFFFFFFFFFFF 02 FF",
        {"name": "", "dialled": {"number": "1234"}, "capability_record": 2, "extension_record": None},
    ),
    (
        "EF.SDN",
        "04 A1 2143F5 FFFFFFFFFFFFFF FF FF",
        {
            "name": "",
            "dialled": {"number": "12345", "type": 161},
            "capability_record": None,
            "extension_record": None,
        },
    ),
    (
        "EF.MSISDN",
        "41 FFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        {"name": "A", "dialled": {"number": ""}, "capability_record": None, "extension_record": None},
    ),
    (
        "EF.LND",
        "42 02 81 BA FFFFFFFFFFFFFFFFFF FF FF",
        {"name": "B", "dialled": {"number": "*#"}, "capability_record": None, "extension_record": None},
    ),
    ("EF.MBDN", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", None),
    (
        "EF.BDN",
        "43 03 81 2143 FFFFFFFFFFFFFFFF FF FF 05",
        {
            "name": "C",
            "dialled": {"number": "1234"},
            "capability_record": None,
            "extension_record": None,
            "comparison_record": 5,
        },
    ),
    ("EF.ECC", "11F2FF 4575726F20456D6572FF 00", {"number": "112", "name": "Euro Emer", "category": []}),
    (
        "EF.ECC",
        "19F1FF 60",
        {
            "number": "911",
            "name": "",
            "category": ["automatically initiated eCall", "manually initiated eCall"],
        },
    ),
    (
        "EF.EXT2",
        "02 02 2143 FFFFFFFFFFFFFFFF 07",
        {"type": "additional data", "data": b"\x02!C\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": 7},
    ),
    (
        "EF.CFIS",
        "01 01 03 81 2143 FFFFFFFFFFFFFFFF FF FF",
        {
            "profile": 1,
            "active": ["voice"],
            "dialled": {"number": "1234"},
            "capability_record": None,
            "extension_record": None,
        },
    ),
    (
        "EF.MBI",
        "01 00 00 00",
        {"voicemail": 1, "fax": 0, "electronic_mail": 0, "other": 0, "videomail": None},
    ),
    (
        "EF.MBI",
        "01 00 00 00 02",
        {"voicemail": 1, "fax": 0, "electronic_mail": 0, "other": 0, "videomail": 2},
    ),
    (
        "EF.SMSP",
        "FDFFFFFFFFFFFFFFFFFFFFFFFF07 91 9403214365F7 FFFFFFFFFF FF FF",
        {"name": "", "parameters": {"service_centre": {"number": "+49301234567"}}},
    ),
    (
        "EF.SMSP",
        "48 E0 0B 91 9471021143F5 FFFFFFFF07 91 947101670000 FFFFFFFF 00 00 A7",
        {
            "name": "H",
            "parameters": {
                "destination": {"number": "+49172011345"},
                "service_centre": {"number": "+491710760000"},
                "protocol_identifier": 0,
                "data_coding_scheme": 0,
                "validity_period": 1440,
            },
        },
    ),
    ("EF.SMS", "00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", {"status": "free"}),
    (
        "EF.SMS",
        "03 07 91 947101670000 040B 91 FFFF",
        {"status": "unread", "service_centre": {"number": "+491710760000"}, "tpdu": b"\x04\x0b\x91"},
    ),
    ("EF.SMS", "01 00 0102 FFFF", {"status": "read", "service_centre": {"number": ""}, "tpdu": b"\x01\x02"}),
    ("EF.SMSS", "05 FF", {"last_reference": 5, "capacity": "available"}),
    ("EF.SMSS", "FF FE", {"last_reference": 255, "capacity": "exceeded"}),
    (
        "EF.SMSR",
        "01000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
        {
            "record": 1,
            "report": bytes(range(29)),
        },
    ),
    ("EF.CBMI", "0032 FFFF 1112 FFFF", [50, None, 4370]),
    ("EF.CBMID", "1000", [4096]),
    ("EF.CBMIR", "1112 1117 FFFFFFFF", [{"first": 4370, "last": 4375}]),
    (
        "EF.MWIS",
        "01 02 00 00 00",
        {"indicated": 1, "voicemail": 2, "fax": 0, "electronic_mail": 0, "other": 0, "videomail": None},
    ),
    ("EF.ACM", "00002A", 42),
    ("EF.ACMmax", "FFFFFF", 16777215),
    ("EF.ICT", "000001", 1),
    ("EF.OCT", "000000", 0),
    ("MF/DF.TELECOM/EF.PSISMSC", "8014 74656C3A2B313132323333343435353636373738", "tel:+112233445566778"),
    ("EF.SUCI_Calc_Info", "A002 0000 FFFF", {"schemes": [{"scheme": "null", "key": 0}]}),
    ("EF.Routing_Indicator", "F0FF FFFF", {"digits": "0"}),
    ("EF.Routing_Indicator", "21F3 FFFF", {"digits": "123"}),
    ("EF.SUPI_NAI", "8006 6140622E6465 FF", {"network_specific": "a@b.de"}),
    ("EF.IMPI", "8003 614062 FF", "a@b"),
    ("EF.DOMAIN", "8004 686F6D65", "home"),
    ("EF.IMPU", "8007 7369703A614062", "sip:a@b"),
    ("EF.UICCIARI", "8001 61", "a"),
    ("EF.WebRTCURI", "8001 61 FF", "a"),
    ("EF.P-CSCF", "8005 00 70637363", "pcsc"),
    ("EF.P-CSCF", "8005 01 0A000001 FF", "10.0.0.1"),
    ("EF.P-CSCF", "8011 02 20010DB8000000000000000000000001", "2001:db8::1"),
    (
        "EF.ARR",
        "8001019000 800102A406830101950108 800158A40683010A950108",
        [
            {"access": ["read"], "condition": "always"},
            {"access": ["update"], "condition": "PIN1"},
            {"access": ["deactivate", "activate", "delete"], "condition": "ADM1"},
        ],
    ),
    (
        "EF.ARR",
        "80015EA40683010A950108 8401D4A40683010A950108 FF",
        [
            {"access": ["update", "write", "deactivate", "activate", "delete"], "condition": "ADM1"},
            {"command": "RESIZE FILE", "ins": 212, "condition": "ADM1"},
        ],
    ),
    (
        "EF.ARR",
        "800101 A010 A406830101950108 A406830181950108 80011A9700 840132AF10A406830101950108A40683010A950108",
        [
            {"access": ["read"], "condition": {"any": ["PIN1", "PIN2"]}},
            {"access": ["update", "deactivate", "activate"], "condition": "never"},
            {"command": "INCREASE", "ins": 50, "condition": {"all": ["PIN1", "ADM1"]}},
        ],
    ),
    (
        "EF.ARR",
        "800101A708A406830101950108 8001029E0100 800104A403830105 810288329700",
        [
            {"access": ["read"], "condition": {"not": ["PIN1"]}},
            {"access": ["update"], "condition": {"security_condition": b"\x00"}},
            {"access": ["write"], "condition": {"key": "PIN of application 5", "usage": None}},
            {"mode": b"\x81\x02\x882", "condition": "never"},
        ],
    ),
    (
        "EF.ARR",
        "800101 9700 A406830111950108 FFFF",
        [{"access": ["read"], "condition": ["never", "universal PIN"]}],
    ),
    (
        "EF.PBR",
        "A80A C0034F3A0A C5034F0901 A904 CA024F50 FF",
        [
            {"kind": "one record for each entry", "file": "ADN", "fid": 20282, "sfi": 10},
            {"kind": "one record for each entry", "file": "PBC", "fid": 20233, "sfi": 1},
            {"kind": "linked from EF.IAP", "file": "EMAIL", "fid": 20304, "sfi": None},
        ],
    ),
    ("EF.PBC", "0100", {"flags": ["changed by the user"], "hidden_key": 0}),
    ("EF.GRP", "010200", [1, 2]),
    ("EF.IAP", "01FF03FF", [1, None, 3]),
    ("EF.UID", "0005", 5),
    ("EF.PSC", "00000001", 1),
    ("EF.CC", "0102", 258),
    ("EF.PUID", "FFFF", 65535),
    (
        "EF.SUCI_Calc_Info",
        f"A006 0201 0102 0000 A12B 80011B 8121 {POINT.hex()} 80011E 8100",
        {
            "schemes": [
                {"scheme": "profile B", "key": 1},
                {"scheme": "profile A", "key": 2},
                {"scheme": "null", "key": 0},
            ],
            "keys": [
                {
                    "identifier": 27,
                    "key": POINT,
                },
                {"identifier": 30, "key": b""},
            ],
        },
    ),
    ("ADF.USIM/DF.SAIP/EF.SUCI_Calc_Info", "A0020000FF", {"schemes": [{"scheme": "null", "key": 0}]}),
    (
        "MF/DF.TELECOM/EF.EXT1",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT3",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT4",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT5",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT6",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT7",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
    (
        "EF.EXT8",
        "00FFFFFFFFFFFFFFFFFFFFFFFF",
        {"type": "free", "data": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "next_record": None},
    ),
)
