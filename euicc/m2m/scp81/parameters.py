"""Parameters of an administration session, GPCS Amendment B 3.8: as triggers bring and domains keep them.

    81 L { 83 L { 84 connection, 85 security, 86 retry policy, 89 L { 8A host, 8B agent, 8C URI } } }

What is not there is taken from what the security domain keeps. Objects of other tags are passed over: B3 with names of
servers among them, since this card resolves none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from apdu import TlvError, tlv
from apdu.cat import CommandType, ProactiveCommand, Tag, comprehension
from apdu.cat.bearer import BearerDescription, BufferSize, OtherAddress, TransportLevel, TransportProtocol
from apdu.cat.commands import IMMEDIATE_LINK
from apdu.cat.comprehension import ComprehensionTlv, DataObject, Objects
from apdu.cat.information import TimerValue
from euicc.m2m.key_ring import SCP81_VERSIONS
from euicc.m2m.scp81.psk import KeyName
from euicc.runtime.proactive import COMMAND_MAX

TRIGGER, SESSION = 0x81, 0x83
CONNECTION, SECURITY, RETRY, HTTP = 0x84, 0x85, 0x86, 0x89
_OF_SESSION = (SESSION, CONNECTION, SECURITY, RETRY, HTTP)
HOST, AGENT, URI = 0x8A, 0x8B, 0x8C
TEMPLATE = 0xAA
"""Command scripting template: some servers put the trigger into one."""
BUFFER_SIZE = 1400
"""Where the connection parameters name none: what fits into one segment."""
RETRY_SECONDS_MAX = 99 * 3600 + 59 * 60 + 59
_DELAY_LENGTH = 5
_NETWORK = frozenset({Tag.BEARER_DESCRIPTION, Tag.NETWORK_ACCESS_NAME, Tag.TEXT_STRING})
_OF_OPEN_CHANNEL = _NETWORK | {Tag.BUFFER_SIZE, Tag.TRANSPORT_LEVEL, Tag.OTHER_ADDRESS}

P = TypeVar("P")
D = TypeVar("D", bound=DataObject)


class ParametersError(Exception):
    """These bytes are not parameters of an administration session, or they ask for what cannot be had."""


@dataclass(frozen=True, slots=True)
class ConnectionParameters(Objects):
    """84: data objects of OPEN CHANNEL, TS 102 223 6.6.27."""

    objects: tuple[ComprehensionTlv, ...]

    @classmethod
    def decode(cls, value: bytes) -> ConnectionParameters:
        """TlvError."""
        return cls(comprehension.parse(value))

    def encode(self) -> bytes:
        """The value."""
        return comprehension.encode(self.objects)

    def over(self, kept: ConnectionParameters) -> ConnectionParameters:
        """Each object from here, or else from there: those that say how the network is reached belong together."""
        own = {each.tag for each in self.objects}
        own |= _NETWORK if own & _NETWORK else set()
        return ConnectionParameters(
            self.objects + tuple(each for each in kept.objects if each.tag not in own)
        )

    @property
    def server(self) -> tuple[OtherAddress, TransportLevel]:
        """Where it is. ParametersError without an address, or for anything but TCP.

        An address before the transport level is the terminal's own; the remote one is the last.
        """
        addresses, transport = self._read(self.find_all, OtherAddress), self._read(self.find, TransportLevel)
        if not addresses or addresses[-1].address is None or transport is None:
            raise ParametersError("no IP address and port of a server")
        if transport.protocol != TransportProtocol.TCP_CLIENT_REMOTE:
            raise ParametersError(f"transport protocol {transport.protocol:02X}")
        return addresses[-1], transport

    def open_channel(self) -> ProactiveCommand:
        """OPEN CHANNEL; ParametersError."""
        address, transport = self.server
        command = ProactiveCommand.of(
            CommandType.OPEN_CHANNEL,
            IMMEDIATE_LINK,
            self._read(self.find, BearerDescription) or BearerDescription(),
            self._read(self.find, BufferSize) or BufferSize(BUFFER_SIZE),
            *(each for each in self.objects if each.tag in (Tag.NETWORK_ACCESS_NAME, Tag.TEXT_STRING)),
            transport,
            address,
        )
        if len(command.encode()) > COMMAND_MAX:
            raise ParametersError("more than OPEN CHANNEL can carry")
        return command

    def _read(self, find: Callable[[type[D]], P], kind: type[D]) -> P:
        try:
            return find(kind)
        except TlvError as error:
            raise ParametersError(str(error)) from None


@dataclass(frozen=True, slots=True)
class SecurityParameters:
    """85: PSK identity, b"" where it is the usual one; key: its name, None where the identity names it."""

    psk_identity: bytes
    key: KeyName | None

    @classmethod
    def decode(cls, value: bytes) -> SecurityParameters:
        """Identity with its length; 02, KVN, KID; what may follow is passed over. ParametersError."""
        end = 1 + value[0] if value else 0
        identity, rest = value[1:end], value[end:]
        if len(identity) != max(0, end - 1) or (rest and (rest[0] != 2 or len(rest) < 3)):
            raise ParametersError("security parameters that cannot be read")
        return cls(identity, _key_name(rest[1], rest[2]) if rest else None)

    def encode(self) -> bytes:
        """The value."""
        name = b"" if self.key is None else bytes((2, *self.key))
        return bytes((len(self.psk_identity),)) + self.psk_identity + name


def _key_name(first: int, second: int) -> KeyName:
    """Version and identifier; in public examples they stand the other way round, too."""
    swapped = first not in SCP81_VERSIONS and second in SCP81_VERSIONS
    return (second, first) if swapped else (first, second)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """86: how often a session that failed is tried again, 0 to 65535, and after how many seconds each time."""

    counter: int = 0
    seconds: int = 0

    @classmethod
    def decode(cls, value: bytes) -> RetryPolicy:
        """Counter, delay of 5 bytes; the report of failure that may follow is passed over. TlvError."""
        if len(value) < 2 + _DELAY_LENGTH:
            raise ParametersError("a retry policy that is too short")
        return cls(int.from_bytes(value[:2], "big"), _delay(value[2 : 2 + _DELAY_LENGTH]))

    def encode(self) -> bytes:
        """The value."""
        delay = comprehension.encode(
            (ComprehensionTlv(Tag.TIMER_VALUE, TimerValue(self.seconds).encode(), False),)
        )
        return self.counter.to_bytes(2, "big") + delay


def _delay(value: bytes) -> int:
    """A Timer value of TS 102 223; what is none is read as a number of seconds, as one open decoder does."""
    if value[0] & 0x7F == Tag.TIMER_VALUE and value[1] == len(value) - 2:
        return TimerValue.decode(value[2:]).seconds
    return min(int.from_bytes(value, "big"), RETRY_SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class HttpParameters:
    """89: Host, agent (X-Admin-From) and URI of the first request; None for each that is not given."""

    host: str | None = None
    agent: str | None = None
    uri: str | None = None

    @classmethod
    def decode(cls, value: bytes) -> HttpParameters:
        """TlvError, ParametersError."""
        given = {each.tag: each.value for each in tlv.parse_all(value)}
        return cls(*(_text(given[tag]) if tag in given else None for tag in (HOST, AGENT, URI)))

    def encode(self) -> bytes:
        """The value."""
        texts = ((HOST, self.host), (AGENT, self.agent), (URI, self.uri))
        return b"".join(tlv.encode(tag, text.encode("ascii")) for tag, text in texts if text is not None)

    def over(self, kept: HttpParameters) -> HttpParameters:
        """Each from here, or else from there."""
        return HttpParameters(self.host or kept.host, self.agent or kept.agent, self.uri or kept.uri)


def _text(value: bytes) -> str:
    """Text that may stand in a request: visible ASCII, so that nobody puts lines of his own into it."""
    if not value or not all(0x21 <= byte <= 0x7E for byte in value):
        raise ParametersError("text that no request can have")
    return value.decode("ascii")


@dataclass(frozen=True, slots=True)
class SessionParameters:
    """83: the parts, None for each that is not given."""

    connection: ConnectionParameters | None = None
    security: SecurityParameters | None = None
    retry: RetryPolicy | None = None
    http: HttpParameters = HttpParameters()

    @classmethod
    def decode(cls, value: bytes) -> SessionParameters:
        """The value of 83; ParametersError."""
        try:
            given = {each.tag: each.value for each in tlv.parse_all(value)}
            return cls(
                _part(ConnectionParameters.decode, given.get(CONNECTION)),
                _part(SecurityParameters.decode, given.get(SECURITY)),
                _part(RetryPolicy.decode, given.get(RETRY)),
                HttpParameters.decode(given.get(HTTP, b"")),
            )
        except TlvError as error:
            raise ParametersError(str(error)) from None

    def encode(self) -> bytes:
        """The value of 83."""
        parts = ((CONNECTION, self.connection), (SECURITY, self.security), (RETRY, self.retry))
        encoded = b"".join(tlv.encode(tag, part.encode()) for tag, part in parts if part is not None)
        http = self.http.encode()
        return encoded + (tlv.encode(HTTP, http) if http else b"")

    def over(self, kept: SessionParameters) -> SessionParameters:
        """What is given here, and for the rest what is kept there."""
        connection = self.connection or kept.connection
        if self.connection and kept.connection:
            connection = self.connection.over(kept.connection)
        return SessionParameters(
            connection,
            self.security or kept.security,
            self.retry or kept.retry,
            self.http.over(kept.http),
        )


def _part(decode: Callable[[bytes], P], value: bytes | None) -> P | None:
    return None if value is None else decode(value)


def addressing(block: bytes) -> SessionParameters:
    """Of a block of addressing parameters, SGP.02 4.1.1.10; ParametersError.

    Which objects stand there is not settled: those of 83, those of 84 by themselves, or both.
    """
    try:
        given = tlv.parse_all(block)
        parts = [each.encoded for each in given if each.tag in (CONNECTION, SECURITY, RETRY, HTTP)]
        inner = SessionParameters.decode(tlv.find(block, SESSION) or b"".join(parts))
        objects = [
            ComprehensionTlv(each.tag & 0x7F, each.value) for each in given if each.tag not in _OF_SESSION
        ]
    except TlvError as error:
        raise ParametersError(str(error)) from None
    connection = ConnectionParameters(tuple(each for each in objects if each.tag in _OF_OPEN_CHANNEL))
    return SessionParameters(connection).over(inner)


def trigger(script: bytes) -> SessionParameters | None:
    """The trigger that a script is: 81, by itself or alone in a template AA. None for any other script.

    ParametersError when it is one, and cannot be read.
    """
    try:
        outer = tlv.parse(script)
        inner = tlv.parse(outer.value) if outer.tag == TEMPLATE else outer
        parts = tlv.parse_all(inner.value) if inner.tag == TRIGGER else None
    except TlvError:
        if script[:1] == bytes((TRIGGER,)):
            raise ParametersError("a trigger that cannot be read") from None
        return None
    # In a template 81 is an immediate action, too: of that, nothing begins with 83.
    session = None if parts is None else next((each.value for each in parts if each.tag == SESSION), None)
    if session is None:
        return SessionParameters() if script[:1] == bytes((TRIGGER,)) else None
    return SessionParameters.decode(session)
