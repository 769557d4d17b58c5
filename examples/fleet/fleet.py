"""The whole fleet: everything put together, from the factory to the outcome of every vehicle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.https_admin_exchange import HttpsSide
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.registry import MEMORY, Registry
from euicc.testing.m2m.sms_network import Happening, SmsNetwork, SmsRule
from euicc.testing.smdp_m2m.procedures import IsdPKeys, SmdpIdentity
from euicc.testing.smdp_m2m.server import Smdp
from euicc.testing.smsr.errand import Transport
from euicc.testing.smsr.https import HttpsTransport
from euicc.testing.smsr.identity import SmsrIdentity
from euicc.testing.smsr.smsr import Smsr
from examples.fleet import garage
from examples.fleet.agreement import disagreements, opens, still_served
from examples.fleet.campaign import Change, GivenUp, Servers, Stage, Steps, View, Wait
from examples.fleet.drive import Drive
from examples.fleet.factory import Factory
from examples.fleet.fates import FLOWS, HOUR, Fate, fates
from examples.fleet.journal import Journal, Record
from examples.fleet.line import ADDRESS, Part
from examples.fleet.operators import Operator, operators
from examples.fleet.options import Options
from examples.fleet.orders import OnDemand
from examples.fleet.vehicle import Air, Vehicle
from examples.fleet.world import World

RULES = (
    SmsRule(Happening.LOST, probability=0.01),
    SmsRule(Happening.DELAYED, probability=0.02, seconds=20.0),
    SmsRule(Happening.REPEATED, probability=0.01, seconds=20.0),
)
"""The networks of this world: what is late comes after what was sent later."""
SMDP = "2.999.3.1"
BETWEEN_TURNS = 15.0
UNTIL_QUIET = 30.0
QUIET_MAX = 48 * HOUR
NOBODY_KNOWS = "nobody knows which network"
UNUSED_COUNTER = 1 << 32
"""A counter that no SM-SR has come to."""


class Fleet:
    """Options and, when they name one, a directory in which everything stays.

    drives: vehicles in traffic; records: all whose turn has come; ended: how many came to their end in this process.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._fates = fates(
            options.vehicles, options.seed, options.shares, FLOWS[options.flow], options.https
        )
        state = options.state
        self.journal = Journal(_in(state, "fleet.db"), options.story)
        pki = M2mPki()
        run = self.journal.begin_run()
        # What servers draw, keys and names of calls, must be new each time that the process begins.
        self._random = Random(f"{options.seed} {run}")
        self._a, self._b = self._operators = operators(self._random.randbytes)
        self.world = World(SmsNetwork(self._random.getrandbits(32), RULES), self.journal.now)
        self._factory = Factory(pki, self._b, _number(1), options.seed)
        self._admin = HttpsAdmin(self._random.randbytes)
        way = Part(HttpsTransport(HttpsSide(self._admin, ADDRESS)), self._by_https)
        self._old = self._smsr(pki, 1, _in(state, "smsr1.db"), way)
        self._new = self._smsr(pki, 2, _in(state, "smsr2.db"))
        way.transport.serve(self._old)
        self._smsrs = [self._old, self._new]
        self._orders = OnDemand(self._a)
        identity = SmdpIdentity(SMDP, pki.sm_dp(), (pki.ci,))
        self._keys: dict[tuple[bytes, str], IsdPKeys] = {}
        smdp = Smdp(identity, self._orders, keys=self._keys, random=self._random.randbytes)
        self.world.serve(self._smsrs, smdp)
        self._names = Servers(self._old.identity.name, self._new.identity.name, SMDP)
        self._garage = garage.Files(state / "cards", self._factory) if state else garage.Memory(self._factory)
        networks = {operator.plmn: operator.network for operator in self._operators}
        self._air = Air(self.world.sms, networks, lambda: self.world.now, self._admin)
        self.drives: dict[int, Drive] = {}
        self.ended = 0
        self._plan()

    @property
    def records(self) -> dict[int, Record]:
        """Vehicles whose turn has come, by their numbers."""
        return self.journal.records()

    @property
    def unfinished(self) -> bool:
        """Whether some vehicle is not accounted for."""
        return self.waiting > 0 or bool(self.drives)

    @property
    def target(self) -> str:
        """The operator to whom everybody is to go."""
        return self._a.title

    def fate(self, number: int) -> Fate:
        """Of a vehicle."""
        return self._fates[number]

    def vin(self, number: int) -> str:
        """Of a vehicle."""
        return self._factory.vin(number)

    def stage(self, number: int) -> Stage:
        """Where a vehicle stands."""
        drive, record = self.drives.get(number), self.records.get(number)
        if drive is not None:
            return drive.change.stage
        if record is None or record.network is None:
            return Stage.WAITING
        return Stage.ON_B if record.network == self._b.title else Stage.ON_A

    @property
    def waiting(self) -> int:
        """Vehicles whose turn is still to come, in this process."""
        return self._waiting

    def run(self, each: Callable[[], None]) -> None:
        """Until every vehicle is accounted for, or nothing will happen any more; `each`: after every step."""
        while self.unfinished and self.step():
            each()

    def step(self) -> bool:
        """Whatever happens next; False when nothing will."""
        happened = self.world.step()
        self.journal.pass_time(self.world.now)
        return happened

    def close(self) -> None:
        """Give all files up."""
        for drive in self.drives.values():
            self._garage.put_back(drive.number, drive.vehicle.card)
        for server in self._smsrs:
            server.registry.close()
        self.journal.close()

    def _plan(self) -> None:
        done = {number for number, record in self.records.items() if record.network is not None}
        coming = [number for number in range(self.options.vehicles) if number not in done]
        self._waiting = len(coming)
        for number in coming:
            known = self.records.get(number)
            when = known.began if known else number * BETWEEN_TURNS
            self.world.at(max(when, self.world.now), partial(self._begin, number))

    def _begin(self, number: int) -> None:
        self._waiting -= 1
        record = self.records.get(number) or Record(self.world.now)
        self._keep(number, record)
        for operator in self._operators:
            operator.subscribe(number)
            subscription = operator.subscription(number)
            self.world.sms.subscribe(subscription.imsi, subscription.msisdn)
        self._orders.prepare(number)
        card = self._garage.take(number)
        eid = self._factory.eid(number)
        if not any(server.registry.card(eid) for server in self._smsrs):
            self._old.register(self._factory.eis(number), self.world.now, addressing=False)
        vehicle = Vehicle(self._factory.vin(number), self._factory.imei(number), card, self._air)
        drive = self._drive(number, vehicle, record)
        self.drives[number] = drive
        drive.befall(self._a.plmn)
        self.world.add(vehicle)
        drive.run(self._journey(drive))

    def _drive(self, number: int, vehicle: Vehicle, record: Record) -> Drive:
        def keep(record: Record) -> None:
            self._keep(number, record)

        fate = self._fates[number]
        change = Change(vehicle.eid, number, fate.flow, self._operators, self._names, record, keep)
        return Drive(number, fate, vehicle, change, self.world, keep)

    def _keep(self, number: int, record: Record) -> None:
        self.journal.keep(number, record, self.world.now)

    def _journey(self, drive: Drive) -> Steps[None]:
        network, wrong = NOBODY_KNOWS, []
        try:
            view = yield from drive.change.steps()
            server = self.world.smsrs[view.server]
            yield from self._quiet(drive, server)
            before = server.eis(drive.vehicle.eid)
            yield from drive.change.audit(view)
            # Who looks at the card itself must not be the one who meets its fate.
            drive.vehicle.lose_power_at(None)
            yield from self._quiet(drive, server)
            operator = self._a if view.on_a else self._b
            network, wrong = operator.title, [*self._wrong(drive, operator, view, before)]
        except GivenUp as reason:
            wrong = [str(reason)]
        self._end(drive, network, wrong)

    def _quiet(self, drive: Drive, server: Smsr) -> Steps[None]:
        """Until the SM-SR has nothing to do with the card, and short messages reach it."""
        wait = UNTIL_QUIET
        while wait < QUIET_MAX:
            if server.is_idle(drive.vehicle.eid) and drive.vehicle.in_service:
                return
            yield Wait(wait)
            wait *= 1.5
        raise GivenUp("it never comes to rest")

    def _wrong(self, drive: Drive, operator: Operator, view: View, before: Eis | None) -> Iterator[str]:
        """All that does not agree after an audit; `before`: the EIS before it."""
        after = self.world.smsrs[view.server].eis(drive.vehicle.eid)
        if before is None or after is None:
            yield "no EIS"
            return
        yield from disagreements(drive.vehicle, operator, drive.number, before, after)
        yield from self._keys_open(drive, view)
        if view.on_a:
            yield from still_served(self._b, drive.number)

    def _keys_open(self, drive: Drive, view: View) -> Iterator[str]:
        """What is wrong with who can open the card: the old SM-SR, as long as it has the card."""
        key_set = next(
            each for each in self._factory.eis(drive.number).isd_r.key_sets if each.counter is not None
        )
        counter = UNUSED_COUNTER
        if view.server == self._names.old:
            counter = self._old.registry.count(drive.vehicle.eid, key_set.version)
        if opens(drive.vehicle, key_set.scp80(), counter) != (view.server == self._names.old):
            yield (
                "the old SM-SR's keys open the card"
                if counter == UNUSED_COUNTER
                else "the SM-SR is locked out"
            )

    def _end(self, drive: Drive, network: str, wrong: list[str]) -> None:
        record = drive.change.record
        reason = record.reason if network == self._b.title else None
        ended = replace(
            record, network=network, reason=reason, wrong="; ".join(wrong) or None, ended=self.world.now
        )
        self.ended += 1
        self.world.remove(drive.vehicle)
        del self.drives[drive.number]
        self._orders.forget(drive.number)
        # What the server remembers for tests is of no use to anybody here.
        self._admin.requests.clear()
        self._admin.answers(drive.vehicle.eid)
        self._keys.pop((drive.vehicle.eid, self._a.iccid(drive.number)), None)
        self._garage.put_back(drive.number, drive.vehicle.card)
        self._keep(drive.number, ended)

    def _by_https(self, eid: bytes) -> bool:
        number = self._factory.number(eid)
        return self._fates[number].https

    def _smsr(self, pki: M2mPki, number: int, registry: str | Path, *ways: Transport) -> Smsr:
        identity = SmsrIdentity(
            name=f"2.999.2.{number}",
            number=_number(number),
            issued=pki.sm_sr(f"TEST SM-SR {number}".encode()),
            cis=(pki.ci,),
        )
        return Smsr(
            identity,
            Registry(registry),
            now=self.world.now,
            random=self._random.randbytes,
            transports=ways,
        )


def _number(smsr: int) -> str:
    return f"+88299000000{smsr}"


def _in(directory: Path | None, name: str) -> str | Path:
    if directory is None:
        return MEMORY
    directory.mkdir(parents=True, exist_ok=True)
    return directory / name
