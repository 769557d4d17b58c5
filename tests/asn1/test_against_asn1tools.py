"""Every type of every schema, encoded and decoded by our codec and by asn1tools: the same bytes, the same values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asn1.oracle import (
    Generator,
    messages,
    rebuilt,
    resolver,
    specification,
    translated,
    without_defaults,
)

# Where asn1tools emits a tag twice; tests/asn1/test_one_tag.py has the right bytes.
WRONG_IN_ASN1TOOLS: dict[str, str] = {}

TYPES = [pytest.param(*entry, id=f"{entry[0]}.{entry[1]}") for entry in messages()]


@pytest.mark.parametrize("most", [False, True], ids=["least", "most"])
@pytest.mark.parametrize(("module", "name", "ours"), TYPES)
def test_the_same_bytes_and_values(module: str, name: str, ours: Any, most: bool) -> None:
    theirs = specification().modules[module][name]
    named = resolver().lookup(module, name)
    for attempt in range(6):  # other alternatives of the CHOICEs
        generator = Generator(most=most)
        generator.count = attempt
        value = generator.value(module, named.definition)
        data = bytes(theirs.encode(value))

        decoded = ours.decode(data)
        expected = without_defaults(module, named.definition, theirs.decode(data))
        assert translated(module, named.definition, decoded, named.python_name) == expected
        built = rebuilt(decoded)
        assert built == decoded
        encoded = (
            built.encode() if hasattr(built, "encode") and not isinstance(built, str) else ours.encode(built)
        )
        assert encoded == data
