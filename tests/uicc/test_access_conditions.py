"""Security conditions nested as one likes, and rules of any bytes: evaluated as a naive reading of the tree has it."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from apdu import Command, instruction, tlv
from euicc.uicc import access_rules
from euicc.uicc.access import Access

KEYS = (0x01, 0x0A, 0x11, 0x81)
ACCESSES = (Access.READ, Access.UPDATE, Access.ACTIVATE)
INSTRUCTIONS = (instruction.READ_BINARY, instruction.UPDATE_BINARY, instruction.INCREASE)
Tree = tuple[bytes, Callable[[frozenset[int]], bool]]
"""A security condition DO, and when it holds, by the keys that are verified."""


def _key(key: int) -> Tree:
    return tlv.encode(
        0xA4, tlv.encode(0x83, bytes((key,))), tlv.encode(0x95, b"\x08")
    ), lambda keys: key in keys


def _any(trees: list[Tree]) -> Tree:
    return tlv.encode(0xA0, *(each for each, _ in trees)), lambda keys: any(holds(keys) for _, holds in trees)


def _all(trees: list[Tree]) -> Tree:
    return tlv.encode(0xAF, *(each for each, _ in trees)), lambda keys: all(holds(keys) for _, holds in trees)


def _not(tree: Tree) -> Tree:
    return tlv.encode(0xA7, tree[0]), lambda keys: not tree[1](keys)


leaves = st.one_of(
    st.just((b"\x90\x00", lambda keys: True)),
    st.just((b"\x97\x00", lambda keys: False)),
    st.just((b"\x9e\x01\x00", lambda keys: True)),
    st.sampled_from(KEYS).map(_key),
)
trees: st.SearchStrategy[Tree] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(_any),
        st.lists(inner, min_size=1, max_size=3).map(_all),
        inner.map(_not),
    ),
    max_leaves=6,
)
rules = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(ACCESSES), st.sampled_from(INSTRUCTIONS).map(lambda ins: -ins)),
        st.lists(trees, min_size=1, max_size=2),
    ),
    max_size=4,
)
"""Rules: an access mode, or an instruction as a negative number, with its conditions."""


def opens(
    record: bytes, access: Access, ins: int, verified: frozenset[int], command: Command | None = None
) -> bool:
    conditions = access_rules.expanded(record).conditions(int(access), ins, command)
    return any(condition(lambda reference: reference in verified) for condition in conditions)


@given(rules, st.sampled_from(ACCESSES), st.sampled_from(INSTRUCTIONS), st.frozensets(st.sampled_from(KEYS)))
def test_any_rules(
    listed: list[tuple[int, list[Tree]]], access: Access, ins: int, verified: frozenset[int]
) -> None:
    record = b"".join(
        (tlv.encode(0x84, bytes((-mode,))) if mode < 0 else tlv.encode(0x80, bytes((mode,))))
        + b"".join(each for each, _ in conditions)
        for mode, conditions in listed
    )
    named = [holds for mode, conditions in listed if mode == -ins for _, holds in conditions]
    general = [holds for mode, conditions in listed if mode > 0 and mode & access for _, holds in conditions]
    expected = any(holds(verified) for holds in named or general)
    assert opens(record + b"\xff" * 3, access, ins, verified) is expected


@given(st.binary(max_size=40), st.sampled_from(ACCESSES), st.sampled_from(INSTRUCTIONS))
def test_any_bytes(record: bytes, access: Access, ins: int) -> None:
    """Rules of garbage open nothing that they do not name, and never fail."""
    for command in (None, Command(0x00, ins, 0x00, 0x05)):
        opened = opens(record, access, ins, frozenset(KEYS), command)
        assert not opened or any(tag in record for tag in access_rules.ACCESS_MODES)
    compact = access_rules.compact(record).conditions(int(access), ins, None)
    assert not compact or record[0] & access


@given(st.binary(max_size=30))
def test_an_unknown_condition_stays_closed_inside_a_not(garbage: bytes) -> None:
    inner = tlv.encode(0xA7, tlv.encode(0xA5, garbage))
    assert not opens(b"\x80\x01\x01" + inner, Access.READ, instruction.READ_BINARY, frozenset(KEYS))
