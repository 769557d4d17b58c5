"""Profile packages for tests: codings against known values, structure against the standard, installation."""

from __future__ import annotations

import asn1tools
import pytest

from apdu import tlv
from asn1.compiler.source import SCHEMA_DIRECTORY
from asn1.generated import pe
from euicc.testing.profile_builder import Subscription, build, codings, rules
from euicc.testing.profile_builder.package import elements

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
