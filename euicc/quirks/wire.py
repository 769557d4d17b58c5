"""Quirks of the wire: each stands in front of the runtime and has commands answered otherwise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status, tlv
from apdu.command import PROPRIETARY, SHORT_LE_MAX, channel_of, class_on_channel
from apdu.status import with_count
from apdu.store_data import MORE_BLOCKS

if TYPE_CHECKING:
    from euicc.card import Card, Front

_OPEN = 0x00
_ALL_OF_TERMINAL_PROFILE = bytes([0xFF]) * 40
_REFRESH_LENGTH = 0x0B
_PIECE = 100
"""Bytes of an answer that `InPieces` gives at a time."""
_RESPONSE_AVAILABLE = status.RESPONSE_AVAILABLE_XX >> 8
_PROACTIVE_COMMAND = status.PROACTIVE_COMMAND_XX >> 8


class Wire:
    """A card as it is: what the quirks of the wire have in common."""

    def __init__(self, card: Card, inner: Front) -> None:
        self._card = card
        self._inner = inner

    def reset(self) -> None:
        """Resets what is behind."""
        self._inner.reset()

    def transmit(self, raw: bytes, /) -> bytes:
        """What the card behind answers."""
        return self._inner.transmit(raw)


class NotBeforeReset(Wire):
    """Once a change of profiles is accepted, ES10 commands are answered 6985 until the card is reset."""

    _changed = False

    def reset(self) -> None:
        """The change is complete."""
        self._changed = False
        super().reset()

    def transmit(self, raw: bytes, /) -> bytes:
        """6985 to STORE DATA where it applies."""
        if raw[1:2] != _STORE_DATA:
            return super().transmit(raw)
        if self._changed:
            return _word(status.CONDITIONS_NOT_SATISFIED)
        before = self._enabled()
        answer = super().transmit(raw)
        self._changed = self._card.isdr.refresh_due or self._enabled() != before
        return answer

    def _enabled(self) -> bytes | None:
        profile = self._card.isdr.profiles.enabled()
        return None if profile is None else profile.aid


class SilentBeforeReset(NotBeforeReset):
    """The same, and the terminal is not told of the REFRESH that it should carry out."""

    def transmit(self, raw: bytes, /) -> bytes:
        """No 91xx while the change waits."""
        answer = super().transmit(raw)
        announced = self._changed and answer[-2] == _PROACTIVE_COMMAND
        return answer[:-2] + _word(status.SUCCESS) if announced else answer


class AnnouncesToAnybody(Wire):
    """91xx also to a terminal that never sent a TERMINAL PROFILE."""

    def reset(self) -> None:
        """As if every terminal could do everything."""
        super().reset()
        self._card.proactive.take_terminal_profile(_ALL_OF_TERMINAL_PROFILE)


class AnnouncesBetweenBlocks(Wire):
    """910B to every block of STORE DATA but the last, though nothing waits."""

    def transmit(self, raw: bytes, /) -> bytes:
        """91xx in place of 9000."""
        answer = super().transmit(raw)
        between = raw[1:3] == _STORE_DATA + bytes([MORE_BLOCKS])
        if between and answer == _word(status.SUCCESS):
            return _word(status.PROACTIVE_COMMAND_XX | _REFRESH_LENGTH)
        return answer


class NoTerminalCapability(Wire):
    """TERMINAL CAPABILITY is an unknown instruction."""

    def transmit(self, raw: bytes, /) -> bytes:
        """6D00 to it."""
        if len(raw) > 1 and raw[0] & PROPRIETARY and raw[1] == instruction.TERMINAL_CAPABILITY:
            return _word(status.INS_NOT_SUPPORTED)
        return super().transmit(raw)


class AssignsChannels(Wire):
    """MANAGE CHANNEL opens only channels that the card chooses."""

    def transmit(self, raw: bytes, /) -> bytes:
        """6A86 to a channel by its number."""
        if raw[1:3] == bytes([instruction.MANAGE_CHANNEL, _OPEN]) and any(raw[3:4]):
            return _word(status.INCORRECT_P1_P2)
        return super().transmit(raw)


class Collecting(Wire, ABC):
    """Gets the whole of an answer from the card, and gives it to the terminal in a way of its own (`give`)."""

    _rest = b""
    _last = b""

    def reset(self) -> None:
        """No answer waits."""
        self._rest = b""
        super().reset()

    def transmit(self, raw: bytes, /) -> bytes:
        """An answer, or the next part of one."""
        if self._rest and raw[1:2] == _GET_RESPONSE:
            return self.give_more(raw)
        self._rest = b""
        answer = super().transmit(raw)
        if not self.concerns(raw, answer):
            return answer
        collected = self._collected(raw, answer)
        return self.give(raw, collected[:-2], collected[-2:])

    def concerns(self, raw: bytes, answer: bytes) -> bool:
        """Whether this is an answer to give otherwise: one to a command with data, or one that waits."""
        return answer[-2] == _RESPONSE_AVAILABLE or (_has_data(raw) and len(answer) > _STATUS_BYTES)

    @abstractmethod
    def give(self, raw: bytes, data: bytes, sw: bytes) -> bytes:
        """The first answer to a command for which the card has these data, which end with this status word."""

    def give_more(self, raw: bytes) -> bytes:
        """The answer to GET RESPONSE while some of the data wait."""
        le = _le(raw) or SHORT_LE_MAX
        data, self._rest = self._rest[:le], self._rest[le:]
        return data + (self.announcement() if self._rest else self._last)

    def announcement(self) -> bytes:
        """61xx."""
        return _word(with_count(status.RESPONSE_AVAILABLE_XX, len(self._rest)))

    def _collected(self, raw: bytes, answer: bytes) -> bytes:
        fetch = Command(
            class_on_channel(0, channel_of(raw[0])), instruction.GET_RESPONSE, 0, 0, le=SHORT_LE_MAX
        )
        while answer[-2] == _RESPONSE_AVAILABLE:
            answer = answer[:-2] + self._inner.transmit(fetch.encode())
        return answer


class AnswersAtOnce(Collecting):
    """Never 61xx: all data at once, however long and whatever Le."""

    def give(self, raw: bytes, data: bytes, sw: bytes) -> bytes:
        """All of it."""
        return data + sw


class AnnouncesAnswers(Collecting):
    """61xx to every command with data that has an answer, also where Le would take it."""

    def give(self, raw: bytes, data: bytes, sw: bytes) -> bytes:
        """The first announcement."""
        self._rest, self._last = data, sw
        return self.announcement()


class InPieces(AnnouncesAnswers):
    """The same, and GET RESPONSE brings 100 bytes at most; 61xx announces no more than that."""

    def give_more(self, raw: bytes) -> bytes:
        """One piece."""
        size = min(_le(raw) or SHORT_LE_MAX, _PIECE)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece + (self.announcement() if self._rest else self._last)

    def announcement(self) -> bytes:
        """The length of the next piece."""
        return _word(status.RESPONSE_AVAILABLE_XX | min(len(self._rest), _PIECE))


class WantsRightLe(Collecting):
    """6Cxx in place of 61xx to a command with Le; repeated with that Le, it is answered and not carried out again."""

    _asked: bytes = b""

    def reset(self) -> None:
        """No command is asked for again."""
        self._asked = b""
        super().reset()

    def transmit(self, raw: bytes, /) -> bytes:
        """The answer that waits, when the command comes again; otherwise 6Cxx."""
        asked, self._asked = self._asked, b""
        if asked and asked == raw[:-1]:
            le = raw[-1] or SHORT_LE_MAX
            data, self._rest = self._rest[:le], self._rest[le:]
            return data + (self.announcement() if self._rest else self._last)
        return super().transmit(raw)

    def give(self, raw: bytes, data: bytes, sw: bytes) -> bytes:
        """6Cxx; 61xx to a command without Le."""
        self._rest, self._last = data, sw
        if _le(raw) is None:
            return self.announcement()
        self._asked = raw[:-1]
        return _word(with_count(status.WRONG_LE_XX, len(data)))


class SelectsDeactivatedFiles(Collecting):
    """SELECT of a deactivated file ends with 9000, not with 6283."""

    def concerns(self, raw: bytes, answer: bytes) -> bool:
        """6283, with its data or without."""
        return answer[-2:] == _word(status.SELECTED_FILE_DEACTIVATED)

    def give(self, raw: bytes, data: bytes, sw: bytes) -> bytes:
        """9000, or 61xx where the FCP waits."""
        self._last = _word(status.SUCCESS)
        if data:
            return data + self._last
        self._rest = self._fcp(raw)
        return self.announcement() if self._rest else self._last

    def _fcp(self, raw: bytes) -> bytes:
        fetch = Command(
            class_on_channel(0, channel_of(raw[0])), instruction.GET_RESPONSE, 0, 0, le=SHORT_LE_MAX
        )
        answer = self._inner.transmit(fetch.encode())
        return answer[:-2] if answer[-2:] == self._last else b""


class FciInA5(Wire):
    """The FCI of the ISD-R has what SGP.22 and SGP.32 add (E0, E1) inside GlobalPlatform's data (A5)."""

    # The FCI may leave by GET RESPONSE: its length does not change much, and nothing else looks like it.
    def transmit(self, raw: bytes, /) -> bytes:
        """The FCI with E0 and E1 moved."""
        answer = super().transmit(raw)
        data = answer[:-2]
        return _moved(data) + answer[-2:] if data[:1] == b"\x6f" else answer


def _moved(fci: bytes) -> bytes:
    try:
        parts = tlv.parse(fci).children()
    except tlv.TlvError:
        return fci
    added = [each.encoded for each in parts if each.tag in (0xE0, 0xE1)]
    if not added:
        return fci
    kept = (
        tlv.encode(each.tag, each.value, *added) if each.tag == 0xA5 else each.encoded
        for each in parts
        if each.tag not in (0xE0, 0xE1)
    )
    return tlv.encode(0x6F, *kept)


_STATUS_BYTES, _SHORT_HEADER = 2, 5
_STORE_DATA, _GET_RESPONSE = bytes([instruction.STORE_DATA]), bytes([instruction.GET_RESPONSE])


def _word(sw: int) -> bytes:
    return sw.to_bytes(2, "big")


def _has_data(raw: bytes) -> bool:
    return len(raw) > _SHORT_HEADER


def _le(raw: bytes) -> int | None:
    try:
        return Command.parse(raw).le
    except StatusError:
        return None
