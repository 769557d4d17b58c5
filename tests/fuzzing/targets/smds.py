"""What devices send to an SM-DS, as for the SM-DP+."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from asn1.generated import rsp
from euicc import Card
from euicc.env import Env
from euicc.testing.smds import SmDs
from ipa.driver import Driver
from ipa.procedures import discovery
from ipa.terminal import Terminal
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.http import asked
from tests.fuzzing.mutation import framed, json_body
from tests.fuzzing.servers import Noted
from tests.rsp.device import SEED, pki

FUNCTIONS = ("initiateAuthentication", "authenticateClient", "registerEvent")
mutate = framed(json_body)
ADDRESS = "smds.example.com"
DEVICE = rsp.DeviceInfo(tac=bytes(4), device_capabilities=rsp.DeviceCapabilities())


def server(eid: bytes) -> SmDs:
    """With an event for one card; the same each time."""
    env = Env(SEED)
    made = SmDs(pki(), ADDRESS, random=env.random, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    made.register(eid, "smdp.example.com", "EVENT")
    return made


def fuzz_one(data: bytes) -> None:
    """The bodies to a server, one after the other."""
    target = server(Card.manufacture(pki=pki(), seed=SEED).identity.eid)
    for kind, body in split(data):
        asked(target, FUNCTIONS[kind % len(FUNCTIONS)], body)
    assert len(target.events) == 1


def corpus() -> Iterator[bytes]:
    """A session that finds the event."""
    card = Card.manufacture(pki=pki(), seed=SEED)
    noted = Noted(server(card.identity.eid))
    assert Driver(Terminal(card), noted).run(discovery.events(DEVICE, ADDRESS))
    parts = [Frame(FUNCTIONS.index(function), body) for function, body in noted.bodies]
    for end in range(1, len(parts) + 1):
        yield join(parts[:end])
    yield join((parts[0], Frame(2, parts[1].payload)))
