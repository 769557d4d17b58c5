"""A card against a model of files and PINs: any commands, resets, and power lost anywhere; over 60 000 commands."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from euicc import Card
from euicc.testing.machines.uicc.commands import MAKERS, THEMES, command
from euicc.testing.machines.uicc.state import EFS, PIN_OF, Lasting, Pin
from euicc.uicc.filesystem import Df, Ef
from euicc.uicc.pins import RunningPin
from tests.machines.cards import CardWithFiles
from tests.machines.planted import ci

RUNS, BURST, STEPS = 60, 1000, 15
"""60 000 commands in bursts, of which a failing one is told by its seed; some more in steps that are made simpler."""
CHANGES, RESETS, CUTS = 0.05, 0.005, 0.02
"""Before how many commands of a burst the theme changes or the card is reset, and during how many the power may go."""


def pins(card: Card) -> dict[tuple[str, int], RunningPin]:
    """The keys of the card as the model names them."""
    found = {}
    for directory, reference in PIN_OF:
        df = card.uicc.running.profile.filesystem.by_package_path(bytes.fromhex(directory))
        assert isinstance(df, Df)
        pin = card.uicc.running.pins.find(reference, df)
        assert pin is not None
        found[directory, reference] = pin
    return found


def seen(card: Card) -> Lasting:
    """What the card has in its memory, in the words of the model."""
    uicc = card.uicc.running
    lasting = Lasting(deactivated=set())
    for path, entry in EFS.items():
        ef = uicc.profile.filesystem.by_package_path(bytes.fromhex(path))
        assert isinstance(ef, Ef)
        if entry.link:
            assert uicc.content(ef) == lasting.bodies[entry.link]
        else:
            lasting.bodies[path] = uicc.content(ef)
        if uicc.lcsi(ef) == 4:
            lasting.deactivated.add(path)
    for at, pin in pins(card).items():
        state = pin.state
        lasting.pins[at] = Pin(state.value, state.tries_left, state.enabled, state.replaced)
        if pin.puk is not None:
            lasting.puks[pin.pin.unblocking_reference or 0] = pin.puk.tries_left
    return lasting


class CardAndModel(CardWithFiles):
    """With a look into the card's memory, and bursts of commands."""

    @initialize(seed=st.integers(0, 2**32))
    def burst(self, seed: int) -> None:
        random = Random(seed)
        makers = MAKERS
        for _ in range(BURST):
            if random.random() < CHANGES:
                makers = random.choice(THEMES)
            if random.random() < RESETS:
                self.reset()
            if random.random() < CUTS:
                self.lose_power_in(command(random, self.model), random.randrange(1, 9))
                self.memory_is_the_same()
            else:
                self.send(command(random, self.model, makers))
                verified = {at for at, pin in pins(self.card).items() if pin.verified}
                assert verified == self.model.verified

    @invariant()
    def memory_is_the_same(self) -> None:
        lasting = seen(self.card)
        self.worlds = [each for each in self.worlds if each.lasting == lasting]
        assert self.worlds


TestCardAndModel = CardAndModel.TestCase
TestCardAndModel.settings = ci(RUNS, STEPS)
