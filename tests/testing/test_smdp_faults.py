"""One bit wrong in each thing the SM-DP+ sends: who notices, with which code, and that nothing is left behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from euicc import Card
from euicc.env import Env
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import OrderState, Piece, SmDpPlus
from ipa.errors import (
    EuiccRefused,
    InstallationFailed,
    IpaError,
    MetadataMismatch,
    ServerRefused,
    UserRefused,
)
from ipa.lpa import Lpa
from ipa.steps import Server

PACKAGE = build().package


class InProcess:
    """The servers of a device, when there is one and it is here."""

    def __init__(self, server: SmDpPlus) -> None:
        self.server = server

    def call(self, request: Server) -> Mapping[str, Any]:
        assert request.address == self.server.address
        return self.server.handle(request.function, request.body)


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def first_flipped(data: bytes) -> bytes:
    """The first byte of the ICCID in metadata."""
    place = data.index(b"\x5a\x0a") + 2
    return data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]


def attempt(piece: Piece, fault: Any, protected_in_advance: bool) -> tuple[IpaError, Card, SmDpPlus]:
    server = SmDpPlus(Pki.default(), "smdp.example.com", random=Env(1).random, faults={piece: fault})
    order = server.order(PACKAGE, protected_in_advance=protected_in_advance)
    card = Card.manufacture(seed=1)
    with Lpa(card, servers=InProcess(server)) as lpa, pytest.raises(IpaError) as caught:
        lpa.download(server.activation_code(order))
    return caught.value, card, server


INVALID_CERTIFICATE, INVALID_SIGNATURE, CI_UNKNOWN = 1, 2, 7


@pytest.mark.parametrize(
    ("piece", "code"),
    [
        (Piece.SERVER_SIGNATURE1, INVALID_SIGNATURE),
        (Piece.SENT_SERVER_SIGNED1, INVALID_SIGNATURE),
        (Piece.CI_TO_BE_USED, CI_UNKNOWN),
        (Piece.AUTH_CERTIFICATE, INVALID_CERTIFICATE),
        (Piece.SMDP_SIGNATURE2, INVALID_SIGNATURE),
        (Piece.PB_CERTIFICATE, INVALID_CERTIFICATE),
    ],
)
def test_the_card_refuses_before_anything_is_loaded(piece: Piece, code: int) -> None:
    error, card, server = attempt(piece, flipped, False)
    assert isinstance(error, EuiccRefused)
    assert error.code == code
    assert not card.isdr.profiles.all()
    assert not card.isdr.notifications.all()
    assert server.orders[0].state is OrderState.RELEASED


def test_a_server_challenge_that_the_server_did_not_send_is_noticed_by_the_server() -> None:
    error, card, _server = attempt(Piece.SERVER_SIGNED1, flipped, False)
    assert isinstance(error, ServerRefused)
    assert (error.subject, error.reason) == ("8.1", "6.1")
    assert not card.isdr.profiles.all()


@pytest.mark.parametrize("piece", [Piece.SMDP_SIGNED2, Piece.SENT_SMDP_SIGNED2])
def test_a_flag_flipped_asks_for_a_code_that_nobody_has(piece: Piece) -> None:
    error, card, _server = attempt(piece, flipped, False)
    assert isinstance(error, UserRefused)
    assert not card.isdr.profiles.all()


def test_metadata_other_than_announced_are_noticed_by_the_device() -> None:
    error, card, server = attempt(Piece.ANNOUNCED_METADATA, first_flipped, False)
    assert isinstance(error, MetadataMismatch)
    assert not card.isdr.profiles.all()
    assert server.orders[0].state is OrderState.ERROR


INITIALISE, CONFIGURE, METADATA, KEYS, PROFILE = 0, 1, 2, 4, 5
IN_ANY_CASE = {
    Piece.REMOTE_OPERATION: (INITIALISE, 5),
    Piece.BOUND_TRANSACTION_ID: (INITIALISE, 3),
    Piece.SMDP_SIGN: (INITIALISE, 2),
    Piece.INITIALISE_SECURE_CHANNEL: (INITIALISE, 2),
    Piece.CONTROL_REFERENCE: (CONFIGURE, 8),
    Piece.CONFIGURE_ISDP: (CONFIGURE, 1),
    Piece.FIRST_87: (CONFIGURE, 8),
    Piece.SEQUENCE_OF_88: (METADATA, 8),
    Piece.PROFILE: (PROFILE, 12),
    Piece.SEQUENCE_OF_86: (PROFILE, 8),
    Piece.BOUND_PACKAGE: (PROFILE, 8),
}
IN_ADVANCE_ONLY = {Piece.REPLACE_SESSION_KEYS: (PROFILE, 8), Piece.SECOND_87: (KEYS, 8)}
LOADING = [
    *((piece, False, *expected) for piece, expected in IN_ANY_CASE.items()),
    *((piece, True, *expected) for piece, expected in (IN_ANY_CASE | IN_ADVANCE_ONLY).items()),
]


@pytest.mark.parametrize(("piece", "in_advance", "command", "reason"), LOADING)
def test_the_card_refuses_while_loading_and_says_so(
    piece: Piece, in_advance: bool, command: int, reason: int
) -> None:
    error, card, server = attempt(piece, flipped, in_advance)
    (order,) = server.orders
    assert isinstance(error, InstallationFailed)
    assert (error.command, error.reason) == (command, reason)
    assert not card.isdr.profiles.all()
    assert not card.isdr.notifications.all()
    assert order.state is OrderState.ERROR
    assert order.result is not None
    assert order.result.final_result.error_result is not None


def test_the_same_card_gets_the_profile_once_the_fault_is_gone() -> None:
    _error, card, server = attempt(Piece.SEQUENCE_OF_86, flipped, False)
    server.faults.clear()
    order = server.order(PACKAGE)
    with Lpa(card, servers=InProcess(server)) as lpa:
        lpa.download(server.activation_code(order))
    assert order.state is OrderState.INSTALLED
    assert [each.iccid for each in card.isdr.profiles.all()] == [order.iccid]
