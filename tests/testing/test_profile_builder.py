"""Profile packages for tests: codings against known values, structure against the standard, installation."""

from __future__ import annotations

import asn1tools
import pytest

from apdu import tlv
from asn1.compiler.source import SCHEMA_DIRECTORY
from asn1.generated import pe
from euicc.config import Config
from euicc.isdp.installer import Installer
from euicc.isdp.installer import build as installed
from euicc.testing.profile_builder import Subscription, build, codings, rules
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from euicc.testing.profile_builder.package import elements
from euicc.uicc.filesystem import Df, Ef
from euicc.uicc.profile_data import AkaMapping, AkaParameters, UiccProfile
from tests.uicc.handmade import Channel, applet

FULL = Subscription(apns=("iot.test", "internet"), suci_key=bytes(range(0x40, 0x60)), pin1="1234")
MINIMAL = Subscription(isim=False, fivegs=False, remote_management=False, msisdn="")


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        # values of TS.48 and of TS 31.102 readers
        (codings.imsi("001010123456063"), "080910101032540636"),
        (codings.imsi("26201123456789"), "08 21 26 10 21 43 65 87 F9".replace(" ", "")),
        (codings.iccid("89000123456789012341"), "98001032547698103214"),
        (codings.iccid("8949449999999990031"), "989444999999990930F1"),
        (codings.iccid_printed("8900012345678901234"), "8900012345678901234F"),
        (codings.plmn("26201"), "62F210"),
        (codings.plmn("310410"), "130014"),
        (codings.plmns(["26201"], 6), "62F210FFFFFF"),
        (codings.plmns_with_technology([("26201", 0x4000)], 2), "62F2104000FFFFFF0000"),
        (codings.spn("MSA TEST"), "014D53412054455354FFFFFFFFFFFFFFFF"),
        (codings.spn("Ω"), "0180" + "03A9" + "FF" * 13),
        (codings.ad(2), "00000002"),
        (codings.acc("001010123456063"), "0008"),
        (codings.service_table((1, 8, 9, 17), 3), "810101"),
        (codings.ecc("911", "Emergency", 0, 14), "19F1FF456D657267656E6379FF00"),
        (codings.ecc("112", "Euro Emer", 0, 14), "11F2FF4575726F20456D6572FF00"),
        (
            codings.smsp("", "+49301234567", 28),
            "FD" + "FF" * 12 + "07919403214365F7" + "FF" * 7,
        ),
        (codings.dialling_number("", "+491234", 14), "0491942143" + "FF" * 9),
        (codings.dialling_number("Me", "123", 16), "4D65" + "03812" + "1F3" + "FF" * 10),
        (codings.dialling_number("", "", 14), "FF" * 14),
        (codings.acl(("internet",), 14), "01DD0908696E7465726E6574FFFF"),
        (codings.acl(("a.bc",), 10), "01DD050161026263FFFF"),
        (
            codings.directory_entry(bytes.fromhex("A0000000871002FF49FF0589"), "USIM", 33),
            "61144F0CA0000000871002FF49FF058950045553494D" + "FF" * 11,
        ),
        (codings.network_name("Test"), "84D4F29C0E"),
        (codings.opl("26201", 1), "62F2100000FFFE01"),
        (codings.spdi(["26201"], 8), "A305800362F210FF"),
        (codings.uri("sip:x", 8), "80057369703A78FF"),
        (codings.suci_null_scheme(6), "A0020000FFFF"),
        (codings.pcscf("a.b", 8), "800400612E62FFFF"),
    ],
)
def test_codings(coded: bytes, expected: str) -> None:
    assert coded.hex().upper() == expected


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: codings.imsi("0010101234560631"),
        lambda: codings.imsi("12345"),
        lambda: codings.iccid("89"),
        lambda: codings.iccid("89000123456789012x"),
        lambda: codings.plmn("2620"),
        lambda: codings.spn("a name far too long for it"),
        lambda: codings.plmns_with_technology([("26201", 0)] * 2, 1),
        lambda: build(Subscription(pin2="123")),
        lambda: build(Subscription(puk1="secret")),
    ],
)
def test_values_without_a_coding(impossible: object) -> None:
    assert callable(impossible)
    with pytest.raises(ValueError, match=r"."):
        impossible()


