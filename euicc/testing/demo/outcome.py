"""What a demonstration begins with, and what it has shown at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apdu.trace import Trace
from euicc.testing.demo.subscription import Subscription
from euicc.testing.demo.timeline import DemoError, Step
from euicc.testing.profile_builder import build
from euicc.testing.smdp import Order, OrderState, SmDpPlus
from ipa import iccid as iccids


@dataclass(frozen=True)
class Outcome:
    """What the demonstration has shown. activation_code: "" where nobody needs one."""

    eid: str
    activation_code: str
    subscription: Subscription
    steps: tuple[Step, ...]
    trace: Trace = field(repr=False)
    managed_by: str = ""
    """eimId of the eIM, or name of the SM-SR, that manages the card at the end; "" for a card that has a user."""


def order_profile(server: SmDpPlus, package: bytes | None = None, **options: Any) -> Order:
    """An order for a package, or for the built-in test profile; options and errors are those of SmDpPlus.order."""
    if package is not None:
        return server.order(package, **options)
    profile = build()
    names = {"service_provider_name": profile.spn, "profile_name": profile.profile_name}
    return server.order(profile.package, **{**names, **options})


def check_subscription(order: Order, subscription: Subscription) -> None:
    """The card answers as the profile that was ordered, and the SM-DP+ knows that it is installed; DemoError."""
    expected = iccids.to_digits(order.iccid)
    if subscription.iccid != expected:
        raise DemoError(f"the card has ICCID {subscription.iccid}, and {expected} was ordered")
    if order.state is not OrderState.INSTALLED:
        raise DemoError(f"for the SM-DP+ the profile is: {order.state.value}")
