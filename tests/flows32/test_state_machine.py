"""Card, two eIMs and the IPA together, in any order, with power and network that may go: against a small model."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from asn1.generated import sgp32
from euicc import PowerLoss
from euicc.runtime import keys
from euicc.testing.eim import Eim, OrderState, PackageOrder, operations
from euicc.testing.eim.operations import Operation
from euicc.testing.machines.eim_model import HOLDER, OPERATORS, EimModel, Task
from ipa.errors import EuiccRefused
from ipa.package_result import ERROR_SIGNED, ERROR_UNSIGNED, PackageResult
from tests.flows32.scene import Scene, operator
from tests.isdr.installed import iccid, install
from tests.sgp32.iot import FALLBACK_ALLOWED, tell

ICCIDS = {number: operator(number).iccid_bytes for number in OPERATORS} | {HOLDER: iccid(HOLDER)}
OTHER = {"eim1": "eim2", "eim2": "eim1"}
REPLAY = sgp32.EuiccPackageErrorCode.REPLAY_ERROR

NAME = st.sampled_from(tuple(OTHER))
NUMBER = st.sampled_from((*OPERATORS, HOLDER))
SELDOM = st.sampled_from((False, False, False, True))
POWER = st.sampled_from((None, None, 0)) | st.integers(1, 30)
TASKS = st.lists(
    st.builds(Task, st.sampled_from(("enable", "disable", "set_fallback_attribute")), NUMBER)
    | st.builds(Task, st.just("delete"), st.sampled_from(OPERATORS))
    | st.just(Task("list_profile_info")),
    min_size=1,
    max_size=3,
)


class LifeInTheField(RuleBasedStateMachine):
    """Every poll is of an IPA that has just started."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()
        install(self.scene.card, HOLDER, more=FALLBACK_ALLOWED)
        self.eims = {each.identity.eim_id: each for each in (self.scene.eim, self.scene.other)}
        self.scene.other.associate(self.scene.eid)  # it thinks so
        self.model = EimModel()
        self.model.associate("eim1")
        self.model.meet("eim2")
        self.sequence_number = 0
        self.counters: dict[int | None, int] = {}
        self.sent: list[PackageOrder] = []

    @initialize(fallback=st.booleans())
    def with_profiles(self, fallback: bool) -> None:
        for number in OPERATORS:
            self.download("eim1", number)
        if fallback:
            self.operate("eim1", Task("set_fallback_attribute", HOLDER))
        self.operate("eim1", Task("enable", 1))
        self.operate("eim1", Task("add_eim", eim="eim2"))
        self.poll()

    # -- what the eIMs want, associated or not ------------------------------------------------------------------------

    def operate(self, name: str, task: Task) -> PackageOrder:
        order = self.eims[name].queue(self.scene.eid, self.operation(task))
        self.model.wanted[name].append((task, order))
        if task.kind == "add_eim":
            order.then = lambda _: self.added(order, task.eim)
        self.sent.append(order)
        return order

    def operation(self, task: Task) -> Operation:
        match task.kind:
            case "list_profile_info":
                return operations.list_profile_info()
            case "add_eim":
                return operations.add_eim(self.eims[task.eim].configuration(token=True))
            case "delete_eim":
                return operations.delete_eim(task.eim)
            case "enable":
                return operations.enable(ICCIDS[task.number], task.way_back)
        by_iccid = {
            "disable": operations.disable,
            "delete": operations.delete,
            "set_fallback_attribute": operations.set_fallback_attribute,
        }
        return by_iccid[task.kind](ICCIDS[task.number])

    def leaving(self, name: str) -> bool:
        """Whether it will delete itself: the last that it wants, for the IPA goes on asking it in the same visit."""
        return any((task.kind, task.eim) == ("delete_eim", name) for task, _ in self.model.wanted[name])

    def added(self, order: PackageOrder, name: str) -> None:
        """The eIM that added another tells it the token."""
        (result,) = order.results
        assert result.decoded is not None
        assert result.decoded.add_eim_result is not None
        token = result.decoded.add_eim_result.association_token
        if token is not None:
            self.eims[name].associate(self.scene.eid, token=token)

    @rule(name=NAME, tasks=TASKS, power=POWER)
    def packages(self, name: str, tasks: list[Task], power: int | None) -> None:
        if self.leaving(name):
            return
        for task in tasks:
            self.operate(name, task)
        self.visited(power)

    @rule(name=NAME, number=NUMBER, way_back=st.booleans(), dark=st.booleans(), power=POWER)
    def switch(self, name: str, number: int, way_back: bool, dark: bool, power: int | None) -> None:
        """With or without a network at the other end."""
        if self.leaving(name):
            return
        self.network(number if dark and number != self.model.enabled else -1)
        self.operate(name, Task("enable", number, way_back=way_back))
        self.visited(power)

    @rule(name=NAME, number=st.sampled_from(OPERATORS))
    def download(self, name: str, number: int) -> None:
        task = Task("download", number)
        queued = [each for wanted in self.model.wanted.values() for each, _ in wanted]
        if number not in self.model.present and task not in queued and not self.leaving(name):
            ordered = self.scene.smdp.order(operator(number).package)
            code = self.scene.smdp.activation_code(ordered)
            order = self.eims[name].download(self.scene.eid, code)
            self.model.wanted[name].append((task, order))

    @rule(name=NAME, deleted=NAME, again=st.booleans(), power=POWER, wanted=SELDOM)
    def change_of_eims(self, name: str, deleted: str, again: bool, power: int | None, wanted: bool) -> None:
        if self.leaving(name):
            return
        if wanted:
            self.operate(name, Task("delete_eim", eim=deleted))
        if again and not self.leaving(name):
            self.operate(name, Task("add_eim", eim=OTHER[name]))
        self.visited(power)

    # -- what the device does -----------------------------------------------------------------------------------------

    @rule()
    def poll(self) -> None:
        self.model.poll()
        self.scene.poll()
        self.everybody_knows()

    def visited(self, power: int | None) -> None:
        """A poll, or one that loses its power and another one; 0: not yet."""
        if power != 0:
            self.scene.card.nvm.lose_power_at = power
            with suppress(PowerLoss):
                self.scene.poll()
            self.scene.card.nvm.lose_power_at = None
            self.poll()

    def everybody_knows(self) -> None:
        """What was executed is answered at the eIM, what was not waits there, and the card keeps nothing back."""
        if not self.model.connected:
            return
        for name, done in self.model.done.items():
            for order, code in done:
                assert order.state is OrderState.DONE
                if isinstance(order, PackageOrder) and code is not None:
                    assert order.codes == (code,)
            assert all(order.is_outstanding for _, order in self.model.wanted[name])
        stored = map(PackageResult.parse, self.scene.card.isdr.package_results.all())
        assert not {each.eim_id for each in stored} & set(self.model.eims)
        assert not self.model.eims or not self.scene.card.isdr.notifications.all()

    @rule(dark=st.sampled_from((-1, *ICCIDS)))
    def network(self, dark: int) -> None:
        self.model.dark = dark
        self.scene.network.up = lambda: self.scene.enabled() != ICCIDS.get(dark, b"")

    @rule()
    def restart(self) -> None:
        self.scene.card.reset()

    @rule()
    def notifications(self) -> None:
        self.scene.ipa().notifications()
        if self.model.connected and self.model.eims:
            assert not self.scene.card.isdr.notifications.all()

    @precondition(lambda self: self.model.holder)
    @rule()
    def fall_back(self) -> None:
        if self.model.may_fall_back:
            self.scene.ipa().fall_back()
            self.model.enabled, self.model.returns = self.model.holder, self.model.enabled
            return
        with pytest.raises(EuiccRefused):
            self.scene.ipa().fall_back()

    @precondition(lambda self: self.model.holder)
    @rule()
    def return_from_fallback(self) -> None:
        if self.model.may_return:
            self.scene.ipa().return_from_fallback()
            self.model.switch(self.model.returns)
            return
        with pytest.raises(EuiccRefused):
            self.scene.ipa().return_from_fallback()

    @rule(name=NAME, wanted=SELDOM)
    def escape(self, name: str, wanted: bool) -> None:
        """Memory reset of the eIM configuration, and a new initial eIM; without any, that is the only way."""
        if not wanted and self.model.eims:
            return
        eim: Eim = self.eims[name]
        (token,) = self.scene.ipa().escape(eim.configuration(token=True))
        eim.associate(self.scene.eid, token=token)
        self.model.eims.clear()
        self.model.done[OTHER[name]].clear()  # what it was not told of yet it will not be told
        self.model.associate(name)

    # -- what nobody may ----------------------------------------------------------------------------------------------

    @precondition(lambda self: any(order.state is OrderState.DONE for order in self.sent))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        done = [order.request for order in self.sent if order.state is OrderState.DONE]
        answer = PackageResult.parse(tell(self.scene.card, data.draw(st.sampled_from(done))))
        assert answer.kind == ERROR_UNSIGNED or (answer.kind, answer.error) == (ERROR_SIGNED, REPLAY)

    @precondition(lambda self: len(self.model.eims) < len(OTHER))
    @rule(name=NAME, number=NUMBER)
    def package_of_an_eim_that_is_not_associated(self, name: str, number: int) -> None:
        if name not in self.model.eims:
            order = self.operate(name, Task("disable", number))
            package = self.eims[name].send(self.scene.eid, order)
            assert PackageResult.parse(tell(self.scene.card, package)).kind == ERROR_UNSIGNED

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def as_the_model_says(self) -> None:
        states = self.scene.states()
        assert states == {ICCIDS[each]: each == self.model.enabled for each in self.model.present}
        assert sum(states.values()) <= 1
        assert [each.eim_id for each in self.scene.card.isdr.eims.all()] == self.model.eims

    @invariant()
    def counters_only_grow(self) -> None:
        eims = self.scene.card.isdr.eims
        for each in eims.all():
            assert eims.counter(each) >= self.counters.get(each.token, 0)
            self.counters[each.token] = eims.counter(each)

    @invariant()
    def one_result_of_each_accepted_package(self) -> None:
        """On the card until the eIM has it."""
        stored = [PackageResult.parse(each) for each in self.scene.card.isdr.package_results.all()]
        eims = self.scene.card.isdr.eims
        for each in eims.all():
            for order in self.eims[each.eim_id].euiccs[self.scene.eid].orders:
                if isinstance(order, PackageOrder) and 0 < (order.counter or 0) <= eims.counter(each):
                    on_the_card = sum(result.answers(order.request) for result in stored)
                    assert on_the_card + (order.state is OrderState.DONE) == 1

    @invariant()
    def sequence_numbers_only_grow(self) -> None:
        now = self.scene.card.nvm.get(keys.SEQUENCE_NUMBER)
        assert now >= self.sequence_number
        self.sequence_number = now
        for eim in self.eims.values():
            orders = [each for each in eim.euiccs[self.scene.eid].orders if isinstance(each, PackageOrder)]
            numbers = [each.seq_number for each in orders if each.seq_number is not None]
            assert numbers == sorted(set(numbers))


TestLifeInTheField = LifeInTheField.TestCase
TestLifeInTheField.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, derandomize=True
)
