"""What cards and servers answer to the device: each step of a procedure gets what the input says, or none at all."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from apdu import StatusError, TransportError, status
from euicc import Card
from ipa.activation_code import ActivationCode
from ipa.driver import Driver, NoEims
from ipa.errors import IpaError, ServerAnswerInvalid, ServerUnreachable
from ipa.procedures import device, discovery, download, eim, notifications, polling, profiles, rollback
from ipa.servers import esipa_json
from ipa.settings import Settings
from ipa.state import StateKeeper
from ipa.steps import Card as CardStep
from ipa.steps import Esipa, Procedure, Refresh, Server, Step, Wait
from ipa.terminal import Terminal
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import after, framed, json_body, octets, tlvs
from tests.fuzzing.servers import Noted
from tests.fuzzing.targets import eim as eims
from tests.fuzzing.targets import smdp, smds
from tests.isdr.installed import iccid
from tests.rsp.device import SEED, pki

WHICH = 1
"""A byte that chooses the procedure."""
OBJECTS, BODY, REFUSED, AS_JSON = range(4)
mutate = after(WHICH, framed(tlvs, json_body, octets, json_body))
MOST_STEPS = 3000
DEVICE = smds.DEVICE

ACTIVATION_CODE = ActivationCode.parse(f"LPA:1${smdp.ADDRESS}$ANY")

PROCEDURES: tuple[Callable[[], Procedure[Any]], ...] = (
    lambda: download.download(ACTIVATION_CODE, DEVICE),
    lambda: download.download_from_default(DEVICE),
    lambda: discovery.events(DEVICE, smds.ADDRESS),
    lambda: polling.poll(Settings()),
    lambda: polling.poll(Settings(), cause=1, registered_plmn=bytes(3)),
    lambda: notifications.deliver_all(),
    lambda: profiles.enable(iccid(1)),
    lambda: profiles.list_profiles(),
    lambda: eim.list_eims(),
    lambda: rollback.roll_back(),
    lambda: device.get_info2(),
    lambda: device.get_rat(),
    lambda: device.get_addresses(),
)


class Replaying(Driver):
    """Answers of cards and servers come from the parts of an input, one for each step; then nobody answers."""

    def __init__(self, parts: list[Frame]) -> None:
        super().__init__(Terminal(Card.manufacture()), Noted(), eims=NoEims(), state=StateKeeper())
        self._parts = deque(parts)
        self._steps = 0

    def _perform(self, step: Step) -> Any:
        self._steps += 1
        assert self._steps < MOST_STEPS, "a procedure without end"
        if isinstance(step, Refresh | Wait):
            return None
        match step:
            case CardStep():
                return self._of_card(self._next())
            case Server():
                return self._of_server(step, self._next())
            case Esipa():
                return self._of_eim(step, self._next())
        return super()._perform(step)

    def _next(self) -> Frame:
        return self._parts.popleft() if self._parts else Frame(REFUSED, b"")

    @staticmethod
    def _of_card(part: Frame) -> bytes:
        if part.kind == REFUSED:
            raise StatusError(int.from_bytes(part.payload[:2], "big") or status.CONDITIONS_NOT_SATISFIED)
        return part.payload

    @staticmethod
    def _of_server(step: Server, part: Frame) -> Any:
        if part.kind == REFUSED:
            raise ServerUnreachable(step.address, "gone")
        try:
            body = json.loads(part.payload)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise ServerAnswerInvalid(step.function, "it is not a JSON object")
        return body

    @staticmethod
    def _of_eim(step: Esipa, part: Frame) -> bytes:
        if part.kind == REFUSED:
            raise ServerUnreachable(step.eim.address, "gone")
        if part.kind == AS_JSON:
            assert esipa_json.body_of(step.function, step.message)
            return esipa_json.message_of(step.function, part.payload)
        return part.payload


def fuzz_one(data: bytes) -> None:
    """One procedure to its end, which is a result or an error of the device's."""
    procedure = PROCEDURES[(data[0] if data else 0) % len(PROCEDURES)]()
    with suppress(IpaError, StatusError, TransportError):
        Replaying(list(split(data[WHICH:]))).run(procedure)


class Recording(Driver):
    """What cards and servers answered is kept as the parts of an input."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.parts: list[Frame] = []

    def _perform(self, step: Step) -> Any:
        try:
            answer = super()._perform(step)
        except (StatusError, IpaError):
            self.parts.append(Frame(REFUSED, b""))
            raise
        if isinstance(step, CardStep | Esipa):
            self.parts.append(Frame(OBJECTS, answer))
        elif isinstance(step, Server):
            self.parts.append(Frame(BODY, json.dumps(answer).encode()))
        return answer


@cache
def recorded(which: int) -> tuple[Frame, ...]:
    """The answers to one procedure, run with a card and servers; as far as it went."""
    card = eims.again()() if which in (3, 4, 8, 9) else Card.manufacture(pki=pki(), seed=SEED)
    noted = Noted(smdp.server(), smds.server(card.identity.eid), eim=eims.server())
    driver = Recording(Terminal(card), noted, eims=noted)
    if which in (5, 6, 7):
        Driver(Terminal(card), noted).run(PROCEDURES[0]())
    try:
        driver.run(PROCEDURES[which]())
    except (IpaError, StatusError):
        return tuple(driver.parts)
    return tuple(driver.parts)


def corpus() -> Iterator[bytes]:
    """Every procedure as it goes, and cut after some of its steps; ESipa in both bindings."""
    for which in range(len(PROCEDURES)):
        parts, chosen = recorded(which), bytes((which,))
        for end in {1, len(parts) // 3, len(parts) // 2, len(parts)}:
            yield chosen + join(parts[:end])
