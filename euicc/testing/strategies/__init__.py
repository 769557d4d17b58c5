"""Input for tests of cards, devices and servers: hypothesis strategies, and the same values from a seed.

    @given(messages(rsp.EUICCInfo2))                       any valid message of a type of the compiled schemas
    @given(violated(sgp32.EuiccPackageRequest))            its encoding with one thing wrong, and what
    for message in seeded(any_message(rsp.EUICCInfo2), seed=1): ...     the same set by a seed: microseconds each

Functions named `any_...` give `Values`, which have a `.strategy` for hypothesis and are drawn by a seed with `seeded`;
the plain ones give the strategy. Needs hypothesis, which the extra `testing` installs.
"""

from __future__ import annotations

from euicc.testing.strategies.messages import any_message, messages
from euicc.testing.strategies.schema import named_types
from euicc.testing.strategies.tlvs import any_tlv, soup, tlv_soup, tlvs
from euicc.testing.strategies.values import Draw, Values, composed, seeded
from euicc.testing.strategies.violating import Kind, Violation
from euicc.testing.strategies.violations import (
    any_respelled,
    any_violated,
    possible_kinds,
    respelled,
    violated,
)

__all__ = [
    "Draw",
    "Kind",
    "Values",
    "Violation",
    "any_message",
    "any_respelled",
    "any_tlv",
    "any_violated",
    "composed",
    "messages",
    "named_types",
    "possible_kinds",
    "respelled",
    "seeded",
    "soup",
    "tlv_soup",
    "tlvs",
    "violated",
]
