"""Profile Policy Rules against the Rules Authorisation Table, SGP.22 2.9.2: may this profile bring its rules?"""

from __future__ import annotations

from asn1.bitstring import BitString
from asn1.generated import rsp
from ipa import es10
from ipa.errors import RulesRefused
from ipa.procedures import profiles
from ipa.steps import Procedure

NAMES = {rsp.PprIds.PPR1: "PPR1", rsp.PprIds.PPR2: "PPR2"}
_ANY_DIGIT = 0xE


def rules_needing_consent(
    metadata: rsp.StoreMetadataRequest, info2: rsp.EUICCInfo2
) -> Procedure[tuple[int, ...]]:
    """The profile's rules (PprIds) to which the user must consent; RulesRefused when the card does not allow one."""
    wanted = [rule for rule in metadata.profile_policy_rules or () if rule != rsp.PprIds.PPR_UPDATE_CONTROL]
    if not wanted:
        return ()
    owner = _owner(wanted, metadata, info2.forbidden_profile_policy_rules)
    if rsp.PprIds.PPR1 in wanted and (yield from profiles.list_profiles(rsp.ProfileClass.OPERATIONAL)):
        raise RulesRefused("PPR1 while there is an operational profile")
    table = (yield from es10.get_rat(rsp.GetRatRequest())).rat
    return tuple(rule for rule in wanted if _consent_required(rule, owner, table))


def _owner(
    wanted: list[int], metadata: rsp.StoreMetadataRequest, forbidden: BitString | None
) -> rsp.OperatorId:
    for rule in wanted:
        if rule not in NAMES:
            raise RulesRefused(f"rule {rule} is unknown")
        if rule in (forbidden or ()):
            raise RulesRefused(f"the eUICC forbids {NAMES[rule]}")
    if metadata.profile_owner is None:
        raise RulesRefused("the profile names no owner")
    return metadata.profile_owner


def _consent_required(
    rule: int, owner: rsp.OperatorId, table: tuple[rsp.ProfilePolicyAuthorisationRule, ...]
) -> bool:
    """What the first entry for this rule and operator says; RulesRefused when there is none."""
    for entry in table:
        if rule in entry.ppr_ids and any(_is_operator(allowed, owner) for allowed in entry.allowed_operators):
            return rsp.ProfilePolicyAuthorisationRule.PprFlags.CONSENT_REQUIRED in entry.ppr_flags
    raise RulesRefused(f"{NAMES[rule]} is not granted to the profile's owner")


def _is_operator(allowed: rsp.OperatorId, owner: rsp.OperatorId) -> bool:
    """Whether an allowed operator of the table is the owner: E stands for any digit, an empty GID for any."""
    return (
        _same_network(allowed.mcc_mnc, owner.mcc_mnc)
        and _same_group(allowed.gid1, owner.gid1)
        and _same_group(allowed.gid2, owner.gid2)
    )


def _same_network(allowed: bytes, owner: bytes) -> bool:
    pairs = zip(_nibbles(allowed), _nibbles(owner), strict=True)
    return all(one in (_ANY_DIGIT, other) for one, other in pairs)


def _same_group(allowed: bytes | None, owner: bytes | None) -> bool:
    return allowed == owner or allowed == b""


def _nibbles(value: bytes) -> list[int]:
    return [nibble for byte in value for nibble in (byte >> 4, byte & 0x0F)]
