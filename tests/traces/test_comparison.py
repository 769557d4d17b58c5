"""A trace as a regression test, and the same ES10 messages however they were carried."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import Exchange, Recorder, Replay, Trace, aid
from apdu.channel import open_channel
from euicc import Card, Config
from euicc.traces import command
from euicc.traces.comparison import changing, compare, differences, play
from euicc.traces.messages import es10_messages
from tests.rsp.device import SEED, pki
from tests.traces.lives import whole_life

REQUESTS = ("BF2000", "BF2200", "BF3E035C015A", "BF2E00", "BF2D00", "BF3C00", "BF4300")


def card(**changes: object) -> Card:
    return Card.manufacture(pki=pki(), seed=SEED, config=Config(**changes) if changes else None)  # type: ignore[arg-type]


def questions(le: int | None = 256, block_size: int = 255, channel: int | None = None) -> Trace:
    """Functions that change nothing, asked by a terminal of this kind."""
    recorder = Recorder(card())
    recorder.reset()
    with open_channel(recorder, channel, le=le, block_size=block_size) as isd_r:
        isd_r.select(aid.ISD_R)
        for request in REQUESTS:
            isd_r.store_data(bytes.fromhex(request))
    return recorder.trace


def test_a_life_is_lived_again_byte_by_byte() -> None:
    assert compare(whole_life(), card(), exact=True) == ()
    assert compare(whole_life(), card()) == ()


def test_a_trace_replays_as_a_card_against_itself() -> None:
    with Replay(whole_life()) as replay:
        assert compare(whole_life(), replay, exact=True) == ()


def test_another_card_differs_where_it_does() -> None:
    found = compare(questions(), card(category=1))
    assert [(each.words, each.what, each.expected, each.came) for each in found] == [
        (
            "STORE DATA → ES10b.GetEUICCInfo (info2)",
            "EUICCInfo2.euicc_category",
            "mediumEuicc (2)",
            "basicEuicc (1)",
        )
    ]
    assert str(found[0]).startswith("5: STORE DATA")


def test_byte_by_byte_a_challenge_differs_and_otherwise_not() -> None:
    other = Card.manufacture(pki=pki(), seed=SEED + 1)
    assert compare(questions(), other) == ()
    exact = compare(questions(), Card.manufacture(pki=pki(), seed=SEED + 1), exact=True)
    assert [each.words for each in exact] == ["[1] STORE DATA block 0 (last): ES10b.GetEUICCChallenge"]
    told = compare(questions(), Card.manufacture(pki=pki(), seed=SEED + 1), ignored=frozenset())
    assert [each.what for each in told] == ["GetEuiccChallengeResponse.euicc_challenge"]


@pytest.mark.parametrize(("le", "block_size", "channel"), [(None, 255, None), (256, 2, 3), (None, 1, 19)])
def test_the_same_messages_whatever_carried_them(
    le: int | None, block_size: int, channel: int | None
) -> None:
    other = questions(le, block_size, channel)
    assert es10_messages(other) == es10_messages(questions())
    assert [message.outline() for message in es10_messages(other)] == [
        message.outline() for message in es10_messages(questions())
    ]
    assert len(es10_messages(other)) == len(REQUESTS)


def test_outlines_leave_out_what_is_new_in_every_session() -> None:
    other = Recorder(Card.manufacture(pki=pki(), seed=SEED + 1))
    again = play(questions(), other)
    assert es10_messages(again) != es10_messages(questions())
    assert [m.outline() for m in es10_messages(again)] == [m.outline() for m in es10_messages(questions())]


def test_a_channel_that_the_card_assigns_otherwise_stands_for_the_recorded_one() -> None:
    occupied = card()
    open_channel(occupied)

    class Kept:
        """A card whose first channel is in use already, and stays so."""

        def reset(self) -> bytes:
            return b"\x3b\x90\x00"

        def transmit(self, command: bytes, /) -> bytes:
            return occupied.transmit(command)

    found = compare(questions(), Kept())
    assert [(each.number, each.what) for each in found] == [(1, "atr")]


def test_a_trace_that_ends_early_differs_there() -> None:
    whole = questions()
    found = differences(whole, Trace(whole.exchanges[:-2]))
    assert [(each.what, each.came) for each in found] == [("command", "nothing")] * 2


def test_what_changes_a_card_is_told() -> None:
    assert changing(questions()) == ()
    told = {entry.function or entry.words for entry in changing(whole_life())}
    assert told == {
        "ES10a.SetDefaultDpAddress",
        "ES10b.PrepareDownload",
        "ES10b.LoadBoundProfilePackage",
        "ES10b.RemoveNotificationFromList",
        "ES10c.SetNickname",
        "ES10c.EnableProfile",
        "ES10c.DisableProfile",
        "ES10c.DeleteProfile",
        "VERIFY PIN1",
    }


def test_the_command_does_not_change_a_card_unasked(tmp_path: Path) -> None:
    file = tmp_path / "life.trace"
    whole_life().save(file)
    with pytest.raises(command.WouldChangeCard, match="the first is 11 STORE DATA → ES10a"):
        command.check(file, card())
    assert command.check(file, card(), write=True) == ()


def test_malformed_commands_are_sent_as_they_were() -> None:
    trace = Trace((Exchange(b"\x00\x01", b"\x67\x00"), Exchange(bytes.fromhex("00FF0000"), b"\x6d\x00")))
    assert compare(trace, card()) == ()
