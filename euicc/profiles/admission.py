"""What a profile must satisfy to be installed: class, policy rules, who may set them, SGP.22 2.4.12 and 2.8.1.

Refusals of the metadata: ALREADY_EXISTS for its ICCID, NOT_SUPPORTED for its class, POLICY for its policy rules,
INCORRECT_INPUT for values that do not go together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from euicc.config import Operator, Ppr, RatRule, RspCapability
from euicc.profiles.profile import ProfileClass
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from asn1.generated import rsp
    from euicc.config import Config
    from euicc.profiles.store import ProfileStore

_KNOWN = frozenset({Ppr.UPDATE_CONTROL, Ppr.DISABLING_NOT_ALLOWED, Ppr.DELETION_NOT_ALLOWED})
_RULES = (Ppr.DISABLING_NOT_ALLOWED, Ppr.DELETION_NOT_ALLOWED)
_WILDCARD = 0xE


def check(config: Config, profiles: ProfileStore, metadata: rsp.StoreMetadataRequest) -> None:
    """Whether a profile with these metadata may be installed, ES8+.StoreMetadata, SGP.22 5.5.3; Refused if not."""
    if profiles.by_iccid(metadata.iccid):
        raise Refused(Reason.ALREADY_EXISTS)
    _check_class(config, metadata)
    if not _policy_rules_allowed(config, profiles, metadata):
        raise Refused(Reason.POLICY)


def _check_class(config: Config, metadata: rsp.StoreMetadataRequest) -> None:
    if metadata.profile_class not in set(ProfileClass):
        raise Refused(Reason.NOT_SUPPORTED)
    if metadata.icon is not None and metadata.icon_type is None:
        raise Refused(Reason.INCORRECT_INPUT)
    test = metadata.profile_class == ProfileClass.TEST
    if test and RspCapability.TEST_PROFILE not in config.rsp_capability:
        raise Refused(Reason.NOT_SUPPORTED)


def _policy_rules_allowed(config: Config, profiles: ProfileStore, metadata: rsp.StoreMetadataRequest) -> bool:
    """Profile Policy Rules at installation, SGP.22 2.8.1.2.

    Not when a rule is unknown, forbidden by the card, or not granted to the profile owner by the Rules Authorisation
    Table, when there is no owner, and PPR1 not beside an operational profile.
    """
    rules = metadata.profile_policy_rules
    present = set(rules or ())
    wanted = [rule for rule in _RULES if rule in present]
    return (
        present <= _KNOWN
        and not present & set(config.forbidden_pprs)
        and all(_authorised(rule, metadata.profile_owner, config.rat) for rule in wanted)
        and not (Ppr.DISABLING_NOT_ALLOWED in present and _any_operational(profiles))
    )


def authorising_rule(ppr: int, owner: rsp.OperatorId, rat: Iterable[RatRule]) -> RatRule | None:
    """The first entry of the Rules Authorisation Table that grants `ppr` (a bit of Ppr) to this profile owner."""
    return next(
        (rule for rule in rat if ppr in rule.pprs and any(_is(owner, each) for each in rule.operators)), None
    )


def _authorised(ppr: int, owner: rsp.OperatorId | None, rat: Iterable[RatRule]) -> bool:
    return owner is not None and authorising_rule(ppr, owner, rat) is not None


def _any_operational(profiles: ProfileStore) -> bool:
    return any(profile.profile_class is ProfileClass.OPERATIONAL for profile in profiles.all())


def _is(owner: rsp.OperatorId, operator: Operator) -> bool:
    """Whether an entry's operator covers this owner."""
    return (
        _plmn_matches(owner.mcc_mnc, operator.mcc_mnc)
        and _gid_matches(owner.gid1, operator.gid1)
        and _gid_matches(owner.gid2, operator.gid2)
    )


def _plmn_matches(owner: bytes, pattern: bytes) -> bool:
    return len(owner) == len(pattern) and all(
        wanted in (digit, _WILDCARD) for digit, wanted in zip(_nibbles(owner), _nibbles(pattern), strict=True)
    )


def _nibbles(data: bytes) -> list[int]:
    return [nibble for byte in data for nibble in (byte >> 4, byte & 0xF)]


def _gid_matches(owner: bytes | None, pattern: bytes | None) -> bool:
    """Absent matches only absent, empty matches any value and none."""
    return pattern == b"" or owner == pattern
