"""The document is what the tables say, and its diagrams hold every row."""

from __future__ import annotations

import re

import pytest

from examples.service_platform import diagram
from examples.service_platform.states import NETWORK, SERVICE, Event, Stage


def test_the_document_is_up_to_date() -> None:
    text = diagram.DOCUMENT.read_text()
    assert diagram.generated(text) == text, "run: python -m examples.service_platform diagram"


def test_what_is_older_is_found() -> None:
    text = diagram.DOCUMENT.read_text()
    older = text.replace("installed --> stopped", "installed --> gone")
    assert older != text
    assert diagram.generated(older) == text


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(diagram.DocumentError):
        diagram.generated("# The service platform")


def arrows(text: str) -> set[tuple[str, str, str]]:
    return set(re.findall(r"^ +(\S+) --> (\S+) : (\w+)", text, re.MULTILINE))


def test_every_row_of_the_service_state_is_an_arrow() -> None:
    drawn = arrows(diagram.service_diagram())
    for row in SERVICE:
        if row.event in (Event.SUSPEND, Event.RESUME):
            before, after = f"not_suspended_by_{row.by}", f"suspended_by_{row.by}"
            ends = (before, after) if row.event is Event.SUSPEND else (after, before)
            assert (*ends, row.event) in drawn
        elif row.state != row.to:
            start = "[*]" if row.state is None else row.state.stage
            assert (start, row.to.stage, row.event) in drawn
    assert len(drawn) == 13 + 6


def test_every_row_of_the_network_state_is_an_arrow() -> None:
    rows = {(row.state or "[*]", row.to, row.event) for row in NETWORK}
    assert arrows(diagram.network_diagram()) == rows


@pytest.mark.parametrize("draw", [diagram.service_diagram, diagram.network_diagram])
def test_it_is_mermaid(draw: object) -> None:
    assert callable(draw)
    first, kind, *lines, last = draw().splitlines()
    assert (first, kind, last) == ("```mermaid", "stateDiagram-v2", "```")
    words = r"\[\*\]|\w+"
    line = re.compile(rf" +(({words}) --> ({words})( : [\w ()]+)?|state \w+ {{|}}|--)")
    assert all(line.fullmatch(each) for each in lines)
    assert lines.count("    }") == sum(each.endswith("{") for each in lines)


def test_the_suspensions_are_independent_regions() -> None:
    inside = diagram.service_diagram().split(f"state {Stage.INSTALLED} {{\n")[1].split("    }")[0]
    assert len(inside.split("--\n")) == 3
