"""Which profiles may be installed: class, policy rules, and the Rules Authorisation Table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import tlv
from asn1.generated import rsp
from euicc.config import ANY_OPERATOR, Config, Operator, Ppr, RatRule, RspCapability
from euicc.profiles import admission
from euicc.profiles.profile import Profile
from euicc.profiles.store import ProfileStore
from euicc.refusals import Reason, Refused
from euicc.runtime.nvm import Nvm
from tests.isdr.installed import OPERATIONAL, PPR1, PPR2, PROVISIONING, TEST, iccid, metadata

PLMN = bytes.fromhex("00F110")
OWNED = tlv.encode(0xB7, tlv.encode(0x80, PLMN))
OWNED_GID = tlv.encode(0xB7, tlv.encode(0x80, PLMN), tlv.encode(0x81, b"\x07"))
BOTH = (Ppr.DISABLING_NOT_ALLOWED, Ppr.DELETION_NOT_ALLOWED)


def store_with(*classes: int) -> ProfileStore:
    nvm = Nvm()
    store = ProfileStore(nvm)
    with nvm.transaction():
        for number, profile_class in enumerate(classes):
            described = metadata(number, profile_class=profile_class)
            store.add(Profile(store.free_aid(), iccid(number), described, bytes(20), "2.999.10"), b"")
    return store


def refusal(config: Config, store: ProfileStore, encoded: bytes) -> Reason | None:
    try:
        admission.check(config, store, rsp.StoreMetadataRequest.decode(encoded))
    except Refused as refused:
        return refused.reason
    return None


def with_rat(*rules: RatRule) -> Config:
    return replace(Config(), rat=rules)


@pytest.mark.parametrize("profile_class", [None, TEST, PROVISIONING, OPERATIONAL])
def test_every_class_is_taken(profile_class: int | None) -> None:
    assert refusal(Config(), store_with(), metadata(9, profile_class=profile_class)) is None


def test_iccid_that_is_installed() -> None:
    assert refusal(Config(), store_with(OPERATIONAL), metadata(0)) is Reason.ALREADY_EXISTS


def test_class_that_does_not_exist() -> None:
    assert refusal(Config(), store_with(), metadata(9, profile_class=3)) is Reason.NOT_SUPPORTED


def test_test_profile_on_a_card_without_support() -> None:
    config = replace(Config(), rsp_capability=(RspCapability.ADDITIONAL_PROFILE,))
    assert refusal(config, store_with(), metadata(9, profile_class=TEST)) is Reason.NOT_SUPPORTED


def test_icon_without_its_type() -> None:
    icon = tlv.encode(0x94, b"\x89PNG")
    encoded = tlv.encode(
        0xBF25, tlv.encode(0x5A, iccid(9)), tlv.encode(0x91, b"a"), tlv.encode(0x92, b"b"), icon
    )
    assert refusal(Config(), store_with(), encoded) is Reason.INCORRECT_INPUT


@pytest.mark.parametrize("pprs", [PPR1, PPR2, PPR1 | PPR2])
def test_rules_need_an_owner(pprs: int) -> None:
    assert refusal(Config(), store_with(), metadata(9, pprs=pprs)) is Reason.POLICY
    assert refusal(Config(), store_with(), metadata(9, pprs=pprs, more=OWNED)) is None


def test_update_control_alone_needs_nobody() -> None:
    assert refusal(Config(), store_with(), metadata(9, pprs=0x80)) is None


def test_unknown_rule() -> None:
    encoded = metadata(9, more=OWNED + bytes.fromhex("99020410"))
    assert refusal(Config(), store_with(), encoded) is Reason.POLICY


@pytest.mark.parametrize(
    ("ppr", "bits"), [(Ppr.DISABLING_NOT_ALLOWED, PPR1), (Ppr.DELETION_NOT_ALLOWED, PPR2)]
)
def test_forbidden_rule(ppr: int, bits: int) -> None:
    config = replace(Config(), forbidden_pprs=(ppr,))
    assert refusal(config, store_with(), metadata(9, pprs=bits, more=OWNED)) is Reason.POLICY
    assert refusal(config, store_with(), metadata(9, pprs=(PPR1 | PPR2) ^ bits, more=OWNED)) is None


@pytest.mark.parametrize(
    ("installed", "reason"), [((OPERATIONAL,), Reason.POLICY), ((TEST, PROVISIONING), None), ((), None)]
)
def test_ppr1_not_beside_an_operational_profile(installed: tuple[int, ...], reason: Reason | None) -> None:
    assert refusal(Config(), store_with(*installed), metadata(9, pprs=PPR1, more=OWNED)) is reason
    assert refusal(Config(), store_with(*installed), metadata(9, pprs=PPR2, more=OWNED)) is None


@pytest.mark.parametrize(
    ("operator", "owner", "granted"),
    [
        (ANY_OPERATOR, OWNED, True),
        (ANY_OPERATOR, OWNED_GID, True),
        (Operator(PLMN), OWNED, True),
        (Operator(PLMN), OWNED_GID, False),
        (Operator(PLMN, b""), OWNED_GID, True),
        (Operator(PLMN, b""), OWNED, True),
        (Operator(PLMN, b"\x07"), OWNED_GID, True),
        (Operator(PLMN, b"\x07"), OWNED, False),
        (Operator(PLMN, b"\x08"), OWNED_GID, False),
        (Operator(PLMN, b"\x07", b"\x01"), OWNED_GID, False),
        (Operator(bytes.fromhex("00F120")), OWNED, False),
        (Operator(bytes.fromhex("00FEEE")), OWNED, True),
        (Operator(bytes.fromhex("00E1EE")), OWNED, True),
        (Operator(bytes.fromhex("00F1EE")), OWNED, True),
        (Operator(bytes.fromhex("0EEEE1")), OWNED, False),
        (Operator(bytes.fromhex("0EEEEE")), OWNED, True),
    ],
)
def test_operator_matching(operator: Operator, owner: bytes, granted: bool) -> None:
    config = with_rat(RatRule(BOTH, (operator,)))
    expected = None if granted else Reason.POLICY
    assert refusal(config, store_with(), metadata(9, pprs=PPR2, more=owner)) is expected


def test_each_rule_is_looked_up_by_itself() -> None:
    ppr1_only = RatRule((Ppr.DISABLING_NOT_ALLOWED,), (Operator(PLMN),))
    ppr2_only = RatRule((Ppr.DELETION_NOT_ALLOWED,), (ANY_OPERATOR,))
    wanted = metadata(9, pprs=PPR1 | PPR2, more=OWNED)
    assert refusal(with_rat(ppr1_only), store_with(), wanted) is Reason.POLICY
    assert refusal(with_rat(ppr1_only, ppr2_only), store_with(), wanted) is None
    assert refusal(with_rat(), store_with(), wanted) is Reason.POLICY


def test_the_first_rule_that_matches_decides() -> None:
    asking = RatRule(BOTH, (Operator(PLMN),), consent_required=True)
    owner = rsp.OperatorId(mcc_mnc=PLMN)
    everyone = RatRule(BOTH, (ANY_OPERATOR,))
    assert admission.authorising_rule(Ppr.DELETION_NOT_ALLOWED, owner, (asking, everyone)) is asking
    assert admission.authorising_rule(Ppr.DELETION_NOT_ALLOWED, owner, (everyone, asking)) is everyone
