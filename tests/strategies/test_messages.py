"""For every type of the four schemas: generated values encode, decode to the same, and asn1tools says the same."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from asn1 import Message
from asn1.generated import rsp, sgp32
from asn1.message import Type
from euicc.testing.strategies import any_message, messages, named_types, seeded
from euicc.testing.strategies.elements import element, encoded
from euicc.testing.strategies.schema import description, node_of
from tests.asn1.oracle import messages as oracle_messages
from tests.asn1.oracle import specification
from tests.strategies.theirs import translator

VALUES = 500
TYPES = [pytest.param(kind, id=name) for name, kind in named_types().items()]
THEIR_TYPES = [*oracle_messages()]
THEIRS = [pytest.param(*entry, id=f"{entry[0]}.{entry[1]}") for entry in THEIR_TYPES]

# Version is OPTIONAL here and has a DEFAULT elsewhere; asn1tools takes the DEFAULT over, and leaves v1 out.
VERSION_1 = bytes.fromhex("020100")
WITHOUT_VERSION_1 = {"TBSCertList", "CertificateList", "SegmentedCrlList", "LoadCRLRequest"}


def encode(kind: Any, value: Any) -> bytes:
    data: bytes = kind.encode(value) if isinstance(kind, Type) else value.encode()
    return data


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name", "kind"), THEIRS)
def test_values_decode_to_themselves_and_asn1tools_says_the_same(module: str, name: str, kind: Any) -> None:
    theirs, translate = specification().modules[module][name], translator(module, name)
    compared = 0
    for value in islice(seeded(any_message(kind), seed=22), VALUES):
        data = encode(kind, value)
        assert kind.decode(data) == value
        if name in WITHOUT_VERSION_1 and VERSION_1 in data:
            continue
        expected, decoded = translate(value), theirs.decode(data)
        assert theirs.encode(expected) == data
        # asn1tools fills in some DEFAULTs, and not others: then their encoding tells whether it is the same value.
        assert decoded == expected or theirs.encode(decoded) == data
        compared += 1
    assert compared > VALUES // 3


def test_no_type_is_left_out() -> None:
    """asn1tools has no name for what is written inline; everything else was compared."""
    inline = {kind for _, _, kind in THEIR_TYPES} ^ set(named_types().values())
    assert {kind.__name__ for kind in inline} == {
        *("FileItem", "FileManagementItem", "VendorSpecificExtensionItem")
    }


@pytest.mark.parametrize("kind", TYPES)
def test_the_tree_that_violations_are_made_in_is_the_message(kind: Any) -> None:
    for value in islice(seeded(any_message(kind), seed=23), 20):
        assert encoded(element(node_of(kind), value)) == encode(kind, value)


@pytest.mark.parametrize("kind", TYPES)
def test_extensions_come_where_the_schema_has_room(kind: Any) -> None:
    for value in islice(seeded(any_message(kind, extensions=True), seed=32), 12):
        assert kind.decode(encode(kind, value)) == value


def test_extensions_are_there_and_only_when_asked_for() -> None:
    with_some = [*islice(seeded(any_message(rsp.ProfileInfo, extensions=True), seed=1), 100)]
    without = [*islice(seeded(any_message(rsp.ProfileInfo), seed=1), 100)]
    assert any(len(info.extensions) == 2 for info in with_some)
    assert not any(info.extensions for info in without)


def test_every_component_and_every_alternative_comes() -> None:
    seen = {name for info in islice(seeded(any_message(rsp.ProfileInfo), 2), 200) for name in info.__dict__}
    assert seen == {name for name, _, _ in description("asn1.generated.rsp:ProfileInfo")[2]}
    chosen = {psmo.chosen for psmo in islice(seeded(any_message(sgp32.Psmo), 2), 300)}
    assert chosen == {name for name, _, _ in description("asn1.generated.sgp32:Psmo")[2]}


def test_a_seed_gives_the_same_values_again() -> None:
    values = any_message(sgp32.EuiccPackageRequest)
    first, second = seeded(values, seed=7), seeded(values, seed=7)
    assert [next(first) for _ in range(20)] == [next(second) for _ in range(20)]
    assert values.sample(Random(7)) != values.sample(Random(8))


@settings(max_examples=60, deadline=None)
@given(messages(sgp32.EuiccPackageResult), messages(rsp.AuthenticateServerRequest), messages(rsp.Iccid))
def test_hypothesis_draws_the_same_set(result: Message, request: Message, iccid: bytes) -> None:
    assert type(result).decode(result.encode()) == result
    assert type(request).decode(request.encode()) == request
    assert len(iccid) == 10


@settings(max_examples=40, deadline=None)
@given(messages(sgp32.EuiccPackageResult, extensions=True))
def test_hypothesis_draws_extensions(result: Message) -> None:
    assert type(result).decode(result.encode()) == result