def test_the_rules_are_those_of_the_templates() -> None:
    assert [record.hex().upper() for record in rules.records()] == [
        "8001019000800102A406830101950108800158A40683010A950108",
        "800101A40683010195010880015AA40683010A950108",
        "80015BA40683010A950108",
        "800101900080011A9700800140A40683010A950108",
        "800103A406830101950108800158A40683010A950108",
        "800111A40683010195010880014AA40683010A950108",
        "800103A406830101950108800158A40683010A950108840132A406830101950108",
        "800101A406830101950108800102A406830181950108800158A40683010A950108",
        "800101900080011AA406830101950108800140A40683010A950108",
        "800101900080015AA40683010A950108",
        "8001019000800118A40683010A9501088001429700",
        "800101A40683010195010880015A9700",
        "800113A406830101950108800148A40683010A950108",
        "80015EA40683010A950108",
    ]


def chosen(subscription: Subscription) -> list[str]:
    return [element.chosen for element in elements(subscription)]


def test_order_of_the_elements() -> None:
    assert chosen(FULL) == [
        "header", "mf", "puk_codes", "pin_codes", "telecom", "pin_codes", "usim", "opt_usim", "pin_codes",
        "aka_parameter", "gsm_access", "df_5gs", "df_saip", "isim", "opt_isim", "pin_codes", "aka_parameter",
        "generic_file_management", "security_domain", "rfm", "rfm", "rfm", "end",
    ]  # fmt: skip
    assert chosen(MINIMAL) == [
        "header", "mf", "puk_codes", "pin_codes", "telecom", "pin_codes", "usim", "opt_usim", "pin_codes",
        "aka_parameter", "gsm_access", "generic_file_management", "security_domain", "end",
    ]  # fmt: skip


@pytest.mark.parametrize("subscription", [Subscription(), FULL, MINIMAL])
def test_the_package_is_the_elements_in_der(subscription: Subscription) -> None:
    package = build(subscription).package
    parts = tlv.parse_all(package)
    decoded = [pe.ProfileElement.decode(part.encoded) for part in parts]
    assert [element.chosen for element in decoded] == chosen(subscription)
    assert b"".join(element.encode() for element in decoded) == package


def test_another_codec_reads_and_writes_the_same() -> None:
    schema = asn1tools.compile_files([str(SCHEMA_DIRECTORY / "PEDefinitions.asn")], "der")
    for part in tlv.parse_all(build(FULL).package):
        decoded = schema.decode("ProfileElement", part.encoded)
        assert schema.encode("ProfileElement", decoded) == part.encoded


def test_header() -> None:
    header = pe.ProfileElement.decode(tlv.parse_all(build(FULL).package)[0].encoded).header
    assert header is not None
    assert (header.major_version, header.minor_version) == (2, 3)
    assert header.iccid == bytes.fromhex("8900101234567890123F")
    assert header.euicc_mandatory_services == pe.ServicesList(
        usim=True, isim=True, milenage=True, get_identity=True, profile_a_x25519=True
    )
    assert header.euicc_mandatory_gfste_list == tuple(
        f"2.23.143.1.2.{arc}" for arc in (1, 3, 4, 5, 7, 8, 9, 13, 14)
    )


def test_identifications_are_unique_and_ascending() -> None:
    numbers = []
    for element in elements(FULL)[1:]:
        (header,) = (
            getattr(element.value, name) for name in type(element.value).__annotations__ if "header" in name
        )
        assert header.mandated is True
        numbers.append(header.identification)
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_same_subscription_gives_the_same_bytes() -> None:
    assert build(FULL) == build(FULL)
    assert build(Subscription(imsi="001010123456064")).package != build().package


def test_size_is_that_of_a_real_package() -> None:
    assert 8_000 <= len(build(FULL).package) <= 12_000


def test_what_is_told_about_a_package() -> None:
    made = build(Subscription(spn="Sea", profile_name="Deep"))
    assert (made.iccid, made.imsi) == ("8900101234567890123", "001010123456063")
    assert (made.spn, made.profile_name) == ("Sea", "Deep")
    assert made.iccid_bytes.hex() == "980001214365870921f3"


def test_no_secret_in_a_repr() -> None:
    made = build(FULL)
    shown = repr(made) + repr(FULL)
    for secret in (FULL.k, FULL.opc, FULL.adm, *FULL.ota_keys):
        assert repr(secret)[2:-1] not in shown
    assert "1234'" not in repr(FULL).replace(FULL.imsi, "")


def test_keys_and_pins_of_the_subscription() -> None:
    subscription = Subscription(k=b"k" * 16, opc=b"o" * 16, pin1="4321", adm=b"87654321", puk1="12345678")
    package = build(subscription).package
    for value in (b"k" * 16, b"o" * 16, b"4321\xff\xff\xff\xff", b"87654321", b"12345678"):
        assert value in package
    pins = next(e.pin_codes for e in elements(subscription) if e.pin_codes is not None)
    configured = pins.pin_codes.pinconfig or ()
    assert [(pin.key_reference, pin.pin_attributes) for pin in configured] == [(1, 7), (10, 3)]
    default = next(e.pin_codes for e in elements(Subscription()) if e.pin_codes is not None)
    assert [pin.pin_attributes for pin in default.pin_codes.pinconfig or ()] == [6, 3]


