"""Non-volatile memory against a model: transactions, and the power lost at every point, in RAM and in a
file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.runtime.card_file import FORMAT_VERSION, CardFileError
from euicc.runtime.nvm import Key, Nvm, PowerLoss

COUNTER: Key[int] = Key("counter", lambda value: str(value).encode(), int, 0)
BLOB: Key[bytes] = Key("blob", bytes, bytes, b"")
KEYS: tuple[Key[Any], ...] = (COUNTER, BLOB)

Model = dict[tuple[str, str], int | bytes]
Write = tuple[Key[Any], str, int | bytes | None]


def contents(nvm: Nvm) -> Model:
    return {(key.name, index): nvm.get(key, index) for key in KEYS for index in nvm.indexes(key)}


def put(nvm: Nvm, write: Write) -> None:
    key, index, value = write
    if value is None:
        nvm.delete(key, index)
    else:
        nvm.set(key, value, index)


def after(model: Model, writes: list[Write]) -> Model:
    model = dict(model)
    for key, index, value in writes:
        if value is None:
            model.pop((key.name, index), None)
        else:
            model[key.name, index] = value
    return model


@contextmanager
def file_nvm(path: Path) -> Iterator[Nvm]:
    Nvm().save(path)
    nvm = Nvm.open(path)
    try:
        yield nvm
    finally:
        nvm.close()


def test_default_where_nothing_is_stored() -> None:
    nvm = Nvm()
    assert nvm.get(COUNTER) == 0
    assert nvm.get(BLOB, "x") == b""
    assert nvm.indexes(BLOB) == []


def test_writes_need_a_transaction() -> None:
    nvm = Nvm()
    with pytest.raises(RuntimeError, match="counter written outside a transaction"):
        nvm.set(COUNTER, 1)
    with pytest.raises(RuntimeError):
        nvm.delete(COUNTER)
    assert nvm.get(COUNTER) == 0


def test_indexes_are_sorted_and_none_erases() -> None:
    nvm = Nvm()
    with nvm.transaction():
        for index in ("b", "a", "c"):
            nvm.set(BLOB, index.encode(), index)
        nvm.delete(BLOB, "b")
        nvm.delete(BLOB, "never there")
    assert nvm.indexes(BLOB) == ["a", "c"]
    assert nvm.get(BLOB, "a") == b"a"


def test_an_exception_undoes_the_block_and_only_it() -> None:
    nvm = Nvm()
    with nvm.transaction():
        nvm.set(COUNTER, 1)
        with suppress(KeyError), nvm.transaction():
            nvm.set(COUNTER, 2)
            raise KeyError
        assert nvm.get(COUNTER) == 1
        nvm.set(BLOB, b"kept")
    assert contents(nvm) == {("counter", ""): 1, ("blob", ""): b"kept"}


def test_an_exception_in_the_outer_block_undoes_the_inner_one() -> None:
    nvm = Nvm()
    with suppress(KeyError), nvm.transaction():
        with nvm.transaction():
            nvm.set(COUNTER, 2)
        raise KeyError
    assert contents(nvm) == {}


def test_generation_tells_of_every_change_and_every_undoing() -> None:
    nvm = Nvm()
    seen = {nvm.generation}
    with nvm.transaction():
        nvm.set(COUNTER, 1)
        seen.add(nvm.generation)
    committed = nvm.generation
    nvm.get(COUNTER)
    assert nvm.generation == committed
    with suppress(KeyError), nvm.transaction():
        nvm.set(COUNTER, 2)
        seen.add(nvm.generation)
        raise KeyError
    assert len(seen | {nvm.generation}) == 4


def test_without_power_nothing_is_written() -> None:
    nvm = Nvm()
    with suppress(PowerLoss), nvm.transaction():
        nvm.set(COUNTER, 1)
        nvm.lose_power_at = 1
        with pytest.raises(PowerLoss, match="cut"):
            nvm.set(COUNTER, 2)
        assert nvm.get(COUNTER) == 0
        with pytest.raises(PowerLoss, match="no power"):
            nvm.set(COUNTER, 3)
    assert not nvm.powered
    assert nvm.get(COUNTER) == 0
    nvm.power_on()
    with nvm.transaction():
        nvm.set(COUNTER, 4)
    assert nvm.get(COUNTER) == 4


def test_a_commit_has_a_point_before_and_a_point_after() -> None:
    outcomes = []
    for point in (1, 2, 3, 4):
        nvm = Nvm()
        nvm.lose_power_at = point
        try:
            with nvm.transaction():
                nvm.set(COUNTER, 1)
            outcomes.append("kept, power stays")
        except PowerLoss:
            outcomes.append("kept" if nvm.get(COUNTER) else "lost")
    assert outcomes == ["lost", "lost", "kept", "kept, power stays"]


WRITES = st.one_of(
    st.tuples(st.just(COUNTER), st.sampled_from(["", "a"]), st.none() | st.integers(0, 9)),
    st.tuples(st.just(BLOB), st.sampled_from(["", "b"]), st.none() | st.binary(max_size=3)),
)
TRANSACTIONS = st.lists(st.lists(WRITES, max_size=4), max_size=4)


def tear_everywhere(fresh: Nvm, transactions: list[list[Write]]) -> None:
    """Wherever the power goes, the memory equals the model before or after that transaction."""
    model: Model = contents(fresh)
    for writes in transactions:
        expected = after(model, writes)
        point = 0
        lost = True
        while lost and contents(fresh) != expected:
            point += 1
            fresh.lose_power_at = point
            try:
                with fresh.transaction():
                    for write in writes:
                        put(fresh, write)
                lost = False
            except PowerLoss:
                assert contents(fresh) in (model, expected)
                fresh.power_on()
        fresh.lose_power_at = None
        assert contents(fresh) == expected
        model = expected


@given(TRANSACTIONS)
def test_power_lost_at_every_point_in_memory(transactions: list[list[Write]]) -> None:
    tear_everywhere(Nvm(), transactions)


@settings(max_examples=15, deadline=None)
@given(TRANSACTIONS)
def test_power_lost_at_every_point_in_a_file(
    tmp_path_factory: pytest.TempPathFactory, transactions: list[list[Write]]
) -> None:
    path = tmp_path_factory.mktemp("nvm") / "card"
    with file_nvm(path) as nvm:
        tear_everywhere(nvm, transactions)
        expected = contents(nvm)
        other = Nvm.open(path)
        assert contents(other) == expected
        other.close()


def test_what_was_committed_is_in_the_file_without_closing_it(tmp_path: Path) -> None:
    with file_nvm(tmp_path / "card") as nvm:
        with nvm.transaction():
            nvm.set(BLOB, bytes(range(256)), "all bytes")
        with suppress(KeyError), nvm.transaction():
            nvm.set(COUNTER, 5)
            raise KeyError
        other = Nvm.open(tmp_path / "card")
        assert contents(other) == {("blob", "all bytes"): bytes(range(256))}
        other.close()


def test_who_is_not_up_to_date_cannot_commit_until_power_on(tmp_path: Path) -> None:
    with file_nvm(tmp_path / "card") as nvm:
        other = Nvm.open(tmp_path / "card")
        with nvm.transaction():
            nvm.set(COUNTER, 7)
        with pytest.raises(CardFileError, match="changed by another program"), other.transaction():
            other.set(COUNTER, 1)
        assert other.get(COUNTER) == 0
        other.power_on()
        assert other.get(COUNTER) == 7
        with other.transaction():
            other.set(COUNTER, 8)
        other.close()


def test_save_keeps_values_of_keys_nobody_asked_for(tmp_path: Path) -> None:
    nvm = Nvm()
    with nvm.transaction():
        nvm.set(COUNTER, 3)
        nvm.set(BLOB, b"data", "x")
    nvm.save(tmp_path / "first")
    with closing(Nvm.open(tmp_path / "first")) as first:
        first.save(tmp_path / "second")
    with closing(Nvm.open(tmp_path / "second")) as second:
        assert contents(second) == contents(nvm)


def test_saving_to_the_own_file_leaves_it_in_use(tmp_path: Path) -> None:
    with file_nvm(tmp_path / "card") as nvm:
        nvm.save(tmp_path / "card")
        with nvm.transaction():
            nvm.set(COUNTER, 1)
    with closing(Nvm.open(tmp_path / "card")) as again:
        assert again.get(COUNTER) == 1


def test_another_thread_may_go_on_with_an_open_file(tmp_path: Path) -> None:
    def write(nvm: Nvm) -> None:
        with nvm.transaction():
            nvm.set(COUNTER, 6)

    with file_nvm(tmp_path / "card") as nvm, ThreadPoolExecutor(1) as thread:
        thread.submit(write, nvm).result()
        assert nvm.get(COUNTER) == 6


def test_save_inside_a_transaction_is_a_mistake(tmp_path: Path) -> None:
    nvm = Nvm()
    with pytest.raises(RuntimeError), nvm.transaction():
        nvm.save(tmp_path / "card")


def test_files_that_are_no_card_say_so(tmp_path: Path) -> None:
    with pytest.raises(CardFileError, match="no card file at"):
        Nvm.open(tmp_path / "missing")
    text = tmp_path / "text"
    text.write_text("hello " * 1000)
    with pytest.raises(CardFileError, match="cannot be used as a card file"):
        Nvm.open(text)
    empty = tmp_path / "empty"
    empty.touch()
    with pytest.raises(CardFileError, match="is not a card file"):
        Nvm.open(empty)
    with pytest.raises(CardFileError, match="cannot write"):
        Nvm().save(tmp_path / "no such directory" / "card")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card"
    Nvm().save(path)
    database = sqlite3.connect(path)
    database.execute("UPDATE nvm SET value = ? WHERE key = 'format'", (str(FORMAT_VERSION + 1).encode(),))
    database.commit()
    database.close()
    with pytest.raises(CardFileError, match="newer release"):
        Nvm.open(path)
