"""Servers that say the wrong things: the session ends, and the card goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from euicc.crypto.tls_psk import Server, TlsError
from euicc.env import Env
from euicc.m2m.scp81.applet import Outcome
from euicc.m2m.scp81.session import EMPTY_MAX
from euicc.testing.m2m import https_admin_messages as messages
from euicc.testing.m2m.https_admin_trigger import psk_identity
from tests.scp81.line import EID, HERE, PSK, Domain, Line, server

SCRIPT = bytes.fromhex("AA07220580CAFF2100")
Say = Callable[[int], bytes]


class Liar:
    """Shakes hands, and answers the requests, however they come, with what it is told to say; then it hangs up."""

    def __init__(self, say: Say, spoil: Callable[[bytes], bytes]) -> None:
        self.tls = Server({psk_identity(EID): PSK}.get, Env(5).random)
        self.said = 0
        self._say = say
        self._spoil = spoil

    @property
    def closed(self) -> bool:
        return self.tls.peer_closed or self.tls.error is not None or self.said > 20

    def feed(self, data: bytes) -> None:
        with suppress(TlsError):
            self.tls.feed(data)
        if self.tls.received():
            self.said += 1
            self.tls.send(self._say(self.said))

    def outgoing(self) -> bytes:
        return self._spoil(self.tls.outgoing())


def hold(say: Say, spoil: Callable[[bytes], bytes] = lambda data: data) -> tuple[Outcome, Domain]:
    """A session with such a server, and one with an honest server afterwards; how the first ended."""
    domain, honest = Domain(), server()
    line = Line(domain, honest)
    connect = honest.connect
    honest.connect = lambda: Liar(say, spoil)  # type: ignore[method-assign, assignment, return-value]
    outcome = line.hold(HERE)
    if outcome is None:
        # It is the silence that ends the session.
        line.expire()
        if line.timer is not None:
            line.expire()
        outcome = line.outcomes.pop()
    honest.connect = connect  # type: ignore[method-assign]
    assert line.hold(HERE) == Outcome(True, 1)
    return outcome, domain


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP/1.1"),
        (messages.response(SCRIPT, "/a b"), "not a URI"),
        (messages.response(SCRIPT, "/a") + b"x", "more than a response"),
        (messages.response(SCRIPT, "/a").replace(b"version=1.0", b"version=2.0"), "a body that is no script"),
    ],
)
def test_what_ends_a_session_before_anything_is_executed(response: bytes, reason: str) -> None:
    outcome, domain = hold(lambda _: response)
    assert (outcome, domain.executed) == (Outcome(False, 1, reason), [])


def test_a_server_that_promises_and_promises() -> None:
    more = b"HTTP/1.1 204 No Content\r\nX-Admin-Next-URI: /more\r\n\r\n"
    assert hold(lambda _: more)[0] == Outcome(False, 1, "a server that has nothing to say")
    for promises, completed in ((EMPTY_MAX, True), (EMPTY_MAX + 1, False)):
        outcome, _ = hold(lambda said, last=promises: more if said <= last else messages.no_content())  # type: ignore[misc]
        assert outcome.completed is completed


def test_a_script_whose_response_nobody_wants_is_executed() -> None:
    outcome, domain = hold(lambda _: messages.response(SCRIPT, None))
    assert (outcome, domain.executed) == (Outcome(True, 1), [(SCRIPT, None)])


def test_a_target_that_is_no_aid_is_an_unknown_application() -> None:
    wrong = messages.response(SCRIPT, "/a", bytes(16)).replace(b"//aid/", b"//tar/")
    outcome, domain = hold(lambda said: wrong if said == 1 else messages.no_content())
    assert (outcome, domain.executed) == (Outcome(True, 1), [])


@pytest.mark.parametrize("seed", range(25))
def test_spoilt_http(seed: int) -> None:
    dice = Random(seed)

    def say(said: int) -> bytes:
        data = bytearray(messages.response(SCRIPT, "/a", chunk=4) if said < 3 else messages.no_content())
        for _ in range(dice.randrange(3)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        return bytes(data)

    hold(say)


@pytest.mark.parametrize("seed", range(25))
def test_spoilt_tls(seed: int) -> None:
    dice = Random(seed)

    def spoil(data: bytes) -> bytes:
        if not data or dice.randrange(3):
            return data
        bent = bytearray(data)
        bent[dice.randrange(len(bent))] ^= 1 << dice.randrange(8)
        return bytes(bent)

    outcome, domain = hold(
        lambda said: messages.response(SCRIPT, "/a") if said < 3 else messages.no_content(), spoil
    )
    assert all(script == SCRIPT for script, _ in domain.executed)
    assert outcome.attempts == 1
