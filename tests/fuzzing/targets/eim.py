"""What IPAs send to an eIM, in ASN.1 and in JSON: results, notifications, sessions that it relays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from asn1.generated import sgp32
from euicc import Card
from euicc.env import Env
from euicc.testing.eim import Eim, LocalServers, operations
from euicc.testing.smdp.status import BadRequest
from ipa.ipad import Ipa
from tests.fuzzing.cards import Again
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.http import asked
from tests.fuzzing.mutation import framed, json_body, tlvs
from tests.fuzzing.servers import Noted
from tests.fuzzing.targets import smdp
from tests.rsp.device import SEED, pki

FUNCTIONS = (
    "",
    "getEimPackage",
    "provideEimPackageResult",
    "handleNotification",
    "initiateAuthentication",
    "authenticateClient",
    "getBoundProfilePackage",
    "cancelSession",
)
"""The kind of a part says which one it is for; the first is the binding in ASN.1."""
mutate = framed(tlvs, *(json_body,) * (len(FUNCTIONS) - 1))
ADDRESS = "eim.example.com"
TOKEN = 1


def now() -> datetime:
    """The same time always."""
    return datetime(2026, 1, 1, tzinfo=UTC)


@cache
def again() -> Again:
    """The card that the eIM manages."""

    def make() -> Card:
        card = Card.manufacture(variant="sgp32", pki=pki(), seed=SEED)
        with Ipa(card, servers=Noted(), eims=Noted()) as ipa:
            (token,) = ipa.add_initial_eims(_alone().configuration(token=True, indirect=True))
            assert token == TOKEN
        return card

    return Again(make)


def _alone() -> Eim:
    env = Env(SEED)
    return Eim(pki(), "eim1", ADDRESS, servers=LocalServers(smdp.server()), random=env.random, now=now)


@cache
def eid() -> bytes:
    """Of the card."""
    return again()().identity.eid


def server() -> Eim:
    """With a package of each kind queued; the same each time."""
    made = _alone()
    made.associate(eid(), token=TOKEN)
    made.request_certificates(eid())
    made.queue(eid(), operations.list_profile_info(), operations.get_rat())
    made.queue(eid(), operations.list_eim())
    made.request_data(eid(), 0xBF20, 0xBF22)
    made.download(eid(), f"1${smdp.ADDRESS}$ANY")
    return made


def fuzz_one(data: bytes) -> None:
    """The messages to an eIM, one after the other."""
    target = server()
    for kind, body in split(data):
        function = FUNCTIONS[kind % len(FUNCTIONS)]
        if function:
            asked(target, function, body)
        else:
            answered(target, body)
    Eim(pki()).remember(target.remembered())
    assert list(target.euiccs) == [eid()]


def answered(target: Eim, body: bytes) -> None:
    """A message of the ASN.1 binding: no such message, or an answer that is one."""
    try:
        answer = target.handle_asn1(body)
    except BadRequest:
        return
    if answer not in (b"", b"\xbf\x50\x00"):
        assert sgp32.EsipaMessageFromEimToIpa.decode(answer).value is not None


@cache
def session(as_json: bool) -> tuple[Frame, ...]:
    """All messages of a poll that works off everything."""
    noted = Noted(smdp.server(), eim=server(), as_json=as_json)
    with Ipa(again()(), servers=noted, eims=noted) as ipa:
        ipa.poll()
    return tuple(Frame(FUNCTIONS.index(function), body) for function, body in noted.bodies)


def corpus() -> Iterator[bytes]:
    """The poll in both bindings, as far as each message."""
    for as_json in (False, True):
        parts = [each for each in session(as_json) if each.kind or not as_json]
        for end in range(1, len(parts) + 1):
            yield join(parts[:end])
            yield join((parts[0], parts[end - 1]))
