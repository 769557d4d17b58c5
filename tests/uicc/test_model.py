"""A card against a model of files and PINs: any commands, resets, and power lost anywhere; over 20 000 commands."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from euicc import Card
from euicc.runtime.nvm import PowerLoss
from euicc.uicc.filesystem import Df, Ef
from euicc.uicc.pins import RunningPin
from tests.flows.installed import enabled
from tests.uicc.model import Model
from tests.uicc.model_commands import MAKERS, THEMES, command
from tests.uicc.model_state import EFS, PIN_OF, Lasting, Pin
from tests.uicc.modelled import PUK_TRIES, package

RUNS, BURST, STEPS = 60, 1000, 15
"""60 000 commands in bursts, of which a failing one is told by its seed; some more in steps that are made simpler."""
CHANGES, RESETS, CUTS = 0.05, 0.005, 0.02
"""Before how many commands of a burst the theme changes or the card is reset, and during how many the power may go."""
randoms = st.randoms(use_true_random=False)


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


class CardAndModel(RuleBasedStateMachine):
    """Both get the same commands, and answer the same."""

    def __init__(self) -> None:
        super().__init__()
        self.card = enabled(package())
        self.model = Model()

    def send(self, raw: bytes) -> None:
        expected = self.model.transmit(raw)
        answer = self.card.transmit(raw)
        assert answer.hex() == expected.hex(), raw.hex()
        assert {at for at, pin in pins(self.card).items() if pin.verified} == self.model.verified, raw.hex()

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
                self.command_while_the_power_goes(random, random.randrange(1, 9))
            else:
                self.send(command(random, self.model, makers))

    @rule(random=randoms)
    def one_command(self, random: Random) -> None:
        self.send(command(random, self.model))

    @rule()
    def reset(self) -> None:
        self.card.reset()
        self.model.reset()

    @rule(random=randoms, cut=st.integers(1, 8))
    def command_while_the_power_goes(self, random: Random, cut: int) -> None:
        raw = command(random, self.model)
        before = deepcopy(self.model.lasting)
        expected = self.model.transmit(raw)
        self.card.nvm.lose_power_at = cut
        try:
            answer = self.card.transmit(raw)
        except PowerLoss:
            self.card.reset()
            self.model.reset()
            lasting = seen(self.card)
            assert lasting in (before, self.model.lasting, *halfway(before)), raw.hex()
            self.model.lasting = lasting
        else:
            assert answer.hex() == expected.hex(), raw.hex()
        self.card.nvm.lose_power_at = None

    @invariant()
    def memory_is_the_same(self) -> None:
        assert seen(self.card) == self.model.lasting


def halfway(before: Lasting) -> list[Lasting]:
    """Between the try that is counted and what a right value does: one try less, or all tries, and nothing else."""
    found = []
    for at, key in PIN_OF.items():
        for tries in (before.pins[at].tries - 1, key.tries):
            found.append(deepcopy(before))
            found[-1].pins[at].tries = tries
    for puk, (_, maximum) in PUK_TRIES.items():
        for tries in (before.puks[puk] - 1, maximum):
            found.append(deepcopy(before))
            found[-1].puks[puk] = tries
    return found


CardAndModel.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCardAndModel = CardAndModel.TestCase
