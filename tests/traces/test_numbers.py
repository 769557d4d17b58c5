"""Every number that the schema names has its name in a trace."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from asn1 import Message
from asn1.generated import rsp, sgp32
from euicc.traces.numbers import names_of

NAMELESS = {
    "association_token",
    "cat_supported_classes",
    "counter_value",
    "euicc_form_factor_type",
    "seq_number",
}
"""Integers and bits for which the schema has no names."""


def messages(inside: ModuleType | type) -> Iterator[type]:
    for value in list(vars(inside).values()):
        if inspect.isclass(value) and issubclass(value, Message) and value.__module__ != Message.__module__:
            yield value
            yield from messages(value)


@pytest.mark.parametrize("module", [rsp, sgp32], ids=["rsp", "sgp32"])
def test_every_named_number_is_found(module: ModuleType) -> None:
    nameless = {
        attribute
        for message in messages(module)
        for attribute, annotation in message.__annotations__.items()
        if annotation.split(" | ")[0] in ("int", "BitString") and not names_of(message, attribute)
    }
    assert nameless <= NAMELESS


def test_names_are_the_schemas() -> None:
    assert names_of(rsp.ProfileInfo, "profile_state") == {0: "disabled", 1: "enabled"}
    assert names_of(sgp32.EuiccResultData, "enable_result")[20] == "rollbackNotAvailable"
    assert names_of(rsp.CancelSessionRequest, "reason")[5] == "loadBppExecutionError"
