"""Applets of the card and the terminal of the device, over APDUs alone."""

from __future__ import annotations

import socket
from contextlib import closing
from ipaddress import IPv4Address
from threading import Thread

from apdu.cat import Event, commands
from apdu.cat.bearer import OtherAddress, TransportLevel, TransportProtocol
from apdu.cat.information import LocationInformation
from apdu.cat.objects import Item, LocationStatus
from euicc import Card
from euicc.toolkit import Procedure, ToolkitApplet, bip
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Device, Toolkit
from ipa.toolkit.local_information import LocalInformationService
from ipa.toolkit.timers import Timers
from ipa.toolkit.user import Reply, User
from tests.toolkit.test_applets import Tracker, Witness
from tests.toolkit.test_bip import Talker

IMEI = "356938035643809"
HERE = OtherAddress(IPv4Address("127.0.0.1"))


class Reader(User):
    """A user who reads all that is shown."""

    def __init__(self) -> None:
        self.menu: tuple[Item, ...] = ()
        self.read: list[str] = []

    def set_up_menu(self, title: str, items: tuple[Item, ...]) -> Reply:
        self.menu = items
        return Reply()

    def display_text(self, text: str, urgent: bool) -> Reply:
        self.read.append(text)
        return Reply()


def test_the_user_has_the_device_remembered() -> None:
    card, user = Card.manufacture(seed=1), Reader()
    card.register(tracker := Tracker())
    terminal = Terminal(card, toolkit=Toolkit.of(Device(imei=IMEI), user=user))
    terminal.start()
    assert user.menu == (Item(1, "Remember device"),)
    terminal.select_menu_item(1)
    assert user.read == [f"Remembered {IMEI}"]
    assert tracker.toolkit.recall("imei") == bytes.fromhex("3A65390853468390")


def test_the_card_is_told_where_the_device_is() -> None:
    card = Card.manufacture(seed=1)
    card.register(witness := Witness())
    terminal = Terminal(card, toolkit=Toolkit.of())
    terminal.start()
    where = LocationInformation("00101", b"\0\1", b"\0\2")
    assert terminal.report(Event.LOCATION_STATUS, LocationStatus(0), where)
    assert witness.heard[-1] == (Event.LOCATION_STATUS, LocationStatus(0))


class Watch(ToolkitApplet):
    """Asks every ten minutes where the device is, as long as it knows."""

    timers = 1

    def __init__(self) -> None:
        self.places: list[bytes] = []

    def profile_taken(self) -> Procedure[None]:
        yield commands.start_timer(self.toolkit.timers[0], 600)

    def timer_expired(self, timer: int, seconds: int) -> Procedure[None]:
        assert seconds >= 600
        response = yield commands.provide_local_information()
        where = response.find(LocationInformation)
        if where is not None:
            self.places.append(where.cell)
            yield commands.start_timer(timer, 600)


def test_an_applet_looks_every_ten_minutes() -> None:
    now = [0.0]
    card = Card.manufacture(seed=1)
    card.register(watch := Watch())
    device = LocalInformationService(Device(location=LocationInformation("00101", b"\0\1", b"\0\2")))
    timers = Timers(lambda: now[0])
    ends = [timers.next_end]
    terminal = Terminal(card, toolkit=Toolkit(device, timers))
    terminal.start()
    assert [*ends, timers.next_end] == [None, 600]
    for minutes, cell in ((5, b"\0\2"), (11, b"\0\3"), (22, b"\0\4")):
        now[0] = 60.0 * minutes
        device.device = Device(location=LocationInformation("00101", b"\0\1", cell))
        terminal.poll()
    device.device = Device()
    for minutes in (33, 44):
        now[0] = 60.0 * minutes
        terminal.poll()
    assert watch.places == [b"\0\3", b"\0\4"]


def shout_back(server: socket.socket) -> None:
    """Answers one request in capitals, in two parts, and hangs up."""
    connection, _ = server.accept()
    with closing(connection):
        request = b""
        while not request.endswith(b"\n"):
            request += connection.recv(4096)
        connection.sendall(request.upper()[:100])
        connection.sendall(request.upper()[100:])


def test_an_applet_talks_to_a_server_of_this_machine() -> None:
    request = b"abcdefgh" * 150 + b"\n"

    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(request)
        applet.received.append((yield from channel.receive_exactly(len(request))))
        yield from channel.close()

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=shout_back, args=(server,), daemon=True).start()
        transport = TransportLevel(TransportProtocol.TCP_CLIENT_REMOTE, server.getsockname()[1])
        applet = Talker(talk, commands.open_channel(1000, transport, HERE))
        card = Card.manufacture(seed=1)
        card.register(applet)
        terminal = Terminal(card, toolkit=Toolkit.of(bip=Bip()))
        terminal.start()
        applet.begin()
        terminal.poll()
        terminal.run(5, lambda: bool(applet.received))
    assert applet.received == [request.upper()]
    assert applet.error is None
    assert applet.toolkit.channels == ()


def test_a_server_that_is_not_there() -> None:
    def talk(channel: bip.Channel) -> Procedure[None]:
        yield from channel.send(b"?")

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    transport = TransportLevel(TransportProtocol.TCP_CLIENT_REMOTE, port)
    card = Card.manufacture(seed=1)
    card.register(applet := Talker(talk, commands.open_channel(1000, transport, HERE)))
    terminal = Terminal(card, toolkit=Toolkit.of(bip=Bip(patience=0.5)))
    terminal.start()
    applet.begin()
    terminal.poll()
    assert isinstance(applet.error, bip.ChannelError)
    assert applet.error.problem == 0x07
