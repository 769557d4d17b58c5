"""A scripted card before a server that has an order for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from apdu import tlv
from asn1.generated import pe
from euicc import eid as eids
from euicc.crypto import curves, ecka
from euicc.env import Env
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus
from tests.testing.smdp_card import Refusal, ScriptedCard

ADDRESS = "smdp.example.com"
EID = eids.DEFAULT
OTHER_EID = eids.with_check_digits("890490320010010000000000000002")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PKI = Pki.default()
BOTH = Pki.default(curves.ALL)
HEADER = pe.ProfileElement(
    header=pe.ProfileHeader(
        major_version=2,
        minor_version=3,
        profile_type="A profile for tests",
        iccid=bytes.fromhex("89000123456789012341"),
        euicc_mandatory_services=pe.ServicesList(),
        euicc_mandatory_gfste_list=(),
    )
).encode()
PACKAGE = HEADER + tlv.encode(0xAB, bytes(3000))
"""A header, and enough behind it for several segments: the server reads no further."""


def server(**options: Any) -> SmDpPlus:
    return SmDpPlus(options.pop("pki", PKI), ADDRESS, random=Env(1).random, now=lambda: NOW, **options)


def card(dp: SmDpPlus, pki: Pki = PKI, eid: bytes = EID, **fields: Any) -> ScriptedCard:
    return ScriptedCard(dp, pki.issue_euicc(eid), **fields)


def ordered(**options: Any) -> ScriptedCard:
    """A card, and a server with an order for it."""
    limits = {name: options.pop(name) for name in ("limits", "sizes", "rebinding") if name in options}
    dp = server(**limits)
    return card(dp, matching_id=dp.order(PACKAGE, **options).matching_id)


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def refused(run: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        run()
    return str(caught.value)


def point(device: ScriptedCard) -> bytes:
    assert device.otsk is not None
    return ecka.point(device.otsk.public_key())
