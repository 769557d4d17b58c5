"""What the documents name exists, and the README's example runs."""

from __future__ import annotations

import importlib
import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOTTED = re.compile(r"`((?:apdu|asn1|euicc|ipa)(?:\.\w+)+)`")
PATHS = re.compile(r"`((?:apdu|asn1|docs|euicc|ipa|tests|examples)/[\w./]*)`")
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/service_platform.md",
    "docs/walks.md",
)


def text(name: str) -> str:
    return (ROOT / name).read_text()


def named(pattern: re.Pattern[str]) -> list[str]:
    return sorted({found for document in DOCUMENTS for found in pattern.findall(text(document))})


def resolve(name: str) -> object:
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[count:]:
            found = getattr(found, attribute)
        return found
    raise AssertionError(name)


@pytest.mark.parametrize("name", [name for name in named(DOTTED) if name != "ipa.transports"])
def test_what_the_documents_name_exists(name: str) -> None:
    assert resolve(name) is not None


@pytest.mark.parametrize("name", named(PATHS))
def test_the_paths_in_the_documents_exist(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_example_of_the_readme_runs() -> None:
    section = text("README.md").split("## Ten lines\n")[1].split("\n## ")[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.S)
    assert len(example.splitlines()) <= 20
    exec(compile(example, "README.md", "exec"), {})


@pytest.mark.parametrize("document", DOCUMENTS)
def test_lines_are_short(document: str) -> None:
    assert max(len(line) for line in text(document).splitlines() if not line.startswith("|")) <= 160


@pytest.mark.parametrize(
    "example", sorted((ROOT / "examples").glob("[!_]*.py")), ids=lambda path: str(path.stem)
)
def test_the_examples_run(
    example: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [str(example)])
    runpy.run_path(str(example), run_name="__main__")
    assert capsys.readouterr().out.count("\n") >= 2


# Examples that are packages, and what runs them from beginning to end. `examples.load` starts processes: tests/load.
PACKAGES = {"service_platform": "demo"}


@pytest.mark.parametrize("example", PACKAGES)
def test_the_packages_of_examples_run(
    example: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [example, PACKAGES[example]])
    monkeypatch.delitem(sys.modules, f"examples.{example}.__main__", raising=False)
    runpy.run_module(f"examples.{example}", run_name="__main__")
    assert capsys.readouterr().out.count("\n") >= 2
