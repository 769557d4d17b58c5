"""What becomes of a case: findings, errors, cards that go away, and nothing that goes on for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import Command, StatusError, TlvError, TransportError, instruction
from asn1 import Asn1Error
from euicc.check import Case, Finding, NotApplicable, Outcome, Result, Subject, check
from euicc.check import guard as guards
from euicc.check.needs import IOT, WRITE
from euicc.check.own_profiles import Own, installed
from euicc.check.page import page
from euicc.crypto.certificates import CertificateError, CertificateFault
from tests.check.cards import Altered, checked, ids, instead, new_card, subject

MANAGE_CHANNEL = Command(0, instruction.MANAGE_CHANNEL, 0, 0, le=1)


def case(run: Callable[[Subject], None], *needs: object, name: str = "area/case") -> Case:
    return Case(name, ("TS 102 221",), "title", run, needs)  # type: ignore[arg-type]


def outcome(run: Callable[[Subject], None], *needs: object, write: bool = True) -> Result:
    (result,) = check(subject(new_card(), write), [case(run, *needs)]).results
    return result


def raising(error: Exception) -> Callable[[Subject], None]:
    def run(subject: Subject) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "ended", "reason"),
    [
        (Finding("this is wrong"), Outcome.FAILED, "this is wrong"),
        (StatusError(0x6A80), Outcome.FAILED, "the card refuses a right command: 6A80"),
        (TlvError("cut"), Outcome.FAILED, "not made of data objects: cut"),
        (Asn1Error("cut"), Outcome.FAILED, "cannot be decoded"),
        (CertificateError(CertificateFault.BAD_SIGNATURE), Outcome.FAILED, "certificate of the card"),
        (NotApplicable("no such file"), Outcome.NOT_APPLICABLE, "no such file"),
        (TransportError("no answer"), Outcome.ERROR, "no answer"),
        (KeyError("x"), Outcome.ERROR, "KeyError"),
        (RecursionError("deep"), Outcome.ERROR, "RecursionError"),
    ],
)
def test_what_a_case_raises(error: Exception, ended: Outcome, reason: str) -> None:
    result = outcome(raising(error))
    assert result.outcome is ended
    assert reason in result.reason
    assert bool(result.trace.exchanges) is (ended in (Outcome.FAILED, Outcome.ERROR))


def test_a_need_that_is_not_met() -> None:
    never = raising(AssertionError("never run"))
    assert outcome(never, IOT).outcome is Outcome.NOT_APPLICABLE
    assert outcome(never, WRITE, write=False).outcome is Outcome.SKIPPED
    assert outcome(never, WRITE, IOT, write=False).outcome is Outcome.NOT_APPLICABLE


def test_every_case_begins_with_a_reset_card() -> None:
    channels = []

    def run(subject: Subject) -> None:
        channels.append(subject.exchange(MANAGE_CHANNEL).data)

    check(subject(new_card()), [case(run, name="area/one"), case(run, name="area/two")])
    assert channels == [b"\x01", b"\x01"]


def test_random_numbers_are_the_same_each_time() -> None:
    drawn = []
    for _ in range(2):
        check(subject(new_card()), [case(lambda subject: drawn.append(subject.random(16)))])
    assert drawn[0] == drawn[1]


class Going:
    """A card that goes away at a command, and comes back with a reset or not."""

    def __init__(self, at: int, back: bool) -> None:
        self._card = new_card()
        self._left = at
        self._back = back

    def reset(self) -> bytes:
        if self._left < 0 and not self._back:
            raise TransportError("removed")
        self._left = 1 << 30 if self._left < 0 else self._left
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise TransportError("removed")
        return self._card.transmit(command)


def test_a_card_that_comes_back_is_checked_further() -> None:
    report = checked(Going(60, back=True), "atr/", "select/", "read/", write=False)
    assert report.counts[Outcome.ERROR] == 1
    assert report.counts[Outcome.PASSED] > 20


def test_a_card_that_is_gone_ends_the_check() -> None:
    report = checked(Going(60, back=False), "atr/", "select/", "read/", write=False)
    assert not report.conforms
    last = report.results[-1]
    assert (last.outcome, last.trace.exchanges) == (Outcome.ERROR, ())
    assert "gone" in last.reason


def test_no_card_at_all() -> None:
    with pytest.raises(TransportError):
        checked(Going(-1, back=False), "atr/")


def test_a_card_that_always_announces_more_comes_to_an_end() -> None:
    def endless(command: bytes | None, response: bytes) -> bytes:
        return b"\x00" * 16 + b"\x61\x10" if command and command[1] == instruction.GET_RESPONSE else response

    report = checked(Altered(new_card(), endless), "read/", "store-data/")
    assert report.counts[Outcome.FAILED] + report.counts[Outcome.ERROR] > 0


def test_a_case_has_so_many_exchanges_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(subject: Subject) -> None:
        while True:
            subject.exchange(MANAGE_CHANNEL)

    monkeypatch.setattr(guards, "EXCHANGES_MAX", 500)
    assert "no end after 500 exchanges" in outcome(forever).reason


def test_a_case_has_so_much_time_and_no_more() -> None:
    now = [0.0]
    guard = guards.Guard(new_card(), clock=lambda: now[0])
    guard.reset()
    now[0] = guards.SECONDS_MAX + 1
    with pytest.raises(guards.OutOfPatience):
        guard.reset()
    guard.begin()
    assert guard.reset()


def test_what_a_failed_case_left_is_taken_back() -> None:
    card = new_card("sgp32", subscribed=True)

    def run(subject: Subject) -> None:
        from euicc.check.packages import Eim
        from euicc.check.restoring import ENABLE, switch

        installed(subject, Own.FIRST)
        Eim(subject).associate()
        subject.es10(switch(ENABLE, Own.FIRST.iccid))
        raise Finding("in the middle")

    (user,) = card.isdr.profiles.all()
    report = check(subject(card), [case(run)])
    assert ids(report, Outcome.FAILED) == {"area/case"}
    assert [(each.iccid, each.enabled) for each in card.isdr.profiles.all()] == [(user.iccid, True)]
    assert card.isdr.eims.all() == []
    assert card.isdr.notifications.all() == []


@pytest.mark.parametrize(
    "answer", ["9000", "6F00", "6100", "6C00", "FF9000", "6282", "9100", "00009000", "7F9000"]
)
def test_any_answer_is_an_answer(answer: str) -> None:
    """A card that answers every command with the same bytes: findings, and no crash."""
    always = bytes.fromhex(answer)
    card = Altered(new_card(), lambda command, response: always if command else response)
    report = checked(card, *(("select/m", "read/wrong", "isdr/fci") if answer == "6100" else ()))
    assert not report.conforms
    errors = [each.reason for each in report.results if each.outcome is Outcome.ERROR]
    assert all(reason.startswith("TransportError: ") for reason in errors), errors


def test_what_could_not_be_taken_back_is_told() -> None:
    """A card that gives back no notification."""
    stubborn = instead([("BF30038001009000", "6985")])
    report = checked(Altered(new_card(), stubborn), "states/enable")
    assert any("6985" in words for words in report.left)
    assert "could not be brought back" in page(report)
    assert checked(new_card(), "states/enable").left == ()
