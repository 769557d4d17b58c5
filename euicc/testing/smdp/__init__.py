"""An SM-DP+ for tests, SGP.22: sans-IO, with real checks, and a place to make it go wrong."""

from __future__ import annotations

from euicc.testing.smdp.binding import refusal
from euicc.testing.smdp.bpp import SegmentSizes
from euicc.testing.smdp.eligibility import annex_f, everything
from euicc.testing.smdp.faults import Fault, Piece
from euicc.testing.smdp.metadata import MetadataOptions, PackageError
from euicc.testing.smdp.orders import Order, OrderState
from euicc.testing.smdp.server import SmDpPlus
from euicc.testing.smdp.state import Limits, Notification
from euicc.testing.smdp.status import BadRequest, Failure, Status, UnknownFunction

__all__ = [
    "BadRequest",
    "Failure",
    "Fault",
    "Limits",
    "MetadataOptions",
    "Notification",
    "Order",
    "OrderState",
    "PackageError",
    "Piece",
    "SegmentSizes",
    "SmDpPlus",
    "Status",
    "UnknownFunction",
    "annex_f",
    "everything",
    "refusal",
]
