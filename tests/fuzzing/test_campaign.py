"""What is found is kept, measured and told with the line that shows it again."""

from __future__ import annotations

import signal
from pathlib import Path
from random import Random
from time import process_time

import pytest

from tests.fuzzing import campaign, frames, mutation, watch
from tests.fuzzing.target import Target
from tests.fuzzing.watch import TooLong, Watch


def brittle(data: bytes) -> None:
    if data[:1] == b"!":
        raise ZeroDivisionError("planted")
    if data[:1] == b"s":
        until = process_time() + 0.15
        while process_time() < until:
            pass


def loop(_: bytes) -> None:
    while True:
        pass


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "FOUND", tmp_path)
    return tmp_path


def watching(fuzz_one: object, seconds: float = 60.0) -> tuple[Watch, list[Watch]]:
    over: list[Watch] = []
    target = Target("planted", (), fuzz_one, (b"",), mutation.octets)  # type: ignore[arg-type]
    return Watch(target, seconds, over.append), over


def test_an_exception_is_a_finding_and_the_smallest_input_is_kept(found: Path) -> None:
    watched, _ = watching(brittle)
    for data in (b"fine", b"!long one", b"!", b"!longer than that"):
        watched(data)
    (finding,) = watched.findings.values()
    assert finding.what == "ZeroDivisionError: planted"
    assert Path(finding.input).read_bytes() == b"!"
    assert watched.executions == 4


def test_an_input_that_takes_long_is_a_finding(found: Path) -> None:
    watched, _ = watching(brittle)
    watched(b"s")
    (finding,) = watched.findings.values()
    assert finding.what.endswith("ms for one input")
    assert watched.longest > watch.LONGEST


def test_an_input_without_end_is_interrupted(found: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "HANGING", 0.05)
    monkeypatch.setattr(watch, "REPEATED", 0)
    watched, _ = watching(loop)
    watched.guard()
    try:
        watched(b"")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert any(TooLong.__name__ in key for key in watched.findings)


def test_it_is_over_when_the_time_has_passed(found: Path) -> None:
    watched, over = watching(brittle, seconds=0.0)
    watched(b"")
    assert over == [watched]
    assert not watched.findings


@pytest.mark.parametrize("findings", [(), (("ZeroDivisionError: planted", "build/fuzz/asn1-1"),)])
def test_findings_decide_the_exit_code(
    findings: tuple[tuple[str, str], ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = campaign.Outcome("asn1", 1000, 77, (30, 40), 0.002, findings)
    monkeypatch.setattr(campaign, "_one", lambda *_: outcome)
    assert campaign.run(("asn1",), 10.0, 1) == len(findings)
    told = capsys.readouterr().out
    assert "30/40  75%" in told
    assert ("python -m tests.fuzzing asn1 --input build/fuzz/asn1-1" in told) == bool(findings)


def test_any_bytes_are_parts() -> None:
    random = Random(3)
    for _ in range(500):
        data = random.randbytes(random.randrange(40))
        parts = list(frames.split(data))
        assert list(frames.split(frames.join(parts))) == parts
