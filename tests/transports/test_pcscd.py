"""The card in the virtual reader under a real pcscd, seen by programs that are not ours and by PcscTransport."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apdu import Command, Recorder, StatusError, TransportError, aid, instruction, open_channel
from apdu.channel import ApduChannel
from apdu.transport import TransportUnavailable, pcsc, vpcd
from apdu.transport.pcsc import PcscTransport, Protocol, ResetKind, readers
from euicc import Card
from euicc.runtime.atr import ATR
from tests.flows.doors import in_reader
from tests.transports.pcscd import READER, SOCKET_VARIABLE, Pcscd, unavailable

SELECT_ISD_R = "00A4040010A0000005591010FFFFFFFF8900000100"
GET_EID = bytes.fromhex("BF3E035C015A")
FOREIGN = Path(__file__).with_name("foreign.py")


@pytest.fixture
def card() -> Card:
    return Card.manufacture()


@pytest.fixture
def reader(pcscd: Pcscd, card: Card) -> Iterator[Pcscd]:
    with in_reader(card, pcscd):
        yield pcscd


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def program(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where nothing may be skipped."""
    path = shutil.which(name)
    if path is None:
        unavailable(f"{name} is not installed")
    return path or name


def spoken(answer: bytes) -> str:
    return " ".join(f"{byte:02X}" for byte in answer)


# -- programs of others -----------------------------------------------------------------------------------------------


def test_a_foreign_script_reads_the_eid_on_a_channel_it_opened(reader: Pcscd, card: Card) -> None:
    assert run(sys.executable, FOREIGN, READER).strip() == card.identity.eid.hex()


def test_pcsc_scan_sees_the_card(reader: Pcscd) -> None:
    shown = run(program("pcsc_scan"), "-c", "-n", "-t", "1")
    assert READER in shown
    assert "Card inserted" in shown
    assert spoken(ATR) in shown


def test_opensc_tool_selects_the_isd_r_and_reads_the_eid(reader: Pcscd, card: Card) -> None:
    commands = ("0070000001", f"01{SELECT_ISD_R[2:]}00", f"81E2910006{GET_EID.hex()}00")
    sent = [word for each in commands for word in ("-s", each)]
    shown = run(program("opensc-tool"), "--card-driver", "default", "--reader", "0", *sent)
    # Rows of sixteen bytes, each followed by the characters they are.
    rows = re.findall(r"^((?:[0-9A-F]{2} )+)", shown, re.M)
    assert card.identity.eid.hex().upper() in "".join(rows).replace(" ", "")


# -- our own client ---------------------------------------------------------------------------------------------------


def test_readers_by_number_name_and_part_of_a_name(reader: Pcscd) -> None:
    first, second = readers()
    assert (first.number, second.number) == (0, 1)
    assert (first.atr, second.atr) == (ATR, b"")
    for wanted in (None, 0, "0", first.name, "emulated"):
        with PcscTransport(wanted) as transport:
            assert transport.reader.name == first.name
            assert transport.reset() == ATR


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (7, "there is no reader 7; there are: 0 'Emulated eUICC 00 00', 1 'Emulated eUICC 00 01' (empty)"),
        ("Omnikey", "there is no reader Omnikey; there are: 0 "),
        (1, "there is no card in: 1 'Emulated eUICC 00 01' (empty)"),
    ],
)
def test_a_reader_that_is_not_there(reader: Pcscd, wanted: str | int, words: str) -> None:
    with pytest.raises(TransportUnavailable) as refused:
        PcscTransport(wanted)
    assert str(refused.value).startswith(words)


def test_which_of_two_cards() -> None:
    two = (pcsc.Reader(0, "Left", ATR), pcsc.Reader(1, "Right", ATR))
    assert pcsc.choose(two, "right") is two[1]
    with pytest.raises(TransportUnavailable, match="which card"):
        pcsc.choose(two, None)
    with pytest.raises(TransportUnavailable, match="no reader is connected"):
        pcsc.choose((), None)


@pytest.mark.parametrize("kind", ResetKind)
def test_a_reset_of_either_kind_closes_the_channels(reader: Pcscd, kind: ResetKind) -> None:
    with PcscTransport(READER, reset_kind=kind) as transport:
        channel = open_channel(transport)
        channel.select(aid.ISD_R)
        assert transport.reset() == ATR
        with pytest.raises(StatusError) as refused:
            channel.store_data(GET_EID)
        assert refused.value.sw == 0x6881


def test_t0_is_spoken_and_t1_refused_because_the_card_offers_only_t0(reader: Pcscd) -> None:
    with PcscTransport(READER, protocol=Protocol.T0) as transport:
        assert transport.protocol is Protocol.T0
    with pytest.raises(TransportUnavailable, match="does not speak the wanted protocol"):
        PcscTransport(READER, protocol=Protocol.T1)


def test_on_t0_a_command_with_data_goes_without_le_and_is_answered_61xx(pcscd: Pcscd, card: Card) -> None:
    recorder = Recorder(card)
    select = Command(0, instruction.SELECT, 4, 0, aid.ISD_R, le=256).encode()
    with in_reader(recorder, pcscd), PcscTransport(READER) as transport:
        assert transport.transmit(select)[0] == 0x61
        answer = ApduChannel(transport).select(aid.ISD_R)
    assert answer[0] == 0x6F
    sent = {exchange.command for exchange in recorder.trace.exchanges}
    assert select not in sent
    assert select[:-1] in sent


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        ("00A40000023F0000", "00A40000023F00"),
        ("00A40000023F00", "00A40000023F00"),
        ("00B0000000", "00B0000000"),
        ("00C0000010", "00C0000010"),
        ("00708001", "00708001"),
        ("00B00000000100", "00B00000000100"),
        ("", ""),
    ],
)
def test_what_t0_leaves_out(command: str, sent: str) -> None:
    assert pcsc.without_le(bytes.fromhex(command)).hex().upper() == sent


