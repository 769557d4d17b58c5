"""Peculiarities of real cards that a device has to live with: each stands before a card and is a Transport itself."""

from __future__ import annotations

from apdu import Command, Response, StatusError, TlvError, Transport, instruction, status, tlv
from apdu.cat import RefreshMode
from apdu.cat.refresh import refresh

PIECE = 0x60
FILE_CHANGED = refresh(RefreshMode.FILE_CHANGE, [bytes.fromhex("3F002FE2")]).encode()
LOCAL_SWITCHES, PACKAGE, REFRESH_FLAG = (b"\xbf\x31", b"\xbf\x32"), b"\xbf\x51", 0x81


class ExactLe:
    """Answers 6Cxx to a case 2 command that asks for another length than there is, and does nothing (T=0 chips)."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._waiting: int | None = None

    def reset(self) -> bytes:
        """Resets the card."""
        self._waiting = None
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """The card's answer, or the right length."""
        length = self._right(command)
        if length is not None and (command[4] or 256) != length:
            return status.with_count(status.WRONG_LE_XX, length).to_bytes(2, "big")
        answer = self._card.transmit(command)
        self._waiting = (answer[-1] or 256) if answer[-2] in (0x61, 0x91) else None
        return answer

    def _right(self, command: bytes) -> int | None:
        """How many bytes a command that only asks will bring."""
        if len(command) != 5:
            return None
        if command[1:4] == bytes((instruction.MANAGE_CHANNEL, 0, 0)):
            return 1
        return self._waiting if command[1] in (instruction.GET_RESPONSE, instruction.FETCH) else None


class ShortAnswers:
    """Hands out answers in pieces of 96 bytes, each announced by 61xx."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._left = Response(b"", status.SUCCESS)

    def reset(self) -> bytes:
        """Resets the card."""
        self._left = Response(b"", status.SUCCESS)
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """A piece, or the announcement of one."""
        if command[1:2] == bytes((instruction.GET_RESPONSE,)) and self._left.data:
            return self._piece(min(command[4] or 256, PIECE))
        whole = self._whole(command)
        if len(whole.data) <= PIECE or command[1] != instruction.STORE_DATA:
            self._left = Response(b"", status.SUCCESS)
            return whole.encode()
        self._left = whole
        return status.with_count(status.RESPONSE_AVAILABLE_XX, PIECE).to_bytes(2, "big")

    def _piece(self, length: int) -> bytes:
        data, sw = self._left.data, self._left.sw
        rest = data[length:]
        self._left = Response(rest, sw)
        if rest:
            sw = status.with_count(status.RESPONSE_AVAILABLE_XX, min(len(rest), PIECE))
        return Response(data[:length], sw).encode()

    def _whole(self, command: bytes) -> Response:
        answer = Response.parse(self._card.transmit(command))
        if command[1] != instruction.STORE_DATA:
            return answer
        data = answer.data
        while answer.sw1 == 0x61:
            fetch = Command(command[0] & 0x4F, instruction.GET_RESPONSE, 0, 0, le=answer.sw2 or 256)
            answer = Response.parse(self._card.transmit(fetch.encode()))
            data += answer.data
        return Response(data, answer.sw)


class DeafAfterSwitch:
    """Announces no REFRESH after a change of profiles that needs one, and answers 6985 until it is reset."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._by_package = False
        self._deaf = False

    def reset(self) -> bytes:
        """Resets the card, which hears again."""
        self._by_package = self._deaf = False
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """The card's answer, but for the REFRESH."""
        if self._deaf and command[1:2] == bytes((instruction.STORE_DATA,)):
            return status.CONDITIONS_NOT_SATISFIED.to_bytes(2, "big")
        data = _stored(command)
        self._by_package |= data.startswith(PACKAGE)
        answer = self._card.transmit(command)
        announced = answer[-2] == 0x91
        self._deaf |= _needs_refresh(data) and answer[-2] in (0x61, 0x90, 0x91)
        self._deaf |= announced and self._by_package
        return answer[:-2] + status.SUCCESS.to_bytes(2, "big") if announced else answer


def _stored(command: bytes) -> bytes:
    """The data of STORE DATA, b"" for other commands."""
    try:
        parsed = Command.parse(command)
    except StatusError:
        return b""
    return parsed.data if parsed.ins == instruction.STORE_DATA else b""


def _needs_refresh(data: bytes) -> bool:
    """Whether it is EnableProfile or DisableProfile with refreshFlag."""
    if not data.startswith(LOCAL_SWITCHES):
        return False
    try:
        flag = tlv.find(data, tlv.read_header(data)[0], REFRESH_FLAG)
    except TlvError:
        return False
    return flag is not None and any(flag)


class TalkativeToolkit:
    """Announces a proactive command where nobody expects one: with the answer to the first STORE DATA.

    It is REFRESH for a changed file, which a terminal that sent TERMINAL PROFILE has to fetch and answer.
    """

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._profile = False
        self.announced = self.fetched = self.answered = 0

    def reset(self) -> bytes:
        """Resets the card."""
        self._profile = False
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """The card's answer, with what it would have the terminal do."""
        ins = command[1] if len(command) > 1 else 0
        if self.announced and not self.fetched and ins == instruction.FETCH:
            self.fetched += 1
            return FILE_CHANGED + status.SUCCESS.to_bytes(2, "big")
        if self.fetched and not self.answered and ins == instruction.TERMINAL_RESPONSE:
            self.answered += 1
            return status.SUCCESS.to_bytes(2, "big")
        answer = self._card.transmit(command)
        self._profile |= ins == instruction.TERMINAL_PROFILE
        if self._profile and not self.fetched and _could_announce(ins, answer):
            self.announced += 1
            sw = status.with_count(status.PROACTIVE_COMMAND_XX, len(FILE_CHANGED))
            return answer[:-2] + sw.to_bytes(2, "big")
        return answer


def _could_announce(ins: int, answer: bytes) -> bool:
    return ins in (instruction.STORE_DATA, instruction.GET_RESPONSE) and answer[-2:] == b"\x90\x00"
