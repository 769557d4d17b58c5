"""Commands that reach the card: TS 27.007 8.3 (+CPIN), 8.17 (+CSIM), 8.18 (+CRSM), 8.43 to 8.46 (sessions)."""

from __future__ import annotations

from collections.abc import Sequence

from apdu import Command, Response, StatusError, instruction
from apdu.transport.modem import files
from apdu.transport.modem.errors import Cme, CommandFailed
from apdu.transport.modem.state import AtCommand, State, number, parameters
from apdu.transport.modem.syntax import Call, Parameter

APDU_MAX = 1 + 3 + 3 + 0xFFFF + 2
SESSIONS = range(1, 20)
AID_LENGTHS = range(1, 17)
BYTE = range(0x100)
PIN_LENGTHS = range(4, 9)

# `<command>` of +CRSM, TS 27.007 8.18, with the class of the command.
READING = {instruction.READ_BINARY: 0x00, instruction.READ_RECORD: 0x00, instruction.RETRIEVE_DATA: 0x80}
WRITING = {instruction.UPDATE_BINARY: 0x00, instruction.UPDATE_RECORD: 0x00, instruction.SET_DATA: 0x80}


def hex_of_length(length: Parameter | None, text: Parameter | None) -> bytes:
    """`<length>,<command>`: bytes in hexadecimal and how many characters that is; CommandFailed 25 or 50."""
    if text is None:
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    data = text.hexadecimal()
    if number(length, range(2, 2 * APDU_MAX + 1)) != 2 * len(data):
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    return data


def answer(name: str, response: bytes) -> Sequence[str]:
    """`<length>,<response>`: how many characters of hexadecimal, and these."""
    return (f'{name}: {2 * len(response)},"{response.hex().upper()}"',)


def generic_access(state: State, call: Call) -> Sequence[str]:
    """+CSIM=<length>,<command>, TS 27.007 8.17: command and response as they are, 61xx and 91xx included."""
    length, command = parameters(call, 2, 2)
    return answer("+CSIM", state.slot.transmit(hex_of_length(length, command)))


def open_session(state: State, call: Call) -> Sequence[str]:
    """+CCHO=<dfname>, TS 27.007 8.45: a channel with the application; the session is its number.

    CommandFailed 22 when the card has no such application, 20 when it has no channel.
    """
    (name,) = parameters(call, 1, 1)
    application = name.hexadecimal() if name else b""
    if len(application) not in AID_LENGTHS:
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    return (f"+CCHO: {state.slot.open_session(application)}",)


def close_session(state: State, call: Call) -> Sequence[str]:
    """+CCHC=<sessionid>, TS 27.007 8.46; CommandFailed 21 when it is not open."""
    (session,) = parameters(call, 1, 1)
    state.slot.close_session(number(session, SESSIONS))
    return ("+CCHC",)


def session_access(state: State, call: Call) -> Sequence[str]:
    """+CGLA=<sessionid>,<length>,<command>, TS 27.007 8.43; CommandFailed 21 when the session is not open.

    The modem sets the channel in the class, repeats after 6Cxx and fetches what 61xx announces, so that the answer is
    the whole response with its last status word.
    """
    session, length, text = parameters(call, 3, 3)
    channel = state.slot.session(number(session, SESSIONS))
    raw = hex_of_length(length, text)
    try:
        command = Command.parse(raw)
    except StatusError as error:
        return answer("+CGLA", Response(b"", error.sw).encode())
    return answer("+CGLA", channel.send(command).encode())


