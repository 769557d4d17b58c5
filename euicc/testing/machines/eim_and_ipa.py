"""A card, its IPA, two eIMs and an SM-DP+ in any order, against a model: `EimMachine`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import ClassVar, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from apdu import tlv
from asn1.generated import sgp32
from euicc.testing.eim import DownloadOrder, Eim, LocalServers, OrderState, PackageOrder, operations
from euicc.testing.eim.operations import Operation
from euicc.testing.lab import InProcess
from euicc.testing.machines import es10, order
from euicc.testing.machines.card import CardMachine, open_isdr
from euicc.testing.machines.eim_model import OPERATORS, EimModel, Task
from euicc.testing.machines.ipa_under_test import IpaUnderTest, OwnIpa
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus

NAMES = ("eim1", "eim2")
LIST_EIMS, ALL_RESULTS = bytes.fromhex("BF5500"), bytes.fromhex("BF2B04A0028200")
ICCIDS = {number: order.profile(number).iccid_bytes for number in OPERATORS}
EXECUTED = 0xBF51
names = st.sampled_from(NAMES)
numbers = st.sampled_from(OPERATORS)
TASKS = st.lists(
    st.builds(Task, st.sampled_from(("enable", "enable", "disable", "delete")), numbers)
    | st.just(Task("list_profile_info")),
    min_size=1,
    max_size=3,
)


class EimUnderTest(Protocol):
    """An eIM and its owner's side of it, as `euicc.testing.eim.Eim` has them."""

    def configuration(self, *, token: bool) -> sgp32.EimConfigurationData:
        """What to associate it with, its address included; token: with an association token of the card's choice."""
        ...

    def associate(self, eid: bytes, *, token: int | None = None) -> object:
        """It begins anew with this card, its queue and its counter at zero; `token` as the card has given it."""
        ...

    def queue(self, eid: bytes, *wanted: Operation) -> PackageOrder:
        """These operations in one eUICC package; the order is kept up to date: request, state, codes and results."""
        ...

    def download(self, eid: bytes, activation_code: str) -> DownloadOrder:
        """The IPA shall download this profile; the order's state is kept up to date."""
        ...


