"""The ECASD of an SGP.02 card: GET DATA, by bytes."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, Command, StatusError, status
from apdu import aid as aids
from euicc import Card
from euicc.ecasd.applet import Ecasd
from euicc.m2m.ecasd import DATA_OBJECTS, ecasd_certificate_object
from euicc.m2m.identity import M2mIdentity

IDENTITY = M2mIdentity.default()


def get_data(p1: int, p2: int, data: str = "") -> bytes:
    ecasd = Ecasd(lambda: IDENTITY, DATA_OBJECTS)
    selection, fci = ecasd.select(aids.ECASD, Command(0x00, 0xA4, 0x04, 0x00, aids.ECASD), 0)
    assert fci.hex() == "6f188410a0000005591010ffffffff8900000200a5049f6501ff"
    return selection.process(Command(0x80, 0xCA, p1, p2, bytes.fromhex(data), 256))


def test_the_eid() -> None:
    assert get_data(0x00, 0x5A).hex() == "5a1089049032001001000000000000000120"


def test_the_certificate_alone_and_in_the_certificate_store() -> None:
    certificate = IDENTITY.ecasd_certificate
    assert len(certificate) == 0xD9 + 4
    assert get_data(0x7F, 0x21) == certificate
    assert get_data(0xBF, 0x30, "5c027f21") == bytes.fromhex("bf3081dd") + certificate
    assert get_data(0xBF, 0x30) == ecasd_certificate_object(IDENTITY)


@pytest.mark.parametrize(("p1", "p2", "data"), [(0x00, 0x42, ""), (0xBF, 0x30, "5c0142"), (0xFF, 0x21, "")])
def test_anything_else_is_not_found(p1: int, p2: int, data: str) -> None:
    with pytest.raises(StatusError) as refused:
        get_data(p1, p2, data)
    assert refused.value.sw == status.REFERENCED_DATA_NOT_FOUND


def test_on_a_card_of_sgp_02_anybody_may_ask() -> None:
    channel = ApduChannel(Card.manufacture(variant="sgp02", m2m=IDENTITY))
    channel.select(aids.ECASD)
    eid = channel.send(Command(0x80, 0xCA, 0x00, 0x5A, le=256)).checked()
    assert eid == b"\x5a\x10" + IDENTITY.eid
    store = channel.send(Command(0x80, 0xCA, 0xBF, 0x30, bytes.fromhex("5c027f21"), 256)).checked()
    assert store == ecasd_certificate_object(IDENTITY)
