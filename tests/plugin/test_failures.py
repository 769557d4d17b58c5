"""What a failed test leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.runs import PLUGIN, run, seed_of, text

TESTS = """
import pytest

SELECT_MF = bytes.fromhex("00A40004023F00")

def test_fails(euicc_card):
    euicc_card.transmit(SELECT_MF)
    assert False

def test_passes(euicc_card):
    euicc_card.transmit(SELECT_MF)

@pytest.mark.xfail
def test_is_expected_to_fail(euicc_card):
    euicc_card.transmit(SELECT_MF)
    assert False

@pytest.mark.parametrize("path", ["a/b", "a b"])
def test_two_cards(euicc_factory, path):
    for _ in range(2):
        euicc_factory().transmit(SELECT_MF)
    assert False

def test_without_a_card():
    assert False
"""


def sections(result: pytest.RunResult) -> list[str]:
    """What is told of cards, failure by failure."""
    return [part.partition("\n___")[0] for part in text(result).split(" eUICC ---")[1:]]


def test_the_last_commands_in_words_and_the_seed(pytester: pytest.Pytester) -> None:
    result = run(pytester, TESTS)
    first, second, third = sections(result)
    assert f"--euicc-seed={seed_of(result)} makes the same choices again" in first
    assert "sgp22 card 1, EID 89049032" in first
    assert "UICC     SELECT MF  6A82" not in first
    assert "UICC     SELECT MF" in first
    assert second.count("SELECT MF") == third.count("SELECT MF") == 2
    result.assert_outcomes(failed=4, passed=1, xfailed=1)


def test_only_the_last_ten(pytester: pytest.Pytester) -> None:
    (told,) = sections(
        run(
            pytester,
            """
            def test_long(euicc_factory):
                for _ in range(6):
                    card = euicc_factory()
                    for number in range(12):
                        card.transmit(bytes((0x80, 0xF2, 0, 0x0C)))
                assert False
            """,
        )
    )
    assert told.count("the last of its commands, 10 of 12") == 4
    assert "card 6" in told
    assert "card 2" not in told
    assert told.count("STATUS") == 40


def test_a_long_answer_is_cut(pytester: pytest.Pytester) -> None:
    (told,) = sections(
        run(
            pytester,
            """
            def test_long(euicc_lab):
                with euicc_lab.lpa(euicc_lab.card(profiles=9)) as lpa:
                    assert len(lpa.profiles()) == 1
            """,
        )
    )
    assert "more lines: --euicc-trace DIR" in told


def test_the_command_that_a_card_did_not_survive(pytester: pytest.Pytester) -> None:
    (told,) = sections(
        run(
            pytester,
            """
            def test_power(euicc_factory):
                card = euicc_factory(profiles=1, enabled=0)
                card.reset()
                card.power_off()
                card.transmit(bytes.fromhex("00A40004023F00"))
            """,
        )
    )
    assert "the last of its commands, 2 of 2" in told
    assert "SELECT MF  no status word" in told


def test_a_card_of_several_tests_is_told_where_it_was_used(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="module")
        def shared(euicc_factory):
            return euicc_factory()

        def test_first(shared):
            shared.transmit(bytes.fromhex("00A40004023F00"))

        def test_second(shared):
            assert False

        def test_third(shared):
            shared.transmit(bytes.fromhex("00A40004022F00"))
            assert False
        """,
    )
    second, third = sections(result) if len(sections(result)) == 2 else ("", sections(result)[0])
    assert "SELECT" not in second
    assert "SELECT MF" in third
    assert "SELECT EF.DIR" in third


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_traces_of_failures_and_of_nothing_else(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(test_cards=TESTS)
    result = pytester.runpytest_subprocess(*PLUGIN, "--euicc-trace", "here/traces", *workers)
    result.assert_outcomes(failed=4, passed=1, xfailed=1)
    assert len(sections(result)) == 3
    files = sorted(each.name for each in Path(pytester.path, "here/traces").iterdir())
    assert files[:2] == ["test_cards.test_fails.html", "test_cards.test_fails.txt"]
    assert len([each for each in files if "test_two_cards" in each]) == 2 * 2 * 2
    assert len(files) == 10


def test_a_trace_is_text_and_a_page(pytester: pytest.Pytester) -> None:
    run(pytester, TESTS, "--euicc-trace", "traces", "-k", "test_fails")
    text_file, page = (next(Path(pytester.path, "traces").glob(f"*.{kind}")) for kind in ("txt", "html"))
    assert "SELECT MF" in text_file.read_text()
    assert "> 00A40004023F00" in text_file.read_text()
    assert page.read_text().startswith("<!doctype html>")
    assert "::test_fails</title>" in page.read_text()


def test_without_failures_there_is_no_directory(pytester: pytest.Pytester) -> None:
    run(pytester, TESTS, "--euicc-trace", "traces", "-k", "test_passes").assert_outcomes(passed=1)
    assert not Path(pytester.path, "traces").exists()


def test_the_smallest_example_is_the_one_that_is_told(pytester: pytest.Pytester) -> None:
    (told,) = sections(
        run(
            pytester,
            """
            from hypothesis import given, settings, strategies as st

            @settings(database=None, deadline=None)
            @given(st.lists(st.sampled_from([0xA4, 0xB0, 0xF2])))
            def test_instructions(euicc_factory, instructions):
                card = euicc_factory()
                for each in instructions:
                    card.transmit(bytes((0x80, each, 0, 0x0C)))
                    assert each != 0xF2
            """,
        )
    )
    assert "the last of its commands, 1 of 1" in told
    assert "STATUS" in told


def test_a_state_machine_inside_a_test(pytester: pytest.Pytester) -> None:
    (told,) = sections(
        run(
            pytester,
            """
            from hypothesis import settings, strategies as st
            from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

            def test_machine(euicc_factory):
                class Machine(RuleBasedStateMachine):
                    def __init__(self):
                        super().__init__()
                        self.card = euicc_factory()

                    @rule(instruction=st.sampled_from([0xA4, 0xB0, 0xF2]))
                    def send(self, instruction):
                        self.card.transmit(bytes((0x80, instruction, 0, 0x0C)))
                        assert instruction != 0xF2

                run_state_machine_as_test(Machine, settings=settings(database=None, deadline=None))
            """,
        )
    )
    assert "the last of its commands, 1 of 1" in told
