"""What a tester tries first on a SIM in a reader, one after the other: whatever fails here is no UICC to them."""

from __future__ import annotations

from functools import reduce
from operator import xor

import pytest

from apdu import aid, tlv
from euicc import Card
from euicc.testing.profile_builder import Subscription, build
from tests.aka import network
from tests.aka.device import Device
from tests.aka.subscriber import NETWORK, K, sqn
from tests.ota.scene import OTHER_IMSI, TAR_USIM, imsi_update, scene

USIM = "A0000000871002FF49FF0589"
IMSI = "080910101032540636"
PIN1, WRONG = "30303030FFFFFFFF", "39393939FFFFFFFF"


class SimReader:
    """Hexadecimal in, hexadecimal out."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def __call__(self, command: str) -> str:
        return self.card.transmit(bytes.fromhex(command)).hex().upper()

    def fcp(self, command: str) -> list[int]:
        """The tags of the FCP that SELECT answers."""
        answer = self(command)
        assert answer.endswith("9000"), answer
        return [element.tag for element in tlv.parse(bytes.fromhex(answer)[:-2]).children()]


@pytest.fixture
def device() -> Device:
    return Device(build(Subscription(k=K, opc=NETWORK.opc, pin1="0000")).package)


@pytest.fixture
def reader(device: Device) -> SimReader:
    """After a reset."""
    device.card.reset()
    return SimReader(device.card)


def test_answer_to_reset(device: Device) -> None:
    atr = device.card.reset()
    assert atr[0] in (0x3B, 0x3F)
    assert reduce(xor, atr[1:]) == 0


def test_files_before_any_pin(reader: SimReader) -> None:
    assert reader.fcp("00A40004023F0000") == [0x82, 0x83, 0xA5, 0x8A, 0x8B, 0xC6]
    for fid in ("2FE2", "2F00", "2F06"):
        assert reader.fcp(f"00A4000402{fid}00")[:2] == [0x82, 0x83]
    assert reader("00A4000C022FE2") == "9000"
    assert len(reader("00B000000A")) == 24
    assert reader("00A4000C022F00") == "9000"
    assert f"4F0C{USIM}" in reader("00B2010400")


def test_the_usim(reader: SimReader) -> None:
    assert reader("00A4040C07A0000000871002") == "9000"
    assert reader("80F2000100") == f"840C{USIM}9000"
    assert reader.fcp("00A40804047FFF6F0700") == [0x82, 0x83, 0x8A, 0x8B, 0x80, 0x88]
    assert reader("00B0000009") == "6982"
    assert reader("0020000108" + PIN1) == "9000"
    assert reader("00B0000009") == IMSI + "9000"
    assert reader("00B000000A") == "6C09"


def test_the_pin(reader: SimReader) -> None:
    assert reader("00200001") == "63C3"
    assert reader("0020000100") == "63C3"
    assert reader("0020000108" + WRONG) == "63C2"
    assert reader("00200001") == "63C2"
    assert reader("0020000108" + PIN1) == "9000"
    assert reader("00200001") == "63C3"


def test_terminal_capability_comes_first(reader: SimReader) -> None:
    assert reader("80AA00000AA9088100820101830107") == "9000"


def test_channels_share_the_pin_and_nothing_else(reader: SimReader) -> None:
    assert reader("0070000001") == "019000"
    assert reader("00A4000C022F00") == "9000"
    assert reader(f"01A4040C0C{USIM}") == "9000"
    assert reader("01A4000C026F07") == "9000"
    assert reader("00B2000200")[-4:] == "9000"
    assert reader("01B0000009") == "6982"
    assert reader("0020000108" + PIN1) == "9000"
    assert reader("01B0000009") == IMSI + "9000"
    assert reader("00B0000009") == "6981"
    assert reader("00708001") == "9000"
    assert reader("01B0000009") == "6881"


def test_authenticate_replay_and_wrong_mac(device: Device) -> None:
    assert device.send("00200001", bytes.fromhex(PIN1), None).sw == 0x9000
    rand = bytes(range(16))
    answer = device.challenged(NETWORK, sqn(1), rand)
    assert answer.data.startswith(b"\xdb" + bytes((len(NETWORK.f2(rand)),)) + NETWORK.f2(rand))
    replayed = device.challenged(NETWORK, sqn(1), rand)
    assert (replayed.data[:2], replayed.sw) == (b"\xdc\x0e", 0x9000)
    challenge = bytearray(network.challenge(NETWORK, sqn(2), rand).data)
    challenge[-1] ^= 1
    assert device.authenticate(bytes(challenge)).sw == 0x9862


def test_an_imsi_swap_over_the_air_ends_with_a_reset() -> None:
    operator = scene()
    assert operator.send(TAR_USIM, imsi_update()).status == 0
    reader = SimReader(operator.card)
    reader.card.reset()
    assert reader(f"00A4040C0C{USIM}") == "9000"
    assert reader("00B0870009") == OTHER_IMSI.hex().upper() + "9000"


def test_the_euicc_is_still_there(reader: SimReader) -> None:
    isd_r, ecasd = aid.ISD_R.hex(), aid.ECASD.hex()
    assert reader(f"00A4040010{isd_r}00").startswith("6F")
    assert reader(f"00A4040010{ecasd}00").startswith("6F")
    assert reader("00CA005A00") == "5A10" + reader.card.identity.eid.hex().upper() + "9000"
    assert reader("00A4000C023F00") == "9000"
