"""Whatever a network client sends, an eIM answers or says that it is no request; nothing else comes out of it."""

from __future__ import annotations

import random

import pytest

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc.testing.eim import operations
from euicc.testing.smdp.status import BadRequest
from tests.testing.eim_device import OK_ENABLE
from tests.testing.eim_ipa import PACKAGE, SMDP, Ipa, compact_authentication, ipa
from tests.testing.ordered import EID
from tests.testing.test_eim_delivery import notification, notifying
from tests.testing.test_eim_packages import ICCID

ROUNDS = 400


def messages() -> list[bytes]:
    """One good message of each kind."""
    found, _ = notifying()
    found.server.queue(EID, operations.enable(ICCID))
    result = found.result(found.package(), OK_ENABLE)
    listed = tlv.encode(0xA0, notification(found, 43), notification(found, 44, compact=True))
    answers = (
        result,
        tlv.encode(0x30, result, listed),
        tlv.encode(
            0xBF52, tlv.encode(0xA0, bytes.fromhex("810161 BF20098203020500A900AA00 840107 A80480020560"))
        ),
        tlv.encode(0xBF52, bytes.fromhex("A103020101")),
        bytes.fromhex("BF5405300380017F"),
        bytes.fromhex("A003020101"),
    )
    eid = tlv.encode(0x5A, EID)
    provided = [tlv.encode(0xBF50, eid, each) for each in answers]
    handled = [tlv.encode(0xBF3D, each) for each in (*provided, tlv.encode(0xA0, notification(found, 45)))]
    transferred = [tlv.encode(0xBF4E, each) for each in answers]
    asked = tlv.encode(0xBF4F, eid, bytes.fromhex("8000810101820362F210"))
    return [*provided, *handled, *transferred, asked]


def session_messages(device: Ipa) -> list[bytes]:
    """Messages of a session that is open."""
    order = device.smdp.order(PACKAGE)
    device.matching_id = order.matching_id
    device.initiate(SMDP)
    response = device.authenticate_server()
    head = tlv.encode(0x80, device.transaction_id)
    return [
        tlv.encode(0xBF39, tlv.encode(0x81, bytes(16)), tlv.encode(0x83, SMDP.encode())),
        tlv.encode(0xBF3B, head, response),
        tlv.encode(0xBF3B, head, compact_authentication(response, True, True)),
        tlv.encode(0xBF3A, head, bytes.fromhex("BF2103810101")),
        tlv.encode(0xBF41, head, bytes.fromhex("A103810105")),
    ]


def damaged(message: bytes, chance: random.Random) -> bytes:
    data = bytearray(message)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randint(1, 4)]
                data += bytes(1)
            case 2:
                data[place:place] = chance.randbytes(chance.randint(1, 4))
    return bytes(data)


def answered(message: bytes, answer: bytes) -> None:
    if answer not in (b"", b"\xbf\x50\x00"):
        decoded = sgp32.EsipaMessageFromEimToIpa.decode(answer)
        assert tlv.parse(message).tag == tlv.parse(answer).tag
        assert decoded.value is not None


@pytest.mark.parametrize("seed", range(4))
def test_damaged_messages(seed: int) -> None:
    chance = random.Random(seed)
    found, _ = notifying()
    known = ipa()
    kinds = [(found.server, each) for each in messages()]
    kinds += [(known.server, each) for each in session_messages(known)]
    for server, message in kinds * (ROUNDS // len(kinds)):
        wrong = damaged(message, chance)
        try:
            answered(wrong, server.handle_asn1(wrong))
        except BadRequest:
            continue
        except Asn1Error as error:
            pytest.fail(f"{wrong.hex()}: {error}")


def test_what_is_not_taken_does_not_fill_the_memory() -> None:
    found, _ = notifying()
    for number in range(300):
        found.provide(tlv.encode(0xBF51, number.to_bytes(2, "big")))
    assert len(found.record.discarded) == 100
