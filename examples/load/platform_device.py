"""Emulated devices of a service platform: each goes through its life over the REST API and over the air."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import httpx

from apdu import StatusError, TransportError
from examples.load.device import NotDone
from examples.load.observed import Call, Report
from examples.service_platform.client import Client, Refusal
from examples.service_platform.devices import EmulatedDevice, Numbers, make_card
from examples.service_platform.operator_side import ACCESS_POINTS
from examples.service_platform.roles import PARTIES, TEST_PARTIES, Party, Role, read_parties
from examples.service_platform.states import Event, NetworkState
from ipa.errors import IpaError

API, AIR = "REST", "air"
NUMBERS = 10**6
"""As many devices have identifiers of the test ranges."""
PATIENCE = 60.0
"""Seconds for an answer of the platform."""
FAILURES = (Refusal, httpx.HTTPError, NotDone, StatusError, TransportError, IpaError)

_IDENTIFIER = re.compile(r"[0-9A-Z]{14,}")

T = TypeVar("T")


def parties_in(file: Path) -> dict[Role, Party]:
    """The first party of each role, from such a file as `serve --parties` takes; ValueError when a role has none."""
    return _by_role(read_parties(file.read_text("utf-8")))


def parties_for_tests() -> dict[Role, Party]:
    """Those that a platform has which was told of no others."""
    return _by_role(TEST_PARTIES)


def _by_role(parties: tuple[Party, ...]) -> dict[Role, Party]:
    found = {each.role: each for each in reversed(parties)}
    missing = [role.words for role in PARTIES if role not in found]
    if missing:
        raise ValueError(f"it has no {', no '.join(missing)}")
    return found


@dataclass(frozen=True)
class Reached:
    """The platform that is measured, and who is told of each call."""

    url: str
    parties: Mapping[Role, Party]
    report: Report


class PlatformDevice:
    """A device from the delivery of its subscription to its service, which is then suspended and resumed.

    `number`: up to 999999. `rounds`: how often it is suspended and resumed, 0 without end; `every`: seconds between.
    `failed`: whether something was refused, or the network did not follow.
    """

    def __init__(self, number: int, reached: Reached, rounds: int = 1, every: float = 0.0) -> None:
        self._number, self._numbers = number, Numbers.of(number)
        self._reached, self._rounds, self._every = reached, rounds, every
        self.failed = 0

    def run(self) -> None:
        """All of its life; it ends with the first failure."""
        device = EmulatedDevice(
            self._numbers.imei, make_card(self._number, self._numbers.imsi, self._numbers.iccid)
        )
        with httpx.Client(base_url=self._reached.url, timeout=PATIENCE) as http:
            try:
                self._live(http, device)
            except FAILURES:
                self.failed = 1  # reported where it occurred

    def _live(self, http: httpx.Client, device: EmulatedDevice) -> None:
        self._made(http, device)
        self._attach(http, device, NetworkState.TEST)
        self._happens(http, Role.DEVICE_MAKER, Event.DEVICE_TEST_PASSED)
        self._happens(http, Role.EQUIPMENT_PROVIDER, Event.MOUNT, equipment=self._numbers.equipment)
        self._happens(http, Role.EQUIPMENT_PROVIDER, Event.EQUIPMENT_TEST_PASSED)
        service = self._reached.parties[Role.SERVICE_PROVIDER].name
        self._happens(http, Role.EQUIPMENT_PROVIDER, Event.INSTALL, service_provider=service)
        self._attach(http, device, NetworkState.ACTIVE)
        done = 0
        while done == 0 or done != self._rounds:
            time.sleep(self._every if done else 0)
            self._happens(http, Role.SERVICE_PROVIDER, Event.SUSPEND)
            self._attach(http, device, NetworkState.SUSPENDED)
            self._happens(http, Role.SERVICE_PROVIDER, Event.RESUME)
            self._attach(http, device, NetworkState.ACTIVE)
            done += 1

    def _made(self, http: httpx.Client, device: EmulatedDevice) -> None:
        """The subscription is delivered, the device announced; it says itself which card is in it."""
        numbers = self._numbers
        pairs = [{"iccid": numbers.iccid, "imsi": numbers.imsi}]
        to = self._reached.parties[Role.EQUIPMENT_PROVIDER].name
        delivery = {"equipment_provider": to, "subscriptions": pairs}
        operator, maker = self._client(http, Role.OPERATOR), self._client(http, Role.DEVICE_MAKER)
        self._measured(API, "deliver", lambda: operator.post("/subscriptions", delivery))
        announced = self._measured(
            API, Event.ANNOUNCE, lambda: maker.post("/devices", {"imei": numbers.imei})
        )
        own, identity = Client(http, announced["credential"]), device.identity()
        self._measured(API, Event.REPORT, lambda: own.post(f"/devices/{numbers.imei}/report", identity))

    def _client(self, http: httpx.Client, role: Role) -> Client:
        return Client(http, self._reached.parties[role].token)

    def _happens(self, http: httpx.Client, role: Role, event: Event, **details: str) -> None:
        client = self._client(http, role)
        self._measured(API, event, lambda: client.event(self._numbers.imei, event, **details))

    def _attach(self, http: httpx.Client, device: EmulatedDevice, wanted: NetworkState) -> None:
        """It authenticates, and gets to where it may in this state, and nowhere else."""

        def attach() -> None:
            access = device.attach_over(http)
            if access.access_points != ACCESS_POINTS[wanted]:
                leads = ", ".join(access.access_points) or "nowhere"
                raise NotDone(f"{wanted}, but it leads to {leads}: {access.admission.value}")

        self._measured(AIR, "attach", attach)

    def _measured(self, interface: str, name: str, run: Callable[[], T]) -> T:
        """Reports it; what is broken off because the run ends is not reported at all."""
        started = perf_counter()
        try:
            found = run()
        except FAILURES as error:
            self._reached.report(Call(interface, name, _since(started), failure=_kind(error)))
            raise
        self._reached.report(Call(interface, name, _since(started)))
        return found


def _kind(failure: Exception) -> Exception:
    """The failure without the identifiers in its text: Locust counts those with the same text together."""
    return Refusal(failure.status, _unnumbered(failure.body)) if isinstance(failure, Refusal) else failure


def _unnumbered(body: Mapping[str, object]) -> dict[str, object]:
    return {**body, "message": _IDENTIFIER.sub("...", str(body["message"]))}


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
