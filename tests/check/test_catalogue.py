"""The catalogue itself."""

from __future__ import annotations

import pytest

from euicc.check import Area, NotApplicable, Subject
from tests.check.cards import catalogue

LEAST = 400
STANDARDS = ("SGP.", "TS 102 221", "TS 102 223", "TS 31.102", "ISO/IEC 7816", "GPCS", "G")


def test_it_is_large() -> None:
    assert len(catalogue()) >= LEAST


def test_every_case_has_a_name_of_its_own_a_title_and_a_section() -> None:
    assert len({case.id for case in catalogue()}) == len(catalogue())
    for case in catalogue():
        assert case.title
        assert case.sections
        assert all(section.startswith(STANDARDS) for section in case.sections), case


@pytest.mark.parametrize(
    "section",
    [
        *(f"SGP.23-1 4.2.{number}" for number in (1, 3, 4, 5, 6, 7, *range(8, 17), *range(18, 28))),
        *(f"SGP.33-1 4.2.{number}" for number in (31, 32, 33)),
        "SGP.23-1 5.2.1",
        "SGP.23-1 5.2.2",
        "SGP.23-1 5.2.4",
        "SGP.23-1 5.2.5",
        "SGP.23-1 5.2.6",
        *(f"G{number}" for number in (1, *range(3, 10))),
        *(f"G1.{number}" for number in (*range(1, 16), 16, 18, 19)),
        *(f"G2.{number}" for number in (1, 2, 3, 4, 6, 7)),
    ],
)
def test_the_sections_that_are_known_have_cases(section: str) -> None:
    assert any(section in case.sections for case in catalogue())


def test_two_cases_of_one_name_are_a_mistake() -> None:
    area = Area("area", section="TS 102 221 11")
    area.add("one", "title", _nothing)
    with pytest.raises(ValueError, match="two cases area/one"):
        area.add("one", "title", _nothing)


def _nothing(subject: Subject) -> None:
    raise NotApplicable("never run")
