"""Scripts make sense to a card, and a failure shrinks to a few steps in words."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from hypothesis import given, settings

from apdu import Exchange, aid, instruction
from asn1.generated import rsp
from euicc import Card
from euicc.testing.strategies import SGP32, CardView, Script, any_script, play, scripts, seeded
from euicc.testing.strategies.apdus import sensible
from euicc.testing.strategies.steps import (
    Bytes,
    Chained,
    Close,
    FileCommand,
    GetResponse,
    Open,
    Reset,
    SelectApplication,
    SelectFile,
    StoreData,
)
from tests.isdr.installed import iccid
from tests.sgp32.iot import NORMAL, arranged
from tests.strategies.shrinking import shrunk

VIEW = CardView(iccids=tuple(map(iccid, (1, 2, 3))))
SWITCHING = (rsp.ProfileInfoListRequest, rsp.EnableProfileRequest, rsp.DisableProfileRequest)
DISABLED = bytes.fromhex("BF3203800100")


def exchanges(script: Script) -> list[Exchange]:
    return play(script, arranged(NORMAL))


def test_steps_say_what_they_send() -> None:
    words = {
        Reset(): "reset",
        Open(1): "[1] MANAGE CHANNEL open (0170000001)",
        Open(0, 2): "MANAGE CHANNEL open 2 (00700002)",
        Close(0, 3): "MANAGE CHANNEL close 3 (00708003)",
        SelectApplication(1, aid.ECASD): f"[1] SELECT ECASD (01A4040410{aid.ECASD.hex().upper()})",
        SelectFile(5, b"\x2f\xe2"): "[5] SELECT file 2FE2 (41A40004022FE2)",
        FileCommand(2, le=9): "[2] READ BINARY offset 0 (02B0000009)",
        FileCommand(ins=instruction.STATUS, le=256): "STATUS (80F2000000)",
        GetResponse(1, 5): "[1] GET RESPONSE 5 bytes (01C0000005)",
        StoreData(0, b"\xbf\x2e\0"): "STORE DATA block 0 (last): ES10b.GetEUICCChallenge (80E2910003BF2E00)",
        StoreData(0, b"\xbf\x2e\0", 2, 1): (
            "STORE DATA block 0: no data object (data ends inside a header) (80E2110002BF2E)"
        ),
        Chained(0, FileCommand(ins=instruction.UPDATE_BINARY, data=b"ab"), 1): (
            "UPDATE BINARY (chained) offset 0 (10D600000161), UPDATE BINARY offset 0 (00D600000162)"
        ),
        Bytes(raw=b"\x00"): "malformed command (6700 wrong length) (00)",
        Bytes(raw=b""): "",
    }
    assert {repr(step): told for step, told in words.items()} == {told: told for told in words.values()}


def test_steps_go_where_they_make_sense_unless_astray() -> None:
    data, astray = StoreData(1), True
    assert sensible([(data, False)]) == (SelectApplication(0), StoreData(0))
    assert sensible([(data, astray)]) == (data,)
    opened = [(Open(0, 1), False), (data, False), (data, False)]
    assert sensible(opened) == (Open(0, 1), SelectApplication(1), data, data)
    assert sensible([opened[0], (SelectFile(2), False)])[1] == SelectFile(1)
    assert sensible([*opened, (Reset(), False), (data, False)])[4:] == (Reset(), *sensible([(data, False)]))
    assert sensible([*opened, (Close(0, 1), False), (data, False)])[5:] == sensible([(data, False)])


def test_a_card_understands_most_of_a_script() -> None:
    card, answers = arranged(), Counter[int]()
    for script in islice(seeded(any_script(VIEW, SGP32), seed=3), 300):
        answers.update(each.response[-2] for each in play(script, card) if each.command)
    assert answers[0x90] + answers[0x61] > 0.4 * answers.total()
    assert {0x68, 0x69, 0x6A, 0x6C, 0x6D} <= answers.keys()


def test_a_script_by_a_seed_is_the_same_again() -> None:
    first, second = (islice(seeded(any_script(VIEW), seed=4), 50) for _ in range(2))
    assert [each.commands for script in first for each in script] == [
        each.commands for script in second for each in script
    ]


@settings(max_examples=30, deadline=None)
@given(scripts(VIEW, SGP32))
def test_hypothesis_draws_scripts(script: Script) -> None:
    assert all(len(each.response) >= 2 for each in play(script, Card.manufacture(seed=1)))


def test_a_failure_shrinks_to_a_few_apdus_in_words() -> None:
    found = shrunk(
        scripts(VIEW, SWITCHING, most=8),
        lambda script: any(DISABLED in each.response for each in exchanges(script)),
    )
    assert [repr(step) for step in found] == [
        "SELECT ISD-R (00A4040410A0000005591010FFFFFFFF8900000100)",
        f"STORE DATA block 0 (last): ES10c.DisableProfile (80E2910014BF3211A00C5A0A{iccid(1).hex().upper()}810100)",
    ]


def test_a_failure_on_another_channel_shrinks_to_its_opening_and_use() -> None:
    def functions_of_channel_1(script: Script) -> bool:
        channels = [step.channel for step in script if isinstance(step, StoreData)]
        return any(isinstance(step, Open) for step in script) and 1 in channels

    found = shrunk(scripts(VIEW, SWITCHING), functions_of_channel_1)
    assert len(found) <= 4
    assert {Open, StoreData} <= {type(step) for step in found}
