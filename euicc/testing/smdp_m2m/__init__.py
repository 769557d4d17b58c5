"""An SM-DP of SGP.02 for tests, sans-IO: its procedures yield what is to go through the SM-SR."""

from __future__ import annotations

from euicc.testing.smdp_m2m.orders import Order, OrderBook, OrderError, OrderState
from euicc.testing.smdp_m2m.procedures import IsdPKeys, Manner, SmdpIdentity
from euicc.testing.smdp_m2m.server import Smdp

__all__ = ["IsdPKeys", "Manner", "Order", "OrderBook", "OrderError", "OrderState", "Smdp", "SmdpIdentity"]
