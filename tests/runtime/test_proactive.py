"""The proactive session: announced, fetched, answered."""

from __future__ import annotations

import pytest

from apdu.cat import RefreshMode, TerminalResponse
from tests.runtime.toys import Toys

EVERYTHING = "8010000014" + "FF" * 20
REFRESH = "D009810301010482028182"
OK = "801400000C810301010482028281830100"


@pytest.fixture
def toys() -> Toys:
    return Toys()


def refresh(toys: Toys) -> list[bytes]:
    """Queue a REFRESH; the list fills with the results it is answered with."""
    results: list[bytes] = []
    toys.proactive.refresh(
        RefreshMode.UICC_RESET, lambda response: results.append(response.result.encode()), retries=0
    )
    return results


def running(toys: Toys) -> bool:
    return toys.proactive.session_running


def test_the_whole_session(toys: Toys) -> None:
    assert toys.send(EVERYTHING) == "9000"
    results = refresh(toys)
    assert toys.send("0020000001AA00") == "AA910B"
    assert not running(toys)
    assert toys.send("801200000B") == REFRESH + "9000"
    assert running(toys)
    assert toys.send("0020000001AA00") == "AA9000"
    assert toys.send("801200000B") == "6985"
    assert toys.send(OK) == "9000"
    assert results == [b"\x00"]
    assert not running(toys)
    assert toys.send("0020000001AA00") == "AA9000"


def test_nothing_is_announced_without_terminal_profile(toys: Toys) -> None:
    refresh(toys)
    assert not toys.proactive.terminal_profile_sent
    assert toys.send("0020000001AA00") == "AA9000"
    assert toys.send("801200000B") == "6985"
    assert toys.send(EVERYTHING) == "910B"
    assert toys.proactive.terminal_profile_sent


@pytest.mark.parametrize(
    ("profile", "sw"), [("000080", "910B"), ("FFFF7F", "9000"), ("FFFF", "9000"), ("", "9000")]
)
def test_a_command_the_terminal_does_not_know_is_not_sent(toys: Toys, profile: str, sw: str) -> None:
    refresh(toys)
    lc = f"{len(profile) // 2:02X}" if profile else ""
    assert toys.send(f"80100000{lc}{profile}") == sw


def test_announced_with_every_way_of_succeeding_and_with_nothing_else(toys: Toys) -> None:
    toys.send(EVERYTHING)
    refresh(toys)
    assert toys.send("0070000100") == "910B"
    assert toys.send("00200000030A0B0C") == "6103"
    assert toys.send("00C0000002") == "0A0B6101"
    assert toys.send("00C0000001") == "0C910B"
    assert toys.send("00306982") == "6982"
    assert toys.send("00306283") == "6283"
    assert toys.send("00FE0000") == "6D00"


@pytest.mark.parametrize("le", ["", "01", "0A", "0C", "FF"])
def test_fetch_with_a_wrong_length_keeps_the_command(toys: Toys, le: str) -> None:
    toys.send(EVERYTHING)
    refresh(toys)
    assert toys.send(f"80120000{le}") == "6C0B"
    assert toys.send("8012000000") == REFRESH + "9000"


def test_commands_go_out_in_their_order(toys: Toys) -> None:
    toys.send(EVERYTHING)
    first, second = refresh(toys), refresh(toys)
    toys.send("801200000B")
    assert toys.send(OK) == "910B"
    assert (first, second) == ([b"\x00"], [])
    toys.send("801200000B")
    assert toys.send("801400000D81030101048202828183022001") == "9000"
    assert second == [b"\x20\x01"]


def test_who_is_answered_may_queue_again(toys: Toys) -> None:
    def again(response: TerminalResponse) -> None:
        refresh(toys)

    toys.send(EVERYTHING)
    toys.proactive.refresh(RefreshMode.UICC_RESET, again)
    toys.send("801200000B")
    assert toys.send(OK) == "910B"


@pytest.mark.parametrize(
    "response",
    [
        "8103010104820282818301",
        "81030201048202828183 0100",
        "8103010204820282 81830100",
        "810301010482028281",
        "810301010482028281 8300",
        "8301 00",
        "81",
        "8180",
        "7F00",
        "818103010104",
        "8183000003",
        "",
    ],
)
def test_a_response_to_something_else_is_refused(toys: Toys, response: str) -> None:
    toys.send(EVERYTHING)
    results = refresh(toys)
    toys.send("801200000B")
    data = bytes.fromhex(response)
    assert toys.send("80140000" + (bytes((len(data),)) + data if data else b"").hex()) == "6A80"
    assert results == []
    assert toys.send(OK) == "9000"
    assert results == [b"\x00"]


def test_tags_without_comprehension_flag_and_long_lengths(toys: Toys) -> None:
    toys.send(EVERYTHING)
    results = refresh(toys)
    toys.send("801200000B")
    data = "7FA001" + "0155" + "018103" + "010104" + "02028281" + "830100"
    assert toys.send(f"80140000{len(data) // 2:02X}{data}") == "9000"
    assert results == [b"\x00"]


def test_a_response_nobody_waits_for(toys: Toys) -> None:
    toys.send(EVERYTHING)
    assert toys.send(OK) == "6985"


def test_reset_forgets_queue_session_and_profile(toys: Toys) -> None:
    toys.send(EVERYTHING)
    results = refresh(toys)
    toys.send("801200000B")
    refresh(toys)
    toys.runtime.reset()
    assert toys.send(OK) == "6985"
    assert toys.send(EVERYTHING) == "9000"
    assert results == []


@pytest.mark.parametrize("apdu", ["8010010001FF", "801201000B", "8014000101FF"])
def test_wrong_parameters(toys: Toys, apdu: str) -> None:
    assert toys.send(apdu) == "6A86"
