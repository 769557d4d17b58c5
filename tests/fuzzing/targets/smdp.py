"""What devices send to an SM-DP+: a session in JSON, each body changed in what it says. Refusals are answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from euicc import Card
from euicc.env import Env
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.http import asked
from tests.fuzzing.mutation import framed, json_body
from tests.fuzzing.servers import Noted
from tests.rsp.contents import profile
from tests.rsp.device import SEED, pki

FUNCTIONS = (
    "initiateAuthentication",
    "authenticateClient",
    "getBoundProfilePackage",
    "handleNotification",
    "cancelSession",
)
"""The kind of a part says which one it is for."""
mutate = framed(json_body)
ADDRESS = "smdp.example.com"


def server() -> SmDpPlus:
    """With an order for anybody, one with a confirmation code, and one for a card; the same each time."""
    env = Env(SEED)
    made = SmDpPlus(pki(), ADDRESS, random=env.random, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    made.order(profile().package, matching_id="ANY")
    made.order(profile("8900101234567890222").package, matching_id="CODE", confirmation_code="1234")
    made.order(
        profile("8900101234567890333").package, matching_id="", eid=bytes(16), protected_in_advance=True
    )
    return made


def fuzz_one(data: bytes) -> None:
    """The bodies to a server, one after the other."""
    target, parts = server(), list(split(data))
    for kind, body in parts:
        asked(target, FUNCTIONS[kind % len(FUNCTIONS)], body)
    assert len(target.orders) == len(server().orders)
    assert len(target.notifications) <= len(parts)


@cache
def session(matching_id: str, code: str) -> tuple[Frame, ...]:
    """The bodies of a download, with the notifications of it."""
    noted = Noted(server())
    with Lpa(Card.manufacture(pki=pki(), seed=SEED), servers=noted) as lpa:
        lpa.download(f"LPA:1${ADDRESS}${matching_id}", confirmation_code=code or None)
        lpa.enable(lpa.profiles()[0].iccid or b"")
        lpa.send_notifications()
    return tuple(Frame(FUNCTIONS.index(function), body) for function, body in noted.bodies)


def corpus() -> Iterator[bytes]:
    """Sessions, as far as each function."""
    for matching_id, code in (("ANY", ""), ("CODE", "1234")):
        parts = session(matching_id, code)
        for end in range(1, len(parts) + 1):
            yield join(parts[:end])
        yield join(parts[:1])
        yield join((*parts[:1], Frame(4, parts[1].payload)))
