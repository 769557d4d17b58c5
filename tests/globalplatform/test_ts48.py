"""The security domains of every TS.48 package: keys, their check values, GET DATA, GET STATUS, SCP03 with keys put."""

from __future__ import annotations

from pathlib import Path

import pytest
from Crypto.Cipher import DES3

from apdu import tlv
from euicc.card import Card
from euicc.globalplatform.domain import Domain, domains
from euicc.globalplatform.session import Session
from euicc.isdp.installer import build
from euicc.testing.scp03 import HostKeys, Scp03Host, key_check_value
from tests.data import needs_ts48, ts48_packages
from tests.globalplatform.cards import card_with, remote, run, select
from tests.globalplatform.test_put_key import NEW, aes, command, field

PUBLISHED = [
    {bytes(range(16))},
    {
        bytes.fromhex(key)
        for key in (
            "112233445566778899AABBCCDDEEFF10",
            "99AABBCCDDEEFF101122334455667788",
            "66778899AABBCCDD1122334455EEFF10",
        )
    },
]
"""Keys of the MNO-SD in these packages: since version 4 all the same, before that three."""
LEVELS = (0x02, 0x06)
DES_VERSION, AES_VERSION = 1, 2
RECOGNITION = (
    "663073 2E06072A864886FC6B01600B06092A864886FC6B020202630906072A864886FC6B03640B06092A864886FC6B048000"
)

packages = pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
pytestmark = needs_ts48


def card_of(package: Path) -> Card:
    return card_with(package.read_bytes())


def only(card: Card) -> Domain:
    (found,) = domains(card.uicc.running)
    return found


@packages
def test_keys(package: Path) -> None:
    card = card_of(package)
    of = only(card)
    installed = build(package.read_bytes(), card.config).security_domains[0].keys
    assert of.keys == installed
    assert {(key.version, key.identifier) for key in of.keys} == {(v, i) for v in (1, 2) for i in (1, 2, 3)}
    assert {key.components[0].data for key in of.keys} in PUBLISHED
    listed = "".join(f"C0040{i}0{v}{kind}10" for v, kind in ((1, "80"), (2, "88")) for i in (1, 2, 3))
    assert run(of, Session(), "80CA00E000") == f"E024{listed}9000"


@packages
def test_what_it_tells(package: Path) -> None:
    card = card_of(package)
    of = only(card)
    recognition = RECOGNITION.replace(" ", "")
    assert select(card) == f"6F408408A000000151000000A534{recognition[4:]}9F6501FF9000"
    assert run(of, Session(), "80CA006600") == recognition + "9000"
    entry = "E3264F08A0000001510000009F70010FC50382DC00C407A0000001515350CC08A000000151000000"
    assert run(of, remote(), "80F28002024F00") == entry + "9000"
    assert of.tars == (bytes.fromhex("B20100"), bytes(3))
    assert of.minimum_security_level in LEVELS
    rfm = {each.instance_aid for each in card.uicc.running.profile.rfm}
    if rfm:
        answer = run(of, remote(), "80F24002054F005C014F")
        assert {each.find(0x4F) for each in tlv.parse_all(bytes.fromhex(answer[:-4]))} == rfm
    else:
        assert run(of, remote(), "80F24002024F00") == "6A88"


def values(of: Domain, version: int) -> list[bytes]:
    return [key.components[0].data for key in of.keys if key.version == version]


@packages
def test_check_values_of_its_keys_as_put_key_answers_them(package: Path) -> None:
    """The same keys put again, under themselves."""
    of = only(card_of(package))
    before = of.keys
    given = values(of, DES_VERSION)
    kik = DES3.new(given[2] + given[2][:8], DES3.MODE_ECB)
    checks = [DES3.new(key + key[:8], DES3.MODE_ECB).encrypt(bytes(8))[:3] for key in given]
    fields = [field(0x80, kik.encrypt(key), check) for key, check in zip(given, checks, strict=True)]
    answer = run(of, remote(version=DES_VERSION), command(DES_VERSION, 0x81, DES_VERSION, *fields))
    assert answer == "01" + b"".join(checks).hex().upper() + "9000"
    given = values(of, AES_VERSION)
    checks = [key_check_value(key) for key in given]
    fields = [field(0x88, aes(key, given[2]), check) for key, check in zip(given, checks, strict=True)]
    answer = run(of, remote(version=AES_VERSION), command(AES_VERSION, 0x81, AES_VERSION, *fields))
    assert answer == "02" + b"".join(checks).hex().upper() + "9000"
    assert of.keys == before


@packages
def test_scp03_as_soon_as_the_operator_put_keys_for_it(package: Path) -> None:
    card = card_of(package)
    select(card)
    assert card.transmit(bytes.fromhex("8050000008" + "00" * 8)).hex() == "6a88"
    kik = values(only(card), AES_VERSION)[2]
    fields = [field(0x88, aes(key, kik), key_check_value(key)) for key in NEW]
    assert run(only(card), remote(version=AES_VERSION), command(0, 0x81, 0x30, *fields)).endswith("9000")
    opened = Scp03Host(card.transmit, HostKeys(0x30, *NEW))
    opened.open(0x33)
    assert opened.send(bytes.fromhex("80CA006600")) == (bytes.fromhex(RECOGNITION), 0x9000)
