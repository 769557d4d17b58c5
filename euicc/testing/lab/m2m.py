"""The world of SGP.02 in one process: SM-SRs, SM-DPs, networks and devices hand each other what they have.

    world = M2mWorld()
    world.add_smsr(smsr)
    world.add_smdp(smdp)
    device = world.add_device("car", card)
    response = world.ask("SM-SR", "operator", GetEis(eid))      and time passes until it is there

Time is simulated: it jumps to when something is due. A card that loses its power gets it back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from apdu import Transport
from euicc.runtime.nvm import PowerLoss
from euicc.testing.m2m.device import Device
from euicc.testing.m2m.es3 import Notification, Request, Response, failed
from euicc.testing.m2m.messages import Answer, Call, Content, Outgoing
from euicc.testing.m2m.sms_network import Report, SmsNetwork
from euicc.testing.smdp_m2m import Smdp
from euicc.testing.smsr import Smsr

R = TypeVar("R", bound=Response)
MONTH = 30 * 24 * 3600.0


class NoAnswer(Exception):
    """Nothing is due any more, or not for long, and there is no response."""


class Server(Protocol):
    """What exchanges messages with others: an SM-SR or an SM-DP."""

    def receive(self, sender: str, content: Content, now: float | None = None) -> None:
        """A message of another server."""
        ...

    def messages(self) -> list[Outgoing]:
        """What was not acknowledged yet."""
        ...

    def acknowledge(self, message: Outgoing) -> None:
        """The recipient has it."""
        ...


class M2mWorld:
    """Everybody, by name. now: seconds. told: notifications for operators, in order, each with who was told."""

    def __init__(self, network: SmsNetwork | None = None) -> None:
        self.network = network or SmsNetwork()
        self.now = 0.0
        self.smsrs: dict[str, Smsr] = {}
        self.servers: dict[str, Server] = {}
        self.devices: dict[str, Device] = {}
        self.told: list[tuple[str, Notification]] = []
        self._answers: dict[str, Response] = {}
        self._asked = 0

    def add_smsr(self, smsr: Smsr) -> None:
        """An SM-SR, under its name and its number."""
        self.smsrs[smsr.identity.name] = self.servers[smsr.identity.name] = smsr
        self.network.serve(smsr.identity.number, smsr.identity.name)

    def add_smdp(self, smdp: Smdp) -> None:
        """An SM-DP, under its name."""
        self.servers[smdp.identity.name] = smdp

    def add_device(self, name: str, card: Transport, **more: Any) -> Device:
        """A device with this card, switched on; `more` as for Device. ValueError when there is one of this name."""
        if name in self.devices:
            raise ValueError(f"there is a device {name}")
        device = self.devices[name] = Device(name, card, self.network, **more)
        self._powered(device, lambda: device.power_on(self.now))
        return device

    def ask(self, server: str, requester: str, request: Request[R], limit: float = MONTH) -> R:
        """The response to a function, however long it takes; NoAnswer after `limit` seconds.

        ValueError when there is no such server.
        """
        if server not in self.servers:
            raise ValueError(f"there is no server {server}: {', '.join(self.servers)}")
        self._asked += 1
        reference = f"{requester} {self._asked}"
        self.servers[server].receive(requester, Call(reference, request), self.now)
        self.run(limit, lambda: reference in self._answers)
        if reference not in self._answers:
            raise NoAnswer(f"{server} did not answer {type(request).__name__}")
        response: Any = self._answers.pop(reference)
        return response  # type: ignore[no-any-return]

    def run(self, seconds: float = MONTH, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass until nothing is due, the condition holds, or it is over."""
        end = self.now + seconds
        self._hand_over()
        while not until() and (due := self._next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            for smsr in self.smsrs.values():
                smsr.advance(self.now)
            for device in self.devices.values():
                self._powered(device, partial(device.advance, self.now))
            self._hand_over()

    def _next_due(self) -> float | None:
        times = [self.network.next_due]
        times += (each.next_due for each in self.smsrs.values())
        times += (each.next_due for each in self.devices.values())
        return min((each for each in times if each is not None), default=None)

    def _hand_over(self) -> None:
        """Messages between servers, and short messages, until there are none for now."""
        busy = True
        while busy:
            busy = self._between_servers()
            for smsr in self.smsrs.values():
                for number, tpdu in smsr.take_sms():
                    busy = True
                    self.network.submit(smsr.identity.number, number, tpdu, self.now)
            for item in self.network.due(self.now):
                busy = True
                if isinstance(item, Report):
                    self._report(item)
                elif item.recipient in self.smsrs:
                    self.smsrs[item.recipient].receive_sms(item.tpdu, self.now)
                else:
                    device = self.devices[item.recipient]
                    self._powered(device, partial(device.deliver, item, self.now))

    def _report(self, report: Report) -> None:
        smsr = self.smsrs.get(report.recipient)
        if smsr is not None and report.data is not None:
            smsr.receive_report(report.message.destination, report.data, self.now)

    def _between_servers(self) -> bool:
        waiting = [(name, each) for name, server in self.servers.items() for each in server.messages()]
        for sender, message in waiting:
            self._deliver(sender, message)
            self.servers[sender].acknowledge(message)
        return bool(waiting)

    def _deliver(self, sender: str, message: Outgoing) -> None:
        content = message.content
        if message.recipient in self.servers:
            self.servers[message.recipient].receive(sender, content, self.now)
        elif isinstance(content, Answer):
            self._answers[content.reference] = content.response
        elif isinstance(content, Call):
            unknown = failed("8.7", "3.9", f"there is no server {message.recipient}")
            self.servers[sender].receive(
                message.recipient, Answer(content.reference, Response(unknown)), self.now
            )
        else:
            self.told.append((message.recipient, content))

    def _powered(self, device: Device, act: Callable[[], object]) -> None:
        try:
            act()
        except PowerLoss:
            device.power_off()
            self._powered(device, lambda: device.power_on(self.now))
