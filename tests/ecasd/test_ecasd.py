"""ECASD: who the card is, for anybody who asks."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, Command, status, tlv
from apdu import aid as aids
from euicc import Card


@pytest.fixture
def card() -> Card:
    return Card.manufacture(seed=1)


@pytest.fixture
def ecasd(card: Card) -> ApduChannel:
    channel = ApduChannel(card)
    channel.select(aids.ECASD)
    return channel


def get_data(tag: int, data: bytes = b"", cla: int = 0x80) -> Command:
    return Command(cla, 0xCA, tag >> 8, tag & 0xFF, data, 256)


def test_fci(card: Card) -> None:
    fci = ApduChannel(card).select(aids.ECASD)
    assert fci == bytes.fromhex("6F188410A0000005591010FFFFFFFF8900000200A5049F6501FF")


@pytest.mark.parametrize("cla", [0x00, 0x80])
def test_eid(card: Card, ecasd: ApduChannel, cla: int) -> None:
    assert ecasd.send(get_data(0x5A, cla=cla)).checked() == bytes.fromhex("5A10") + card.identity.eid


def test_certificate(card: Card, ecasd: ApduChannel) -> None:
    certificate = card.identity.credentials[0].euicc_certificate
    assert ecasd.send(get_data(0x7F21)).checked() == tlv.encode(0x7F21, certificate)


@pytest.mark.parametrize("tag_list", ["", "5C027F21"])
def test_all_certificates(card: Card, ecasd: ApduChannel, tag_list: str) -> None:
    store = ecasd.send(get_data(0xBF30, bytes.fromhex(tag_list))).checked()
    found = [each.value for each in tlv.parse(store).children()]
    assert found == [
        certificate
        for credential in card.identity.credentials
        for certificate in (credential.euicc_certificate, credential.eum_certificate)
    ]


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (get_data(0x42), status.REFERENCED_DATA_NOT_FOUND),
        (get_data(0xBF30, bytes.fromhex("5C0142")), status.REFERENCED_DATA_NOT_FOUND),
        (Command(0x80, 0xE2, 0x91, 0, bytes.fromhex("BF3E00"), 256), status.INS_NOT_SUPPORTED),
        (Command(0x00, 0xB0, 0, 0, le=256), status.INS_NOT_SUPPORTED),
    ],
)
def test_nothing_else(ecasd: ApduChannel, command: Command, sw: int) -> None:
    assert ecasd.send(command).sw == sw
