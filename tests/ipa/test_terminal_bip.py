"""Channels over real sockets of this machine: what the card opens, sends, receives, and hears when links break."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import IPv4Address, ip_address

import pytest

from apdu.cat import CommandType, Event, ProactiveCommand, TerminalResponse, commands
from apdu.cat.bearer import (
    BearerDescription,
    BufferSize,
    ChannelData,
    ChannelDataLength,
    ChannelStatus,
    OtherAddress,
    TransportLevel,
    TransportProtocol,
)
from apdu.cat.commands import BACKGROUND, IMMEDIATE_LINK
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Toolkit
from ipa.toolkit.bip import CHUNK_MAX
from tests.ipa.toolkit_card import ToolkitCard, result

HERE = IPv4Address("127.0.0.1")
TCP, UDP = TransportProtocol.TCP_CLIENT_REMOTE, TransportProtocol.UDP_CLIENT_REMOTE
BOTH = [Event.DATA_AVAILABLE, Event.CHANNEL_STATUS]
PATIENCE = 0.5


class Talk:
    """A terminal with channels, and a card that says what a test has it say."""

    def __init__(self, bip: Bip | None = None) -> None:
        self.card = ToolkitCard()
        self.terminal = Terminal(self.card, toolkit=Toolkit.of(bip=bip or Bip(patience=PATIENCE)))
        self(commands.set_up_event_list(BOTH))

    def __call__(self, command: ProactiveCommand) -> TerminalResponse:
        self.card.commands.append(command)
        self.terminal.poll()
        return self.card.responses[-1]

    def events(self, count: int = 1) -> list[tuple[int, ChannelStatus | None, ChannelDataLength | None]]:
        """The next events, given the time that they need."""
        self.terminal.run(2, lambda: len(self.card.envelopes) >= count)
        told = [
            (each.event, each.find(ChannelStatus), each.find(ChannelDataLength))
            for each in self.card.envelopes
        ]
        self.card.envelopes.clear()
        return told

    def close(self) -> None:
        self.terminal.close()


@pytest.fixture
def talk() -> Iterator[Talk]:
    with closing(Talk()) as made:
        yield made


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server((str(HERE), 0)) as listening:
        listening.settimeout(2)
        yield listening


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((str(HERE), 0))
        bound.settimeout(2)
        yield bound


def opening(
    at: socket.socket, protocol: int = TCP, size: int = 1000, qualifier: int = IMMEDIATE_LINK
) -> ProactiveCommand:
    port = at.getsockname()[1]
    return commands.open_channel(
        size, TransportLevel(protocol, port), OtherAddress(HERE), qualifier=qualifier
    )


def accepted(server: socket.socket) -> socket.socket:
    connection, _ = server.accept()
    connection.settimeout(2)
    return connection


def test_a_conversation_over_tcp(talk: Talk, server: socket.socket) -> None:
    opened = talk(opening(server))
    assert result(opened) == "00"
    assert opened.find(ChannelStatus) == ChannelStatus.of(1, True)
    assert opened.find(BearerDescription) == BearerDescription()
    assert opened.find(BufferSize) == BufferSize(1000)
    with accepted(server) as remote:
        sent = talk(commands.send_data(1, b"question"))
        assert (result(sent), sent.find(ChannelDataLength)) == ("00", ChannelDataLength(255))
        assert remote.recv(100) == b"question"
        remote.sendall(b"an answer")
        assert talk.events() == [(Event.DATA_AVAILABLE, ChannelStatus.of(1, True), ChannelDataLength(9))]
        first = talk(commands.receive_data(1, 2))
        assert (first.find(ChannelData), first.find(ChannelDataLength)) == (
            ChannelData(b"an"),
            ChannelDataLength(7),
        )
        rest = talk(commands.receive_data(1, 100))
        assert (result(rest), rest.find(ChannelData)) == ("02", ChannelData(b" answer"))
        assert result(talk(commands.close_channel(1))) == "00"
        assert remote.recv(100) == b""
    assert result(talk(commands.close_channel(1))) == "3A03"
    assert talk.card.envelopes == []


def test_datagrams_stay_apart(talk: Talk, receiver: socket.socket) -> None:
    assert result(talk(opening(receiver, UDP))) == "00"
    assert result(talk(commands.send_data(1, b"one", 0))) == "00"
    assert result(talk(commands.send_data(1, b" and two"))) == "00"
    data, sender = receiver.recvfrom(100)
    assert data == b"one and two"
    receiver.sendto(b"first", sender)
    receiver.sendto(b"second", sender)
    assert talk.events()[0][2] == ChannelDataLength(5)
    assert talk(commands.receive_data(1, 255)).find(ChannelData) == ChannelData(b"first")
    assert talk.events()[0][2] == ChannelDataLength(6)
    assert talk(commands.receive_data(1, 255)).find(ChannelData) == ChannelData(b"second")


def test_more_than_one_response_holds(talk: Talk, server: socket.socket) -> None:
    talk(opening(server, size=1500))
    with accepted(server) as remote:
        remote.sendall(bytes(range(250)) * 2)
        assert talk.events()[0][2] == ChannelDataLength(255)
        received = b""
        while len(received) < 500:
            response = talk(commands.receive_data(1, 255))
            data = response.find(ChannelData)
            assert data is not None
            assert len(data.value) <= CHUNK_MAX
            received += data.value
        assert received == bytes(range(250)) * 2


def test_a_buffer_holds_no_more_than_it_does(talk: Talk, server: socket.socket) -> None:
    talk(opening(server, size=20))
    with accepted(server) as remote:
        remote.sendall(b"x" * 50)
        assert talk.events()[0][2] == ChannelDataLength(20)
        assert talk(commands.send_data(1, b"y" * 15, 0)).find(ChannelDataLength) == ChannelDataLength(5)
        assert result(talk(commands.send_data(1, b"y" * 6))) == "3A04"
        assert result(talk(commands.send_data(1, b"y" * 5))) == "00"
        assert remote.recv(100) == b"y" * 20


def test_a_remote_end_that_goes(talk: Talk, server: socket.socket) -> None:
    talk(opening(server))
    accepted(server).close()
    assert talk.events() == [(Event.CHANNEL_STATUS, ChannelStatus.of(1, False, dropped=True), None)]
    assert talk(commands.get_channel_status()).find(ChannelStatus) == ChannelStatus.of(1, False, dropped=True)
    assert result(talk(commands.send_data(1, b"still there?"))) == "3A02"
    assert result(talk(commands.receive_data(1, 1))) == "3A02"
    assert result(talk(commands.close_channel(1))) == "00"
    assert talk.events(0) == []


def test_what_came_before_the_end_can_be_read(talk: Talk, server: socket.socket) -> None:
    talk(opening(server))
    with accepted(server) as remote:
        remote.sendall(b"last words")
    assert {event for event, *_ in talk.events(2)} == {Event.DATA_AVAILABLE, Event.CHANNEL_STATUS}
    assert talk(commands.receive_data(1, 10)).find(ChannelData) == ChannelData(b"last words")
    assert result(talk(commands.receive_data(1, 10))) == "3A02"


def test_nobody_listens(talk: Talk) -> None:
    with socket.socket() as closed:
        closed.bind((str(HERE), 0))
        assert result(talk(opening(closed))) == "3A07"
        assert result(talk(opening(closed, qualifier=0))) == "00"
        assert result(talk(commands.send_data(1, b"late"))) == "3A07"
        talk(commands.close_channel(1))
        assert result(talk(opening(closed, qualifier=BACKGROUND))) == "00"
        assert talk.events() == [(Event.CHANNEL_STATUS, ChannelStatus.of(1, False, dropped=True), None)]


def test_a_link_on_demand(talk: Talk, server: socket.socket) -> None:
    assert talk(opening(server, qualifier=0)).find(ChannelStatus) == ChannelStatus.of(1, False)
    assert result(talk(commands.receive_data(1, 1))) == "02"
    assert result(talk(commands.send_data(1, b"now"))) == "00"
    with accepted(server) as remote:
        assert remote.recv(10) == b"now"
    assert talk(commands.get_channel_status()).find(ChannelStatus) is not None


def test_a_link_in_the_background(talk: Talk, server: socket.socket) -> None:
    assert result(talk(opening(server, qualifier=BACKGROUND))) == "00"
    assert talk.events() == [(Event.CHANNEL_STATUS, ChannelStatus.of(1, True), None)]
    with accepted(server) as remote:
        talk(commands.send_data(1, b"hello"))
        assert remote.recv(10) == b"hello"


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    """A full backlog: the connection neither comes about nor is refused."""
    with socket.socket() as full, closing(Talk(Bip(patience=0.2))) as talk:
        full.bind((str(HERE), 0))
        full.listen(0)
        crowd = [socket.socket() for _ in range(3)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        begun = time.monotonic()
        assert result(talk(opening(full))) == "3A07"
        assert time.monotonic() - begun < 2
        for each in crowd:
            each.close()


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1"])
def test_only_this_machine_unless_told_otherwise(talk: Talk, address: str) -> None:
    command = commands.open_channel(10, TransportLevel(TCP, 80), OtherAddress(ip_address(address)))
    assert result(talk(command)) == "3A07"


def test_told_otherwise(server: socket.socket) -> None:
    with closing(Talk(Bip(permitted=lambda address: address != HERE))) as talk:
        assert result(talk(opening(server))) == "3A07"
    with closing(Talk(Bip(permitted=lambda address: address == HERE))) as talk:
        assert result(talk(opening(server))) == "00"


def test_all_channels_in_use(server: socket.socket) -> None:
    with closing(Talk(Bip(channels=2))) as talk:
        assert [result(talk(opening(server))) for _ in range(3)] == ["00", "00", "3A01"]
        states = talk(commands.get_channel_status()).find_all(ChannelStatus)
        assert states == (ChannelStatus.of(1, True), ChannelStatus.of(2, True))
        talk(commands.close_channel(1))
        assert talk(opening(server)).find(ChannelStatus) == ChannelStatus.of(1, True)


def test_a_smaller_buffer_is_told(server: socket.socket) -> None:
    with closing(Talk(Bip(buffer_size=100))) as talk:
        response = talk(opening(server, size=1500))
        assert (result(response), response.find(BufferSize)) == ("07", BufferSize(100))


def test_a_reset_closes_the_channels(talk: Talk, server: socket.socket) -> None:
    talk(opening(server))
    with accepted(server) as remote:
        talk(commands.uicc_reset())
        assert talk.card.resets == 2
        assert remote.recv(1) == b""
    assert talk(commands.get_channel_status()).find(ChannelStatus) == ChannelStatus.of(0, False)


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (commands.open_channel(10), "30"),
        (commands.open_channel(10, TransportLevel(TransportProtocol.TCP_SERVER, 80)), "30"),
        (commands.open_channel(10, TransportLevel(TCP, 80)), "36"),
        (commands.open_channel(10, TransportLevel(TCP, 80), OtherAddress(None)), "36"),
        (
            commands.open_channel(
                10, TransportLevel(TCP, 80), OtherAddress(HERE), description=BearerDescription(1)
            ),
            "30",
        ),
        (ProactiveCommand(CommandType.OPEN_CHANNEL), "36"),
        (commands.send_data(1, b"x"), "3A03"),
        (commands.receive_data(7, 1), "3A03"),
        (replace(commands.close_channel(1), destination=0x82), "3A03"),
    ],
)
def test_what_cannot_be(talk: Talk, command: ProactiveCommand, refused: str) -> None:
    assert result(talk(command)) == refused
