"""Generates the typed messages in asn1/generated from the modules in asn1/schemas: `python -m asn1.compiler`.

Build time only: it needs asn1tools, whose parser reads the text. Tags, names and everything else are resolved here:

    source    the schema texts, parsed, with their comments; the fingerprint over text and compiler
    names     Python names of ASN.1 identifiers
    tags      identifier octets, implicit and explicit tagging, X.680 31.2
    resolve   type dictionaries of the parser -> schema nodes; automatic tagging, COMPONENTS OF, constraints
    model     the classes and values of one Python module
    write     their text: a module of classes, and one of plain data for the codec
"""

from __future__ import annotations

from pathlib import Path

from asn1.compiler.model import build_module
from asn1.compiler.resolve import Resolver
from asn1.compiler.source import SCHEMAS, fingerprint, load
from asn1.compiler.write import class_module, schema_module

GENERATED = Path(__file__).resolve().parents[1] / "generated"


def outputs() -> dict[Path, str]:
    """The text of every generated file."""
    sources = [load(name, python_name) for name, python_name in SCHEMAS.items()]
    resolver = Resolver(sources)
    mark = fingerprint()
    files = {
        GENERATED
        / "__init__.py": '"""Typed messages generated from asn1/schemas by asn1.compiler; do not edit."""\n'
    }
    for source in sources:
        module = build_module(source, resolver)
        files[GENERATED / f"{source.python_name}.py"] = class_module(module, mark)
        files[GENERATED / f"{source.python_name}_schema.py"] = schema_module(module, mark)
    return files


def main() -> None:
    """Write the files."""
    GENERATED.mkdir(exist_ok=True)
    for path, text in outputs().items():
        path.write_text(text, encoding="utf-8")
