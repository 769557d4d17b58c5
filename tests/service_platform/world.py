"""A platform with its parties, its network and devices, in one process; and ways into any state."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from euicc import eid as eids
from examples.service_platform.air import Air
from examples.service_platform.api import application
from examples.service_platform.client import Client
from examples.service_platform.devices import EmulatedDevice, Numbers, make_card
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.roles import TEST_PARTIES, Party, Role, party_for_tests
from examples.service_platform.states import (
    DEVICE_TESTED,
    FINAL,
    SERVICE,
    Event,
    NetworkState,
    ServiceState,
    Transition,
)
from examples.service_platform.store import Store

PROVIDER, SERVICE_PROVIDER = "vehicles", "telematics"
SPARE = 500
"""Added to the number of a device: the one that replaces it."""
OTHERS = (
    party_for_tests("tractors", Role.EQUIPMENT_PROVIDER),
    party_for_tests("routers", Role.DEVICE_MAKER),
    party_for_tests("insurance", Role.SERVICE_PROVIDER),
    party_for_tests("other-network", Role.OPERATOR),
)
"""A second party of each role, which has nothing to do with anything."""
NETWORK_OF_STAGE = {
    "pre_provisioned": None,
    "device_test": "test",
    "device_tested": "inactive",
    "equipment_test": "test",
    "equipment_tested": "inactive",
    "active": "active",
    "suspended": "suspended",
    "rejected": "terminated",
    "stopped": "terminated",
    "replaced": "terminated",
}
"""How the two machines go together, whatever happens."""


class InProcess(httpx.BaseTransport):
    """The ASGI application without a socket, for clients that do not wait."""

    def __init__(self, platform: Platform, network: OperatorSide) -> None:
        self._asgi = httpx.ASGITransport(application(platform, Air(network)))
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._asgi.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    def close(self) -> None:
        self._runner.close()


class World:
    """Everybody. `restart` has the platform start again from its file, and nobody else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start()

    def start(self) -> None:
        self.store, self.network = Store(self.path), OperatorSide()
        # What a test writes need not outlive this machine; what is killed is in processes of its own.
        self.store._connection.execute("PRAGMA synchronous = OFF")
        self.platform = Platform(self.store, self.network, (*TEST_PARTIES, *OTHERS))
        self.http = httpx.Client(transport=InProcess(self.platform, self.network), base_url="http://platform")

    def close(self) -> None:
        self.http.close()
        self.platform.close()

    def restart(self) -> None:
        self.close()
        self.start()

    def client(self, party: Party | Role | str) -> Client:
        """Of a party, of the first one with a role, or with a token."""
        if isinstance(party, Role):
            party = next(each for each in TEST_PARTIES if each.role is party)
        return Client(self.http, party.token if isinstance(party, Party) else party)

    @property
    def provider(self) -> Client:
        return self.client(Role.EQUIPMENT_PROVIDER)

    @property
    def maker(self) -> Client:
        return self.client(Role.DEVICE_MAKER)

    @property
    def service(self) -> Client:
        return self.client(Role.SERVICE_PROVIDER)

    @property
    def operator(self) -> Client:
        return self.client(Role.OPERATOR)

    def deliver(self, *numbers: int) -> None:
        pairs = [{"iccid": each.iccid, "imsi": each.imsi} for each in map(Numbers.of, numbers)]
        self.operator.post("/subscriptions", {"equipment_provider": PROVIDER, "subscriptions": pairs})

    def announce(self, number: int) -> str:
        credential: str = self.maker.post("/devices", {"imei": Numbers.of(number).imei})["credential"]
        return credential

    def emulated(self, number: int, card_of: int | None = None) -> EmulatedDevice:
        """A device with a card in it, announced."""
        card = Numbers.of(number if card_of is None else card_of)
        made = make_card(number, card.imsi, card.iccid)
        return EmulatedDevice(Numbers.of(number).imei, made, self.announce(number))

    def report(self, device: EmulatedDevice) -> dict[str, Any]:
        return device.report(self.client(device.credential))

    def attach(self, device: EmulatedDevice) -> str:
        return device.attach(self.network).admission.name

    def cause(self, number: int, event: Event, role: Role) -> dict[str, Any]:
        """Brings an event about for a device without a card, with all that belongs to it."""
        imei, spare = Numbers.of(number).imei, number + SPARE
        if event is Event.ANNOUNCE:
            self.deliver(number)
            return self.maker.post("/devices", {"imei": imei})
        if event is Event.REPORT:
            return self.client(self.announce(number)).post(f"/devices/{imei}/report", paper(number))
        if event is Event.REPLACE:
            self.reach(spare, DEVICE_TESTED)
        return self.client(role).event(imei, event, **details(event, number))

    def reach(self, number: int, wanted: ServiceState) -> str:
        """Brings a new device into a state, on the shortest way; gives its IMEI."""
        for row in way(wanted):
            self.cause(number, row.event, row.by)
        return Numbers.of(number).imei

    def contents(self) -> str:
        """All that is in the file."""
        return "\n".join(self.store._connection.iterdump())

    def is_consistent(self) -> bool:
        return consistent(self.store, self.network)


def consistent(store: Store, network: OperatorSide) -> bool:
    """Both machines agree for each device, an equipment has one at most, and the network does what was written."""
    found = store.all()
    agree = all(
        NETWORK_OF_STAGE[each.device.state.name] == (each.subscription.state if each.subscription else None)
        for each in found
    )
    mounted = [
        each.device.equipment
        for each in found
        if each.device.equipment and each.device.state.stage not in FINAL
    ]
    written = {each.subscription.imsi: each.subscription.state for each in store.stock()}
    known = {imsi: state for imsi, state in written.items() if state is not NetworkState.TERMINATED}
    return agree and len(mounted) == len(set(mounted)) and known == network._states


def paper(number: int) -> dict[str, str]:
    """What a device reports whose card is none."""
    numbers = Numbers.of(number)
    eid = eids.digits(eids.with_check_digits(f"890490320010010000{number:012}"))
    return {"eid": eid, "iccid": numbers.iccid, "imsi": numbers.imsi}


def details(event: Event, number: int) -> dict[str, str]:
    """What comes with an event."""
    wanted = {
        Event.MOUNT: {"equipment": Numbers.of(number).equipment},
        Event.INSTALL: {"service_provider": SERVICE_PROVIDER},
        Event.REPLACE: {"imei": Numbers.of(number + SPARE).imei},
    }
    return wanted.get(event, {})


@cache
def way(wanted: ServiceState) -> tuple[Transition, ...]:
    """The shortest way from nothing into a state, by what parties and devices may cause."""
    waiting: deque[tuple[ServiceState | None, tuple[Transition, ...]]] = deque([(None, ())])
    seen: set[ServiceState | None] = {None}
    while waiting:
        state, rows = waiting.popleft()
        if state == wanted:
            return rows
        for row in SERVICE:
            if row.state == state and row.to not in seen and row.by is not Role.PLATFORM:
                seen.add(row.to)
                waiting.append((row.to, (*rows, row)))
    raise AssertionError(f"no way leads to {wanted}")
