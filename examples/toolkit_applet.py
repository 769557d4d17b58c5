"""An applet of one's own: the user chooses it in the card's menu, it asks for the IMEI and reports it to a server."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from threading import Thread

from apdu.cat import commands
from apdu.cat.bearer import OtherAddress, TransportLevel, TransportProtocol
from apdu.cat.codes import LocalInformation
from apdu.cat.information import Imei
from apdu.cat.objects import Item
from euicc import Card
from euicc.toolkit import Procedure, ToolkitApplet, bip
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Device, Toolkit
from ipa.toolkit.user import Reply, User


class Reporter(ToolkitApplet):
    """On the card: tells a server in which device it is."""

    aid = bytes.fromhex("F000000002")
    menu = ("Report this device",)
    channels = 1

    def __init__(self, port: int) -> None:
        self.transport = TransportLevel(TransportProtocol.TCP_CLIENT_REMOTE, port)
        self.server = OtherAddress(ip_address("127.0.0.1"))

    def menu_selected(self, item: int, help_requested: bool) -> Procedure[None]:
        """Straight-line code: each `yield` is a proactive command, and its value the terminal's response."""
        response = yield commands.provide_local_information(LocalInformation.IMEI)
        imei = response.find(Imei)
        if imei is None:
            return
        self.toolkit.remember("imei", imei.encode())
        command = commands.open_channel(1400, self.transport, self.server, network_access_name="internet")
        channel = yield from bip.open_channel(self.toolkit, command)
        yield from channel.send(imei.digits.encode())
        answer = yield from channel.receive()
        yield from channel.close()
        yield commands.display_text(answer.decode())


class Person(User):
    """In front of the device."""

    def set_up_menu(self, title: str, items: tuple[Item, ...]) -> Reply:
        if items:
            print(title, [item.text for item in items])
        return Reply()

    def display_text(self, text: str, urgent: bool) -> Reply:
        print(f"on the display: {text}")
        return Reply()


def serve(listener: socket.socket) -> None:
    """The server: thanks for one report."""
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"Thank you, " + connection.recv(100))


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Card.manufacture() as card:
        Thread(target=serve, args=(listener,), daemon=True).start()
        reporter = Reporter(listener.getsockname()[1])
        card.register(reporter)
        device = Device(imei="356938035643809")
        terminal = Terminal(card, toolkit=Toolkit.of(device, user=Person(), bip=Bip()))
        terminal.start()
        terminal.select_menu_item(1)
        terminal.run(5, lambda: not reporter.toolkit.channels)
        print("remembered:", (reporter.toolkit.recall("imei") or b"").hex())


if __name__ == "__main__":
    main()
