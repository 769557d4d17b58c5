"""Sets of values that can be drawn in two ways: by hypothesis, which shrinks, and by a seed, which is fast.

A `Values` has a `.strategy` for `@given`, and `.sample(random)` for bulk work, where nothing is shrunk and a value
costs microseconds. Both draw from one description: what a fuzz run of a million finds, hypothesis can find and shrink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from random import Random
from typing import Any, Generic, Protocol, TypeVar
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
S = TypeVar("S")
Sample = Callable[[Random], T]

OPTIONAL_FIELDS = 4  # how many a seed gives on average, however many there may be
USUAL_ELEMENTS = 3
ATTEMPTS = 1000
_EDGES = (0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536, 1 << 31, (1 << 63) - 1)


class Values(Generic[T]):
    """Any of a set of values: `.strategy` for hypothesis, `.sample` for a seed."""

    def __init__(self, make_strategy: Callable[[], SearchStrategy[T]], sample: Sample[T]) -> None:
        self._make_strategy = make_strategy
        self.sample = sample

    @cached_property
    def strategy(self) -> SearchStrategy[T]:
        """The same values as a hypothesis strategy."""
        return self._make_strategy()

    def map(self, change: Callable[[T], S]) -> Values[S]:
        """What `change` makes of the values."""
        sample = self.sample
        return Values(lambda: _mapped(self.strategy, change), lambda random: change(sample(random)))

    def filter(self, fits: Callable[[T], bool]) -> Values[T]:
        """Only the values that fit; they should not be rare."""

        def sample(random: Random) -> T:
            for _ in range(ATTEMPTS):
                value = self.sample(random)
                if fits(value):
                    return value
            raise ValueError(f"none of {ATTEMPTS} values fits")

        # Drawn through a composite, whose repr is short: hypothesis writes it out whenever a value does not fit.
        return Values(lambda: composed(lambda draw: draw(self)).strategy.filter(fits), sample)


def _mapped(strategy: SearchStrategy[Any], change: Callable[[Any], Any]) -> SearchStrategy[Any]:
    """Like `strategy.map`, of which hypothesis would show the call in a failing test, and not what came of it."""

    @st.composite
    def mapped(draw: Any) -> Any:
        return change(draw(strategy))

    return mapped()


class Shown:
    """Data of which hypothesis shows the repr in a failing test; of a dataclass it would show the fields."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


class Draw(Protocol):
    """What a composed function draws with: hypothesis' draw, or a seed."""

    def __call__(self, values: Values[S], /) -> S:
        """One of the values."""
        ...


def seeded(values: Values[T], seed: int) -> Iterator[T]:
    """Values without end, the same ones for the same seed."""
    random = Random(seed)
    while True:
        yield values.sample(random)


def composed(make: Callable[[Draw], T]) -> Values[T]:
    """What a function makes that draws whatever it needs: `composed(lambda draw: draw(octets()) + b"!")`."""

    @st.composite
    def strategy(draw: Any) -> T:
        return make(lambda values: draw(values.strategy))

    return Values(strategy, lambda random: make(lambda values: values.sample(random)))


def always(value: T) -> Values[T]:
    """This value."""
    return Values(lambda: st.just(value), lambda random: value)


def deferred(find: Callable[[], Values[T]]) -> Values[T]:
    """What `find` gives when the first value is drawn."""
    found = cache(find)
    return Values(lambda: st.deferred(lambda: found().strategy), lambda random: found().sample(random))


def flags() -> Values[bool]:
    """False or True, False the simpler one."""
    return Values(st.booleans, lambda random: random.random() < 0.5)


def picks(options: Sequence[T]) -> Values[T]:
    """One of the options, the first the simplest."""
    count = len(options)
    return Values(lambda: st.sampled_from(options), lambda random: options[int(random.random() * count)])


def steady_pick(options: Sequence[T], name: Callable[[T], str]) -> Values[T]:
    """One of the options, each of which has a name, so chosen that it stays when others come or go.

    For options that depend on what was drawn before: shrinking that makes them fewer does not turn to another one.
    """
    return integers(0, 0xFFFF).map(lambda salt: min(options, key=lambda option: _rank(salt, name(option))))


