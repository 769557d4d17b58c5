"""Scripts of an SM-SR on their way over SCP81: told by short message, or in the middle of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apdu.aid import ISD_R
from euicc.testing.m2m import eum
from euicc.testing.m2m.https_admin import Answer, HttpsAdmin
from euicc.testing.m2m.https_admin_exchange import HttpsExchange, HttpsSide
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.smsr.steps import Refused, Silence
from tests.m2m.managed import SECOND
from tests.scp81.line import HERE
from tests.scp81.test_isd_r import EID, admin, line

SCRIPT = bytes.fromhex("2205 80CAFF2100")
EXECUTED = Silence(executed=True)
"""What the exchange of a trigger ends with: its response is empty."""


@dataclass
class Told:
    """A short message on its way."""

    outcome: bytes | Exception | None = None
    wake: float = 60.0
    numbers: tuple[str, ...] = ()

    def advance(self, now: float) -> None:
        if now >= self.wake:
            self.outcome = self.outcome or Silence()

    def receive(self, user_data: bytes, now: float) -> bool:
        self.outcome = EXECUTED
        return user_data == b"por"


def never() -> Told:
    raise AssertionError("no short message is needed")


def exchange(
    server: HttpsAdmin, told: Callable[[], Told] = Told, target: bytes = ISD_R, script: bytes = SCRIPT
) -> HttpsExchange:
    return HttpsExchange(server, EID, script, target, told, 300.0, 0.0)


def test_a_card_that_is_told_fetches_the_script() -> None:
    server = admin()
    going = exchange(server)
    server.answered = lambda _, answer: taken.append(going.take(answer))
    taken: list[bool] = []
    assert going.wake == 60.0
    assert going.receive(b"por", 1.0)
    assert (going.outcome, going.wake) == (None, 301.0)
    line(server).hold(HERE)
    assert taken == [True]
    assert isinstance(going.outcome, bytes)
    assert going.outcome.endswith(b"\x90\x00")
    assert not going.receive(b"por", 2.0)


def test_the_next_script_goes_with_the_answer() -> None:
    server = admin()
    first = exchange(server)
    following: list[HttpsExchange] = []

    def answered(_: bytes, answer: Answer) -> None:
        if first.take(answer):
            following.append(exchange(server, never, SECOND))
        else:
            assert following[0].take(answer)

    server.answered = answered
    assert line(server).hold(HERE) is not None
    assert [type(each.outcome) for each in (first, *following)] == [bytes, bytes]
    assert [request.uri.partition("?")[2] for _, request in server.requests] == ["", "step=1", "step=2"]


@pytest.mark.parametrize("outcome", [Silence(), Refused(0x09)])
def test_a_card_that_cannot_be_told(outcome: Exception) -> None:
    server = admin()
    going = exchange(server, lambda: Told(outcome))
    assert going.outcome is outcome
    assert server.waiting(EID) == 0


def test_a_card_that_does_not_come() -> None:
    server = admin()
    going = exchange(server)
    going.receive(b"por", 10.0)
    going.advance(309.0)
    assert (going.outcome, server.waiting(EID)) == (None, 1)
    going.advance(310.0)
    assert isinstance(going.outcome, Silence)
    assert not going.outcome.executed
    assert server.waiting(EID) == 0


def test_a_short_message_without_answer_is_repeated_and_given_up() -> None:
    server = admin()
    going = exchange(server)
    going.advance(59.0)
    assert going.outcome is None
    going.advance(60.0)
    assert isinstance(going.outcome, Silence)


def test_answers_to_other_scripts_are_none_of_it() -> None:
    server = admin()
    other = server.queue(EID, b"")
    going = exchange(server)
    assert not going.take(Answer(other, "ok", b"\xab\x00"))
    assert going.outcome is None


@pytest.mark.parametrize(("status", "code"), [("unknown-application", 0x09), ("security-error", 0x06)])
def test_a_script_that_nobody_executed(status: str, code: int) -> None:
    server = admin()
    going = exchange(server)
    assert going.take(Answer(going.script, status, b""))
    assert isinstance(going.outcome, Refused)
    assert going.outcome.code == code


def test_an_answer_that_cannot_be_read_was_executed() -> None:
    server = admin()
    going = exchange(server)
    assert going.take(Answer(going.script, "ok", b"what"))
    assert isinstance(going.outcome, Silence)
    assert going.outcome.executed


def test_a_script_is_not_given_out_twice() -> None:
    """A card that loses its power in the middle begins anew: whether it executed the script, nobody knows."""
    server = admin()
    HttpsSide(server, HERE)
    going = exchange(server)
    server.answered = lambda _, answer: going.take(answer)
    device = line(server)
    device.cut = len(device.commands) + 11
    device.hold(HERE)
    assert [request.status for _, request in server.requests] == [None]
    device.restart()
    assert device.hold(HERE) is not None
    assert isinstance(going.outcome, Silence)
    assert not going.outcome.executed
    assert server.waiting(EID) == 0


def test_the_key_is_that_of_the_eis() -> None:
    pki = M2mPki()
    issued = pki.issue(EID)
    server = admin()
    side = HttpsSide(server, HERE)
    eis = eum.register(issued, pki.eum(EID))
    assert side.knows(eis)
    assert side.trigger(eis) == HERE.encode()
    without = eis.without_keys()
    assert not side.knows(without)
    with pytest.raises(ValueError, match="without a key"):
        side.trigger(without)
