"""A card with an administration agent, and a device whose channels lead straight to a server, without sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from apdu import aid, tlv
from apdu.cat import CommandType, Envelope, Event, ProactiveCommand
from apdu.cat.bearer import BearerDescription, BufferSize, ChannelData, ChannelDataLength, ChannelStatus
from apdu.cat.comprehension import Content
from apdu.cat.envelope import event_download, timer_expiration
from apdu.cat.information import TimerValue
from euicc import Card
from euicc.env import Env
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.scp81.applet import AdministrationAgent, Outcome
from euicc.m2m.scp81.parameters import SessionParameters
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.https_admin_trigger import AdminTrigger, psk_identity
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey
from tests.toolkit.device import EVERYTHING, Device

EID = bytes.fromhex("89001012012341234012345678901224")
PSK = bytes(range(0x40, 0x50))
HERE = AdminTrigger(IPv4Address("127.0.0.1"), 8443)


@dataclass
class Keys:
    """A security domain with keys for SCP80 and SCP81."""

    keys: tuple[SecurityDomainKey, ...] = (
        SecurityDomainKey(b"\x18", 1, 0x01, (KeyComponent(0x88, bytes(16)),)),
        SecurityDomainKey(b"\x18", 1, 0x40, (KeyComponent(0x85, PSK),)),
        SecurityDomainKey(b"\x48", 2, 0x40, (KeyComponent(0x88, bytes(16)),)),
    )
    aid: bytes = aid.ISD_R

    def versions(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(key.version for key in self.keys))

    def key(self, version: int, identifier: int) -> SecurityDomainKey | None:
        return next(
            (key for key in self.keys if (key.version, key.identifier) == (version, identifier)), None
        )


class Domain:
    """What the agent works for: it answers a script with its own bytes behind the number of the script."""

    eid = EID

    def __init__(self, seed: int = 7) -> None:
        self.executed: list[tuple[bytes, bytes | None]] = []
        self.parameters = SessionParameters()
        self.begun = self.ended = 0
        self.keys = Keys()
        self.random = Env(seed).random

    def kept(self) -> SessionParameters:
        return self.parameters

    def begin(self) -> None:
        self.begun += 1

    def execute(self, script: bytes, target: bytes | None, key: tuple[int, int]) -> bytes:
        assert key == (0x40, 1)
        self.executed.append((script, target))
        return tlv.encode(0xAB, b"\x80\x01" + bytes((len(self.executed),)), tlv.encode(0x23, script))

    def end(self) -> None:
        self.ended += 1


def server(**options: object) -> HttpsAdmin:
    """An administration server that knows the card."""
    made = HttpsAdmin(Env(8).random, **options)  # type: ignore[arg-type]
    made.know(EID, psk_identity(EID), PSK)
    return made


class Wire:
    """The channel of a device, which leads straight to a server.

    hangs_up: asked before each word of the card goes to the server, whether the server hangs up instead. sent: all that
    went to the server.
    """

    def __init__(self, admin: HttpsAdmin) -> None:
        self.admin = admin
        self.hangs_up: Callable[[], bool] = lambda: False
        self.sent = b""
        self.reset()

    def reset(self) -> None:
        """There is no channel."""
        self._connection = self.admin.connect()
        self._waiting = bytearray()
        self._told = self._dropped = False

    def news(self) -> Envelope | None:
        """What the card has to be told of the channel: data, or that the link is lost; once."""
        if self._waiting and not self._told:
            self._told = True
            length = ChannelDataLength(min(len(self._waiting), 255))
            return event_download(Event.DATA_AVAILABLE, ChannelStatus.of(1, True), length)
        if self._dropped and not self._waiting:
            self._dropped = False
            return event_download(Event.CHANNEL_STATUS, ChannelStatus.of(1, False, True))
        return None

    def perform(self, command: ProactiveCommand) -> tuple[Content, ...]:
        """What the response to a command for the channel has besides its result."""
        performer = _PERFORMERS.get(command.type)
        return performer(self, command) if performer else ()

    def _open(self, command: ProactiveCommand) -> tuple[Content, ...]:
        self.reset()
        return ChannelStatus.of(1, True), command.find(BearerDescription), command.find(BufferSize)

    def _send(self, command: ProactiveCommand) -> tuple[Content, ...]:
        data = command.find(ChannelData)
        assert data is not None
        self.sent += data.value
        if self.hangs_up():
            self._dropped = True
        elif not self._dropped:
            self._connection.feed(data.value)
            self._waiting += self._connection.outgoing()
            self._dropped = self._connection.closed
        return (ChannelDataLength(255),)

    def _receive(self, command: ProactiveCommand) -> tuple[Content, ...]:
        asked = command.find(ChannelDataLength)
        assert asked is not None
        data = bytes(self._waiting[: asked.value])
        del self._waiting[: len(data)]
        self._told = bool(self._waiting)
        return ChannelData(data), ChannelDataLength(min(len(self._waiting), 255))


_PERFORMERS: dict[int, Callable[[Wire, ProactiveCommand], tuple[Content, ...]]] = {
    CommandType.OPEN_CHANNEL: Wire._open,
    CommandType.SEND_DATA: Wire._send,
    CommandType.RECEIVE_DATA: Wire._receive,
}


class Line(Device):
    """The device. commands: those that the card sent. cut: at how many of them it stops answering; None: never.

    wire: its channel. meanwhile: called before each command is answered. timer: seconds of the timer that runs.
    """

    def __init__(self, domain: Domain | Card, admin: HttpsAdmin) -> None:
        """With a card that has nothing but an agent for this domain; or with a card of SGP.02."""
        self.wire = Wire(admin)
        self.outcomes: list[Outcome] = []
        self.commands: list[ProactiveCommand] = []
        self.cut: int | None = None
        self.meanwhile: Callable[[ProactiveCommand], None] = lambda command: None
        self.timer: int | None = None
        if isinstance(domain, Domain):
            self.agent = AdministrationAgent(domain)
            super().__init__(self.agent)
        else:
            self.card = domain
            self.start()
            assert isinstance(domain.isdr, M2mIsdR)
            self.agent = domain.isdr.administration
        self.fetched()

    def request(self, trigger: AdminTrigger | bytes = HERE, message: bytes = b"") -> bool:
        """Have a session asked for."""
        session = trigger if isinstance(trigger, bytes) else trigger.session
        return self.agent.request(SessionParameters.decode(session), message, self.outcomes.append)

    def hold(self, trigger: AdminTrigger | bytes = HERE, message: bytes = b"") -> Outcome | None:
        """Ask for a session and see it through; how it ended, None when it did not."""
        self.request(trigger, message)
        self.serve()
        return self.outcomes.pop() if self.outcomes else None

    def serve(self) -> None:
        """Perform what the card wants until it wants nothing more."""
        while (answer := self.status())[:2] == "91" or (news := self.wire.news()):
            if answer[:2] != "91":
                assert news is not None
                self.envelope(news)
                continue
            command = self.fetch()
            self.commands.append(command)
            if self.cut is not None and len(self.commands) >= self.cut:
                return
            self.meanwhile(command)
            if command.type == CommandType.TIMER_MANAGEMENT:
                value = command.find(TimerValue)
                self.timer = value.seconds if value else None
            self.answer(command, *self.wire.perform(command))

    def restart(self) -> None:
        """Reset the card, and begin anew."""
        self.card.reset()
        self.cut, self.timer = None, None
        self.commands.clear()
        self.wire.reset()
        self.start(EVERYTHING)
        self.fetched()

    def expire(self) -> None:
        """The timer that the card has started runs out."""
        assert self.timer is not None
        seconds, self.timer = self.timer, None
        self.envelope(timer_expiration(1, seconds))
        self.serve()

    def types(self) -> list[int]:
        """Of the commands since this was asked last."""
        found = [command.type for command in self.commands]
        self.commands.clear()
        return found
