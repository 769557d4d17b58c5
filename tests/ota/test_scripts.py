"""Remote scripts in both formats: what is executed, where they stop, what they answer, and how they are chained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import Command, StatusError, tlv
from euicc.ota import compact, expanded
from euicc.ota.receive import targets
from euicc.ota.script import Chains
from euicc.testing.ota import Script, parse_expanded
from euicc.testing.ota.script import Chaining, ScriptResult
from tests.ota.scene import IMSI, OTHER_IMSI, TAR_RAM, TAR_UICC, TAR_USIM, Scene, content, scene

SELECT = Command(0x00, 0xA4, 0x00, 0x0C, b"\x6f\x07")
ADN = (0x3F00, 0x7F10, 0x6F3A)


@dataclass
class Scripted:
    """A session that answers from a table by INS, otherwise with nothing."""

    answers: dict[int, bytes | StatusError] = field(default_factory=dict)
    executed: list[Command] = field(default_factory=list)
    changed: tuple[bytes, ...] = ()
    application: bytes | None = None
    afterwards: tuple[Callable[[], None], ...] = ()

    def execute(self, command: Command) -> bytes:
        self.executed.append(command)
        answer = self.answers.get(command.ins, b"")
        if isinstance(answer, StatusError):
            raise answer
        return answer

    def state(self) -> None:
        return None


def run(script: str, **answers: bytes | StatusError) -> str:
    """Compact response in hexadecimal; answers by names like ins_A4."""
    session = Scripted({int(name[-2:], 16): answer for name, answer in answers.items()})
    return compact.run(bytes.fromhex(script), session).hex()


FCP = bytes(0x32)


@pytest.mark.parametrize(
    ("script", "answers", "response"),
    [
        ("", {}, "009000"),
        ("00a40004023f00", {}, "019000"),
        ("00a40004023f00", {"ins_A4": FCP}, "016132"),
        ("00a40004023f00 00c0000032", {"ins_A4": FCP}, "029000" + FCP.hex()),
        ("00a40004023f00 00c0000000", {"ins_A4": FCP}, "029000" + FCP.hex()),
        ("00a40004023f00 00c0000010", {"ins_A4": FCP}, "026122" + FCP[:16].hex()),
        ("00a40004023f00 00c0000040", {"ins_A4": FCP}, "026c32"),
        ("00a40004023f00 00c0010032", {"ins_A4": FCP}, "026a86"),
        ("00c0000000", {}, "016985"),
        ("00a40004026f07 00b0000009", {"ins_B0": bytes(9)}, "029000" + bytes(9).hex()),
        ("00a40004026f07 00b0000000", {"ins_B0": bytes(9)}, "029000" + bytes(9).hex()),
        ("00a40004026f07 00b0000004", {"ins_B0": StatusError(0x6C09)}, "026c09"),
        ("00d6000001aa 00d6000001bb", {"ins_D6": StatusError(0x6982)}, "016982"),
        ("00a2010401aa 00d6000001bb", {"ins_A2": StatusError(0x6282)}, "029000"),
        ("0020000108" + "31" * 8 + "00d6000001bb", {"ins_20": StatusError(0x63C2)}, "029000"),
        ("00a40004023f00", {"ins_A4": StatusError(0x6283, FCP)}, "016283"),
        ("00a40004023f00 00c0000032", {"ins_A4": StatusError(0x6283, FCP)}, "029000" + FCP.hex()),
        ("8032000003000001", {"ins_32": bytes(31)}, "01611f"),
        ("0044000000", {}, "019000"),
    ],
)
def test_compact(script: str, answers: dict[str, bytes | StatusError], response: str) -> None:
    assert run(script, **answers) == response


@pytest.mark.parametrize(
    "script", ["00", "00a40004", "00a40004023f", "00d6000002aa00a40004023f00", "00b000000400"]
)
def test_what_does_not_divide_into_commands_is_not_begun(script: str) -> None:
    session = Scripted()
    assert compact.run(bytes.fromhex("00a4000c026f07" + script), session).hex() == "006700"
    assert session.executed == []


def test_a_compact_script_has_at_most_255_commands() -> None:
    session = Scripted()
    assert compact.run(bytes.fromhex("0044000000") * 255, session).hex() == "ff9000"
    assert compact.run(bytes.fromhex("0044000000") * 256, session).hex() == "006700"
    assert len(session.executed) == 255


class Echoing(Scripted):
    """Takes elements of its own, and answers 86 FF with an end of the script."""

    def tlv(self, element: tlv.Tlv) -> tuple[bytes, bool]:
        return element.encoded, element.value != b"\xff"


@pytest.mark.parametrize(
    ("script", "response"),
    [
        ("ae80 840101 2204 00440000 860102 0000", "af80 840101 2302 9000 860102 0000"),
        ("ae80 840101 8601ff 2204 00440000 0000", "af80 840101 8601ff 0000"),
        ("aa09 840101 860102 860103", "ab06 800103 860103"),
        ("aa0b 8203aabbcc 8601ff 860101", "ab06 800101 8601ff action aabbcc"),
        ("aa03 840101", "ab06 800101 840101"),
    ],
)
def test_a_target_may_take_elements_of_its_own(script: str, response: str) -> None:
    given = expanded.ExpandedScript.parse(bytes.fromhex(script), (0x84, 0x86))
    executing = expanded.Run(Echoing(), lambda action: True)
    executing.carry_out(given)
    assert [executing.response(given).hex(), *(action.hex() for action in executing.actions)] == [
        each.replace(" ", "") for each in response.split("action")
    ]


def run_expanded(script: str, **answers: bytes | StatusError) -> str:
    session = Scripted({int(name[-2:], 16): answer for name, answer in answers.items()})
    given = expanded.ExpandedScript.parse(bytes.fromhex(script))
    executing = expanded.Run(session, lambda action: action != b"\x01")
    executing.carry_out(given)
    actions = "".join(f" action {action.hex()}" for action in executing.actions)
    return executing.response(given).hex() + actions


@pytest.mark.parametrize(
    ("script", "answers", "response"),
    [
        ("aa07 2205 80caff2100", {"ins_CA": b"\xff\x21"}, "ab09 800101 2304 ff219000"),
        ("aa00", {}, "ab03 800100"),
        ("aa8109 2207 00a40004026f07", {"ins_A4": FCP}, "ab07 800101 2302 9000"),
        ("aa0e 2205 00b0000004 2205 00b0000005", {"ins_B0": StatusError(0x6982)}, "ab07 800101 2302 6982"),
        (
            "ae80 2205 00b0000001 2205 00b0000002 0000",
            {"ins_B0": b"\x05"},
            "af80 2303 059000 2303 059000 0000",
        ),
        ("ae80 0000", {}, "af80 0000"),
        ("aa05 2203 00a400", {}, "ab07 800101 2302 6700"),
        ("aa0b 8103 aabbcc 2204 00440000", {}, "ab07 800101 2302 9000 action aabbcc"),
        ("aa09 8101 01 2204 00440000", {}, "ab0a 800101 2302 9000 810101"),
        ("aa0b 8203 aabbcc 2204 00440000", {}, "ab07 800101 2302 9000"),
        (
            "aa0b 8203 aabbcc 2204 00440000",
            {"ins_44": StatusError(0x6985)},
            "ab07 800101 2302 6985 action aabbcc",
        ),
        ("aa0d 8203 aabbcc 8200 2204 00440000", {"ins_44": StatusError(0x6985)}, "ab07 800101 2302 6985"),
    ],
)
def test_expanded(script: str, answers: dict[str, bytes | StatusError], response: str) -> None:
    answered = run_expanded(script, **answers)
    plain, _, actions = answered.partition(" ")
    expected, _, expected_actions = response.partition(" action")
    assert plain == expected.replace(" ", "")
    assert actions.replace("action ", "") == expected_actions.strip()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("aa", expanded.LENGTH_NOT_FOUND),
        ("aa81", expanded.LENGTH_NOT_FOUND),
        ("ae", expanded.LENGTH_NOT_FOUND),
        ("aa0222", expanded.WRONG_LENGTH),
        ("aa012200", expanded.WRONG_LENGTH),
        ("aa0122", expanded.LENGTH_NOT_FOUND),
        ("aa03220500", expanded.WRONG_LENGTH),
        ("aa022300", expanded.UNKNOWN_TAG),
        ("aa047f210100", expanded.UNKNOWN_TAG),
        ("aa028300", expanded.WRONG_LENGTH),
        ("aa03830107", expanded.WRONG_LENGTH),
        ("aa052200830101", expanded.UNKNOWN_TAG),
        ("ae05", expanded.WRONG_LENGTH),
        ("ae80", expanded.WRONG_LENGTH),
        ("ae8022040044000000", expanded.WRONG_LENGTH),
    ],
)
def test_bad_format(script: str, reason: int) -> None:
    here = scene()
    before = content(here.card)
    response = here.send(TAR_USIM, bytes.fromhex(script))
    result = parse_expanded(response.data)
    assert (result.bad_format, result.executed or 0, result.responses) == (reason, 0, ())
    assert content(here.card) == before


@given(st.binary(max_size=40))
def test_no_bytes_are_no_script(garbage: bytes) -> None:
    session = Scripted()
    assert len(compact.run(garbage, session)) >= 3
    for first in (b"\xaa", b"\xae"):
        try:
            parsed = expanded.ExpandedScript.parse(first + garbage)
        except expanded.BadFormat:
            continue
        executing = expanded.Run(session, lambda action: False)
        executing.carry_out(parsed)
        assert executing.response(parsed)


def test_a_response_has_room_for_so_much() -> None:
    read = bytes.fromhex("220700b00000004e20")
    session = Scripted({0xB0: bytes(20_000)})
    for first, last, answered in ((b"\xae\x80", b"\x00\x00", [0x9000, 0x62F1]), (b"\xaa\x1b", b"", [0x9000])):
        script = expanded.ExpandedScript.parse(first + read * 3 + last)
        executing = expanded.Run(session, lambda action: False)
        executing.carry_out(script)
        response = executing.response(script)
        result = parse_expanded(response)
        assert [sw for _, sw in result.responses] == answered
        assert len(result.responses[0][0]) == 20_000
        assert len(response) <= 34_000, "what 255 messages carry"


def test_as_many_commands_as_their_responses_have_room() -> None:
    script = b"\xae\x80" + bytes.fromhex("220400440000") * 6_000 + b"\x00\x00"
    executing = expanded.Run(Scripted(), lambda action: False)
    parsed = expanded.ExpandedScript.parse(script)
    executing.carry_out(parsed)
    assert 5_000 < len(executing.responses) < 6_000
    assert len(executing.response(parsed)) <= 34_000


def test_more_data_than_a_command_gives_at_once_end_a_script() -> None:
    assert run_expanded("aa0e 2205 80cb000000 2205 80cb000000", ins_CB=StatusError(0x62F1, b"\x05")) == (
        "ab08800101230305" + "62f1"
    )


def send(here: Scene, script: Script, chaining: Chaining | None, tar: bytes = TAR_USIM) -> ScriptResult:
    return parse_expanded(here.send(tar, script.expanded(chaining=chaining)).data)


def select_imsi() -> Script:
    return Script().select((IMSI,))


def write() -> Script:
    return Script().add(0x00, 0xD6, 0x00, 0x00, OTHER_IMSI)


def test_a_chain_goes_on_where_the_script_before_ended() -> None:
    here = scene()
    assert send(here, select_imsi(), Chaining.FIRST).sw == 0x9000
    assert send(here, Script(), Chaining.NEXT).executed == 0
    assert send(here, write(), Chaining.LAST).sw == 0x9000
    assert content(here.card) == OTHER_IMSI
    assert send(here, write(), Chaining.NEXT).chaining == expanded.NO_PREVIOUS_SCRIPT


@pytest.mark.parametrize(
    ("first", "after_reset"), [(Chaining.FIRST, None), (Chaining.FIRST_KEPT_OVER_RESET, 0x9000)]
)
def test_a_chain_and_a_reset(first: Chaining, after_reset: int | None) -> None:
    here = scene()
    send(here, Script().select_application(bytes.fromhex("A0000000871002")).select((IMSI,)), first, TAR_UICC)
    send(here, Script(), Chaining.NEXT, TAR_UICC)
    here.handset.reset()
    read = Script().add(0x00, 0xB0, 0, 0, le=9)
    result = send(here, read, Chaining.NEXT, TAR_UICC)
    # Only its own ADF is open to the instance: what counts is that the place was remembered.
    assert (result.sw == 0x6982) == (after_reset is not None)
    assert (result.chaining == expanded.NO_PREVIOUS_SCRIPT) == (after_reset is None)


@pytest.mark.parametrize("between", [write(), select_imsi()], ids=["failed", "unchained"])
def test_what_ends_a_chain(between: Script) -> None:
    here = scene()
    send(here, select_imsi(), Chaining.FIRST_KEPT_OVER_RESET)
    send(here, between, None)
    assert send(here, write(), Chaining.NEXT).chaining == expanded.NO_PREVIOUS_SCRIPT
    send(here, select_imsi().select((0x6FFE,)), Chaining.FIRST)
    assert send(here, write(), Chaining.NEXT).chaining == expanded.NO_PREVIOUS_SCRIPT


def test_a_place_that_is_gone() -> None:
    here = scene()
    adn = Script().select(ADN)
    assert send(here, adn, Chaining.FIRST, TAR_UICC).sw == 0x9000
    uicc = here.card.uicc.running
    inbox = uicc.inbox
    assert inbox is not None
    inbox.chains = Chains()
    target = next(iter(targets(uicc)))
    inbox.chains.put(target, TAR_UICC, b"\x00\x00\x7f\x10\x6f\xfe", False)
    assert send(here, Script(), Chaining.NEXT, TAR_UICC).chaining == expanded.UNABLE_TO_PROCESS
    inbox.chains.put(target, TAR_UICC, b"\x01\xa0\x00\x7f\x10", False)
    assert send(here, Script(), Chaining.NEXT, TAR_UICC).chaining == expanded.UNABLE_TO_PROCESS


def test_chains_of_two_targets() -> None:
    here = scene()
    send(here, select_imsi(), Chaining.FIRST)
    assert send(here, write(), Chaining.NEXT, TAR_UICC).chaining == expanded.NO_PREVIOUS_SCRIPT
    assert send(here, write(), Chaining.NEXT).sw == 0x9000


def test_security_domains_know_no_chains() -> None:
    here = scene()
    get_data = Script().add(0x80, 0xCA, 0x00, 0x66, le=256)
    assert send(here, get_data, None, TAR_RAM).sw == 0x9000
    assert send(here, get_data, Chaining.FIRST, TAR_RAM).chaining == expanded.CHAINING_NOT_SUPPORTED


def test_a_record_pointer_is_part_of_a_chain() -> None:
    here = scene()
    length = len(send(here, Script().read_record(ADN, 1, 256), None, TAR_UICC).data)
    for number in (1, 2, 3):
        update = Script().update_record(ADN, number, bytes((number,)) * length)
        assert send(here, update, None, TAR_UICC).sw == 0x9000
    following = Script().add(0x00, 0xB2, 0x00, 0x02, le=256)
    first = Script().select(ADN).add(0x00, 0xB2, 0x00, 0x02, le=256)
    found = [
        send(here, script, chaining, TAR_UICC).data[:1]
        for script, chaining in (
            (first, Chaining.FIRST_KEPT_OVER_RESET),
            (following, Chaining.NEXT),
            (following, Chaining.LAST),
        )
    ]
    assert found == [b"\x01", b"\x02", b"\x03"]


def test_actions_by_reference_to_a_file() -> None:
    """EF_RMA is not in the profile: a reference to it is refused, and so is every other one."""
    here = scene()
    for reference in (0x01, 0x7F, 0x81, 0x82, 0xFF):
        script = write()
        script.action = bytes((reference,))
        assert send(here, script, None).action == expanded.SUSPENSION_ERROR
    assert here.handset.commands == []


@pytest.mark.parametrize(
    ("objects", "refused"),
    [
        ("8103012100820281820d05044f6b", True),
        ("81030121808202818d0d03044f6b", False),
        ("d00c81030101048202818292", True),
        ("d009810301010482028182", False),
        ("810301270082028182", True),
        ("8202818281030101", True),
        ("81030101018202818292820100" + "00" * 256, True),
    ],
)
def test_what_an_action_may_be(objects: str, refused: bool) -> None:
    here = scene()
    script = select_imsi()
    script.action = bytes.fromhex(objects)
    assert (send(here, script, None).action == expanded.SUSPENSION_ERROR) is refused
    assert bool(here.handset.commands) is not refused


def test_an_action_on_error() -> None:
    here = scene()
    objects = bytes.fromhex("810301010382028182")
    script = bytes((0x82, len(objects))) + objects + bytes.fromhex("220700a4000c026fff")
    response = here.send(TAR_USIM, bytes((0xAA, len(script))) + script)
    assert parse_expanded(response.data).sw == 0x6A82
    assert [command.hex() for command in here.handset.commands] == ["d009" + objects.hex()]
