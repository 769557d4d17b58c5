"""Profile packages for tests, made from an IMSI, keys and names: `build(Subscription(imsi=...)).package`."""

from __future__ import annotations

from euicc.testing.profile_builder.package import TestProfile, build
from euicc.testing.profile_builder.subscription import Aka, Subscription

__all__ = ["Aka", "Subscription", "TestProfile", "build"]
