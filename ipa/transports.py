"""Ways to a card by name: those of apdu, and what other packages offer under the entry point group `ipa.transports`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeAlias

from apdu import (
    ApduChannel,
    Replay,
    StatusError,
    Trace,
    TraceFormatError,
    Transport,
    TransportError,
    aid,
)
from apdu.transport import tcp
from ipa.errors import NoApplication, TransportFailed

if TYPE_CHECKING:
    from ipa.modem import ModemAccess

GROUP = "ipa.transports"

Access: TypeAlias = "Transport | ModemAccess"


def open_access(name: str, argument: str) -> Access:
    """The card that is reached by `name` ("reader", "tcp", "modem", "replay", or an entry point) and its argument.

    ValueError when the argument is not of the form it must have; TransportError and TransportFailed when there is no
    card.
    """
    opener = OPENERS.get(name)
    return opener(argument) if opener else open_transport(name, argument)


def open_transport(name: str, argument: str) -> Transport:
    """The card that the entry point `name` opens for this argument; TransportFailed when there is none.

    An entry point is a callable with one string; TransportError, OSError, ValueError or ImportError say that it
    cannot be done.
    """
    found = tuple(entry_points(group=GROUP, name=name))
    if not found:
        raise TransportFailed(f"no installed package offers the transport {name!r}: pip install euicc")
    try:
        transport = found[0].load()(argument)
    except (ImportError, TransportError, OSError, ValueError) as error:
        raise TransportFailed(f"{name} {argument} cannot be opened: {error}") from error
    if not isinstance(transport, Transport):
        raise TransportFailed(f"{name} {argument} is not a transport")
    return transport


def uicc_channel(access: Access, application: bytes = aid.USIM) -> ApduChannel:
    """A channel with the files of the card and this application selected: the basic channel after a reset, or a
    channel of its own behind a modem, which has started the card itself. NoApplication, ModemError.
    """
    if not isinstance(access, Transport):
        return access.open_application(application)
    access.reset()
    channel = ApduChannel(access)
    try:
        channel.select(application)
    except StatusError as error:
        raise NoApplication(str(error)) from error
    return channel


def _reader(argument: str) -> Access:
    from apdu.transport.pcsc import PcscTransport

    return PcscTransport(argument)


def _tcp(argument: str) -> Access:
    return tcp.TcpTransport(*tcp.parse_address(argument))


def _modem(argument: str) -> Access:
    from ipa.modem import ModemAccess

    return ModemAccess(argument)


def _replay(argument: str) -> Access:
    try:
        return Replay(Trace.load(argument))
    except TraceFormatError as error:
        raise TransportFailed(f"{argument} is not a trace, as --trace keeps it: {error}") from error


OPENERS: dict[str, Callable[[str], Access]] = {
    "reader": _reader,
    "tcp": _tcp,
    "modem": _modem,
    "replay": _replay,
}
