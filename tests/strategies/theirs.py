"""Our values in the form that asn1tools takes, by functions compiled once per type: there are many values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from asn1.compiler import names
from asn1.compiler.resolve import OPAQUE
from asn1.generated import pkix
from tests.asn1.oracle import PLAIN, resolver

Translate = Callable[[Any], Any]
OPENED: dict[str, Any] = {"Certificate": pkix.Certificate, "CertificateList": pkix.CertificateList}


@cache
def translator(module: str, name: str) -> Translate:
    """Translates values of a named type."""
    named = resolver().lookup(module, name)
    return translate_as(named.module, named.definition, named.python_name)


def translate_as(module: str, definition: dict[str, Any], python_name: str) -> Translate:
    kind = definition["type"]
    if kind in PLAIN:
        return lambda value: value
    if kind in BY_KIND:
        return BY_KIND[kind](module, definition, python_name)
    named = resolver().lookup(module, kind)
    inner = translator(module, kind)
    if named.name in OPAQUE and named.python_name != python_name:
        opened = OPENED[named.name]
        return lambda value: inner(opened.decode(value))
    return inner


def sequence(module: str, definition: dict[str, Any], python_name: str) -> Translate:
    members = [
        (names.attribute(member["name"]), member["name"], translate_as(origin, member, python_name))
        for origin, member in resolver().components(module, definition)
    ]

    def translate(value: Any) -> Any:
        present = value.__dict__
        return {name: each(present[ours]) for ours, name, each in members if ours in present}

    return translate


def choice(module: str, definition: dict[str, Any], python_name: str) -> Translate:
    alternatives = {
        names.attribute(member["name"], of_choice=True): (
            member["name"],
            translate_as(origin, member, python_name),
        )
        for origin, member in resolver().components(module, definition)
    }

    def translate(value: Any) -> Any:
        name, each = alternatives[value.chosen]
        return name, each(value.value)

    return translate


def list_of(module: str, definition: dict[str, Any], python_name: str) -> Translate:
    each = translate_as(module, definition["element"], python_name)
    return lambda values: [each(value) for value in values]


def utc_time(value: str) -> datetime:
    return datetime.strptime(value, "%y%m%d%H%M%SZ")


def generalized_time(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


BY_KIND: dict[str, Callable[[str, dict[str, Any], str], Translate]] = {
    "SEQUENCE": sequence,
    "CHOICE": choice,
    "SEQUENCE OF": list_of,
    "SET OF": list_of,
    "BIT STRING": lambda *_: lambda value: (value.data, value.length),
    "NULL": lambda *_: lambda value: None,
    "UTCTime": lambda *_: utc_time,
    "GeneralizedTime": lambda *_: generalized_time,
}
