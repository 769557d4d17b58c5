"""Transports by name: what other packages offer under the entry point group `ipa.transports`."""

from __future__ import annotations

from importlib.metadata import entry_points

from apdu import Transport, TransportError
from ipa.errors import TransportFailed

GROUP = "ipa.transports"


def open_transport(name: str, argument: str) -> Transport:
    """The card that the entry point `name` opens for this argument; TransportFailed when there is none.

    An entry point is a callable with one string; TransportError, OSError, ValueError or ImportError say that it
    cannot be done.
    """
    found = tuple(entry_points(group=GROUP, name=name))
    if not found:
        raise TransportFailed(f"no installed package offers the transport {name!r}")
    try:
        transport = found[0].load()(argument)
    except (ImportError, TransportError, OSError, ValueError) as error:
        raise TransportFailed(f"{name} {argument} cannot be opened: {error}") from error
    if not isinstance(transport, Transport):
        raise TransportFailed(f"{name} {argument} is not a transport")
    return transport
