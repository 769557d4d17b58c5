from __future__ import annotations

import pytest

from asn1 import BitString
from asn1.generated import rsp
from ipa.errors import RulesRefused
from ipa.procedures.rules import rules_needing_consent
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure

PPR1, PPR2 = rsp.PprIds.PPR1, rsp.PprIds.PPR2
MCC_MNC = bytes.fromhex("00F110")
NO_PROFILE = Line("GetProfilesInfo", rsp.ProfileInfoListResponse(profile_info_list_ok=()).encode())


def operator(mcc_mnc: str = "00F110", gid1: bytes | None = None, gid2: bytes | None = None) -> rsp.OperatorId:
    return rsp.OperatorId(mcc_mnc=bytes.fromhex(mcc_mnc), gid1=gid1, gid2=gid2)


def rule(*rules: int, allowed: rsp.OperatorId, consent: bool = False) -> rsp.ProfilePolicyAuthorisationRule:
    flags = BitString.of(0) if consent else BitString.of()
    return rsp.ProfilePolicyAuthorisationRule(
        ppr_ids=BitString.of(*rules), allowed_operators=(allowed,), ppr_flags=flags
    )


def rat(*entries: rsp.ProfilePolicyAuthorisationRule) -> Line:
    return Line("GetRAT", rsp.GetRatResponse(rat=entries).encode())


def wanting(*rules: int, owner: rsp.OperatorId | None = messages.OWNER) -> rsp.StoreMetadataRequest:
    return messages.metadata(profile_policy_rules=BitString.of(*rules), profile_owner=owner)


def test_a_profile_without_rules_needs_no_table() -> None:
    assert play(rules_needing_consent(messages.metadata(), messages.info2())) == ()
    assert play(rules_needing_consent(wanting(rsp.PprIds.PPR_UPDATE_CONTROL), messages.info2())) == ()


@pytest.mark.parametrize(
    ("allowed", "owner"),
    [
        (operator(), operator()),
        (operator("EEEEEE"), operator()),
        (operator("E0FE1E"), operator("10F112")),
        (operator(gid1=b"\x01"), operator(gid1=b"\x01")),
        (operator(gid1=b""), operator(gid1=b"\x01")),
        (operator(gid1=b""), operator()),
        (operator(gid2=b"\x02"), operator(gid2=b"\x02")),
    ],
)
def test_an_operator_that_the_table_names(allowed: rsp.OperatorId, owner: rsp.OperatorId) -> None:
    profile = wanting(PPR2, owner=owner)
    assert play(rules_needing_consent(profile, messages.info2()), rat(rule(PPR2, allowed=allowed))) == ()


@pytest.mark.parametrize(
    ("allowed", "owner"),
    [
        (operator("00F120"), operator()),
        (operator(), operator(gid1=b"\x01")),
        (operator(gid1=b"\x01"), operator()),
        (operator(gid1=b"\x01"), operator(gid1=b"\x02")),
        (operator(gid2=b"\x01"), operator(gid2=b"\x02")),
    ],
)
def test_an_operator_that_the_table_does_not_name(allowed: rsp.OperatorId, owner: rsp.OperatorId) -> None:
    profile = wanting(PPR2, owner=owner)
    table = rat(rule(PPR2, allowed=allowed))
    play_to_failure(rules_needing_consent(profile, messages.info2()), RulesRefused, table)


def test_the_first_entry_that_fits_decides_on_consent() -> None:
    anybody = operator("EEEEEE", b"", b"")
    table = rat(
        rule(PPR1, allowed=anybody), rule(PPR2, allowed=operator(), consent=True), rule(PPR2, allowed=anybody)
    )
    wanted = rules_needing_consent(wanting(PPR1, PPR2), messages.info2())
    assert play(wanted, NO_PROFILE, table) == (PPR2,)


def test_a_rule_that_the_table_does_not_have() -> None:
    table = rat(rule(PPR1, allowed=operator()))
    play_to_failure(rules_needing_consent(wanting(PPR2), messages.info2()), RulesRefused, table)


def test_ppr1_beside_an_operational_profile() -> None:
    another = rsp.ProfileInfo(iccid=messages.ICCID)
    found = rsp.ProfileInfoListResponse(profile_info_list_ok=(another,)).encode()
    script = Line("GetProfilesInfo", found, lambda step: bytes.fromhex("A003950102") in step.request)
    play_to_failure(rules_needing_consent(wanting(PPR1), messages.info2()), RulesRefused, script)


def test_what_is_refused_without_asking_the_card() -> None:
    forbidding = messages.info2(forbidden_profile_policy_rules=BitString.of(PPR2))
    play_to_failure(rules_needing_consent(wanting(PPR2), forbidding), RulesRefused)
    play_to_failure(rules_needing_consent(wanting(PPR2, owner=None), messages.info2()), RulesRefused)
    play_to_failure(rules_needing_consent(wanting(5), messages.info2()), RulesRefused)
