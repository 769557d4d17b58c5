"""Simulated time: a heap of what is to happen when, short messages between vehicles and SM-SRs, calls between servers.

Nothing is asked in vain: vehicles and servers say when they have something to do, and time goes there at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from euicc.testing.m2m.messages import Answer, Call, Content, Outgoing
from euicc.testing.m2m.sms_network import Delivery, Report, SmsNetwork
from euicc.testing.smdp_m2m.server import Smdp
from euicc.testing.smsr.smsr import Smsr
from examples.fleet.vehicle import Vehicle

Act = Callable[[], None]
NEVER = float("inf")
RESTART_SECONDS = 300.0
"""How long a device is off that lost its power."""


class Server(Protocol):
    """An SM-SR or an SM-DP, as others see it."""

    def receive(self, sender: str, content: Content, now: float | None = None) -> None:
        """A message of another one."""
        ...

    def messages(self) -> list[Outgoing]:
        """Messages for others that are not acknowledged."""
        ...

    def acknowledge(self, message: Outgoing) -> None:
        """The recipient has it."""
        ...


class World:
    """sms: all networks as short messages see them. servers: all of them, smsrs: the SM-SRs, by name. now: seconds."""

    def __init__(self, sms: SmsNetwork, now: float = 0.0) -> None:
        self.sms = sms
        self.now = now
        self.servers: dict[str, Server] = {}
        self.smsrs: dict[str, Smsr] = {}
        self.vehicles: dict[str, Vehicle] = {}
        self._heap: list[tuple[float, int, Act]] = []
        self._order = 0
        self._wakes: dict[str, float] = {}
        self._awaited: dict[str, Callable[[Any], None]] = {}

    def serve(self, smsrs: Iterable[Smsr], smdp: Smdp) -> None:
        """The servers of this world."""
        self.servers[smdp.identity.name] = smdp
        for smsr in smsrs:
            self.servers[smsr.identity.name] = self.smsrs[smsr.identity.name] = smsr
            self.sms.serve(smsr.identity.number, smsr.identity.name)

    def at(self, when: float, act: Act) -> None:
        """Have something happen."""
        self._order += 1
        heapq.heappush(self._heap, (when, self._order, act))

    def call(self, server: str, requester: str, call: Call, then: Callable[[Any], None]) -> None:
        """A function of a server; `then` is given its response.

        A call that waits at the server already, since a process before this one made it, is answered once.
        """
        self._awaited[call.reference] = then
        self.servers[server].receive(requester, call, self.now)

    def add(self, vehicle: Vehicle) -> None:
        """A vehicle is there, and starts."""
        self.vehicles[vehicle.vin] = vehicle
        vehicle.start()
        self.settle(vehicle)

    def remove(self, vehicle: Vehicle) -> None:
        """It stops for good."""
        vehicle.stop()
        del self.vehicles[vehicle.vin]
        self._wakes.pop(vehicle.vin, None)

    def settle(self, vehicle: Vehicle) -> None:
        """Something was done with a vehicle: see when it wants something next."""
        if not vehicle.powered:
            self.at(self.now + RESTART_SECONDS, lambda: self._restart(vehicle))
            return
        wake = vehicle.wake
        if wake is not None and wake < self._wakes.get(vehicle.vin, NEVER):
            self._wakes[vehicle.vin] = wake
            self.at(wake, lambda: self._wake(vehicle))

    def step(self) -> bool:
        """Go to when the next thing happens, and have it happen; False when nothing will any more."""
        self._hand_over()
        when = self._next()
        if when == NEVER:
            return False
        self.now = max(self.now, when)
        while self._heap and self._heap[0][0] <= self.now:
            heapq.heappop(self._heap)[2]()
        for smsr in self.smsrs.values():
            smsr.advance(self.now)
        for due in self.sms.due(self.now):
            self._arrived(due)
        return True

    def _next(self) -> float:
        dues = [self.sms.next_due, *(smsr.next_due for smsr in self.smsrs.values())]
        if self._heap:
            dues.append(self._heap[0][0])
        return min((due for due in dues if due is not None), default=NEVER)

    def _wake(self, vehicle: Vehicle) -> None:
        if self.vehicles.get(vehicle.vin) is not vehicle:
            return
        self._wakes.pop(vehicle.vin, None)
        if vehicle.powered:
            if (vehicle.wake or NEVER) <= self.now:
                vehicle.poll()
            self.settle(vehicle)

    def _restart(self, vehicle: Vehicle) -> None:
        if self.vehicles.get(vehicle.vin) is vehicle and not vehicle.powered:
            vehicle.start()
            self.settle(vehicle)

    def _arrived(self, due: Delivery | Report) -> None:
        smsr = self.smsrs.get(due.recipient)
        if isinstance(due, Report):
            if smsr is not None and due.data:
                smsr.receive_report(due.message.destination, due.data, self.now)
            return
        if smsr is not None:
            smsr.receive_sms(due.tpdu, self.now)
            return
        vehicle = self.vehicles[due.recipient]
        data = vehicle.deliver(due.tpdu)
        self.sms.report(due.message, data)
        self.settle(vehicle)

    def _hand_over(self) -> None:
        """What the servers have for vehicles and for each other, until they have nothing more."""
        while messages := [
            (name, server, message) for name, server in self.servers.items() for message in server.messages()
        ]:
            for name, server, message in messages:
                self._message(name, message)
                server.acknowledge(message)
        for smsr in self.smsrs.values():
            for number, tpdu in smsr.take_sms():
                self.sms.submit(smsr.identity.number, number, tpdu, self.now)

    def _message(self, sender: str, message: Outgoing) -> None:
        recipient, content = self.servers.get(message.recipient), message.content
        if recipient is not None:
            recipient.receive(sender, content, self.now)
        elif isinstance(content, Answer):
            # Answers to calls of a process before this one come before anybody asks again: the EIS says the same.
            then = self._awaited.pop(content.reference, None)
            if then is not None:
                then(content.response)
