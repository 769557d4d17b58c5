"""The profiles that the check brings along, installs where a case wants one, and takes away in the end."""

from __future__ import annotations

import enum
from dataclasses import replace
from functools import cache
from typing import Any

from asn1 import BitString
from asn1.generated import rsp, sgp32
from euicc.check.catalogue import Finding, NotApplicable
from euicc.check.server import ADDRESS, Content
from euicc.check.session import Session, load_error
from euicc.check.subject import AkaKeys, Subject
from euicc.testing.profile_builder import Subscription, TestProfile, build

PIN, PUK = "1234", "87654321"
PLMN = bytes.fromhex("00F110")
ALL_EVENTS = BitString.of(0, 1, 2, 3)
OTHER_ADDRESS = "other.check.example.com"
NOT_NEEDED = (rsp.ErrorReason.UNSUPPORTED_PROFILE_CLASS, rsp.ErrorReason.PPR_NOT_ALLOWED)


class Own(enum.IntEnum):
    """One profile each; the number is in its ICCID."""

    FIRST = 1
    SECOND = 2
    THIRD = 3
    PPR1 = 4
    PPR2 = 5
    TEST = 6
    ECALL = 7
    FALLBACK = 8
    NEVER = 9
    """Is only ever refused."""

    @property
    def iccid(self) -> bytes:
        """As EF.ICCID holds it."""
        return profile(self).iccid_bytes


_METADATA: dict[Own, dict[str, Any]] = {
    Own.PPR1: {"profile_policy_rules": BitString.of(1), "profile_owner": rsp.OperatorId(mcc_mnc=PLMN)},
    Own.PPR2: {"profile_policy_rules": BitString.of(2), "profile_owner": rsp.OperatorId(mcc_mnc=PLMN)},
    Own.TEST: {"profile_class": rsp.ProfileClass.TEST},
    Own.ECALL: {"ecall_indication": True},
    Own.FALLBACK: {"fallback_allowed": True},
}
_TEST_KEY = bytes(15) + b"\x01"


@cache
def profile(own: Own) -> TestProfile:
    """The profile package with what one wants to know of it."""
    made = Subscription(
        iccid=f"89009199999900000{own:02d}",
        imsi=f"0010109999000{own:02d}",
        pin1=PIN,
        puk1=PUK,
        isim=False,
        fivegs=False,
        remote_management=False,
    )
    return build(replace(made, k=_TEST_KEY, opc=_TEST_KEY) if own is Own.TEST else made)


def keys(own: Own) -> AkaKeys:
    """K and OPc of its USIM."""
    subscription = profile(own).subscription
    return AkaKeys(subscription.k, subscription.opc)


def metadata(own: Own, **changes: Any) -> bytes:
    """StoreMetadata, TLV: every event is to be told to the SM-DP+ and to one other."""
    fields: dict[str, Any] = {
        "iccid": own.iccid,
        "service_provider_name": "Check",
        "profile_name": f"Check {own.name}",
        "notification_configuration_info": tuple(
            rsp.NotificationConfigurationInformation(
                profile_management_operation=ALL_EVENTS, notification_address=address
            )
            for address in (ADDRESS, OTHER_ADDRESS)
        ),
        **_METADATA.get(own, {}),
        **changes,
    }
    kind = sgp32.StoreMetadataRequest if own in (Own.ECALL, Own.FALLBACK) else rsp.StoreMetadataRequest
    return kind(**fields).encode()


def content(own: Own, **changes: Any) -> Content:
    """What is bound of it; changes are fields of StoreMetadata."""
    return Content(metadata(own, **changes), profile(own).package)


def installed(subject: Subject, *wanted: Own) -> None:
    """Install those that are not there yet; Finding when the card does not, NotApplicable when it need not."""
    present = {each.iccid for each in subject.profiles()}
    for own in wanted:
        if own.iccid not in present:
            _install(subject, own)


def _install(subject: Subject, own: Own) -> None:
    error = load_error(Session.open(subject).install(content(own)))
    if error is None:
        return
    if own in _METADATA and error[1] in NOT_NEEDED:
        raise NotApplicable(f"the card installs no profile of this kind (errorReason {error[1]})")
    raise Finding(
        f"the card does not install a right profile: bppCommandId {error[0]}, errorReason {error[1]}"
    )