def test_exclusive_keeps_others_out_and_shared_lets_them_in(reader: Pcscd) -> None:
    sharing = pytest.raises(TransportUnavailable, match="another program has the card")
    with PcscTransport(READER), PcscTransport(READER), sharing:
        PcscTransport(READER, exclusive=True)
    with PcscTransport(READER, exclusive=True), pytest.raises(TransportUnavailable, match="another program"):
        PcscTransport(READER)


def test_a_reset_by_another_program_is_told(reader: Pcscd) -> None:
    with PcscTransport(READER) as one, PcscTransport(READER) as other:
        one.reset()
        with pytest.raises(TransportError, match="another program has reset the card"):
            other.transmit(bytes.fromhex("00F2000000"))
        assert other.reset() == ATR


def test_a_card_removed_in_the_middle_and_put_in_again(pcscd: Pcscd, card: Card) -> None:
    with in_reader(card, pcscd):
        transport = PcscTransport(READER)
        open_channel(transport).select(aid.ISD_R)
    with pytest.raises(TransportError) as removed:
        transport.transmit(bytes.fromhex("00F2000000"))
    assert "removed" in str(removed.value)
    with pytest.raises(TransportUnavailable, match="there is no card in the reader"):
        transport.reset()
    with in_reader(card, pcscd), transport:
        assert transport.reset() == ATR
        assert open_channel(transport).number == 1


class Slow:
    """A card that is taken out while it thinks."""

    def __init__(self, stop: threading.Event) -> None:
        self.thinking = threading.Event()
        self._stop = stop

    def reset(self) -> bytes:
        return ATR

    def transmit(self, command: bytes, /) -> bytes:
        self.thinking.set()
        self._stop.wait(10)
        raise OSError("burnt")


def test_a_card_with_an_error_answers_6f00_and_goes_on(pcscd: Pcscd) -> None:
    stop = threading.Event()
    stop.set()
    with in_reader(Slow(stop), pcscd) as lines, PcscTransport(READER) as transport:
        for _ in range(3):
            assert transport.transmit(bytes.fromhex("00F2000000")) == b"\x6f\x00"
        assert transport.reset() == ATR
    told = [line for line in lines if "does not answer" in line]
    assert len(told) == 3
    assert told[0].startswith("the card does not answer: OSError: burnt (test_pcscd.py:")


def test_pcscd_restarts_and_the_card_comes_back(pcscd: Pcscd, card: Card) -> None:
    with in_reader(card, pcscd) as lines, PcscTransport(READER) as transport:
        transport.reset()
        pcscd.stop()
        with pytest.raises(TransportError):
            transport.transmit(bytes.fromhex("00F2000000"))
        with pytest.raises(TransportUnavailable, match="pcscd is not running"):
            transport.reset()
        pcscd.start()
        pcscd.wait_for_card()
        assert transport.reset() == ATR
        assert open_channel(transport).select(aid.ISD_R)
    assert [line.split(" at ")[0] for line in lines] == [
        "the card is in the virtual reader",
        "the virtual reader",
        *(line.split(" at ")[0] for line in lines[2:-1]),
        "the card is in the virtual reader",
    ]
    assert len(lines) in (3, 4)


def test_a_command_of_one_byte_does_not_block_pcscd(reader: Pcscd) -> None:
    with PcscTransport(READER) as transport:
        assert transport.transmit(b"\x05") == b"\x67\x00"
        began = time.monotonic()
        with pytest.raises(TransportError):
            transport.transmit(b"\x00")
        assert time.monotonic() - began < 10
        reader.wait_for_card()
        assert transport.reset() == ATR


def test_commands_do_not_take_40_ms(reader: Pcscd) -> None:
    with PcscTransport(READER) as transport:
        transport.reset()
        began = time.monotonic()
        for _ in range(100):
            transport.transmit(bytes.fromhex("80F2000000"))
        assert time.monotonic() - began < 2


# -- without any of it ------------------------------------------------------------------------------------------------


def test_without_a_virtual_reader() -> None:
    with pytest.raises(TransportUnavailable, match=r"no virtual reader at \S+ apt-get install"):
        vpcd.serve(Card.manufacture(), port=1, patience=0)


def told(code: str, **environment: str) -> str:
    """The one line that readers() gives in a process of its own."""
    program = f"{code}\nfrom apdu.transport.pcsc import *\ntry: print(readers())\n"
    program += "except TransportUnavailable as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    (line,) = done.stdout.splitlines()
    return line


def test_without_pcscd(pcscd: Pcscd) -> None:
    assert told("", **{SOCKET_VARIABLE: "/nowhere"}).startswith("pcscd is not running: start it")


def test_without_pyscard(pcscd: Pcscd) -> None:
    line = told("import sys; sys.modules['smartcard'] = None")
    assert line.startswith("pyscard is not installed: pip install 'euicc[pcsc]'")


def test_without_the_library() -> None:
    line = told("import ctypes\ndef missing(name): raise OSError(name)\nctypes.CDLL = missing")
    assert line.startswith("libpcsclite.so.1 is not installed: apt-get install")
