"""Recording a card, keeping the trace as text, playing it again."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import ApduChannel, Recorder, Replay, ReplayMismatch, Trace, TraceFormatError, Transport, aid
from apdu.explain import explain_command, explain_response
from apdu.trace import Exchange, TraceWriter
from tests.apdu.scripted import ScriptedCard

SELECT_ISD_R = "00A4040010A0000005591010FFFFFFFF890000010000"


def recorded_session() -> Recorder:
    """Reset, SELECT ISD-R with GET RESPONSE, GetEUICCChallenge; a clock that goes half a millisecond a look."""
    ticks = count()
    card = ScriptedCard(
        (SELECT_ISD_R, "6102"),
        ("00C0000002", "6F009000"),
        ("80E2910003BF2E0000", "BF2E12" + "8010" + "AA" * 16 + "9000"),
    )
    began = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
    recorder = Recorder(card, clock=lambda: next(ticks) * 0.0005, name="a script", recorded=began)
    assert recorder.reset() == bytes.fromhex("3B9000")
    play(recorder)
    return recorder


def play(card: Transport) -> bytes:
    channel = ApduChannel(card)
    channel.select(aid.ISD_R)
    return channel.store_data(b"\xbf\x2e\x00")


def test_a_recorder_keeps_what_was_exchanged_and_when() -> None:
    exchanges = recorded_session().trace.exchanges
    assert [exchange.command for exchange in exchanges[:3]] == [
        None,
        bytes.fromhex(SELECT_ISD_R),
        bytes.fromhex("00C0000002"),
    ]
    assert exchanges[0] == Exchange(None, bytes.fromhex("3B9000"), 0.0005, 0.0005)
    assert exchanges[1] == Exchange(bytes.fromhex(SELECT_ISD_R), b"\x61\x02", 0.0015, 0.0005)


def test_a_recorder_is_bounded() -> None:
    card = ScriptedCard(*[(f"80F200{number:02X}", "9000") for number in range(10)])
    recorder = Recorder(card, limit=3)
    for number in range(10):
        recorder.transmit(bytes((0x80, 0xF2, 0, number)))
    assert recorder.trace.dropped == 7
    assert [exchange.command for exchange in recorder.trace.exchanges] == [
        bytes((0x80, 0xF2, 0, number)) for number in (7, 8, 9)
    ]
    assert Trace.from_text(recorder.trace.to_text()) == recorder.trace


def test_a_recorder_shows_the_cards_trust_anchors() -> None:
    class Card(ScriptedCard):
        ci_certificates = (b"\x30\x00",)

    assert Recorder(Card()).ci_certificates == (b"\x30\x00",)
    assert Recorder(ScriptedCard()).ci_certificates == ()


def test_a_trace_file_can_be_read_by_people() -> None:
    text = recorded_session().trace.to_text()
    assert text.startswith(
        "APDU trace 2\n"
        "transport a script\n"
        "recorded 2025-03-01T09:30:00.000000+00:00\n"
        "@ 0.000500 +0.000500\n"
        "# reset -> ATR 3B9000\n"
        "< 3B9000\n"
        "@ 0.001500 +0.000500\n"
        "# SELECT ISD-R -> 6102 2 bytes of response available\n"
        f"> {SELECT_ISD_R}\n"
        "< 6102\n"
    )


def test_a_trace_file_is_read_back(tmp_path: Path) -> None:
    trace = recorded_session().trace
    trace.save(tmp_path / "session.trace")
    assert Trace.load(tmp_path / "session.trace") == trace


times = st.integers(-(10**6), 10**9).map(lambda microseconds: microseconds / 10**6)


@given(
    st.lists(st.builds(Exchange, st.none() | st.binary(max_size=20), st.binary(max_size=20), times, times))
)
def test_every_trace_is_read_back(exchanges: list[Exchange]) -> None:
    trace = Trace(tuple(exchanges))
    assert Trace.from_text(trace.to_text()) == trace


def test_a_trace_of_version_1_is_read() -> None:
    text = "APDU trace 1, 7 exchanges before it dropped\n@ 0.5 +0.1\n# reset -> ATR 3B9000\n< 3B9000\n"
    assert Trace.from_text(text) == Trace((Exchange(None, b"\x3b\x90\x00", 0.5, 0.1),), 7)


def test_a_trace_is_written_while_it_happens(tmp_path: Path) -> None:
    card = ScriptedCard(("80F20000", "9000"))
    with TraceWriter(tmp_path / "session.trace") as writer:
        recorder = Recorder(card, writer=writer)
        assert Trace.load(tmp_path / "session.trace") == recorder.trace
        recorder.reset()
        recorder.transmit(bytes.fromhex("80F20000"))
        assert Trace.load(tmp_path / "session.trace") == recorder.trace
    assert recorder.trace.transport == "ScriptedCard"


def test_a_trace_written_by_hand_may_have_spaces_and_remarks() -> None:
    text = "# mine\nAPDU trace 1\n\n@ 0.0 +0.0\n# the end\n> 80 F2 00 00\n<90 00\n"
    assert Trace.from_text(text).exchanges == (Exchange(b"\x80\xf2\x00\x00", b"\x90\x00"),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1"),
        ("APDU trace 3\n", "line 1"),
        ("APDU trace 2\nrecorded yesterday\n", "yesterday"),
        ("APDU trace 2\ndropped x\n@ 0.0 +0.0\n<9000", "not understood: x"),
        ("APDU trace 1\n> 00\n< 9000\n", "line 2"),
        ("APDU trace 1\n@ 0.0 +0.0\n> 0\n< 9000\n", "line 3"),
        ("APDU trace 1\n# words\n@ 0.0 +0.0\n> 00\n> 9000\n", "line 5"),
        ("APDU trace 1\n@ 0.0 +0.0\n> 00\n", "line 4"),
    ],
)
def test_a_text_that_is_no_trace_names_the_line(text: str, line: str) -> None:
    with pytest.raises(TraceFormatError, match=line):
        Trace.from_text(text)


def test_a_file_that_is_no_text_is_no_trace(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TraceFormatError):
        Trace.load(tmp_path / "binary")


def test_a_replay_answers_as_recorded() -> None:
    trace = recorded_session().trace
    with Replay(trace) as card:
        assert card.reset() == bytes.fromhex("3B9000")
        assert play(card) == bytes.fromhex("BF2E128010" + "AA" * 16)
        assert card.remaining == 0


def test_a_replay_names_the_first_difference() -> None:
    card = Replay(recorded_session().trace)
    card.reset()
    with pytest.raises(ReplayMismatch) as mismatch:
        ApduChannel(card).select(aid.ECASD)
    assert str(mismatch.value) == (
        "exchange 2 of 4: expected SELECT ISD-R (00A4040010A0000005591010FFFFFFFF890000010000), "
        "came SELECT ECASD (00A4040010A0000005591010FFFFFFFF890000020000); byte 19: expected 01, came 02"
    )


def test_a_shorter_command_differs_where_it_ends() -> None:
    card = Replay(Trace((Exchange(bytes.fromhex("80F2000000"), b"\x90\x00"),)))
    with pytest.raises(ReplayMismatch, match="byte 4: expected 00, came the end"):
        card.transmit(bytes.fromhex("80F20000"))


def test_resets_are_part_of_a_trace() -> None:
    trace = recorded_session().trace
    with pytest.raises(ReplayMismatch, match="exchange 1 of 4: expected reset, came SELECT"):
        Replay(trace).transmit(bytes.fromhex(SELECT_ISD_R))


def test_a_replay_ends_with_its_trace() -> None:
    card = Replay(Trace())
    card.finish()
    with pytest.raises(ReplayMismatch, match="the trace is over, came reset"):
        card.reset()


def test_a_replay_left_early_says_what_is_missing() -> None:
    with (
        pytest.raises(ReplayMismatch, match="exchange 2 of 4: expected SELECT ISD-R"),
        Replay(recorded_session().trace) as card,
    ):
        card.reset()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("00A4040010A0000005591010FFFFFFFF8900000100", "SELECT ISD-R"),
        ("41A404020CA0000000871002FFFFFFFF89", "[5] SELECT USIM"),
        ("00A40004023F00", "SELECT file 3F00"),
        ("00A40804047FFF6F0700", "SELECT path from MF 7FFF6F07"),
        ("00A40304", "SELECT parent DF"),
        ("0070000001", "MANAGE CHANNEL open"),
        ("0070800200", "MANAGE CHANNEL close 2"),
        ("81E2910006BF3E035C015A", "[1] STORE DATA block 0 (last): ES10c.GetEID"),
        ("80E21100" + "06BF3682010203", "STORE DATA block 0: ES10b.LoadBoundProfilePackage"),
        ("80E2910003A181AD", "STORE DATA block 0 (last): ES8+.StoreMetadata"),
        ("80E2110101FF", "STORE DATA block 1"),
        ("80E2910002BF7F", "STORE DATA block 0 (last): no data object (data ends inside a header)"),
        ("80E2910003BF7F00", "STORE DATA block 0 (last): tag BF7F"),
        ("00C0000000", "GET RESPONSE 256 bytes"),
        ("801200000B", "FETCH 11 bytes"),
        ("00B001020A", "READ BINARY offset 258"),
        ("00B082000A", "READ BINARY SFI 02 offset 0"),
        ("00B2010C14", "READ RECORD SFI 01 record 1"),
        ("00B2010414", "READ RECORD record 1"),
        ("10880081021122", "AUTHENTICATE (chained)"),
        ("80E40000024F00", "DELETE"),
        ("0001", "malformed command (6700 wrong length)"),
    ],
)
def test_commands_in_words(command: str, words: str) -> None:
    assert explain_command(bytes.fromhex(command)) == words


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ("9000", "9000 normal ending"),
        ("AABB910B", "2 bytes, 910B normal ending, proactive command of 11 bytes pending"),
        ("90", "a response of 1 bytes has no status word"),
    ],
)
def test_responses_in_words(response: str, words: str) -> None:
    assert explain_response(bytes.fromhex(response)) == words


@given(st.binary(max_size=30))
def test_whatever_the_bytes_there_are_words(raw: bytes) -> None:
    assert explain_command(raw)
    assert explain_response(raw)
