"""The SM-DP+, without a socket: JSON requests in, JSON responses out; and the operator's side of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Unpack

from euicc.testing.smdp import status
from euicc.testing.smdp.authentication import authenticate_client, initiate_authentication
from euicc.testing.smdp.binding import Json, failed
from euicc.testing.smdp.bpp import SegmentSizes, protect_in_advance
from euicc.testing.smdp.download import get_bound_profile_package
from euicc.testing.smdp.eligibility import Eligibility, annex_f
from euicc.testing.smdp.faults import Fault, Piece
from euicc.testing.smdp.metadata import MetadataOptions, store_metadata
from euicc.testing.smdp.notifications import cancel_session, handle_notification
from euicc.testing.smdp.orders import Order, OrderState, code_hash
from euicc.testing.smdp.state import Certificates, Limits, Notification, State
from euicc.testing.smdp.status import Failure, UnknownFunction, require

MATCHING_ID_LENGTH = 8

_FUNCTIONS: dict[str, Callable[[State, Mapping[str, object]], Json]] = {
    "initiateAuthentication": initiate_authentication,
    "authenticateClient": authenticate_client,
    "getBoundProfilePackage": get_bound_profile_package,
    "handleNotification": handle_notification,
    "cancelSession": cancel_session,
}


class SmDpPlus:
    """An SM-DP+ for tests, SGP.22 2.6 and 5.6: all checks real, orders and sessions in memory.

    `address` is what devices call it ("smdp.example.com"); when empty, `euicc.testing.http.serve` fills it in.
    `faults` may be changed at any time: see `euicc.testing.smdp.faults`.
    """

    path = "/gsma/rsp2/es9plus"
    """Where its functions are, below the address, SGP.22 6.5.1."""

    def __init__(
        self,
        certificates: Certificates,
        address: str = "",
        *,
        random: Callable[[int], bytes] = os.urandom,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        eligibility: Eligibility = annex_f,
        limits: Limits = Limits(),
        sizes: SegmentSizes = SegmentSizes(),
        rebinding: bool = True,
        faults: Mapping[Piece, Fault] | None = None,
    ) -> None:
        self._state = State(
            certificates=certificates,
            address=address,
            random=random,
            now=now,
            eligibility=eligibility,
            limits=limits,
            sizes=sizes,
            rebinding=rebinding,
            faults=dict(faults or {}),
        )

    @property
    def address(self) -> str:
        """What devices call the server; not case sensitive."""
        return self._state.address

    @address.setter
    def address(self, address: str) -> None:
        self._state.address = address

    @property
    def faults(self) -> dict[Piece, Fault]:
        """What is done to the pieces it sends."""
        return self._state.faults

    @property
    def orders(self) -> tuple[Order, ...]:
        """All orders, oldest first."""
        return tuple(self._state.orders)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """Those received whose signatures held, each once, oldest first."""
        return tuple(self._state.notifications)

    def handle(self, function: str, request: Mapping[str, object]) -> Json:
        """One function of ES9+ in the JSON binding, SGP.22 6.5.2; an empty answer stands for no body.

        A refusal is an answer, too. BadRequest: the request is not one of this function. UnknownFunction.
        """
        try:
            run = _FUNCTIONS[function]
        except KeyError:
            raise UnknownFunction(function) from None
        try:
            return run(self._state, request)
        except Failure as failure:
            return failed(failure.status)

    def order(
        self,
        package: bytes,
        *,
        matching_id: str | None = None,
        eid: bytes | None = None,
        confirmation_code: str | None = None,
        expires: datetime | None = None,
        released: bool = True,
        protected_in_advance: bool = False,
        **metadata: Unpack[MetadataOptions],
    ) -> Order:
        """ES2+.DownloadOrder, ConfirmOrder and ReleaseProfile, SGP.22 5.3, in one.

        `matching_id` None: a new one; empty: an order for the card with `eid`, which asks without a code.
        `protected_in_advance`: the package gets keys of its own, which ReplaceSessionKeys brings. Further options:
        MetadataOptions. Failure with the status of ES2+; PackageError if the package tells no ICCID.
        """
        state = self._state
        chosen = self._new_matching_id() if matching_id is None else matching_id
        require(bool(chosen) or eid is not None, status.EID_MISSING)
        require(not chosen or state.orders.pending(chosen) is None, status.MATCHING_ID_IN_USE)
        order = Order(
            package=package,
            metadata=store_metadata(package, metadata, state.address),
            matching_id=chosen,
            eid=eid,
            code_hash=code_hash(confirmation_code),
            expires=expires,
            state=OrderState.RELEASED if released else OrderState.CONFIRMED,
        )
        if protected_in_advance:
            order.profile = protect_in_advance(package, state.random, state.sizes, state.alter)
        state.orders.add(order)
        return order

    def release(self, iccid: bytes) -> None:
        """ES2+.ReleaseProfile, SGP.22 5.3.5: confirmed orders for this ICCID may be downloaded now; Failure."""
        confirmed = [
            each for each in self.orders if each.iccid == iccid and each.state is OrderState.CONFIRMED
        ]
        require(bool(confirmed), status.ICCID_UNKNOWN)
        for order in confirmed:
            order.state = OrderState.RELEASED

    def activation_code(self, order: Order) -> str:
        """The activation code of an order, SGP.22 4.1, without the "LPA:" that QR codes begin with."""
        fields = ["1", self.address, order.matching_id]
        if order.requires_code:
            fields += ["", "1"]
        return "$".join(fields)

    def _new_matching_id(self) -> str:
        return self._state.random(MATCHING_ID_LENGTH).hex().upper()
