"""Non-volatile memory: typed values under keys, changed in transactions, lost power at any point survived.

Definitions. A value lies under a key (euicc/runtime/keys.py) and an index, a text that tells several values
of the same key apart ("" where there is only one). Values are immutable objects; a key knows how to write its
values as bytes.

Rules.
1. set and delete work only inside `with nvm.transaction():`. The outermost transaction commits when its block
   ends; a transaction inside another joins it. An exception that leaves a block undoes what that block wrote.
2. Atomicity: however a transaction ends, its values are all there or all as before.
3. When the power goes (PowerLoss), nothing uncommitted remains, and nothing can be written until
   `power_on()`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from apdu import StatusError, TlvError, status
from asn1 import Asn1Error
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.runtime.card_file import CardFile

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Key(Generic[T]):
    """One kind of persistent value.

    name: how files call it, never reused for something else. encode and decode: its values as bytes and back.
    default: what `get` answers where nothing is stored.
    """

    name: str
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]
    default: T


class PowerLoss(Exception):
    """The card has no power: cut at the point that `Nvm.lose_power_at` asked for, or switched off."""


class NvmFull(Refused, StatusError):
    """There is no room for a value: whoever has a result code for it answers Reason.MEMORY, everybody else 6A84."""

    def __init__(self) -> None:
        StatusError.__init__(self, status.NOT_ENOUGH_MEMORY)
        self.reason = Reason.MEMORY


class _Encoded(bytes):
    """A value as it lies in a file, not decoded yet."""


_ABSENT = object()
_Table = dict[str, Any]
_Change = tuple[Key[Any], str, object]


class Nvm:
    """The memory of one card, in RAM; every commit also goes to `file` when there is one.

    lose_power_at: when set to n, the n-th point from then on (counted from 1) where power could go is where
    it goes: PowerLoss is raised there. Points are every set, every delete, and for every commit with changes
    the moment before it becomes durable and the moment after. None: the power stays. generation: grows with
    every change of any value and with every undoing of changes; a cache computed from values of this memory
    is current as long as it stands still. admit: while there is one, it is asked before a value is written, and
    raises NvmFull when there is no room for it.
    """

    __slots__ = (
        "_file",
        "_keys",
        "_marks",
        "_off",
        "_tables",
        "_transaction",
        "_undo",
        "admit",
        "generation",
        "lose_power_at",
    )

    def __init__(self, file: CardFile | None = None) -> None:
        self._file = file
        self._tables: dict[str, _Table] = {}
        self._keys: dict[str, Key[Any]] = {}
        self._undo: list[_Change] = []
        self._marks: list[int] = []
        self._transaction = _Transaction(self)
        self._off = False
        self.generation = 0
        self.lose_power_at: int | None = None
        self.admit: Callable[[Key[Any], object, str], None] | None = None
        if file is not None:
            self._load(file)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Nvm:
        """The memory kept in the card file at `path`; CardFileError when there is none that can be used."""
        from euicc.runtime.card_file import CardFile

        file = CardFile.open(path)
        try:
            return cls(file)
        except BaseException:
            file.close()
            raise

    def save(self, path: str | PathLike[str]) -> None:
        """Write the values as a new card file at `path`, replacing what is there in one step.

        Saving a memory to the file it was opened from does nothing: all is there already.
        """
        from euicc.runtime.card_file import CardFile

        if self._marks:
            raise RuntimeError("save inside a transaction")
        if self._file is None or not self._file.is_at(path):
            CardFile.write(path, self._rows())

    def close(self) -> None:
        """Let go of the file, if any; what was committed is in it already."""
        if self._file is not None:
            self._file.close()

    def get(self, key: Key[T], index: str = "") -> T:
        """The value under `key` and `index`, or the key's default; CardFileError when the file's value is damaged."""
        table = self._tables.get(key.name)
        if table is None or index not in table:
            return key.default
        value = table[index]
        if value.__class__ is _Encoded:
            value = table[index] = _decoded(key, value)
            self._keys[key.name] = key
        return value  # type: ignore[no-any-return]

    def set(self, key: Key[T], value: T, index: str = "") -> None:
        """Write a value (None erases it); RuntimeError outside a transaction."""
        if value is None:
            self.delete(key, index)
            return
        table = self._writable(key)
        if self.admit is not None:
            self.admit(key, value, index)
        self._undo.append((key, index, table.get(index, _ABSENT)))
        table[index] = value

    def delete(self, key: Key[Any], index: str = "") -> None:
        """Erase a value, if there is one; RuntimeError outside a transaction."""
        table = self._writable(key)
        if index in table:
            self._undo.append((key, index, table.pop(index)))

    def indexes(self, key: Key[Any]) -> list[str]:
        """The indexes under which `key` has values, sorted."""
        return sorted(self._tables.get(key.name, ()))

    def transaction(self) -> _Transaction:
        """`with nvm.transaction():` all writes of the block happen, or none."""
        return self._transaction

    def power_off(self) -> None:
        """The power goes: forget what is not committed; writes raise PowerLoss until `power_on`."""
        self._undo_to(0)
        self._off = True

    def power_on(self) -> None:
        """The power is back; what another user of the same file committed meanwhile is there too."""
        self._off = False
        if self._file is not None and self._file.changed_elsewhere():
            self._load(self._file)

    @property
    def powered(self) -> bool:
        """Whether the power is on."""
        return not self._off

    def _writable(self, key: Key[Any]) -> _Table:
        if not self._marks:
            raise RuntimeError(f"{key.name} written outside a transaction")
        self._power_point()
        self.generation += 1
        self._keys[key.name] = key
        return self._tables.setdefault(key.name, {})

    def _power_point(self) -> None:
        """A point where the power may go."""
        if self._off:
            raise PowerLoss("the card has no power")
        if self.lose_power_at is None:
            return
        self.lose_power_at -= 1
        if self.lose_power_at <= 0:
            self.lose_power_at = None
            self.power_off()
            raise PowerLoss("the power was cut")

    def _commit(self) -> None:
        if not self._undo:
            return
        try:
            self._power_point()
            if self._file is not None:
                self._file.commit(self._changes())
        except BaseException:
            self._undo_to(0)
            raise
        self._undo.clear()
        self._power_point()

    def _undo_to(self, mark: int) -> None:
        """Undo the writes of this transaction after the first `mark` ones."""
        while len(self._undo) > mark:
            key, index, previous = self._undo.pop()
            if previous is _ABSENT:
                self._tables[key.name].pop(index, None)
            else:
                self._tables[key.name][index] = previous
            self.generation += 1

    def _changes(self) -> list[tuple[str, str, bytes | None]]:
        """What this transaction leaves different, as rows; None where a value is gone."""
        touched = dict.fromkeys((key.name, index) for key, index, _ in self._undo)
        return [(name, index, self._encoded(name, index)) for name, index in touched]

    def _rows(self) -> list[tuple[str, str, bytes | None]]:
        """Every value, as rows."""
        return [
            (name, index, self._encoded(name, index)) for name in self._tables for index in self._tables[name]
        ]

    def _encoded(self, name: str, index: str) -> bytes | None:
        value = self._tables[name].get(index, _ABSENT)
        if value is _ABSENT:
            return None
        return bytes(value) if value.__class__ is _Encoded else self._keys[name].encode(value)

    def _load(self, file: CardFile) -> None:
        self.generation += 1
        self._tables = {}
        for name, index, value in file.rows():
            self._tables.setdefault(name, {})[index] = _Encoded(value)


def _decoded(key: Key[T], value: bytes) -> T:
    try:
        return key.decode(bytes(value))
    except (ValueError, TypeError, LookupError, AttributeError, Asn1Error, TlvError) as error:
        from euicc.runtime.card_file import CardFileError

        raise CardFileError(f"the card file is damaged: {key.name} cannot be read: {error}") from error


class _Transaction:
    """The transaction blocks of one memory, outermost and inner ones."""

    __slots__ = ("_nvm",)

    def __init__(self, nvm: Nvm) -> None:
        self._nvm = nvm

    def __enter__(self) -> None:
        self._nvm._marks.append(len(self._nvm._undo))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        mark = self._nvm._marks.pop()
        if error is not None:
            self._nvm._undo_to(mark)
        elif not self._nvm._marks:
            self._nvm._commit()
