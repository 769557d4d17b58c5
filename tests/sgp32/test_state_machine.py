"""A card, two eIMs and the device, in any order and with power that may go at any write, against a small model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apdu import tlv
from euicc import PowerLoss
from tests.isdr.es10 import states
from tests.isdr.installed import install
from tests.sgp32.device import ROLLBACK_AT_ONCE, ROLLBACK_BY_REFRESH, ROLLBACK_NOT_ALLOWED, device
from tests.sgp32.eim import (
    GENERATE,
    Answer,
    Eim,
    code,
    delete,
    delete_eim,
    disable,
    enable,
    integer,
    token_object,
)

EID_OF_ANOTHER = bytes(16)
INVALID_EID, REPLAY = 3, 4
ENABLE, DISABLE, DELETE, ADD_EIM, DELETE_EIM = 0x83, 0x84, 0x85, 0xA8, 0x89
ROLLED_BACK = (code(0x8C, 0),)
RESET_EIMS = bytes.fromhex("BF640482020204")
NAMES = ("eim1", "eim2")
Result = tuple[str, int, tuple[bytes, ...]]
"""eimId, counterValue, results of the operations."""


@dataclass(frozen=True)
class Change:
    """An operation on a profile. tag: of its result."""

    tag: int
    number: int
    way_back: bool = False

    @property
    def request(self) -> bytes:
        if self.tag == ENABLE:
            return enable(self.number, self.way_back)
        return (disable if self.tag == DISABLE else delete)(self.number)


@dataclass(frozen=True)
class Model:
    """What the card must be like.

    eims: token and counter of each. way_back: result of the package, profile that it enabled, the one before.
    """

    present: frozenset[int] = frozenset((1, 2, 3, 4))
    enabled: int = 1
    marked: int | None = None
    eims: tuple[tuple[str, int, int], ...] = ()
    tokens: int = 0
    results: tuple[Result, ...] = ()
    way_back: tuple[Result, int, int] | None = None

    def restarted(self) -> Model:
        return self if self.marked is None else replace(self, enabled=self.marked, marked=None)

    def concluded(self, name: str, counter: int, results: list[bytes]) -> Model:
        eims = tuple((each, token, counter if each == name else old) for each, token, old in self.eims)
        return replace(self, eims=eims, results=(*self.results, (name, counter, tuple(results))))

    def changed(self, name: str, counter: int, changes: list[Change]) -> Model:
        """After a package of operations on profiles, each executed until one fails."""
        now, done, codes = replace(self.restarted(), way_back=None), set[int](), list[bytes]()
        there_and_back: tuple[int, int] | None = None
        for change in changes:
            value = now.refusal(change, done, there_and_back)
            codes.append(code(change.tag, value))
            if value:
                break
            done.add(change.tag)
            if change.tag == DELETE:
                now = replace(now, present=now.present - {change.number})
                continue
            now = replace(now, marked=change.number if change.tag == ENABLE else 0)
            there_and_back = (change.number, now.enabled) if change.way_back else there_and_back
        now = now.concluded(name, counter, codes)
        return replace(now, way_back=(now.results[-1], *there_and_back)) if there_and_back else now

    def refusal(self, change: Change, done: set[int], there_and_back: tuple[int, int] | None) -> int:
        again = {ENABLE} if change.tag == ENABLE else {ENABLE, DISABLE}
        rules = (
            (change.tag != DELETE and done & again, 127),
            (change.number not in self.present, 1),
            (change.way_back and not self.enabled, 20),
            (change.tag == DELETE and there_and_back and change.number == there_and_back[1], 20),
            ((change.number == self.enabled) != (change.tag == DISABLE), 2),
            (change.tag == DELETE and change.number == self.marked, 2),
        )
        return next((value for applies, value in rules if applies), 0)

    def associated(self, name: str) -> Model:
        return replace(self, tokens=self.tokens + 1, eims=(*self.eims, (name, self.tokens + 1, 0)))

    def without(self, name: str) -> Model:
        return replace(self, eims=tuple(each for each in self.eims if each[0] != name))

    def rolled_back(self, refresh: bool) -> Model:
        assert self.way_back is not None
        result, _, back = self.way_back
        kept = (*(each for each in self.results if each != result), (*result[:2], ROLLED_BACK))
        now = replace(self, results=kept, way_back=None)
        return replace(now, marked=back) if refresh else replace(now, enabled=back, marked=None)

    @property
    def may_roll_back(self) -> bool:
        coming = self.enabled if self.marked is None else self.marked
        return bool(self.way_back and self.way_back[0] in self.results and self.way_back[1] == coming)


NUMBER = st.sampled_from((1, 2, 2, 1, 3, 4))
SWITCH = st.builds(Change, st.just(ENABLE), NUMBER, st.booleans())
OTHER = st.builds(Change, st.sampled_from((DISABLE, DELETE)), NUMBER)
CHANGES = st.lists(SWITCH | OTHER, min_size=2, max_size=4)
POWER = st.sampled_from((None,) * 15 + tuple(range(1, 16)))
NAME = st.sampled_from(NAMES)
SELDOM = st.sampled_from((False, False, False, True))


class LifeWithEims(RuleBasedStateMachine):
    """A terminal without proactive sessions: a switch happens at the next reset."""

    def __init__(self) -> None:
        super().__init__()
        self.side = device()
        for number in (1, 2, 3, 4):
            install(self.side.card, number, enabled=number == 1)
        self.eims = {name: Eim(name) for name in NAMES}
        self.key = self.side.key()
        self.model = Model()
        self.accepted: list[bytes] = []
        self.answered: dict[int, bytes] = {}
        self.sequence_number = 0

    def seen(self) -> tuple[object, ...]:
        """The card, in the words of the model."""
        found = states(self.side.channel)
        answers = map(Answer.of, self.side.stored_results())
        eims = self.side.card.isdr.eims
        return (
            frozenset(found),
            [number for number, state in found.items() if state],
            tuple((each.eim_id, each.token, eims.counter(each)) for each in eims.all()),
            tuple((_text(each[0x80]), _number(each[0x81]), tuple(each.results)) for each in answers),
        )

    def expected(self, model: Model) -> tuple[object, ...]:
        return model.present, [model.enabled] if model.enabled else [], model.eims, model.results

    def perform(self, command: bytes, after: Model, power: int | None) -> bytes | None:
        """The answer, None when the power went; then all of it happened, or nothing."""
        self.side.card.nvm.lose_power_at = power
        try:
            answer = self.side.send(command)
        except PowerLoss:
            self.side.restart()
            happened = self.seen() == self.expected(after.restarted())
            self.model = (after if happened else self.model).restarted()
            return None
        self.side.card.nvm.lose_power_at = None
        self.model = after
        return answer

    def load(self, name: str, package: bytes, after: Model, power: int | None) -> None:
        """A package of an Associated eIM; afterwards it is an accepted one, if it was executed."""
        result = after.results[-1]
        token = next(token for each, token, _ in self.model.eims if each == name)
        answer = self.perform(package, after, power)
        if self.model.results[-1:] == (result,):
            self.accepted.append(package)
        if answer is not None:
            self.signed(answer, token, result)

    def signed(self, encoded: bytes, token: int, result: Result) -> None:
        answer = Answer.of(encoded)
        assert answer.results == list(result[2])
        assert answer.verifies(self.key, token_object(token))
        assert answer.seq_number > self.sequence_number
        self.answered[answer.seq_number] = encoded

    def is_associated(self, name: str) -> bool:
        return any(each == name for each, _, _ in self.model.eims)

    def synchronised(self, name: str) -> Eim:
        """The eIM, with the token that the card gave it last."""
        eim = self.eims[name]
        eim.token = next((token for each, token, _ in self.model.eims if each == name), eim.token)
        return eim

    @initialize(both=st.booleans())
    def with_eims(self, both: bool) -> None:
        self.add_initial_eim("eim1", None)
        if both:
            self.add_eim("eim1", "eim2", None)

    @precondition(lambda self: not self.model.eims)
    @rule(name=NAME, power=POWER)
    def add_initial_eim(self, name: str, power: int | None) -> None:
        entry = tlv.encode(0x30, self.eims[name].fields(0, GENERATE))
        self.perform(tlv.encode(0xBF57, tlv.encode(0xA0, entry)), self.model.associated(name), power)

    @rule(name=NAME, changes=CHANGES, power=POWER)
    def several_operations(self, name: str, changes: list[Change], power: int | None) -> None:
        self.package(name, changes, power)

    def package(self, name: str, changes: list[Change], power: int | None) -> None:
        eim = self.synchronised(name)
        package = eim.package(self.side.eid, [each.request for each in changes])
        if self.is_associated(name):
            self.load(name, package, self.model.changed(name, eim.counter, changes), power)
        else:
            assert self.side.load(package).kind == 0xA2

    @rule(name=NAME, number=NUMBER, power=POWER)
    def switch_with_a_way_back(self, name: str, number: int, power: int | None) -> None:
        self.package(name, [Change(ENABLE, number, way_back=True)], power)

    @precondition(lambda self: len(self.model.eims) == 1)
    @rule(name=NAME, other=NAME, power=POWER)
    def add_eim(self, name: str, other: str, power: int | None) -> None:
        if not self.is_associated(name):
            return
        eim, known = self.synchronised(name), self.is_associated(other)
        package = eim.eco(self.side.eid, tlv.encode(ADD_EIM, self.eims[other].fields(0, GENERATE)))
        given = bytes.fromhex("020102") if known else token_object(self.model.tokens + 1)
        now = replace(self.model.restarted(), way_back=None)
        now = now.concluded(name, eim.counter, [tlv.encode(ADD_EIM, given)])
        self.load(name, package, now if known else now.associated(other), power)

    @rule(name=NAME, other=NAME, power=POWER, wanted=SELDOM)
    def delete_eim(self, name: str, other: str, power: int | None, wanted: bool) -> None:
        if not wanted or not self.is_associated(name):
            return
        eim, left = self.synchronised(name), self.model.without(other).eims
        package = eim.eco(self.side.eid, delete_eim(other))
        value = 1 if not self.is_associated(other) else 0 if left else 2
        now = replace(self.model.restarted(), way_back=None)
        now = now.concluded(name, eim.counter, [code(DELETE_EIM, value)])
        self.load(name, package, now.without(other), power)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        answer = self.side.load(data.draw(st.sampled_from(self.accepted)))
        assert answer.kind == 0xA2 or answer.error == REPLAY

    @rule(name=NAME)
    def what_nobody_may(self, name: str) -> None:
        """Another card's package, another key's, a second initial eIM, and a rollback out of nothing."""
        eim = self.synchronised(name)
        answer = self.side.load(eim.package(EID_OF_ANOTHER, [disable(1)]))
        assert answer.error == INVALID_EID if self.is_associated(name) else answer.kind == 0xA2
        assert self.side.load(replace(eim, generation=1).package(self.side.eid, [disable(1)])).kind == 0xA2
        if not self.model.way_back:
            assert self.side.send(ROLLBACK_AT_ONCE) == ROLLBACK_NOT_ALLOWED
        if self.model.eims:
            assert self.side.add_initial(eim.fields(0, GENERATE)) == bytes.fromhex("BF5703810102")

    @precondition(lambda self: self.model.way_back)
    @rule(refresh=st.booleans(), power=POWER)
    def rollback(self, refresh: bool, power: int | None) -> None:
        command = ROLLBACK_BY_REFRESH if refresh else ROLLBACK_AT_ONCE
        if not self.model.may_roll_back:
            assert self.side.send(command) == ROLLBACK_NOT_ALLOWED
            return
        after = self.model.rolled_back(refresh)
        token = {name: token for name, token, _ in self.model.eims}[after.results[-1][0]]
        answer = self.perform(command, after, power)
        if answer is not None:
            self.signed(tlv.parse(answer).children()[1].encoded, token, after.results[-1])

    @precondition(lambda self: self.model.results)
    @rule(older=st.sampled_from((0, 0, 0, 1, 2, 5)), power=POWER)
    def acknowledge(self, older: int, power: int | None) -> None:
        stored = self.side.stored_results()
        chosen = max(0, len(stored) - 1 - older)
        number = Answer.of(stored[chosen]).seq_number
        kept = self.model.results[:chosen] + self.model.results[chosen + 1 :]
        command = tlv.encode(0xBF30, tlv.encode(0x80, integer(number)))
        self.perform(command, replace(self.model, results=kept), power)
        if self.model.results == kept:
            assert self.side.remove(number) == 1

    @rule(power=POWER, wanted=SELDOM)
    def reset_of_the_eims(self, power: int | None, wanted: bool) -> None:
        if not wanted:
            return
        self.perform(RESET_EIMS, replace(self.model, eims=(), way_back=None), power)

    @rule(power=POWER)
    def restart(self, power: int | None) -> None:
        self.side.card.nvm.lose_power_at = power
        with suppress(PowerLoss):
            self.side.card.reset()
        self.side.card.nvm.lose_power_at = None
        self.side.restart()
        self.model = self.model.restarted()

    @invariant()
    def as_the_model_says(self) -> None:
        assert self.seen() == self.expected(self.model)

    @invariant()
    def results_stay_as_they_were_answered(self) -> None:
        for stored in self.side.stored_results():
            number = Answer.of(stored).seq_number
            assert self.answered.setdefault(number, stored) == stored
            self.sequence_number = max(self.sequence_number, number)


def _number(data: bytes | None) -> int:
    return int.from_bytes(data or b"", "big")


def _text(data: bytes | None) -> str:
    return (data or b"").decode()


TestLifeWithEims = LifeWithEims.TestCase
TestLifeWithEims.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