SUCCESS = "3007A0053003800100"


@pytest.mark.parametrize("subscription", [Subscription(), FULL, MINIMAL])
def test_a_card_installs_it_without_a_warning(subscription: Subscription) -> None:
    made = build(subscription)
    installer = Installer(Config())
    installer.feed(made.package)
    installation = installer.finish()
    assert installation.response.hex().upper() == SUCCESS
    assert installation.iccid == codings.iccid_printed(made.iccid)


def card(subscription: Subscription) -> tuple[UiccProfile, Channel]:
    profile = installed(build(subscription).package, Config())
    return profile, Channel(applet(lambda: profile))


def test_the_installed_profile_answers_as_the_subscription() -> None:
    subscription = Subscription(imsi="262019876543210", iccid="8949012345678901234", spn="Sea", isim=True)
    profile, channel = card(subscription)
    assert list(profile.filesystem.adfs) == [USIM_AID, ISIM_AID]
    assert channel("00B082000A") == "989410325476981032F49000"
    assert channel("00A4040C0C" + USIM_AID.hex()) == "9000"
    assert channel("00B0870009") == "0829261089674523019000"
    assert channel("00A4000C026F46") == "9000"
    assert channel("00B0000011") == "01536561" + "FF" * 13 + "9000"
    assert channel("00A40004026F3C00").startswith("6219" + "8205422100B00A")
    assert channel("00A4040C0C" + ISIM_AID.hex()) == "9000"
    assert channel("00A4000C026F02") == "9000"
    answer = bytes.fromhex(channel("00B0000050"))
    assert answer[2 : 2 + answer[1]] == b"262019876543210@ims.mnc001.mcc262.3gppnetwork.org"


def test_keys_arrive_where_authentication_looks_for_them() -> None:
    profile, _ = card(FULL)
    usim = profile.aka[USIM_AID]
    assert isinstance(usim, AkaParameters)
    assert (usim.algorithm_id, usim.key, usim.opc) == (1, FULL.k, FULL.opc)
    isim = profile.aka[ISIM_AID]
    assert isinstance(isim, AkaMapping)
    assert isim.source_aid == USIM_AID
    assert len(profile.security_domains[0].keys) == 6
    assert [rfm.tars for rfm in profile.rfm] == [
        (b"\xb0\x00\x00", b"\xb0\x01\x20"),
        (b"\xb0\x01\x40",),
        (b"\xb0\x01\x41",),
    ]


def test_pin1_decides_what_reads() -> None:
    _, open_ = card(Subscription())
    _, locked = card(Subscription(pin1="1234"))
    for channel, answer in ((open_, "0809101010325406369000"), (locked, "6982")):
        channel("00A4040C0C" + USIM_AID.hex())
        assert channel("00B0870009") == answer
        assert channel("00B0830004") == "000000029000"  # EF_AD reads without a PIN


def test_links_share_their_bodies() -> None:
    profile, _ = card(Subscription())
    for link, target in (("7F106F3A", "7F105F3A4F3A"), ("7F106F42", "7FD06F42")):
        files = [profile.filesystem.by_package_path(bytes.fromhex(path)) for path in (link, target)]
        bodies = [file.body for file in files if isinstance(file, Ef)]
        assert len(bodies) == 2
        assert bodies[0] is bodies[1]


def test_every_directory_has_its_pins() -> None:
    profile, _ = card(FULL)
    for file in profile.filesystem.files():
        if isinstance(file, Df):
            assert all(profile.pin(reference, file) for reference in file.pin_keys)


@pytest.mark.parametrize(
    ("fid", "content"),
    [
        ("6F61", codings.plmns_with_technology([(code, 0xC880) for code in FULL.roaming_plmns], 100)),
        ("6F57", codings.acl(FULL.apns, 100)),
        ("6F7E", bytes.fromhex("FFFFFFFF00F110FFFEFF01")),
        ("6FE3", b"\xff" * 12 + bytes.fromhex("00F110FFFE01")),
    ],
)
def test_contents_with_gaps_arrive_whole(fid: str, content: bytes) -> None:
    profile, _ = card(FULL)
    file = profile.filesystem.by_package_path(bytes.fromhex("7FD0" + fid))
    assert isinstance(file, Ef)
    assert file.body.content == content


def test_an_operator_whose_name_needs_ucs2() -> None:
    made = build(Subscription(spn="Ñandú ☎"))
    assert installed(made.package, Config()).iccid
    assert "Ñandú ☎".encode("utf-16-be") in made.package
