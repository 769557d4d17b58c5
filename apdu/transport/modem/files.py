"""The files that a modem reads of its card: identities, the state of the PIN, and any other for +CRSM."""

from __future__ import annotations

from apdu import Command, Response, StatusError, instruction, status
from apdu.ef import digits
from apdu.transport.modem.errors import Cme, CommandFailed
from apdu.transport.modem.slot import CardSlot

EF_ICCID = bytes.fromhex("2FE2")
EF_IMSI = bytes.fromhex("7FFF6F07")
MF = bytes.fromhex("3F00")
CURRENT_ADF = bytes.fromhex("7FFF")
DF_TELECOM = bytes.fromhex("7F10")

BY_FILE_ID = 0x00
BY_PATH_FROM_MF = 0x08
RETURN_FCP = 0x04
RETURN_NOTHING = 0x0C

PIN1 = 0x01
PIN_LENGTH = 8
IMSI_LENGTH_MAX = 8


def select(slot: CardSlot, path: bytes, p2: int = RETURN_NOTHING) -> Response:
    """SELECT by path from the MF, or from the USIM when it begins with 7FFF; the MF itself for an empty path.

    The USIM is activated again where another application was selected on the basic channel meanwhile.
    """
    le = 256 if p2 == RETURN_FCP else None
    p1, data = (BY_PATH_FROM_MF, path) if path else (BY_FILE_ID, MF)
    command = Command(0x00, instruction.SELECT, p1, p2, data, le)
    response = slot.basic.send(command)
    if response.sw == status.FILE_NOT_FOUND and path.startswith(CURRENT_ADF) and slot.activate_usim():
        return slot.basic.send(command)
    return response


def find(slot: CardSlot, fid: bytes, directory: bytes | None, p2: int = RETURN_NOTHING) -> Response:
    """SELECT for +CRSM: the file in this directory; without one where TS 31.102 has files of such an identifier."""
    response = Response(b"", status.FILE_NOT_FOUND)
    for path in _places(fid, directory):
        response = select(slot, path, p2)
        if response.sw != status.FILE_NOT_FOUND:
            break
    return response


def _places(fid: bytes, directory: bytes | None) -> tuple[bytes, ...]:
    if directory is not None:
        path = directory.removeprefix(MF)
        # <pathid> is said to be the path of the file, and is sent as the path of its directory.
        return (path if path.endswith(fid) else path + fid,)
    if fid == MF:
        return (b"",)
    if fid[0] in (0x2F, 0x7F):
        return (fid,)
    return (CURRENT_ADF + fid, DF_TELECOM + fid, fid)


def read(slot: CardSlot, path: bytes) -> bytes:
    """A transparent file, whole; StatusError."""
    select(slot, path).checked()
    return slot.basic.send(Command(0x00, instruction.READ_BINARY, 0, 0, le=256)).checked()


def iccid(slot: CardSlot) -> str:
    """EF_ICCID, TS 102 221 13.2: 18 to 20 digits. CommandFailed 13 when there is no subscription."""
    try:
        return _digits(read(slot, EF_ICCID))
    except StatusError as error:
        raise _no_subscription(error) from error


def imsi(slot: CardSlot) -> str:
    """EF_IMSI, TS 31.102 4.2.2: up to 15 digits. CommandFailed 11 or 12 for the PIN, 13 without subscription."""
    try:
        content = read(slot, EF_IMSI)
    except StatusError as error:
        raise _no_subscription(error) from error
    if not content or not 1 <= content[0] <= IMSI_LENGTH_MAX:
        raise CommandFailed(Cme.SIM_FAILURE)
    # The first digit is type and parity.
    return _digits(content[1 : 1 + content[0]])[1:]


def pin_state(slot: CardSlot) -> str:
    """`<code>` of +CPIN, TS 27.007 8.3: READY when the IMSI can be read. CommandFailed 13 without subscription."""
    try:
        imsi(slot)
    except CommandFailed as failure:
        if failure.code is not Cme.SIM_PIN_REQUIRED:
            raise
        blocked = _pin(slot, instruction.VERIFY).sw == status.AUTHENTICATION_METHOD_BLOCKED
        return "SIM PUK" if blocked else "SIM PIN"
    return "READY"


def report(slot: CardSlot) -> str | None:
    """What to report when the card was refreshed: its PIN state, nothing when it has no subscription."""
    try:
        return f"+CPIN: {pin_state(slot)}"
    except CommandFailed:
        return None


def verify_pin(slot: CardSlot, pin: str) -> None:
    """VERIFY PIN, TS 102 221 11.1.9. CommandFailed 16 for a wrong one, 12 when it is blocked."""
    _verified(_pin(slot, instruction.VERIFY, pin))


def unblock_pin(slot: CardSlot, puk: str, pin: str) -> None:
    """UNBLOCK PIN, TS 102 221 11.1.13. CommandFailed 16 for a wrong PUK."""
    _verified(_pin(slot, instruction.UNBLOCK_PIN, puk, pin))


def _pin(slot: CardSlot, ins: int, *secrets: str) -> Response:
    data = b"".join(secret.encode("ascii").ljust(PIN_LENGTH, b"\xff") for secret in secrets)
    return slot.basic.send(Command(0x00, ins, 0x00, PIN1, data))


def _verified(response: Response) -> None:
    if response.sw & 0xFFF0 == status.RETRIES_LEFT_X:
        raise CommandFailed(Cme.INCORRECT_PASSWORD)
    if not response.successful:
        raise CommandFailed.of_status(response.sw)


def _no_subscription(error: StatusError) -> CommandFailed:
    """A card on which no profile is enabled has neither file: to a modem it is there, and of no use."""
    failure = CommandFailed.of_status(error.sw)
    return CommandFailed(Cme.SIM_FAILURE) if failure.code is Cme.NOT_FOUND else failure


def _digits(content: bytes) -> str:
    """BCD with swapped nibbles up to the padding."""
    return digits.swapped(content).rstrip("F")
