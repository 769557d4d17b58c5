"""The profiles of operator A, personalized when somebody asks for them, and forgotten when they are in a card."""

from __future__ import annotations

from euicc.testing.smdp_m2m.orders import Order, OrderBook
from examples.fleet.operators import Operator

TYPE = "fleet"


class OnDemand(OrderBook):
    """As `OrderBook`. operator: whose profiles these are."""

    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self._operator = operator

    def prepare(self, number: int) -> None:
        """The profile for the vehicle with this number is at the SM-DP."""
        operator = self._operator
        if self.find(operator.iccid(number)) is None:
            subscription = operator.subscription(number)
            self.add(Order(operator.package(number), TYPE, subscription))

    def forget(self, number: int) -> None:
        """It is in its card: nothing but the order is kept."""
        order = self.find(self._operator.iccid(number))
        if order is not None:
            order.package = b""
