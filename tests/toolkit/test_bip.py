"""Channels of applets, played by a terminal that does what its script says."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from apdu.cat import CommandType, Event, ProactiveCommand, commands, envelope
from apdu.cat.bearer import (
    BufferSize,
    ChannelData,
    ChannelDataLength,
    ChannelStatus,
    OtherAddress,
    TransportLevel,
    TransportProtocol,
)
from apdu.cat.codes import BipProblem, GeneralResult
from euicc.toolkit import CommandNotAllowed, Procedure, ToolkitApplet, bip
from tests.toolkit.device import Device

SERVER = OtherAddress(IPv4Address("192.0.2.7"))
TCP = TransportLevel(TransportProtocol.TCP_CLIENT_REMOTE, 443)
UDP = TransportLevel(TransportProtocol.UDP_CLIENT_REMOTE, 53)
BUFFER = 1000
OPEN = commands.open_channel(BUFFER, TCP, SERVER, network_access_name="internet")
OPEN_REQUEST = (
    "D027 8103014001 82028182 B50103 B90203E8 C70908696E7465726E6574 BC030201BB BE0521C0000207".replace(
        " ", ""
    )
)
SEND_REQUEST = "D014 8103014301 82028121 B609474554202F696D7369".replace(" ", "")
RECEIVE_REQUEST = "D00C 8103014200 82028121 B70103".replace(" ", "")
CLOSE_REQUEST = "D009 8103014100 82028121".replace(" ", "")

Talk = Callable[[bip.Channel], Procedure[None]]


class Talker(ToolkitApplet):
    """Opens a channel and talks."""

    aid = b"\xf0\0\0\0\2"
    channels = 1

    def __init__(self, talk: Talk, command: ProactiveCommand = OPEN) -> None:
        self.talk, self.command = talk, command
        self.received: list[bytes] = []
        self.error: Exception | None = None

    def begin(self) -> None:
        self.toolkit.start(self._procedure())

    def _procedure(self) -> Procedure[None]:
        try:
            channel = yield from bip.open_channel(self.toolkit, self.command)
            yield from self.talk(channel)
        except (bip.ChannelError, CommandNotAllowed, ValueError) as error:
            self.error = error


def talker(talk: Talk, command: ProactiveCommand = OPEN, profile: str = "FF" * 30) -> tuple[Device, Talker]:
    applet = Talker(talk, command)
    device = Device(applet, profile=profile)
    device.fetched()
    applet.begin()
    return device, applet


def accept(device: Device, size: int = BUFFER) -> None:
    """The terminal opens channel 1."""
    command = device.fetch()
    assert command.type == CommandType.OPEN_CHANNEL
    device.answer(command, ChannelStatus(1), BufferSize(size))


def nothing(channel: bip.Channel) -> Procedure[None]:
    yield from ()


def data_available(device: Device, length: int, channel: int = 1) -> str:
    return device.envelope(
        envelope.event_download(
            Event.DATA_AVAILABLE, ChannelStatus(channel), ChannelDataLength(min(length, 255))
        )
    )


def deliver(device: Device, data: bytes) -> bytes:
    """Answer RECEIVE DATA from these data; what is left."""
    command = device.fetch()
    wanted = command.find(ChannelDataLength)
    assert wanted is not None
    piece, left = data[: wanted.value], data[wanted.value :]
    device.answer(command, ChannelData(piece), ChannelDataLength(min(len(left), 255)))
    return left


def test_channels_bring_their_events_into_the_event_list() -> None:
    device = Device(Talker(nothing))
    assert device.fetched() == [commands.set_up_event_list([Event.DATA_AVAILABLE, Event.CHANNEL_STATUS])]


def test_a_request_and_its_answer_in_bytes() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(b"GET /imsi")
        applet.received.append((yield from channel.receive()))
        yield from channel.close()

    device, applet = talker(talk)
    assert device.status() == "9129"
    assert device.send("8012000029") == OPEN_REQUEST + "9000"
    assert device.send("8014000017 8103014001 82028281 830100 B8028100 B50103 B90203E8") == "9116"
    assert device.send("8012000016") == SEND_REQUEST + "9000"
    assert device.send("801400000F 8103014301 82028281 830100 B701FF") == "9000"
    assert device.status() == "9000"
    assert device.envelope("D60E 990109 82028281 B8028100 B70103") == "910E"
    assert device.send("801200000E") == RECEIVE_REQUEST + "9000"
    assert device.send("8014000014 8103014200 82028281 830100 B603303031 B70100") == "910B"
    assert device.send("801200000B") == CLOSE_REQUEST + "9000"
    assert device.send("801400000C 8103014100 82028281 830100") == "9000"
    assert applet.received == [b"001"]
    assert applet.toolkit.channels == ()


def test_much_data_goes_in_pieces_and_is_sent_as_the_buffer_fills() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        assert applet.toolkit.channels == (channel,)
        yield from channel.send(bytes(1300))

    device, applet = talker(talk)
    accept(device, 500)
    sent = [(command.qualifier, len(command.objects[0].value)) for command in device.fetched()]
    assert sent == [(0, 240), (1, 240), (0, 240), (1, 240), (0, 240), (1, 100)]


def test_a_buffer_is_filled_to_the_last_byte() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(bytes(481))

    device, _ = talker(talk)
    accept(device, 480)
    assert [command.qualifier for command in device.fetched()] == [0, 1, 1]


def test_a_terminal_that_does_not_say_what_is_left() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        for _ in range(2):
            applet.received.append((yield from channel.receive()))

    device, applet = talker(talk)
    accept(device)
    data_available(device, 5)
    assert device.answer(device.fetch(), ChannelData(b"all")) == "9000"
    data_available(device, 5)
    deliver(device, b"again")
    assert applet.received == [b"all", b"again"]


@pytest.mark.parametrize("found", [[], [ChannelData(b""), ChannelDataLength(9)]])
def test_a_terminal_that_announces_data_and_has_none(found: list[ChannelData | ChannelDataLength]) -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        applet.received.append((yield from channel.receive()))

    device, applet = talker(talk)
    accept(device)
    data_available(device, 5)
    assert device.answer(device.fetch(), *found) == "9000"
    assert applet.received == []
    assert data_available(device, 2) == "910E"
    deliver(device, b"ok")
    assert applet.received == [b"ok"]


def test_a_datagram_is_sent_whole_or_not_at_all() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(bytes(600))
        yield from channel.send(bytes(1001))

    device, applet = talker(talk, commands.open_channel(BUFFER, UDP, SERVER))
    accept(device)
    sent = [(command.qualifier, len(command.objects[0].value)) for command in device.fetched()]
    assert sent == [(0, 240), (0, 240), (1, 120)]
    assert str(applet.error) == "a datagram of 1001 bytes, for a buffer of 1000"


def test_an_answer_in_pieces() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        applet.received.append((yield from channel.receive_exactly(600)))

    device, applet = talker(talk)
    accept(device)
    whole = bytes(n & 0xFF for n in range(600))
    assert data_available(device, 400) == "910E"
    left = deliver(device, whole[:400])
    left = deliver(device, left)
    assert (left, device.status()) == (b"", "9000")
    data_available(device, 200, channel=2)
    assert device.status() == "9000"
    data_available(device, 200)
    assert deliver(device, whole[400:]) == b""
    assert applet.received == [whole]


def test_data_that_came_during_another_command_are_not_missed() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(b"?")
        applet.received.append((yield from channel.receive()))

    device, applet = talker(talk)
    accept(device)
    command = device.fetch()
    assert data_available(device, 1) == "9000"
    assert device.answer(command, ChannelDataLength(255)) == "910E"
    deliver(device, b"!")
    assert applet.received == [b"!"]


def test_a_lost_link() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        applet.received.append((yield from channel.receive()))
        yield from channel.receive_exactly(1)

    device, applet = talker(talk)
    accept(device)
    device.envelope(
        envelope.event_download(Event.CHANNEL_STATUS, ChannelStatus.of(1, established=False, dropped=True))
    )
    assert applet.received == [b""]
    assert str(applet.error) == "the link was lost after 0 of 1 bytes"
    assert isinstance(applet.error, bip.ChannelError)
    assert applet.error.problem is None


@pytest.mark.parametrize(
    ("general", "additional", "problem"),
    [
        (GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR, b"\x04", BipProblem.BUFFER_SIZE_NOT_AVAILABLE),
        (GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR, b"", BipProblem.NO_SPECIFIC_CAUSE),
        (GeneralResult.USER_DID_NOT_ACCEPT, b"", None),
    ],
)
def test_a_channel_that_cannot_be_opened(general: int, additional: bytes, problem: int | None) -> None:
    device, applet = talker(nothing)
    device.answer(device.fetch(), general=general, additional=additional)
    assert isinstance(applet.error, bip.ChannelError)
    assert applet.error.problem == problem
    assert applet.error.result is not None
    assert applet.toolkit.channels == ()


@pytest.mark.parametrize("found", [[], [ChannelStatus(0, 0)]])
def test_a_terminal_that_gives_no_channel(found: list[ChannelStatus]) -> None:
    device, applet = talker(nothing)
    device.answer(device.fetch(), *found)
    assert str(applet.error) == "the terminal gave no channel"


def test_a_channel_without_a_buffer() -> None:
    device, applet = talker(nothing)
    device.answer(device.fetch(), ChannelStatus(1), BufferSize(0))
    assert str(applet.error) == "the terminal gave a channel that cannot be used"


def test_a_channel_that_another_applet_has() -> None:
    first, second = Talker(nothing), Talker(nothing)
    device = Device(first, second)
    device.fetched()
    first.begin()
    accept(device)
    second.begin()
    accept(device)
    assert str(second.error) == "the terminal gave a channel that cannot be used"
    assert [len(each.toolkit.channels) for each in (first, second)] == [1, 0]


def test_more_channels_than_declared_or_allowed() -> None:
    device, applet = talker(nothing)
    accept(device)
    applet.begin()
    assert isinstance(applet.error, CommandNotAllowed)
    device, applet = talker(nothing, profile="FFFF")
    assert isinstance(applet.error, CommandNotAllowed)
    assert device.status() == "9000"


def test_a_busy_network_is_asked_again() -> None:
    device, applet = talker(nothing)
    command = device.fetch()
    assert device.answer(command, general=GeneralResult.NETWORK_UNABLE_NOW) == "9000"
    assert device.status()[:2] == "91"
    accept(device)
    assert applet.error is None
    assert len(applet.toolkit.channels) == 1


def test_a_reset_closes_channels() -> None:
    device, applet = talker(nothing)
    accept(device)
    device.card.reset()
    assert applet.toolkit.channels == ()