def restricted_access(state: State, call: Call) -> Sequence[str]:
    """+CRSM=<command>[,<fileid>[,<P1>,<P2>,<P3>[,<data>[,<pathid>]]]], TS 27.007 8.18.

    The modem selects the file; what the card refuses is told by its status word. GET RESPONSE (192) gives the file's
    FCP template. Without <pathid> the file is looked for in the USIM, DF TELECOM and the MF.
    """
    command, fid, p1, p2, p3, data, path = parameters(call, 1, 7)
    ins = number(command, BYTE)
    header = number(p1, BYTE, 0), number(p2, BYTE, 0), number(p3, BYTE, 0)
    content = data.hexadecimal() if data else b""
    if ins == instruction.STATUS:
        return _told(state.slot.basic.send(Command(0x80, ins, *header[:2], le=header[2] or 256)))
    file = number(fid, range(0x10000)).to_bytes(2, "big")
    directory = path.hexadecimal() if path and path.text else None
    if directory is not None and len(directory) % 2:
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    if ins == instruction.GET_RESPONSE:
        selected = files.find(state.slot, file, directory, files.RETURN_FCP)
        return _told(Response(selected.data[: header[2] or None], selected.sw))
    asked = _file_command(ins, header, content)
    selected = files.find(state.slot, file, directory)
    return _told(state.slot.basic.send(asked) if selected.successful else selected)


def _file_command(ins: int, header: tuple[int, int, int], data: bytes) -> Command:
    """The command on the selected file; CommandFailed 4 for one that is not for +CRSM, 50 for a wrong <P3>."""
    p1, p2, p3 = header
    if ins in WRITING and len(data) == p3:
        return Command(WRITING[ins], ins, p1, p2, data)
    if ins in READING and (not data or ins == instruction.RETRIEVE_DATA):
        return Command(READING[ins], ins, p1, p2, data, p3 or 256)
    known = ins in WRITING or ins in READING
    raise CommandFailed(Cme.INCORRECT_PARAMETERS if known else Cme.OPERATION_NOT_SUPPORTED)


def _told(response: Response) -> Sequence[str]:
    data = f',"{response.data.hex().upper()}"' if response.data else ""
    return (f"+CRSM: {response.sw1},{response.sw2}{data}",)


def pin_state(state: State, call: Call) -> Sequence[str]:
    """+CPIN?, TS 27.007 8.3."""
    return (f"+CPIN: {files.pin_state(state.slot)}",)


def enter_pin(state: State, call: Call) -> Sequence[str]:
    """+CPIN=<pin>[,<newpin>], TS 27.007 8.3: the PIN that is asked for, or the PUK and a new PIN.

    CommandFailed 3 when none is asked for, 16 when it is wrong.
    """
    pin, new = (_secret(parameter) for parameter in parameters(call, 1, 2))
    wanted = files.pin_state(state.slot)
    if wanted == "SIM PUK" and pin and new:
        files.unblock_pin(state.slot, pin, new)
    elif wanted == "SIM PIN" and pin and new is None:
        files.verify_pin(state.slot, pin)
    else:
        raise CommandFailed(Cme.OPERATION_NOT_ALLOWED)
    return ()


def _secret(parameter: Parameter | None) -> str | None:
    if parameter is None:
        return None
    text = parameter.text
    if not (text.isascii() and text.isdigit() and len(text) in PIN_LENGTHS):
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    return text


CARD: dict[str, AtCommand] = {
    "+CPIN": AtCommand(set=enter_pin, read=pin_state, test="", needs_card=True),
    "+CIMI": AtCommand(lambda state, call: (files.imsi(state.slot),), test="", needs_card=True),
    "+CCID": AtCommand(
        lambda state, call: (f"+CCID: {files.iccid(state.slot)}",),
        read=lambda state, call: (f"+CCID: {files.iccid(state.slot)}",),
        test="",
        needs_card=True,
    ),
    "+ICCID": AtCommand(
        lambda state, call: (f"+ICCID: {files.iccid(state.slot)}",), test="", needs_card=True
    ),
    "+CRSM": AtCommand(set=restricted_access, test="", needs_card=True),
    "+CSIM": AtCommand(set=generic_access, test="", needs_card=True),
    "+CCHO": AtCommand(set=open_session, test="", needs_card=True),
    "+CCHC": AtCommand(set=close_session, test="", needs_card=True),
    "+CGLA": AtCommand(set=session_access, test="", needs_card=True),
}
"""+CCID and +ICCID are no commands of TS 27.007; modems of several makes have them."""
