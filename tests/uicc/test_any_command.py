"""Any file command at all has an answer or a status word, and leaves the files readable."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import Command, StatusError, instruction, status
from euicc.uicc.applet import COMMANDS, FileSelection
from tests.uicc.handmade import USIM_AID, applet, profile

PROFILE = profile()
APPLET = applet(lambda: PROFILE)
KNOWN_FIDS = (0x3F00, 0x7FFF, 0x7F10, 0x2FE2, 0x5F3A, 0x6F07, 0x6F3B, 0x6F80, 0x6FC4, 0x5FC0, 0x4F01)
file_ids = st.sampled_from(KNOWN_FIDS).map(lambda fid: fid.to_bytes(2, "big"))
data = st.one_of(st.binary(max_size=20), st.lists(file_ids, max_size=3).map(b"".join))
parameter = st.one_of(st.sampled_from((0, 1, 2, 3, 4, 8, 9, 12, 0x87, 0x94)), st.integers(0, 255))
lengths = st.one_of(st.none(), st.integers(1, 300), st.sampled_from((256, 65536)))
commands = st.builds(
    Command,
    st.sampled_from((0x00, 0x80)),
    st.one_of(st.sampled_from(sorted(COMMANDS)), st.integers(0, 255)),
    parameter,
    parameter,
    data,
    lengths,
)


def status_word(selection: FileSelection, command: Command) -> int:
    try:
        selection.process(command)
    except StatusError as error:
        return error.sw
    return status.SUCCESS


@settings(max_examples=200, deadline=None)
@given(st.lists(commands, max_size=12))
def test_any_sequence(sequence: list[Command]) -> None:
    selection, _ = APPLET.select(USIM_AID, Command(0, instruction.SELECT, 4, 0, USIM_AID), 0)
    for command in sequence:
        sw = status_word(selection, command)
        assert sw == status.SUCCESS or 0x6200 <= sw <= 0x6EFF
    assert len(selection.process(Command(0, instruction.SELECT, 0, 4, b"\x3f\x00"))) == 0x28
    assert len(selection.process(Command(0, instruction.READ_BINARY, 0x82, 0, le=10))) == 10
