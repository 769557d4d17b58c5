"""The demonstrations: a factory-new eUICC gets profiles over HTTPS, and answers as a subscription.

All parts are the real ones: the card knows the servers and the device only by what they send it.
"""

from __future__ import annotations

from euicc.testing.demo.consumer import run
from euicc.testing.demo.outcome import Outcome, order_profile
from euicc.testing.demo.subscription import Subscription, read_subscription, service_provider_name
from euicc.testing.demo.timeline import DemoError, Step, Timeline

__all__ = [
    "DemoError",
    "Outcome",
    "Step",
    "Subscription",
    "Timeline",
    "order_profile",
    "read_subscription",
    "run",
    "service_provider_name",
]
