"""Files, PINs and logical channels of a UICC against a model: `FilesMachine`."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from apdu.explain import explain_command, explain_response
from euicc.testing.machines.card import CardMachine
from euicc.testing.machines.uicc.commands import MAKERS, THEMES, Makers, command
from euicc.testing.machines.uicc.model import Model
from euicc.testing.machines.uicc.profile import APPLICATIONS, PUK_TRIES
from euicc.testing.machines.uicc.state import PIN_OF, Lasting

seeds = st.integers(0, 1023)
"""Each makes one command, whatever the others are: so steps can be left out one by one until few are left."""


class FilesMachine(CardMachine):
    """Card and model get the same commands, most of them sensible where the model stands, and answer the same.

    The enabled profile of the card is the one of `euicc.testing.machines.uicc.package.package`, as it was installed: a
    card that remembers has it installed anew for each example. After lost power there are several models, of what the
    card may have kept; those that answer otherwise than the card are dropped, and one of them has to stay.
    """

    themes: ClassVar[tuple[Makers, ...]] = THEMES
    """What an example may be about: any commands, records, PINs, files, channels. See `uicc.commands`."""

    def __init__(self) -> None:
        self.worlds = [Model()]
        super().__init__()

    def restart(self) -> None:
        """Reset of card and models; the ISD-R is not needed."""
        self.wire.reset()
        for each in self.worlds:
            each.reset()

    @property
    def model(self) -> Model:
        """One that fits."""
        return self.worlds[0]

    def send(self, raw: bytes, *, told: bool = True) -> None:
        """One command APDU to card and models."""
        self.compare(raw, self.wire.transmit(raw), told)

    def compare(self, raw: bytes, answer: bytes, told: bool = True) -> None:
        """What the card answered, and the models say."""
        expected = [each.transmit(raw) for each in self.worlds]
        fitting = [each for each, said in zip(self.worlds, expected, strict=True) if said == answer]
        if not fitting:
            said = " or ".join(dict.fromkeys(map(in_words, expected)))
            raise self.story.ends(words(raw), in_words(answer), said)
        self.worlds = fitting
        if told:
            self.story.tell(partial(exchange, raw, answer))

    @initialize(theme=st.integers(0, 11))
    def about(self, theme: int) -> None:
        """Two of three commands are of one of the themes."""
        self.theme = self.themes[theme % len(self.themes)]

    def made(self, seed: int) -> bytes:
        """The command of this seed where the model stands."""
        return command(Random(seed), self.model, self.theme if seed % 3 else MAKERS)

    @rule(seed=seeds)
    def any_command(self, seed: int) -> None:
        """Any command on any channel."""
        self.send(self.made(seed))

    @rule()
    def reset(self) -> None:
        """Reset of the card."""
        self.restart()
        self.story.tell("reset")

    @precondition(lambda self: self.switch is not None)
    @rule(seed=seeds, write=st.integers(1, 8))
    def with_power_lost(self, seed: int, write: int) -> None:
        """The power goes at a write of the memory."""
        self.lose_power_in(self.made(seed), write)

    def lose_power_in(self, raw: bytes, write: int) -> None:
        """The same with this command."""
        before = [each.lasting.copy() for each in self.worlds]
        answers: list[bytes] = []
        if not self.cut(write, lambda: answers.append(self.wire.transmit(raw))):
            self.compare(raw, answers[0])
            return
        self.story.tell(lambda: f"{words(raw)}, with the power lost at write {write}")
        for each in self.worlds:
            each.transmit(raw)
        after = [each.lasting for each in self.worlds]
        self.worlds = [
            world(each) for each in distinct([*before, *after, *(h for b in before for h in halfway(b))])
        ]
        self.wire.reset()
        self.count_tries()
        self.restart()

    def count_tries(self) -> None:
        """Ask for the tries that are left of every key, so that few models stay; such a question changes nothing."""
        for aid in APPLICATIONS.values():
            self.send(bytes((0x00, 0xA4, 0x04, 0x0C, len(aid))) + aid, told=False)
            for reference in sorted({reference for _, reference in PIN_OF}):
                self.send(bytes((0x00, 0x20, 0x00, reference)), told=False)
                self.send(bytes((0x00, 0x2C, 0x00, reference)), told=False)


def world(lasting: Lasting) -> Model:
    """A model after a reset that has kept this."""
    model = Model()
    model.lasting = lasting.copy()
    return model


def distinct(found: list[Lasting]) -> list[Lasting]:
    """Each once."""
    once: list[Lasting] = []
    for each in found:
        if each not in once:
            once.append(each)
    return once


def halfway(before: Lasting) -> list[Lasting]:
    """Between the try that is counted and what a right value does: one try less, or all tries, and nothing else."""
    found = []
    for at, key in PIN_OF.items():
        for tries in (max(before.pins[at].tries - 1, 0), key.tries):
            found.append(before.copy())
            found[-1].pins[at].tries = tries
    for puk, (_, maximum) in PUK_TRIES.items():
        for tries in (max(before.puks[puk] - 1, 0), maximum):
            found.append(before.copy())
            found[-1].puks[puk] = tries
    return found


def words(raw: bytes) -> str:
    """A command as people read it, with its bytes."""
    return f"{explain_command(raw)} [{raw.hex()}]"


def in_words(answer: bytes) -> str:
    """An answer: its data if there are any, and what the status word says."""
    data = f"{answer[:-2].hex()} " if answer[2:] else ""
    return f"{data}{answer[-2:].hex()} ({explain_response(answer)})"


def exchange(raw: bytes, answer: bytes) -> str:
    """One command with its answer."""
    return f"{words(raw)}: {in_words(answer)}"
