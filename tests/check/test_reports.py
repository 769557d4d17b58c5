"""The report as JSON, as JUnit XML and as a page; the page in a headless Chromium, light and dark."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from euicc.check import Case, Finding, Outcome, Report, Subject, check
from euicc.check.junit import junit
from euicc.check.page import page
from tests.check.cards import Altered, checked, instead, new_card, subject

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCHEMES = {"light": 1, "dark": 0}
WIDTH, HEIGHT = 560, 420


@cache
def report() -> Report:
    """Of a card that has the wrong code for an unknown ICCID and does not count wrong PINs."""
    wrong = instead([("BF31038001019000", "BF31038001029000"), ("63C2", "63C3")])
    return checked(Altered(new_card("sgp32", subscribed=True), wrong))


def test_what_fails_is_in_all_of_them() -> None:
    failed = {"states/enable-unknown", "pins/wrong"}
    assert failed <= {each.case.id for each in report().troubles}
    as_json = report().to_json()
    assert as_json == json.loads(json.dumps(as_json))
    cases = as_json["cases"]
    assert isinstance(cases, list)
    assert failed <= {each["id"] for each in cases if each["outcome"] == "failed"}
    shown = page(report())
    assert all(name in shown for name in failed)


def test_junit() -> None:
    suite = ElementTree.fromstring(junit(report()))
    counts = report().counts
    assert suite.tag == "testsuite"
    assert int(suite.get("tests", "")) == len(report().results) == len(suite.findall("testcase"))
    assert int(suite.get("failures", "")) == counts[Outcome.FAILED] == len(suite.findall("testcase/failure"))
    skipped = counts[Outcome.NOT_APPLICABLE] + counts[Outcome.SKIPPED]
    assert int(suite.get("skipped", "")) == skipped == len(suite.findall("testcase/skipped"))
    (failure,) = suite.findall("testcase[@name='enable-unknown']/failure")
    assert "BF3103800102, not BF3103800101" in failure.get("message", "")
    assert "STORE DATA" in (failure.text or "")


def test_the_page_needs_nothing_else() -> None:
    shown = page(report())
    assert not re.search(r"(src|href)\s*=|url\(|@import|<link", shown)
    assert shown.startswith("<!doctype html>")


def test_the_page_has_the_decoded_trace_of_each_failed_case_and_of_no_other() -> None:
    shown = page(report())
    assert shown.count('<details class="case failed"') == len(report().troubles)
    assert "ES10c.EnableProfile" in shown
    identifiers = re.findall(r' id="([^"]+)"', shown)
    assert len(identifiers) == len(set(identifiers))
    assert len(shown) < 1_000_000


def test_secrets_are_masked() -> None:
    from euicc.check.own_profiles import PIN

    presented = PIN.encode().hex().upper() + "FFFFFFFF"
    assert presented not in page(report())
    assert presented in page(report(), unmasked=True)


def test_what_a_card_says_does_not_become_part_of_the_page() -> None:
    def run(subject: Subject) -> None:
        raise Finding("<script>alert(1)</script> & \x01")

    made = check(subject(new_card()), [Case("area/<b>", ("G&1",), "<i>title</i>", run)])
    shown = page(made)
    assert "<script>alert" not in shown
    assert "<i>title" not in shown
    assert ElementTree.fromstring(junit(made)).find("testcase/failure") is not None


def test_nothing_failed() -> None:
    assert "No case failed." in page(checked(new_card(), "atr/"))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_in_a_browser(scheme: str, tmp_path: Path) -> None:
    shown = rendered(page(report()), scheme, tmp_path)
    ground, ink = brightness(shown)
    if scheme == "light":
        assert ground > 240
        assert ink < 60
    else:
        assert ground < 40
        assert ink > 190


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_the_filter_filters(tmp_path: Path) -> None:
    typed = "filter.value = 'pins/wrong'; filter.dispatchEvent(new Event('input'));"
    source = page(report()).replace("</body>", f"<script>{typed}</script></body>")
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    done = chromium("--dump-dom", path.as_uri())
    count = re.search(r'<output id="count">(\d+) of (\d+)</output>', done.stdout)
    assert count is not None
    assert (int(count[1]), int(count[2])) == (2, len(report().results))


def chromium(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        CHROMIUM or "",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def rendered(source: str, scheme: str, place: Path) -> list[int]:
    """The brightness of every pixel of the page, 0 to 255."""
    path, picture = place / "page.html", place / "page.png"
    path.write_text(source, encoding="utf-8")
    chromium(
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        f"--window-size={WIDTH},{HEIGHT}",
        f"--screenshot={picture}",
        path.as_uri(),
    )
    return pixels(picture.read_bytes())


def brightness(shown: list[int]) -> tuple[int, int]:
    """Of the ground, which is most of the page, and of what is furthest from it."""
    ground = sorted(shown)[len(shown) // 2]
    return ground, max(shown, key=lambda each: abs(each - ground))


def pixels(png: bytes) -> list[int]:
    """Brightness of the pixels of an RGB or RGBA picture with 8 bits and without interlacing (PNG 9)."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) in {(8, 2), (8, 6)}
    size = 3 if colour == 2 else 4
    data, offset = b"", 8
    while offset < len(png):
        length = int.from_bytes(png[offset : offset + 4], "big")
        if png[offset + 4 : offset + 8] == b"IDAT":
            data += png[offset + 8 : offset + 8 + length]
        offset += length + 12
    raw, stride = zlib.decompress(data), width * size
    previous, found = bytes(stride), []
    for row in range(height):
        start = row * (stride + 1)
        previous = unfiltered(raw[start], raw[start + 1 : start + 1 + stride], previous, size)
        found += [sum(previous[at : at + 3]) // 3 for at in range(0, stride, size * 4)]
    return found


def unfiltered(kind: int, line: bytes, above: bytes, size: int) -> bytes:
    """One line of a picture, PNG 9.2."""
    done = bytearray(line)
    for at in range(len(done)):
        left = done[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        done[at] = done[at] + PREDICTORS[kind](left, above[at], corner) & 0xFF
    return bytes(done)


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


PREDICTORS = (
    lambda left, up, corner: 0,
    lambda left, up, corner: left,
    lambda left, up, corner: up,
    lambda left, up, corner: (left + up) // 2,
    paeth,
)
