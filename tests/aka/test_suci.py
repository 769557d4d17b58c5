"""GET IDENTITY: the SUCI of TS 33.501, revealed by a home network, and the test data of its annex C.4."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import tlv
from euicc.crypto import ecies
from euicc.env import Env
from euicc.testing.profile_builder import Subscription, codings
from euicc.testing.profile_builder.identifiers import USIM_AID
from euicc.uicc.authentication.applications import UsimService, available
from tests.aka.device import Device
from tests.aka.home_network import BASE, Scheme, p256_public, x25519
from tests.aka.test_algorithms import of
from tests.data import needs_ts48, ts48_packages

PRIVATE_A = of("c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d")
PUBLIC_A = of("5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650")
PRIVATE_B = of("F1AB1074477EBCC7F554EA1C5FC368B1616730155E0041AC447D6301975FECDA")
PUBLIC_B = of(
    "0472DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1"
    "5A7DED52FCBB097A4ED250E036C7B9C8C7004C4EEDC4F068CD7BF8D3F900E3B4"
)
COMPRESSED_B = of("0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1")
A, B = Scheme(PRIVATE_A, 1), Scheme(PRIVATE_B, 2)
IMSI, MSIN = "274012001002086", of("00012080F6")
NAI, USERNAME = "verylongusername1@3gpp.com", b"verylongusername1"
SUCI, NSWO = "80780001", "80780002"

Profile = Callable[[bytes, bytes, ecies.Random], ecies.Concealed]

# TS 33.501 C.4.3 and C.4.4: profile, plaintext, ephemeral private key, and what comes out
PUBLISHED = (
    (
        ecies.profile_a,
        PUBLIC_A,
        MSIN,
        "c80949f13ebe61af4ebdbd293ea4f942696b9e815d7e8f0096bbf6ed7de62256",
        "b2e92f836055a255837debf850b528997ce0201cb82adfe4be1f587d07d8457d",
        "cb02352410",
        "cddd9e730ef3fa87",
    ),
    (
        ecies.profile_a,
        PUBLIC_A,
        USERNAME,
        "BE9EFF3E9F22A4B42A3D236E7A6C500B3F2E7E0C7449988BA800D664BF4FCD97",
        "977d8b2fdaa7b64aa700d04227d5b440630ea4ec50f9082273a26bb678c92222",
        "8e358a1582adb15322c10e515141d2039a",
        "12e1d7783a97f1ac",
    ),
    (
        ecies.profile_b,
        PUBLIC_B,
        MSIN,
        "99798858A1DC6A2C68637149A4B1DBFD1FDFF5ADDD62A2142F06699ED7602529",
        "039aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9d1",
        "46a33fc271",
        "6ac7dae96aa30a4d",
    ),
    (
        ecies.profile_b,
        COMPRESSED_B,
        USERNAME,
        "90A5898BD29FFA3F261E00E980067C70A2B1B992A21F5B4FEF6D4DF69FE804AD",
        "03759bb22c563d9f4a6b3c1419e543fc2f39d6823f02a9d71162b39399218b244b",
        "be22d8b9f856a52ed381cd7eaf4cf2d525",
        "3cddc61a0a7882eb",
    ),
)


@pytest.mark.parametrize(
    ("profile", "public", "plaintext", "ephemeral", "key", "ciphertext", "mac"), PUBLISHED
)
def test_annex_c_4(
    profile: Profile, public: bytes, plaintext: bytes, ephemeral: str, key: str, ciphertext: str, mac: str
) -> None:
    concealed = profile(public, plaintext, lambda length: of(ephemeral))
    assert concealed == (of(key), of(ciphertext), of(mac))
    home = A if profile is ecies.profile_a else B
    assert home.reveal(b"".join(concealed)) == plaintext


@given(plaintext=st.binary(max_size=40), seed=st.integers(0, 2**32))
def test_what_was_concealed_is_revealed(plaintext: bytes, seed: int) -> None:
    random = Env(seed).random
    assert A.reveal(b"".join(ecies.profile_a(PUBLIC_A, plaintext, random))) == plaintext
    assert B.reveal(b"".join(ecies.profile_b(PUBLIC_B, plaintext, random))) == plaintext


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        (ecies.profile_a, bytes(31)),
        (ecies.profile_a, bytes(32)),
        (ecies.profile_b, COMPRESSED_B[:-1]),
        (ecies.profile_b, b"\x04" + bytes(64)),
    ],
)
def test_keys_that_are_none(profile: Profile, key: bytes) -> None:
    with pytest.raises(ecies.KeyNotUsable):
        profile(key, MSIN, lambda length: bytes([7]) * length)


def calc_info(schemes: str, *keys: tuple[int, bytes]) -> bytes:
    listed = b"".join(tlv.encode(0x80, bytes([number])) + tlv.encode(0x81, key) for number, key in keys)
    objects = tlv.encode(0xA0, of(schemes)) + (tlv.encode(0xA1, listed) if keys else b"")
    return codings.padded(objects, 160)


def card(info: bytes, imsi: str = IMSI, mnc_length: int = 3, **more: Any) -> Device:
    return Device(Subscription(imsi=imsi, mnc_length=mnc_length, suci_calc_info=info, **more))


def identity(device: Device) -> bytes:
    answer = device.send(SUCI)
    assert answer.sw == 0x9000
    suci = tlv.parse(answer.data)
    assert suci.tag == 0xA1
    return suci.value


def test_the_null_scheme_of_an_imsi() -> None:
    assert identity(card(calc_info("0000"))).hex() == "01" + "722410" + "f0ff" + "0000" + "00012080f6"


@pytest.mark.parametrize(
    ("imsi", "mnc_length", "coded"),
    [
        ("001010123456063", 2, "01" + "00f110" + "f0ff0000" + "1032540636"),
        ("310410123456789", 3, "01" + "130014" + "f0ff0000" + "21436587f9"),
        ("26201123456", 2, "01" + "62f210" + "f0ff0000" + "214365"),
    ],
)
def test_home_networks_and_lengths(imsi: str, mnc_length: int, coded: str) -> None:
    assert identity(card(calc_info("0000"), imsi, mnc_length)).hex() == coded


@pytest.mark.parametrize("indicator", ["0", "678", "0123"])
def test_routing_indicator(indicator: str) -> None:
    suci = identity(card(calc_info("0000"), routing_indicator=indicator))
    assert suci[4:6] == codings.routing_indicator(indicator)[:2]


@pytest.mark.parametrize(
    ("info", "home", "identifier"),
    [
        (calc_info("0101", (27, PUBLIC_A)), A, 27),
        (calc_info("0201", (27, COMPRESSED_B)), B, 27),
        (calc_info("0201", (255, PUBLIC_B)), B, 255),
        (calc_info("020201010000", (1, PUBLIC_A), (2, COMPRESSED_B)), B, 2),
        (calc_info("01010202", (1, PUBLIC_A), (2, COMPRESSED_B)), A, 1),
        # a scheme of the operator's own, an index without a key, a key that is none: the next one
        (calc_info("0C0102020101", (1, PUBLIC_A)), A, 1),
        (calc_info("02010102", (9, bytes(33)), (1, PUBLIC_A)), A, 1),
    ],
)
def test_the_first_scheme_that_works(info: bytes, home: Scheme, identifier: int) -> None:
    device = card(info)
    suci = identity(device)
    assert suci[:8] == of("01722410f0ff") + bytes((home.number, identifier))
    assert home.reveal(suci[8:]) == MSIN
    again = identity(device)
    assert again[8:] != suci[8:]
    assert home.reveal(again[8:]) == MSIN


@pytest.mark.parametrize(
    "info",
    [
        b"\xff" * 20,
        calc_info("0101"),
        calc_info("0100", (1, PUBLIC_A)),
        calc_info("00000101", (1, PUBLIC_A)),
        calc_info("01"),
        b"\xa0\x7f\x01\x01",
    ],
)
def test_without_a_usable_key_the_scheme_is_null(info: bytes) -> None:
    assert identity(card(info)).hex() == "01722410f0ff000000012080f6"


def test_a_tampered_suci_is_not_revealed() -> None:
    output = identity(card(calc_info("0101", (1, PUBLIC_A))))[8:]
    with pytest.raises(ValueError, match="MAC"):
        A.reveal(output[:-1] + bytes([output[-1] ^ 1]))


def nai(info: bytes) -> str:
    suci = identity(card(info, supi_nai=NAI, routing_indicator="678"))
    assert suci[:1] == b"\x11"
    return suci[1:].decode()


def test_the_null_scheme_of_a_network_specific_identifier() -> None:
    assert nai(calc_info("0000")) == "type1.rid678.schid0.useridverylongusername1@3gpp.com"


@pytest.mark.parametrize(("key", "home"), [(PUBLIC_A, A), (COMPRESSED_B, B)])
def test_a_concealed_network_specific_identifier(key: bytes, home: Scheme) -> None:
    suci = nai(calc_info(f"0{home.number}01", (27, key)))
    form = (
        r"type1\.rid678\.schid(\d)\.hnkey27\.ecckey([0-9A-F]+)\.cip([0-9A-F]+)\.mac([0-9A-F]{16})@3gpp\.com"
    )
    found = re.fullmatch(form, suci)
    assert found
    assert found[1] == str(home.number)
    assert home.reveal_parts(*(of(part) for part in found.groups()[1:])) == USERNAME


def test_the_builders_own_key() -> None:
    device = Device(Subscription(imsi=IMSI, mnc_length=3, suci_key=PUBLIC_A))
    assert A.reveal(identity(device)[8:]) == MSIN


def test_status_words() -> None:
    device = card(calc_info("0000"))
    assert device.send("80780100").sw == 0x6A86
    assert device.send("80780003").sw == 0x6A86
    assert device.send(NSWO).sw == 0x6A81
    assert device.send(SUCI, b"\x00").sw == 0x6700
    assert device.send(SUCI, le=5).sw == 0x6C0F
    assert device.send("00780001").sw == 0x6E00
    assert device.isim().send(SUCI).sw == 0x6985
    device.card.reset()
    assert device.send(SUCI).sw == 0x6985


def test_a_usim_that_leaves_it_to_the_device() -> None:
    assert Device(Subscription()).send(SUCI).sw == 0x6985


def test_the_pin_comes_first() -> None:
    device = Device(Subscription(suci_key=PUBLIC_A, pin1="1234"))
    assert device.send(SUCI).sw == 0x6982
    assert device.send("00200001", b"1234\xff\xff\xff\xff", None).sw == 0x9000
    assert device.send(SUCI).sw == 0x9000


@pytest.mark.parametrize("supi", ["no-realm", ""])
def test_a_supi_that_is_none(supi: str) -> None:
    assert card(calc_info("0000"), supi_nai=supi).send(SUCI).sw == 0x6985


def test_the_home_network_knows_its_curves() -> None:
    assert x25519(PRIVATE_A, BASE) == PUBLIC_A
    assert (p256_public(PRIVATE_B), p256_public(PRIVATE_B, False)) == (COMPRESSED_B, PUBLIC_B)


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_profiles_of_ts_48(path: Path) -> None:
    """Where TS.48 has the USIM calculate the SUCI, it provisions the null scheme."""
    device = Device(path.read_bytes())
    device.send("00200001", b"0000\xff\xff\xff\xff", None)
    uicc = device.card.uicc.running
    adf = uicc.profile.filesystem.adfs[USIM_AID]
    if available(uicc, adf, UsimService.SUCI_BY_USIM):
        assert identity(device).hex() == "0100f110f0ff00001032540636"
    else:
        assert device.send(SUCI).sw == 0x6985