class EimMachine(CardMachine):
    """eIMs want profiles enabled, disabled, deleted, downloaded, other eIMs added and deleted; the IPA polls.

    After each poll every eIM has the results that the model says, and the card keeps nothing back. `transport` gives an
    IoT eUICC without profiles and eIMs; the machine talks to it between the polls.
    """

    pki: ClassVar[Pki] = order.default_pki()
    """Whose CI the card trusts, with its private key."""
    served: ClassVar[bool] = False
    """Whether SM-DP+ and eIMs are served over HTTPS on loopback, for an IPA that is a program of its own."""

    def ipa(self) -> IpaUnderTest:
        """The IPA under test, with the card `self.wire`: the one of this package unless told otherwise."""
        return OwnIpa(self.wire, None if self.served else self.network, self.pki.ci_certificates)

    def eim(self, name: str) -> EimUnderTest:
        """The eIM of this name: the one of this package unless told otherwise.

        One of your own is at its ESipa URL (with `served`), and what stands for it here queues what it shall do.
        """
        return Eim(
            self.pki, name, "" if self.served else f"{name}.example.com", servers=LocalServers(self.smdp)
        )

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.smdp = SmDpPlus(self.pki, "" if self.served else "smdp.example.com")
        self.eims = {name: self.eim(name) for name in NAMES}
        if self.served:
            self.serve()
        self.network = InProcess((self.smdp,), [each for each in self.eims.values() if isinstance(each, Eim)])
        eid = tlv.find(self.ask("GetEID", es10.GET_EID), 0xBF3E, 0x5A)
        assert eid is not None
        self.eid = eid
        self.device = self.ipa()
        self.open.callback(self.device.close)
        self.model = EimModel(present=set())
        self.sent: list[PackageOrder] = []
        self.model.meet("eim2")
        self.begin()

    def serve(self) -> None:
        """The SM-DP+ and the eIMs of this package get a port each."""
        from euicc.testing.http import LOOPBACK, serve

        eims = [each for each in self.eims.values() if isinstance(each, Eim)]
        servers: list[SmDpPlus | Eim] = [self.smdp, *eims]
        for server in servers:
            self.open.enter_context(serve(server, tls=self.pki.issue_tls(LOOPBACK)))

    def teardown(self) -> None:
        """Servers and device are needed no longer."""
        self.open.close()

    def ask(self, words: str, request: bytes) -> bytes:
        """As in `CardMachine`, on a channel of its own: the device resets the card when it likes."""
        self.isdr = open_isdr(self.wire)
        answer = super().ask(words, request)
        self.isdr.close()
        return answer

    def begin(self) -> None:
        """The first eIM is associated, ES10b.AddInitialEim; the other one thinks that it is."""
        configuration = self.eims["eim1"].configuration(token=True)
        request = sgp32.AddInitialEimRequest(eim_configuration_data_list=(configuration,)).encode()
        answer = self.ask("AddInitialEim", request)
        added = tlv.parse_all(tlv.find(answer, 0xBF57, 0xA0) or b"")
        if not added:
            raise self.story.ends("AddInitialEim", answer.hex(), "the token: there is no eIM on the card")
        self.eims["eim1"].associate(self.eid, token=int.from_bytes(added[0].value, "big"))
        self.eims["eim2"].associate(self.eid)
        self.model.associate("eim1")

    # -- what the eIMs want -------------------------------------------------------------------------------------------

    @initialize(count=st.integers(0, len(OPERATORS)), both=st.booleans())
    def with_profiles(self, count: int, both: bool) -> None:
        """So many are there from the beginning, and one eIM or both."""
        for number in OPERATORS[:count]:
            self.download("eim1", number)
        if both:
            self.operate("eim1", Task("add_eim", eim="eim2"))
        if count or both:
            self.poll()

    def operate(self, name: str, *tasks: Task) -> None:
        """Each task in a package of its own."""
        for task in tasks:
            package = self.eims[name].queue(self.eid, self.operation(task))
            self.model.wanted[name].append((task, package))
            self.sent.append(package)
            if task.kind == "add_eim":
                package.then = self.added(package, task.eim)
            self.story.tell(f"{name} wants: {task.kind} {task.number or task.eim}".rstrip("0 "))

    def operation(self, task: Task) -> Operation:
        """As the eIM signs it."""
        match task.kind:
            case "list_profile_info":
                return operations.list_profile_info()
            case "add_eim":
                return operations.add_eim(self.eims[task.eim].configuration(token=True))
            case "delete_eim":
                return operations.delete_eim(task.eim)
        made = {"enable": operations.enable, "disable": operations.disable, "delete": operations.delete}
        return made[task.kind](ICCIDS[task.number])

    def added(self, package: PackageOrder, name: str) -> Callable[[object], None]:
        """The eIM that had another one added tells it the token."""

        def told(_: object) -> None:
            (result,) = package.results
            answered = result.decoded.add_eim_result if result.decoded else None
            token = answered.association_token if answered else None
            if token is not None:
                self.eims[name].associate(self.eid, token=token)

        return told

    def leaving(self, name: str) -> bool:
        """Whether it will delete itself: the last that it wants, for the IPA asks it again in the same poll."""
        return any((task.kind, task.eim) == ("delete_eim", name) for task, _ in self.model.wanted[name])

    @rule(name=names, tasks=TASKS, polled=st.booleans())
    def packages(self, name: str, tasks: list[Task], polled: bool) -> None:
        """eUICC packages, of an eIM that is associated or of one that only thinks so."""
        if not self.leaving(name):
            self.operate(name, *tasks)
        if polled:
            self.poll()

    @rule(name=names, number=numbers)
    def download(self, name: str, number: int) -> None:
        """A download of a profile that is not there and not on its way."""
        task = Task("download", number)
        queued = [each for wanted in self.model.wanted.values() for each, _ in wanted]
        if number not in self.model.present and task not in queued and not self.leaving(name):
            ordered = self.smdp.order(order.profile(number).package)
            wanted = self.eims[name].download(self.eid, self.smdp.activation_code(ordered))
            self.model.wanted[name].append((task, wanted))
            self.story.tell(f"{name} wants: download {number}")

    @rule(name=names, other=names, leave=st.sampled_from((False, False, True)))
    def other_eim(self, name: str, other: str, leave: bool) -> None:
        """An eIM has another one added, or one deleted, perhaps itself; without any, the machine begins anew."""
        if not self.leaving(name):
            self.operate(name, Task("delete_eim" if leave else "add_eim", eim=other))
        self.poll()
        if not self.model.eims:
            for each in NAMES:
                self.eims[each].associate(self.eid)
                self.model.meet(each)
            self.begin()
            self.story.tell("no eIM is left; eim1 is associated anew")

    # -- what the device does -----------------------------------------------------------------------------------------

    @rule()
    def poll(self) -> None:
        """The IPA asks every eIM, and everybody knows what came of it."""
        self.model.poll()
        self.device.poll()
        self.everybody_knows("the IPA polls")

    def everybody_knows(self, words: str) -> None:
        """What was executed is answered at the eIM, what was not waits there, and the card keeps nothing back."""
        for name, done in self.model.done.items():
            for order_, code in done:
                if order_.state is not OrderState.DONE:
                    raise self.story.ends(
                        words, f"{name} has no result: {order_.state.value}", "it was executed"
                    )
                if isinstance(order_, PackageOrder) and code is not None and order_.codes != (code,):
                    raise self.story.ends(words, f"{name} got the codes {order_.codes}", (code,))
            done.clear()
            for task, order_ in self.model.wanted[name]:
                if not order_.is_outstanding:
                    raise self.story.ends(words, f"{task} of {name} is not outstanding any more", "it waits")
        if self.model.eims and (kept := self.results()):
            raise self.story.ends(words, f"the card keeps {len(kept)} results", "all are delivered")
        if self.model.eims and (pending := es10.notifications(self)):
            raise self.story.ends(words, f"the card keeps notifications: {pending}", "all are delivered")
        self.story.tell(words)

    @rule()
    def reset(self) -> None:
        """Reset of the card."""
        self.wire.reset()
        self.story.tell("reset")

    @precondition(lambda self: self.switch is not None)
    @rule(write=st.integers(1, 40))
    def with_power_lost(self, write: int) -> None:
        """The power goes at a write while the IPA polls; the device starts again and polls again."""
        if self.cut(write, self.device.poll):
            self.story.tell(f"the IPA polls, with the power lost at write {write}")
        self.poll()

    # -- what nobody may ----------------------------------------------------------------------------------------------

    @precondition(lambda self: any(each.state is OrderState.DONE for each in self.sent))
    @rule(which=st.integers(0, 20))
    def replay(self, which: int) -> None:
        """A package that was executed is sent again: an error, and nothing happens."""
        done = [each for each in self.sent if each.state is OrderState.DONE]
        words = "LoadEuiccPackage of a package that was executed"
        answer = self.ask(words, done[which % len(done)].request)
        if tlv.find(answer, EXECUTED, 0xA0) is not None:
            raise self.story.ends(words, "it is executed again", "an error")
        for number in self.results():
            self.ask("RemoveNotificationFromList", es10.remove_notification(number))
        self.story.tell(words)

    def results(self) -> list[int]:
        """Sequence numbers of the package results that the card keeps."""
        kept = tlv.parse_all(
            tlv.find(self.ask("RetrieveNotificationsList", ALL_RESULTS), 0xBF2B, 0xA2) or b""
        )
        numbers = [each.find(0xA0, 0x30, 0x83) for each in kept]
        return [int.from_bytes(each or b"", "big") for each in numbers]

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_card_shows_what_the_model_has(self) -> None:
        """Profiles with their states, and associated eIMs in their order."""
        shown = {iccid: each.enabled for iccid, each in es10.profiles(self).items()}
        should = {ICCIDS[each]: each == self.model.enabled for each in self.model.present}
        if shown != should:
            raise self.story.ends("GetProfilesInfo", readable(shown), readable(should))
        listed = tlv.parse_all(tlv.find(self.ask("GetEimConfigurationData", LIST_EIMS), 0xBF55, 0xA0) or b"")
        eims = [(each.find(0x80) or b"").decode() for each in listed]
        if eims != self.model.eims:
            raise self.story.ends("GetEimConfigurationData", eims, self.model.eims)


def readable(states: dict[bytes, bool]) -> str:
    """Profiles and their states, for people."""
    lines = (f"{es10.name(iccid)} {'enabled' if on else 'disabled'}" for iccid, on in sorted(states.items()))
    return "; ".join(lines) or "no profiles"
