"""Input for tests of cards, devices and servers: hypothesis strategies, and the same values from a seed.

    @given(messages(rsp.EUICCInfo2))                       any valid message of a type of the compiled schemas
    @given(violated(sgp32.EuiccPackageRequest))            its encoding with one thing wrong, and what
    @given(scripts(view_of(channel), SGP32))               APDUs that make sense for a card, most of them
    for message in seeded(any_message(rsp.EUICCInfo2), seed=1): ...     the same set by a seed: microseconds each

Functions named `any_...` give `Values`, which have a `.strategy` for hypothesis and are drawn by a seed with `seeded`;
the plain ones give the strategy. Needs hypothesis, which the extra `testing` installs.
"""

from __future__ import annotations

from euicc.testing.strategies.apdus import Script, any_script, any_step, scripts
from euicc.testing.strategies.card_view import CardView, view_of
from euicc.testing.strategies.messages import any_message, messages
from euicc.testing.strategies.packages import Association, SignedPackage, Wrong, any_package, packages
from euicc.testing.strategies.profiles import (
    BrokenProfile,
    DrawnProfile,
    How,
    any_broken_profile,
    any_profile,
    broken_profiles,
    profiles,
)
from euicc.testing.strategies.requests import SGP22, SGP32, any_request, requests
from euicc.testing.strategies.schema import named_types
from euicc.testing.strategies.steps import Step, play
from euicc.testing.strategies.tlvs import any_tlv, soup, tlv_soup, tlvs
from euicc.testing.strategies.values import Draw, Values, composed, seeded
from euicc.testing.strategies.violating import Kind, Violation
from euicc.testing.strategies.violations import (
    any_respelled,
    any_violated,
    possible_kinds,
    respelled,
    violate,
    violated,
)

__all__ = [
    "SGP22",
    "SGP32",
    "Association",
    "BrokenProfile",
    "CardView",
    "Draw",
    "DrawnProfile",
    "How",
    "Kind",
    "Script",
    "SignedPackage",
    "Step",
    "Values",
    "Violation",
    "Wrong",
    "any_broken_profile",
    "any_message",
    "any_package",
    "any_profile",
    "any_request",
    "any_respelled",
    "any_script",
    "any_step",
    "any_tlv",
    "any_violated",
    "broken_profiles",
    "composed",
    "messages",
    "named_types",
    "packages",
    "play",
    "possible_kinds",
    "profiles",
    "requests",
    "respelled",
    "scripts",
    "seeded",
    "soup",
    "tlv_soup",
    "tlvs",
    "view_of",
    "violate",
    "violated",
]
