"""The fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from euicc.testing.plugin.options import OPTIONS
from euicc.testing.plugin.running import running

if TYPE_CHECKING:
    from apdu import Transport
    from euicc import Card
    from euicc.testing.lab import Lab
    from euicc.testing.plugin.factory import Factory
    from ipa.ipad import Ipa


@pytest.fixture(scope="session")
def euicc_access(request: pytest.FixtureRequest) -> Iterator[Transport | None]:
    """The physical card of the run, None when cards are emulated; opened once, closed at the end."""
    options = request.config.stash[OPTIONS]
    if options.door is None:
        yield None
        return
    from apdu import TransportError
    from ipa.errors import IpaError

    try:
        transport = _open(*options.door)
    except (TransportError, IpaError, ValueError, OSError) as error:
        pytest.fail(f"{options.door_option}: {error}", pytrace=False)
    try:
        yield transport
    finally:
        close: Callable[[], object] = getattr(transport, "close", lambda: None)
        close()


@pytest.fixture
def euicc_card(euicc_access: Transport | None, request: pytest.FixtureRequest) -> Card | Transport:
    """A factory-new consumer eUICC; with --euicc-reader, --euicc-tcp or --euicc-modem that card, after a reset.

    A test with hypothesis.given takes `euicc_factory`: what it makes is new for each example.
    """
    if euicc_access is None:
        factory: Factory = request.getfixturevalue("euicc_factory")
        return factory()
    from apdu import Recorder

    recorder = Recorder(euicc_access, name=request.config.stash[OPTIONS].door_option)
    running(request.config).note(recorder)
    recorder.reset()
    return recorder


@pytest.fixture(scope="session")
def euicc_factory(request: pytest.FixtureRequest) -> Factory:
    """Makes cards of any variant, with profiles in them: `euicc_factory("sgp32", profiles=2, enabled=0)`."""
    door = request.config.stash[OPTIONS].door_option
    if door:
        pytest.skip(f"needs emulated cards, and {door} is the card of this run")
    from euicc.testing.plugin.factory import Factory

    now = running(request.config)
    now.factory = now.factory or Factory(now)
    return now.factory


@pytest.fixture
def euicc_lab(euicc_factory: Factory) -> Lab:
    """PKI, SM-DP+, SM-DS and eIM that know each other; `with euicc_lab.serve():` has them on HTTPS."""
    return euicc_factory.lab()


@pytest.fixture
def euicc_ipa(euicc_lab: Lab) -> Iterator[Ipa]:
    """The IPA of a device with a new IoT eUICC, associated with the eIM of `euicc_lab`: `euicc_lab.cards.made[0]`."""
    with euicc_lab.ipa(euicc_lab.card("sgp32")) as ipa:
        yield ipa


def _open(door: str, argument: str) -> Transport:
    """The card by its door; TransportError, IpaError, ValueError, OSError."""
    if door == "modem":
        from apdu.transport.modem import Dialogue, ModemTransport, open_port

        return ModemTransport(Dialogue(open_port(argument)))
    from apdu import Transport
    from ipa.transports import open_access

    access = open_access(door, argument)
    assert isinstance(access, Transport)
    return access
