"""Whatever the terminal says, the card with its applets has an answer and goes on."""

from __future__ import annotations

import random

import pytest

from apdu.cat import Event, ProactiveCommand, TerminalResponse, commands, envelope
from apdu.cat.bearer import BufferSize, ChannelData, ChannelDataLength, ChannelStatus
from apdu.cat.codes import GeneralResult
from apdu.cat.comprehension import DataObject
from apdu.cat.information import Imei
from euicc.toolkit import Procedure, bip
from tests.toolkit.device import EVERYTHING, Device
from tests.toolkit.test_applets import Tracker, Witness
from tests.toolkit.test_bip import Talker
from tests.toolkit.test_envelopes import Controlling

COMMANDS = 10_000
STATUS_WORDS = {0x90, 0x91, 0x93, 0x61, 0x62, 0x69, 0x6A, 0x6C, 0x6F}


def talk(channel: bip.Channel) -> Procedure[None]:
    try:
        yield from channel.send(b"?" * 300)
        yield from channel.receive_exactly(10)
    finally:
        yield from channel.close()


class Terminal:
    """Answers as it should, or nearly."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.talker = Talker(talk)
        self.device = Device(Tracker(), self.talker, Witness(), Controlling())
        self.fetched = b""

    def damage(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.chance.choice((0, 0, 0, 0, 0, 1, 2))):
            changed[self.chance.randrange(len(changed))] = self.chance.randrange(256)
        return bytes(changed)

    def send(self, header: str, data: bytes) -> bytes:
        return self.device.card.transmit(bytes.fromhex(header) + bytes((len(data),)) + data)

    def fetch(self) -> bytes:
        answer = self.device.card.transmit(bytes.fromhex("8012000000"))
        if len(answer) > 2:
            self.fetched = ProactiveCommand.parse(answer[:-2]).details
        return answer

    def respond(self) -> bytes:
        some: list[DataObject] = [
            ChannelStatus(self.chance.randrange(8)),
            BufferSize(self.chance.choice((0, 100, 1000))),
            ChannelData(self.chance.randbytes(5)),
            ChannelDataLength(self.chance.choice((0, 5, 255))),
            Imei("123456789012345"),
        ]
        contents = self.chance.sample(some, self.chance.randrange(2, len(some) + 1))
        general = self.chance.choice((0, 0, 0, 0, 0x20, 0x3A))
        command = commands.more_time()
        made = TerminalResponse.to(command, general, *contents).encode()
        details = bytes.fromhex("8103") + (self.fetched or command.details)
        return self.send("80140000", self.damage(details + made[5:]))

    def tell(self) -> bytes:
        told = self.chance.choice(
            (
                envelope.menu_selection(1),
                envelope.timer_expiration(1, 5),
                envelope.event_download(Event.DATA_AVAILABLE, ChannelStatus(1), ChannelDataLength(9)),
                envelope.event_download(Event.CHANNEL_STATUS, ChannelStatus.of(1, established=False)),
                envelope.event_download(Event.LOCATION_STATUS),
                envelope.sms_pp_download(self.chance.randbytes(30)),
                envelope.call_control(),
            )
        )
        return self.send("80C20000", self.damage(told.encode()))

    def step(self) -> bytes:
        return self.chance.choice((self.fetch, self.respond, self.tell))()


@pytest.mark.parametrize("seed", range(4))
def test_a_terminal_that_garbles_what_it_says(seed: int) -> None:
    terminal = Terminal(seed)
    for number in range(COMMANDS):
        if number % 10 == 0 and not terminal.talker.toolkit.channels:
            terminal.talker.begin()
        if number % 500 == 499:
            terminal.device.card.reset()
            terminal.device.start()
        assert terminal.step()[-2] in STATUS_WORDS
    terminal.device.card.reset()
    assert terminal.device.start(EVERYTHING)[:2] == "91"
    assert [command.name for command in terminal.device.fetched()] == ["SET UP MENU", "SET UP EVENT LIST"]
    assert terminal.device.envelope(envelope.menu_selection(1)) == "910B"
    terminal.device.answer(terminal.device.fetch(), general=GeneralResult.BEYOND_CAPABILITIES)
    assert terminal.device.fetch() == commands.display_text("No IMEI")
