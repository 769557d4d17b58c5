"""Traces in words: a whole life, single commands, garbage."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import Exchange, Recorder, Trace, tlv
from euicc import Card
from euicc.traces.interpreter import Entry, entries
from euicc.traces.messages import es10_messages
from euicc.traces.tree import Node
from tests.rsp.device import SEED, pki
from tests.rsp.garbage import commands, session
from tests.traces.lives import whole_life

SELECT_ISD_R = "01A4040010A0000005591010FFFFFFFF8900000100"


def of(*pairs: str) -> tuple[Entry, ...]:
    """Entries of a trace given as pairs "command response"; "response" alone is a reset."""
    ticks = count()
    made = []
    for pair in pairs:
        *command, response = map(bytes.fromhex, pair.split())
        made.append(Exchange(command[0] if command else None, response, float(next(ticks)), 0.5))
    return entries(Trace(tuple(made)))


def values(tree: Node | None) -> dict[str, str]:
    """Every value in a tree by its name; the first where a name repeats."""
    found: dict[str, str] = {}
    for _, node in tree.lines() if tree else ():
        found.setdefault(node.name, node.text)
    return found


def by_words(words: str) -> Entry:
    return next(entry for entry in entries(whole_life()) if entry.words == words)


def test_everything_in_a_whole_life_is_understood() -> None:
    life = entries(whole_life())
    assert [entry.undecoded for entry in life if entry.undecoded] == []
    assert all(entry.function for entry in life if "STORE DATA" in entry.words)
    assert {entry.application for entry in life} == {"UICC", "USIM", "ISD-R", "ECASD"}
    assert sum(len(entry.exchanges) for entry in life) == len(whole_life().exchanges)


def test_every_es10_function_of_a_life_has_its_name() -> None:
    assert {message.function for message in es10_messages(whole_life())} == {
        "ES10a.GetEuiccConfiguredAddresses",
        "ES10a.SetDefaultDpAddress",
        "ES10b.GetEUICCInfo (info1)",
        "ES10b.GetEUICCInfo (info2)",
        "ES10b.GetEUICCChallenge",
        "ES10b.GetRAT",
        "ES10b.AuthenticateServer",
        "ES10b.PrepareDownload",
        "ES10b.LoadBoundProfilePackage",
        "ES10b.ListNotification",
        "ES10b.RetrieveNotificationsList",
        "ES10b.RemoveNotificationFromList",
        "ES10c.GetEID",
        "ES10c.GetProfilesInfo",
        "ES10c.SetNickname",
        "ES10c.EnableProfile",
        "ES10c.DisableProfile",
        "ES10c.DeleteProfile",
    }


def test_information_is_a_tree_of_fields() -> None:
    entry = by_words("STORE DATA → ES10b.GetEUICCInfo (info2)")
    found = values(entry.response)
    assert found["svn"] == "2.5.0"
    assert found["euicc_category"] == "mediumEuicc (2)"
    assert found["rsp_capability"] == "additionalProfile, testProfileSupport"
    assert found["free_non_volatile_memory"] == "524288"


def test_blocks_and_pieces_are_one_command() -> None:
    entry = by_words("STORE DATA → ES10b.AuthenticateServer")
    assert len(entry.exchanges) == 9
    assert values(entry.request)["server_certificate"].startswith("TEST SM-DP+")
    assert values(entry.response)["euicc_certificate"].startswith("TEST eUICC")


def test_a_bound_profile_package_shows_what_is_not_encrypted() -> None:
    first = by_words("STORE DATA → ES10b.LoadBoundProfilePackage")
    metadata = by_words("STORE DATA → ES8+.StoreMetadata (segment)")
    assert values(first.request)["remote_op_id"] == "installBoundProfilePackage (1)"
    assert values(metadata.request)["iccid"] == "8900101234567890123"
    result = [e for e in entries(whole_life()) if values(e.response).get("sima_response") is not None]
    assert values(result[0].response)["status"] == "ok (0)"


@pytest.mark.parametrize(
    ("words", "name", "text"),
    [
        ("READ BINARY of EF.ICCID", "content", "8900101234567890123"),
        ("READ BINARY of EF.IMSI", "content", "001010123456063"),
        ("READ BINARY of EF.SPN", "name", "Test Operator"),
        ("READ BINARY of EF.AD", "mnc_length", "2"),
        ("READ BINARY of EF.Keys", "response", "masked"),
        ("GET DATA EID", "eid", "89049032001001000000000000000120"),
        ("FETCH → REFRESH UICC reset", "device_identities", "UICC to terminal"),
        ("SELECT ISD-R", "isdr_proprietary_application_template", "svn 2.5.0"),
    ],
)
def test_answers_in_words(words: str, name: str, text: str) -> None:
    assert values(by_words(words).response)[name] == text


def test_a_result_code_is_an_error_although_the_status_word_is_not() -> None:
    _, entry = of(f"{SELECT_ISD_R} 9000", "81E2910003BF3300 BF33038001019000")
    assert entry.outcome == "error"
    assert values(entry.response)["delete_result"] == "iccidOrAidNotFound (1)"
    assert entry.status == "9000 normal ending"


def test_a_function_of_sgp_32_is_decoded_by_its_types() -> None:
    entry = of(f"{SELECT_ISD_R} 9000", "81E2910003BF5500 BF5502A0009000")[1]
    assert entry.function == "ES10b.GetEimConfigurationData"
    assert entry.request is not None
    assert entry.request.name == "GetEimConfigurationDataRequest"
    assert entry.undecoded == ""


def test_what_cannot_be_decoded_says_why() -> None:
    _, entry = of(f"{SELECT_ISD_R} 9000", "81E2910005BF2D028501 BF2D03A001009000")
    assert entry.request is not None
    assert entry.response is not None
    assert entry.request.text.startswith("BF2D028501 (not decoded: ")
    assert entry.response.text.startswith("BF2D03A00100 (not decoded: ")
    assert entry.undecoded


def test_channels_have_applications_of_their_own() -> None:
    shown = of(
        "3B9000",
        "0070000001 019000",
        f"{SELECT_ISD_R} 6102",
        "00A4040007A0000000871002 9000",
        "01C0000002 6F009000",
        "00A40004026F07 9000",
        "00B0000009 0809101010325476989000",
        "0070800100 9000",
        "81E2910003BF2E00 6881",
    )
    assert [(e.number, e.channel, e.application, e.words) for e in shown] == [
        (1, 0, "UICC", "reset"),
        (2, 0, "UICC", "MANAGE CHANNEL open 1"),
        (3, 1, "ISD-R", "SELECT ISD-R"),
        (4, 0, "USIM", "SELECT USIM"),
        (6, 0, "USIM", "SELECT EF.IMSI"),
        (7, 0, "USIM", "READ BINARY of EF.IMSI"),
        (8, 0, "USIM", "MANAGE CHANNEL close 1"),
        (9, 1, "unknown", "STORE DATA → ES10b.GetEUICCChallenge"),
    ]
    assert [len(e.exchanges) for e in shown] == [1, 1, 2, 1, 1, 1, 1, 1]
    assert shown[2].duration == 1.0


def test_a_wrong_le_and_its_repetition_are_one_command() -> None:
    (entry,) = of("00B0000000 6C0A", "00B000000A 980010325476981032149000")
    assert entry.status == "9000 normal ending"
    assert len(entry.exchanges) == 2


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("00A40004022FE2", "SELECT EF.ICCID"),
        ("00A40804047F206F07", "SELECT EF.IMSI by path from MF"),
        ("00A40004027F10", "SELECT DF.TELECOM"),
        ("00A40004026FFE", "SELECT file 6FFE"),
        ("00A4030400", "SELECT MF as parent DF"),
        ("00A404000AA0000005591010FFFFFF", "SELECT A0000005591010FFFFFF"),
        ("00A4040008A0000005591010FF", "SELECT A0000005591010FF"),
    ],
)
def test_files_and_applications_by_name(select: str, words: str) -> None:
    assert of(f"{select} 9000")[0].words == words


def test_a_partial_aid_is_named_by_the_answer() -> None:
    answer = tlv.encode(0x6F, tlv.encode(0x84, bytes.fromhex("A0000005591010FFFFFFFF8900000100")))
    (entry,) = of(f"00A4040007A0000005591010 {answer.hex()}9000")
    assert entry.words == "SELECT ISD-R"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("002000010831323334FFFFFFFF", "VERIFY PIN1"),
        ("00200081", "VERIFY PIN2 (how many tries are left)"),
        ("0020000A083132333435363738", "VERIFY ADM1"),
        ("80C2000004D3029000", "ENVELOPE menu selection"),
        (
            "801400000C810301010482028281830130",
            "TERMINAL RESPONSE REFRESH UICC reset: beyond the terminal's capabilities",
        ),
        ("0084000008", "GET CHALLENGE"),
        ("80500000080102030405060708", "INITIALIZE UPDATE"),
        ("0001", "malformed command (6700 wrong length)"),
    ],
)
def test_commands_in_words(command: str, words: str) -> None:
    (entry,) = of(f"{command} 9000")
    assert entry.words == words


def test_an_unfinished_chain_is_told() -> None:
    _, entry, _ = of(f"{SELECT_ISD_R} 9000", "81E2110004BF388201 9000", "3B9000")
    assert entry.words == "STORE DATA → ES10b.AuthenticateServer (unfinished)"


sent = st.builds(bytes.__add__, st.sampled_from(session()), st.binary(max_size=2)) | st.binary(max_size=24)
came = st.binary(max_size=24) | st.binary(max_size=12).map(lambda data: data + b"\x90\x00")


@given(st.lists(st.builds(Exchange, st.none() | sent, came), max_size=12))
def test_no_trace_raises(exchanges: list[Exchange]) -> None:
    trace = Trace(tuple(exchanges))
    for unmasked in (False, True):
        shown = entries(trace, unmasked)
        assert sum(len(entry.exchanges) for entry in shown) == len(exchanges)
        assert all(
            entry.outcome in ("ok", "warning", "error") and entry.undecoded is not None for entry in shown
        )


def test_garbage_sent_to_a_card_is_shown() -> None:
    recorder = Recorder(Card.manufacture(pki=pki(), seed=SEED))
    random = Random(3)
    for stage in range(0, len(session()), 9):
        for command in commands(random, 12, stage):
            recorder.transmit(command)
    shown = entries(recorder.trace)
    assert sum(len(entry.exchanges) for entry in shown) == len(recorder.trace.exchanges)
    assert any(entry.undecoded for entry in shown)
