"""The schema texts, parsed by asn1tools, with the comments the parser throws away."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA_DIRECTORY = Path(__file__).resolve().parents[1] / "schemas"
SCHEMAS = {"PKIX1": "pkix", "PEDefinitions": "pe", "RSPDefinitions": "rsp", "SGP32Definitions": "sgp32"}


@dataclass(frozen=True)
class Source:
    """One schema file: the ASN.1 modules in it, as asn1tools' parser describes them."""

    name: str
    python_name: str
    title: str  # the first line of the file
    modules: dict[str, dict[str, Any]]
    comments: dict[str, str]  # by type name: the comment lines directly above it


def load(name: str, python_name: str) -> Source:
    """Parse one schema file."""
    import asn1tools

    text = (SCHEMA_DIRECTORY / f"{name}.asn").read_text(encoding="utf-8")
    title = text.splitlines()[0].lstrip("- ").rstrip(".")
    return Source(name, python_name, title, asn1tools.parse_string(text), _comments(text))


def _comments(text: str) -> dict[str, str]:
    above = re.compile(r"((?:^--(?! ?--).*\n)+)([A-Z][\w-]*)\s*::=", re.MULTILINE)
    return {
        name: " ".join(line.lstrip("-").strip() for line in lines.splitlines())
        for lines, name in above.findall(text)
    }


def fingerprint() -> str:
    """A hash over the schema texts and the compiler: what the generated code was made from."""
    digest = hashlib.sha256()
    compiler = sorted(Path(__file__).parent.glob("*.py"))
    for path in [SCHEMA_DIRECTORY / f"{name}.asn" for name in SCHEMAS] + compiler:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
