"""A card in a PC/SC reader, through pyscard: physical cards, and whatever else pcscd or Windows lists as a reader.

pyscard is the extra `pcsc` and imported on use.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from dataclasses import dataclass
from enum import Enum
from typing import Any

from apdu.transport import TransportError, TransportUnavailable


class Protocol(Enum):
    """Transmission protocols that may be used, ISO/IEC 7816-3 10 and 11; the values are PC/SC's."""

    T0 = 1
    T1 = 2
    ANY = 3


class ResetKind(Enum):
    """How `reset` resets, ISO/IEC 7816-3 6.2: with the power kept, or taken and given again; PC/SC's values."""

    WARM = 1
    COLD = 2


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: its number in the list, its name, and the ATR of the card in it, b"" when there is none."""

    number: int
    name: str
    atr: bytes

    def __str__(self) -> str:
        return f"{self.number} {self.name!r}{'' if self.atr else ' (empty)'}"


_PYSCARD_MISSING = (
    "pyscard is not installed: pip install 'euicc[pcsc]'"
    " (on Linux after: apt-get install libpcsclite-dev swig gcc python3-dev)"
)
_STATUS_BYTES = 2
_LIBRARY = "libpcsclite.so.1"
_WORDS = {
    "SCARD_E_NO_SERVICE": "pcscd is not running: start it (systemctl start pcscd, or service pcscd start),"
    " or install it (apt-get install pcscd)",
    "SCARD_E_SERVICE_STOPPED": "pcscd has stopped: start it again",
    "SCARD_W_SECURITY_VIOLATION": "pcscd does not let this user in: run as root, or allow org.debian.pcsc-lite"
    " in polkit",
    "SCARD_E_SHARING_VIOLATION": "another program has the card to itself: end it, or let it share",
    "SCARD_E_NO_SMARTCARD": "there is no card in the reader",
    "SCARD_E_PROTO_MISMATCH": "the card does not speak the wanted protocol",
    "SCARD_W_UNRESPONSIVE_CARD": "the card does not answer to reset: is it the right way round?",
    "SCARD_W_UNPOWERED_CARD": "the card has no power",
    "SCARD_W_REMOVED_CARD": "the card was removed",
    "SCARD_W_RESET_CARD": "another program has reset the card, and what was selected is gone: begin anew, or"
    " use the card exclusively",
    "SCARD_E_READER_UNAVAILABLE": "the reader was removed",
    "SCARD_E_UNKNOWN_READER": "the reader was removed",
    "SCARD_E_NOT_TRANSACTED": "no answer came from the card: was it removed?",
    "SCARD_F_COMM_ERROR": "pcscd or the card went away in the middle",
    "SCARD_E_INVALID_HANDLE": "the connection to the card is gone: pcscd was restarted, or the card removed",
}
_NO_READER = (
    "no reader is connected (an emulated card needs one: apt-get install vsmartcard-vpcd, restart pcscd)"
)


def readers() -> tuple[Reader, ...]:
    """The readers that PC/SC knows, in its order; TransportUnavailable when there is no PC/SC."""
    scard = _scard()
    context = _context(scard)
    try:
        return _readers(scard, context)
    finally:
        scard.SCardReleaseContext(context)


class PcscTransport:
    """The card in a reader; a Transport.

    `reader`: its number, its name or a part of the name; of several that fit, the one that has a card. None: the only
    reader with a card. `exclusive` keeps other programs away from the card. `reset_kind` is what `reset` does. On T=0
    the Le of a command with data is not sent, ISO/IEC 7816-3 12.2.1: the card answers 61xx and waits for GET RESPONSE.

    TransportUnavailable says what to install, start or choose. A card that is removed in the middle is a
    TransportError; `reset` finds it again when it is back. `close` resets the card and leaves it to others.
    """

    def __init__(
        self,
        reader: str | int | None = None,
        *,
        protocol: Protocol = Protocol.ANY,
        exclusive: bool = False,
        reset_kind: ResetKind = ResetKind.WARM,
    ) -> None:
        self._scard = scard = _scard()
        self._wanted = protocol.value
        self._share = scard.SCARD_SHARE_EXCLUSIVE if exclusive else scard.SCARD_SHARE_SHARED
        self._reset_kind = reset_kind.value
        self._context: Any = _context(scard)
        self._card: Any = None
        self.protocol = protocol
        """T0 or T1 once connected."""
        try:
            self.reader = choose(_readers(scard, self._context), reader)
            self._connect()
        except TransportError:
            self.close()
            raise

    def reset(self) -> bytes:
        """Resets the card; the ATR. Connects again if card, reader or pcscd were gone."""
        scard = self._scard
        result = self._reconnect()
        if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_SHARING_VIOLATION):
            self.close()
            self._context = _context(scard)
            self._connect()
            result = self._reconnect()
        self._check(result, TransportUnavailable)
        result, _reader, _state, _protocol, atr = scard.SCardStatus(self._card)
        self._check(result)
        return bytes(atr)

    def transmit(self, command: bytes, /) -> bytes:
        """Sends a command APDU; the response data followed by SW1 SW2."""
        if self._card is None:
            raise TransportError(f"{self.reader.name}: not connected, reset the card to connect again")
        sent = without_le(command) if self.protocol is Protocol.T0 else command
        result, response = self._scard.SCardTransmit(self._card, self._header, list(sent))
        self._check(result)
        if len(response) < _STATUS_BYTES:
            raise TransportError(f"{self.reader.name}: the card answers without a status word")
        return bytes(response)

    def close(self) -> None:
        """Lets go of the card; the next `reset` connects again."""
        if self._card is not None:
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_RESET_CARD)
            self._card = None
        if self._context is not None:
            self._scard.SCardReleaseContext(self._context)
            self._context = None

    def __enter__(self) -> PcscTransport:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _connect(self) -> None:
        result, card, protocol = self._scard.SCardConnect(
            self._context, self.reader.name, self._share, self._wanted
        )
        self._check(result, TransportUnavailable)
        self._card = card
        self._use(protocol)

    def _reconnect(self) -> int:
        if self._card is None:
            return int(self._scard.SCARD_E_INVALID_HANDLE)
        result, protocol = self._scard.SCardReconnect(self._card, self._share, self._wanted, self._reset_kind)
        if result == self._scard.SCARD_S_SUCCESS:
            self._use(protocol)
        return int(result)

    def _use(self, protocol: int) -> None:
        self.protocol = Protocol(protocol)
        headers = {Protocol.T0: self._scard.SCARD_PCI_T0, Protocol.T1: self._scard.SCARD_PCI_T1}
        self._header = headers[self.protocol]

    def _check(self, result: int, error: type[TransportError] = TransportError) -> None:
        if result != self._scard.SCARD_S_SUCCESS:
            raise error(f"{self.reader.name}: {_words(self._scard, result)}")


def choose(found: tuple[Reader, ...], wanted: str | int | None) -> Reader:
    """The reader with this number or name, or the only one with a card; TransportUnavailable."""
    if not found:
        raise TransportUnavailable(_NO_READER)
    fitting = _fitting(found, wanted)
    listed = ", ".join(str(reader) for reader in found)
    if not fitting:
        raise TransportUnavailable(f"there is no reader {wanted}; there are: {listed}")
    with_card = [reader for reader in fitting if reader.atr]
    if not with_card:
        raise TransportUnavailable(f"there is no card in: {', '.join(str(reader) for reader in fitting)}")
    if len(with_card) > 1:
        raise TransportUnavailable(f"which card? name one reader of: {listed}")
    return with_card[0]


def _fitting(found: tuple[Reader, ...], wanted: str | int | None) -> list[Reader]:
    if wanted is None:
        return list(found)
    name = str(wanted)
    same = [reader for reader in found if name in (reader.name, str(reader.number))]
    return same or [reader for reader in found if name.lower() in reader.name.lower()]


def without_le(command: bytes) -> bytes:
    """A short command as T=0 carries it, ISO/IEC 7816-3 12.2.1: of a command with data, all but its Le."""
    has_data_and_le = len(command) > 5 and command[4] and len(command) == 6 + command[4]
    return command[:-1] if has_data_and_le else command


def _scard() -> Any:
    """pyscard's binding of the PC/SC functions; they give a list with the result code first."""
    if sys.platform.startswith("linux"):
        try:
            # Without the library pyscard prints to the standard output and then finds no service.
            ctypes.CDLL(_LIBRARY)
        except OSError as error:
            raise TransportUnavailable(
                f"{_LIBRARY} is not installed: apt-get install pcscd libpcsclite1"
            ) from error
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError as error:
        raise TransportUnavailable(_PYSCARD_MISSING) from error


def _context(scard: Any) -> Any:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise TransportUnavailable(_words(scard, result))
    return context


def _readers(scard: Any, context: Any) -> tuple[Reader, ...]:
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE or not names:
        return ()
    unaware = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
    result, states = scard.SCardGetStatusChange(context, 0, unaware)
    if result != scard.SCARD_S_SUCCESS:
        raise TransportUnavailable(_words(scard, result))
    return tuple(Reader(number, name, bytes(atr)) for number, (name, _state, atr) in enumerate(states))


def _words(scard: Any, result: int) -> str:
    known = {getattr(scard, name): words for name, words in _WORDS.items()}
    return known.get(result) or f"PC/SC says: {scard.SCardGetErrorMessage(result)}"
