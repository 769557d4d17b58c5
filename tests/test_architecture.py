"""Who may import whom, how long a file may be, and which names say nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("apdu", "asn1", "euicc", "ipa")
LONGEST_FILE = 400
EMPTY_NAMES = {"utils", "util", "helpers", "common", "manager", "service", "base", "misc"}

# Importer (the longest prefix that fits counts) -> what it may import of ours.
ALLOWED: dict[str, tuple[str, ...]] = {
    "apdu": ("apdu",),
    "asn1": ("asn1",),
    "euicc": ("euicc", "apdu", "asn1"),
    "ipa": ("ipa", "apdu", "asn1"),
    # The remote ends share no logic with the card: a wrong reading of a standard must not agree with itself.
    "euicc.testing": ("euicc.testing", "euicc.crypto", "apdu", "asn1"),
    # Issuing an eUICC's certificates ends in what the card is manufactured with.
    "euicc.testing.pki": ("euicc.testing", "euicc.crypto", "euicc.identity", "euicc.eid", "apdu", "asn1"),
    # So does issuing one for M2M.
    "euicc.testing.m2m.pki": ("euicc.testing", "euicc.crypto", "euicc.m2m.identity", "apdu", "asn1"),
    # Power and memory are the card's own: what takes them away works on its Nvm.
    "euicc.testing.faults": (
        "euicc.testing",
        "euicc.crypto",
        "euicc.runtime.nvm",
        "euicc.runtime.keys",
        "apdu",
        "asn1",
    ),
    # The conformance check knows cards from outside only: it works on those that are not ours, too.
    "euicc.check": (
        "euicc.check",
        "euicc.crypto",
        "euicc.testing.pki",
        "euicc.testing.smdp",
        "euicc.testing.eim",
        "euicc.testing.profile_builder",
        "euicc.traces",
        "apdu",
        "asn1",
    ),
    # A machine drives the device that belongs to the card under test; its models know nothing of the card's logic.
    "euicc.testing.machines": ("euicc.testing", "euicc.crypto", "ipa", "apdu", "asn1"),
    # Composition: these put the parts together, and nothing imports them.
    "euicc.testing.demo": ("euicc", "ipa", "apdu", "asn1"),
    # A laboratory has cards, servers and devices in it; the plugin gives it to tests.
    "euicc.testing.lab": ("euicc", "ipa", "apdu", "asn1"),
    "euicc.testing.plugin": ("euicc", "ipa", "apdu", "asn1"),
    # The bench of `ipa check` has a card, servers and the outcomes of `euicc check`; `ipa` finds it by its entry point.
    "euicc.testing.ipa_check": ("euicc", "apdu", "asn1"),
    "euicc.__main__": ("euicc", "ipa", "apdu", "asn1"),
    "euicc.commands": ("euicc", "ipa", "apdu", "asn1"),
}
# What may use the remote ends.
COMPOSITION = ("euicc.testing", "euicc.check", "euicc.commands", "euicc.__main__")
# Of `euicc`, the card never imports the remote ends.
FORBIDDEN: dict[str, tuple[str, ...]] = {"euicc": ("euicc.testing", "euicc.check", "euicc.commands")}
# Heavy libraries that importing the card must not load.
HEAVY = (
    "asn1tools",
    "pyparsing",
    "construct",
    "smartcard",
    "Crypto",
    "sqlite3",
    "httpx",
    "starlette",
    "typer",
)


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def written() -> list[Path]:
    """What people wrote, tests too."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    return [path for path in [*sources(), *tests] if "generated" not in path.parts]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*up, node.module or ""]).strip(".")
            yield from (f"{source}.{alias.name}" for alias in node.names)


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def rule_of(table: dict[str, tuple[str, ...]], module: str) -> tuple[str, ...]:
    fits = [prefix for prefix in table if within(module, prefix)]
    return table[max(fits, key=len)] if fits else ()


def breaches(module: str, names: Iterator[str]) -> list[str]:
    allowed = rule_of(ALLOWED, module)
    free = any(within(module, name) for name in COMPOSITION)
    forbidden = () if free else rule_of(FORBIDDEN, module)
    ours = [name for name in names if any(within(name, package) for package in PACKAGES)]
    return [name for name in ours if not fits(name, allowed) or fits(name, forbidden)]


def fits(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(within(name, prefix) for prefix in prefixes)


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_imports_point_downward(path: Path) -> None:
    assert breaches(module_name(path), imported(path)) == []


def test_the_rule_finds_a_breach() -> None:
    assert breaches("ipa.es10", iter(["euicc.card"])) == ["euicc.card"]
    assert breaches("euicc.isdr.applet", iter(["euicc.testing.pki"])) == ["euicc.testing.pki"]
    assert breaches("euicc.testing.smdp", iter(["euicc.isdr.session", "json"])) == ["euicc.isdr.session"]


@pytest.mark.parametrize("path", written(), ids=module_name)
def test_a_file_is_one_feature(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_names_say_something(path: Path) -> None:
    assert not EMPTY_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("package", ["apdu", "asn1.generated.rsp", "euicc", "ipa"])
def test_importing_loads_no_heavy_library(package: str) -> None:
    heavy = HEAVY if package != "ipa" else ("asn1tools", "pyparsing", "construct", "smartcard", "Crypto")
    code = f"import sys, {package}; print(*[name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.split() == []