def _rank(salt: int, name: str) -> int:
    return crc32(f"{salt} {name}".encode())


def one_of(*choices: Values[Any]) -> Values[Any]:
    """A value of one of these sets, the first the simplest."""
    samples = [each.sample for each in choices]
    count = len(samples)
    return Values(
        lambda: st.one_of([each.strategy for each in choices]),
        lambda random: samples[int(random.random() * count)](random),
    )


def integers(low: int | None = None, high: int | None = None) -> Values[int]:
    """Whole numbers of a range, None for no limit."""

    def inside(number: int) -> bool:
        return (low is None or low <= number) and (high is None or number <= high)

    edges = [*filter(inside, _EDGES), *(each for each in (low, high) if each is not None)]
    count = len(edges)

    def sample(random: Random) -> int:
        if random.random() < 0.4:
            return edges[int(random.random() * count)]
        if low is not None and high is not None:
            return random.randint(low, high)
        number = random.getrandbits(random.choice((4, 8, 16, 40)))
        return number + low if low is not None else -number + high if high is not None else number - 100

    return Values(lambda: st.integers(low, high), sample)


def _size(random: Random, low: int, high: int) -> int:
    """Mostly small, now and then anything."""
    most = high if random.random() < 0.05 else min(high, low + 6)
    return low + int(random.random() * (most - low + 1))


def octets(low: int = 0, high: int = 300) -> Values[bytes]:
    """Strings of `low` to `high` octets."""

    def sample(random: Random) -> bytes:
        size = _size(random, low, high)
        return random.randbytes(size) if random.random() < 0.8 else bytes(size)

    return Values(lambda: st.binary(min_size=low, max_size=high), sample)


def texts(alphabet: str | SearchStrategy[str], letters: str, low: int = 0, high: int = 60) -> Values[str]:
    """Texts of `low` to `high` characters; `letters` are those that a seed uses."""
    count = len(letters)

    def sample(random: Random) -> str:
        return "".join(letters[int(random.random() * count)] for _ in range(_size(random, low, high)))

    return Values(lambda: st.text(alphabet, min_size=low, max_size=high), sample)


def tuples_of(
    values: Values[T], low: int = 0, high: int = 20, usual: int = USUAL_ELEMENTS
) -> Values[tuple[T, ...]]:
    """Tuples of `low` to `high` values; a seed gives up to `usual` more than `low`."""
    draw = values.sample

    def sample(random: Random) -> tuple[T, ...]:
        size = low if random.random() < 0.2 else low + int(random.random() * (min(high - low, usual) + 1))
        return tuple([draw(random) for _ in range(size)])

    return Values(lambda: _mapped(st.lists(values.strategy, min_size=low, max_size=high), tuple), sample)


def fields(
    required: Mapping[str, Values[Any]], optional: Mapping[str, Values[Any]]
) -> Values[dict[str, Any]]:
    """Dictionaries with all required and any of the optional keys."""
    always_there = [(name, values.sample) for name, values in required.items()]
    perhaps = [(name, values.sample) for name, values in optional.items()]
    share = min(0.5, OPTIONAL_FIELDS / (len(perhaps) or 1))

    def sample(random: Random) -> dict[str, Any]:
        found = {name: draw(random) for name, draw in always_there}
        for name, draw in perhaps:
            if random.random() < share:
                found[name] = draw(random)
        return found

    def strategy() -> SearchStrategy[dict[str, Any]]:
        there = st.fixed_dictionaries({name: values.strategy for name, values in required.items()})
        if not optional:
            return there
        # A list of keys with their values: shrinking drops one without a change of meaning for the others.
        one = st.one_of([st.tuples(st.just(name), values.strategy) for name, values in optional.items()])
        return _mapped(st.tuples(there, st.lists(one, max_size=len(optional))), _merged)

    return Values(strategy, sample)


def _merged(parts: tuple[dict[str, Any], list[tuple[str, Any]]]) -> dict[str, Any]:
    there, chosen = parts
    return there | dict(chosen)
