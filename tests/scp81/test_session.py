"""Administration sessions between the card and a server, over a device without a network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apdu.aid import isd_p
from apdu.cat import CommandType, GeneralResult, ProactiveCommand
from apdu.cat.bearer import BufferSize, NetworkAccessName, OtherAddress, TransportLevel
from apdu.cat.comprehension import Content
from apdu.cat.envelope import timer_expiration
from apdu.cat.information import TimerValue
from euicc.m2m.scp81.applet import SILENCE_SECONDS, Outcome
from euicc.m2m.scp81.http import ScriptStatus
from euicc.m2m.scp81.parameters import SessionParameters
from euicc.m2m.scp81.session import NotExecuted, prepare
from euicc.testing.m2m.https_admin_trigger import psk_identity
from tests.scp81.line import EID, HERE, PSK, Domain, Keys, Line, server

FIRST, SECOND = bytes.fromhex("AE80220580CAFF21000000"), bytes.fromhex("AA072205 80F2400200")
RETRYING = replace(HERE, retries=2, delay=90)


def answer_to(number: int, script: bytes) -> bytes:
    return bytes((0xAB, len(script) + 5, 0x80, 0x01, number, 0x23, len(script))) + script


@pytest.mark.parametrize("chunk", [None, 1, 100])
def test_two_scripts_and_the_end(chunk: int | None) -> None:
    domain, admin = Domain(), server(chunk=chunk)
    admin.queue(EID, FIRST)
    admin.queue(EID, SECOND, isd_p(0x10))
    line = Line(domain, admin)
    assert line.hold() == Outcome(True, 1)
    assert domain.executed == [(FIRST, None), (SECOND, isd_p(0x10))]
    answers = [(each.status, each.content) for each in admin.answers(EID)]
    assert answers == [("ok", answer_to(1, FIRST)), ("ok", answer_to(2, SECOND))]
    assert (domain.ended, admin.waiting(EID), line.timer) == (1, 0, None)
    kinds = line.types()
    assert kinds[:2] == [CommandType.TIMER_MANAGEMENT, CommandType.OPEN_CHANNEL]
    assert kinds[-2:] == [CommandType.CLOSE_CHANNEL, CommandType.TIMER_MANAGEMENT]


@pytest.mark.parametrize("left", [0, 1])
def test_nothing_is_executed_any_more_once_the_key_is_gone(left: int) -> None:
    domain, admin = Domain(), server()
    execute = domain.execute

    def handed_over(script: bytes, target: bytes | None, key: tuple[int, int]) -> bytes:
        domain.keys = Keys(domain.keys.keys[:left])
        return execute(script, target, key)

    domain.execute = handed_over  # type: ignore[method-assign]
    admin.queue(EID, FIRST)
    admin.queue(EID, SECOND)
    assert Line(domain, admin).hold() is not None
    assert domain.executed == [(FIRST, None)]
    assert [each.status for each in admin.answers(EID)] == ["ok", "security-error"]


def test_what_the_server_hears() -> None:
    domain, admin = Domain(), server()
    admin.queue(EID, FIRST)
    Line(domain, admin).hold(replace(HERE, host="smsr.example"))
    (eid, first), (_, second) = admin.requests
    assert eid == EID
    sender = "//se-id/eid/89001012012341234012345678901224;//aa-id/aid/A000000559/1010FFFFFFFF8900000100"
    common = {
        "host": "smsr.example",
        "x-admin-protocol": "globalplatform-remote-admin/1.0",
        "x-admin-from": sender,
    }
    assert (first.uri, first.headers, first.body) == ("/gsma/adminagent", common, b"")
    assert second.uri == "/gsma/adminagent?step=1"
    assert second.headers == common | {
        "content-type": "application/vnd.globalplatform.card-content-mgt-response;version=1.0",
        "transfer-encoding": "chunked",
        "x-admin-script-status": "ok",
    }


def test_the_channel_is_as_the_trigger_says() -> None:
    line = Line(Domain(), server())
    line.hold(replace(HERE, access_point="iot.example", buffer_size=512))
    opening = next(each for each in line.commands if each.type == CommandType.OPEN_CHANNEL)
    assert opening.find(NetworkAccessName) == NetworkAccessName("iot.example")
    assert opening.find(BufferSize) == BufferSize(512)
    assert opening.find(TransportLevel) == TransportLevel(2, 8443)
    assert opening.find(OtherAddress) == OtherAddress(HERE.address)


def test_sessions_are_reproducible() -> None:
    heard = []
    for _ in range(2):
        admin = server()
        admin.queue(EID, FIRST)
        line = Line(Domain(), admin)
        line.hold()
        heard.append(line.wire.sent)
    assert heard[0] == heard[1]
    assert psk_identity(EID) in heard[0]
    assert b"POST" not in heard[0]


def test_a_notification_goes_first() -> None:
    message = bytes.fromhex("E103010203")
    admin = server()
    admin.notified = lambda eid, _: admin.queue(eid, FIRST)
    line = Line(domain := Domain(), admin)
    assert line.hold(HERE, message) == Outcome(True, 1)
    assert admin.notifications == [(EID, message)]
    assert admin.requests[0][1].uri == "/gsma/adminagent?msg=E103010203"
    assert domain.executed == [(FIRST, None)]


def test_what_the_domain_keeps_completes_the_trigger() -> None:
    line = Line(domain := Domain(), admin := server())
    assert line.hold(b"") == Outcome(False, 0, "no connection parameters")
    domain.parameters = SessionParameters.decode(replace(HERE, uri="/kept").session)
    assert line.hold(b"") == Outcome(True, 1)
    assert admin.requests[-1][1].uri == "/kept"


def test_a_wrong_key_is_not_tried_for_ever() -> None:
    admin = server()
    admin.know(EID, psk_identity(EID), b"another key")
    line = Line(domain := Domain(), admin)
    assert line.hold(RETRYING) is None
    assert line.timer == 90
    line.expire()
    line.expire()
    assert line.outcomes == [Outcome(False, 3, "bad_record_mac: sent by the peer")]
    assert (domain.executed, admin.requests) == ([], [])


def test_an_unknown_identity() -> None:
    line = Line(Domain(), server())
    outcome = line.hold(replace(HERE, identity=b"somebody else"))
    assert outcome == Outcome(False, 1, "unknown_psk_identity: sent by the peer")


@pytest.mark.parametrize(("version", "identifier"), [(0x41, 1), (0x40, 2), (0x01, 1)])
def test_a_key_that_is_none_for_scp81(version: int, identifier: int) -> None:
    line = Line(Domain(), server())
    outcome = line.hold(replace(HERE, version=version, identifier=identifier))
    assert outcome == Outcome(False, 0, "no such key for SCP81")
    assert line.types() == []


@pytest.mark.parametrize("status", [each for each in ScriptStatus if each is not ScriptStatus.OK])
def test_a_script_that_nobody_executes(status: ScriptStatus) -> None:
    class Refusing(Domain):
        def execute(self, script: bytes, target: bytes | None, key: tuple[int, int]) -> bytes:
            raise NotExecuted(status)

    admin = server()
    admin.queue(EID, FIRST, bytes(16))
    assert Line(Refusing(), admin).hold() == Outcome(True, 1)
    assert [(each.status, each.content) for each in admin.answers(EID)] == [(status.value, b"")]


def _words(line: Line) -> int:
    """How often the card speaks in a session with one script."""
    spoken = 0

    def count() -> bool:
        nonlocal spoken
        spoken += 1
        return False

    line.wire.hangs_up = count
    assert line.hold() == Outcome(True, 1)
    return spoken


def test_a_server_that_hangs_up_at_any_step_is_asked_again() -> None:
    admin = server()
    admin.queue(EID, FIRST)
    words = _words(Line(Domain(), admin))
    assert words > 4
    for word in range(1, words + 1):
        domain, admin = Domain(), server()
        admin.queue(EID, FIRST)
        line = Line(domain, admin)
        left = [word]

        def once(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] == 0

        line.wire.hangs_up = once
        line.request(RETRYING)
        line.serve()
        if word == words:
            # It is the goodbye that is not heard any more.
            assert line.outcomes == [Outcome(True, 1)]
        else:
            assert (line.outcomes, line.timer) == ([], 90)
            line.expire()
            assert line.outcomes == [Outcome(True, 2)]
        assert domain.executed == [(FIRST, None)]
        assert [each.content for each in admin.answers(EID)] == [answer_to(1, FIRST)]


def test_a_response_that_got_lost_is_said_again() -> None:
    domain, admin = Domain(), server()
    admin.queue(EID, FIRST)
    line = Line(domain, admin)
    line.wire.hangs_up = lambda: bool(domain.executed) and domain.ended == 0
    line.hold(RETRYING)
    line.expire()
    resumed = admin.requests[-1][1]
    assert (resumed.resumes, resumed.status, resumed.body) == (True, "ok", answer_to(1, FIRST))


def test_a_goodbye_that_cannot_be_said_is_no_failure() -> None:
    class Deaf(Line):
        """Nothing more can be sent once the server has heard the request."""

        heard = False

        def answer(self, command: ProactiveCommand, *contents: Content, **result: Any) -> str:
            if command.type == CommandType.SEND_DATA and self.heard:
                result = {"general": GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR, "additional": b"\x02"}
            self.heard = bool(self.wire.admin.requests)
            return super().answer(command, *contents, **result)

    line = Deaf(Domain(), server())
    assert line.hold() == Outcome(True, 1)
    assert line.heard


def test_without_a_retry_policy_there_is_one_attempt() -> None:
    line = Line(Domain(), server())
    line.wire.hangs_up = lambda: True
    assert line.hold(HERE) == Outcome(False, 1, "the server ended the connection")
    assert line.timer is None


def test_a_silent_server_is_left() -> None:
    line = Line(domain := Domain(), server())
    line.wire.admin.connect = lambda: Mute()  # type: ignore[method-assign, assignment, return-value]
    assert line.hold() is None
    assert line.timer == SILENCE_SECONDS
    line.expire()
    assert line.outcomes == [Outcome(False, 1, "the server ended the connection")]
    assert domain.ended == 1


class Mute:
    """A server that listens and says nothing."""

    closed = False

    def feed(self, data: bytes) -> None:
        """It hears that."""

    def outgoing(self) -> bytes:
        return b""


def test_a_slow_server_is_not_left() -> None:
    """The timer expires once the server has said something: it is listened to for another while."""
    line = Line(Domain(), server())
    expired: list[int] = []

    def expire(command: ProactiveCommand) -> None:
        if command.type == CommandType.SEND_DATA and line.wire.sent and line.timer and not expired:
            expired.append(line.timer)
            line.envelope(timer_expiration(1, line.timer))

    line.meanwhile = expire
    assert line.hold() == Outcome(True, 1)
    assert expired == [SILENCE_SECONDS]
    starts = [each for each in line.commands if each.find(TimerValue)]
    assert [each.find(TimerValue) for each in starts] == [TimerValue(SILENCE_SECONDS)] * 2


def test_sessions_wait_for_each_other() -> None:
    domain, admin = Domain(), server()
    line = Line(domain, admin)
    assert all(line.request() for _ in range(5))
    assert not line.request()
    line.serve()
    assert line.outcomes == [Outcome(True, 1)] * 5
    assert len(admin.requests) == 5


def test_another_trigger_ends_the_waiting() -> None:
    line = Line(Domain(), server())
    line.wire.hangs_up = lambda: not line.outcomes
    line.hold(RETRYING)
    line.wire.hangs_up = lambda: False
    line.request()
    line.serve()
    assert line.outcomes == [Outcome(False, 1, "the server ended the connection"), Outcome(True, 1)]


def test_a_reset_at_any_step_leaves_nothing_behind() -> None:
    whole = Line(Domain(), admin := server())
    admin.queue(EID, FIRST)
    whole.hold()
    steps = len(whole.types())
    assert steps > 12
    for step in range(1, steps + 1):
        domain, admin = Domain(), server()
        admin.queue(EID, FIRST)
        line = Line(domain, admin)
        line.cut = step
        line.hold(RETRYING)
        assert domain.executed in ([], [(FIRST, None)])
        line.restart()
        assert line.hold() == Outcome(True, 1)
        assert domain.executed[-1:] == [(FIRST, None)]
        assert admin.waiting(EID) == 0
        assert len(admin.answers(EID)) == 1


def test_a_reset_forgets_what_was_to_be_tried_again() -> None:
    line = Line(domain := Domain(), server())
    line.wire.hangs_up = lambda: True
    line.hold(RETRYING)
    line.restart()
    line.envelope(timer_expiration(1, 90))
    line.serve()
    assert (line.types(), line.outcomes, domain.ended) == ([], [], 1)


NO_CHANNELS, NO_TIMERS = "FF" * 11 + "00" * 19, "FF" * 7 + "00" + "FF" * 22


@pytest.mark.parametrize(
    ("profile", "reason"), [(NO_CHANNELS, "OPEN CHANNEL"), (NO_TIMERS, "the server ended the connection")]
)
def test_a_terminal_that_cannot(profile: str, reason: str) -> None:
    """Without channels there is no session, without timers no other attempt."""
    line = Line(Domain(), server())
    line.wire.hangs_up = lambda: True
    line.card.reset()
    line.start(profile)
    line.fetched()
    outcome = line.hold(RETRYING)
    assert outcome is not None
    assert (outcome.completed, outcome.attempts, outcome.reason) == (False, 1, reason)


def test_the_key_is_not_shown() -> None:
    prepared = prepare(Domain(), SessionParameters.decode(HERE.session))
    assert prepared.key == PSK
    assert PSK.decode() not in repr(prepared)
