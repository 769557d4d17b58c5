"""Generated code: fresh, and light to import."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from asn1 import compiler
from asn1.compiler import names
from asn1.compiler.model import build_module
from asn1.compiler.resolve import Resolver, SchemaError
from asn1.compiler.source import SCHEMAS, Source, fingerprint


def test_generated_code_is_as_new_as_schemas_and_compiler() -> None:
    for python_name in SCHEMAS.values():
        text = (compiler.GENERATED / f"{python_name}.py").read_text(encoding="utf-8")
        assert f"# made from {fingerprint()}\n" in text, "run: python -m asn1.compiler"


def test_generating_again_changes_nothing() -> None:
    for path, text in compiler.outputs().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m asn1.compiler"


def test_importing_and_decoding_loads_no_asn1tools() -> None:
    script = """
import sys
from asn1.generated import rsp, sgp32, pe, pkix
rsp.GetEuiccDataRequest.decode(bytes.fromhex("bf3e035c015a"))
heavy = {"asn1tools", "pyparsing", "construct", "smartcard", "sqlite3", "asn1.compiler"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_importing_one_module_does_not_load_the_others() -> None:
    script = """
import sys
from asn1.generated import rsp
others = {f"asn1.generated.{name}" for name in ("pe", "pkix", "sgp32", "rsp_schema")} & set(sys.modules)
sys.exit(", ".join(sorted(others)) or 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("eimId", "eim_id"),
        ("euiccCiPKIdToBeUsed", "euicc_ci_pk_id_to_be_used"),
        ("smdpSigned2", "smdp_signed2"),
        ("eUICC-Mandatory-services", "euicc_mandatory_services"),
        ("euiccSignPIR", "euicc_sign_pir"),
        ("discoveryBaseURL", "discovery_base_url"),
        ("ePRAndNotifications", "epr_and_notifications"),
        ("rPLMN", "rplmn"),
        ("opt-usim", "opt_usim"),
    ],
)
def test_names_of_components(identifier: str, expected: str) -> None:
    assert names.attribute(identifier) == expected


def test_names_that_python_or_message_has_get_an_underscore() -> None:
    assert names.attribute("import") == "import_"
    assert names.attribute("extensions") == "extensions_"
    assert names.attribute("value") == "value"
    assert names.attribute("value", of_choice=True) == "value_"
    assert names.class_name("PE-OPT-USIM") == "PEOPTUSIM"
    assert names.constant("profileNotInDisabledState") == "PROFILE_NOT_IN_DISABLED_STATE"


def built(text: str) -> Any:
    import asn1tools

    parsed = asn1tools.parse_string(
        f"M DEFINITIONS AUTOMATIC TAGS EXTENSIBILITY IMPLIED ::= BEGIN {text} END"
    )
    source = Source("M", "m", "M", parsed, {})
    return build_module(source, Resolver([source]))


def tags(text: str) -> dict[str, tuple[int, ...]]:
    (cls,) = (cls for cls in built(text).classes() if cls.path == "S")
    return {component.attribute: component.node[1] for component in cls.components}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S ::= SEQUENCE {a NULL, b SEQUENCE {}, ...}", {"a": (0x80,), "b": (0xA1,)}),
        ("S ::= SEQUENCE {a NULL, b [9] SEQUENCE {}}", {"a": (0x05,), "b": (0xA9,)}),
        ("S ::= SEQUENCE {a NULL, c C} C ::= CHOICE {x NULL}", {"a": (0x80,), "c": (0xA1,)}),
        ("S ::= SEQUENCE {c C, t [45] C} C ::= CHOICE {x NULL}", {"c": (), "t": (0xBF2D,)}),
        ("S ::= SEQUENCE {c C, t [4] C} C ::= [45] CHOICE {x NULL}", {"c": (0xBF2D,), "t": (0xA4,)}),
        ("S ::= SEQUENCE {c C} C ::= [45] CHOICE {x NULL}", {"c": (0xA0,)}),
        ("S ::= SEQUENCE {i I} I ::= [APPLICATION 26] OCTET STRING", {"i": (0x80,)}),
        (
            "S ::= SEQUENCE {a [112] I, i I} I ::= [APPLICATION 26] OCTET STRING",
            {"a": (0x9F70,), "i": (0x5A,)},
        ),
        ("S ::= SEQUENCE {a [1] EXPLICIT ANY, b [2] EXPLICIT INTEGER}", {"a": (0xA1,), "b": (0xA2, 0x02)}),
        (
            "S ::= SEQUENCE {a NULL, COMPONENTS OF T, z NULL} T ::= SEQUENCE {b NULL, c SEQUENCE {}}",
            {"a": (0x80,), "b": (0x81,), "c": (0xA2,), "z": (0x83,)},
        ),
    ],
)
def test_tagging(text: str, expected: dict[str, tuple[int, ...]]) -> None:
    assert tags(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "S ::= SEQUENCE {s S OPTIONAL}",
        "S ::= SEQUENCE {l SEQUENCE OF T} T ::= CHOICE {s S}",
        "S ::= SET {a NULL}",
        "S ::= CHOICE {x [1] NULL, a ANY}",
        "S ::= SEQUENCE {a SEQUENCE OF INTEGER DEFAULT {1, 2}}",
        "S ::= SEQUENCE {a-b NULL, aB NULL}",
        "S ::= SEQUENCE {a Missing}",
    ],
)
def test_what_the_compiler_does_not_support_it_refuses(text: str) -> None:
    with pytest.raises(SchemaError):
        built(text)
