"""Enabling a profile right after its installation (SGP.32 5.9.15, 5.9.17)."""

from __future__ import annotations

from apdu import tlv
from asn1.generated import sgp32
from euicc.check.catalogue import Area
from euicc.check.expect import result_is, same
from euicc.check.needs import INSTALLING, IOT, ISDR, LATER, NO_EIM, PACKAGES, WRITE
from euicc.check.own_profiles import Own, content
from euicc.check.packages import Eim
from euicc.check.restoring import deletion
from euicc.check.server import ADDRESS
from euicc.check.session import Session, load_error
from euicc.check.subject import Subject

area = Area("immediate", WRITE, ISDR, IOT, NO_EIM, LATER, section="G5; SGP.32 5.9.15")
CONFIGURE, ENABLE = 0xBF59, 0xBF5A
OK, NOT_AVAILABLE, EXISTS, NO_SESSION = 0, 1, 2, 4
AT_ONCE = bytes.fromhex("BF5A03800100")
THIRD = Own.THIRD


def configure(flag: bool = True, oid: str | None = None, address: str | None = None) -> bytes:
    """ConfigureImmediateProfileEnabling."""
    return sgp32.ConfigureImmediateProfileEnablingRequest(
        immediate_enable_flag=flag or None, default_smdp_oid=oid, default_smdp_address=address
    ).encode()


def switched_off(subject: Subject) -> None:
    """As before the case."""
    subject.es10(configure(flag=False))


def install(subject: Subject) -> None:
    """A new profile."""
    if subject.has(THIRD.iccid):
        subject.es10(deletion(THIRD.iccid))
    same("the error", load_error(Session.open(subject).install(content(THIRD))), None)


@area.case("off", "Without the flag: immediateEnableNotAvailable")
def off(subject: Subject) -> None:
    switched_off(subject)
    result_is(subject.es10(AT_ONCE), ENABLE, NOT_AVAILABLE)


@area.case("no-session", "Without an installation: noSessionContext")
def no_session(subject: Subject) -> None:
    try:
        result_is(subject.es10(configure(address=ADDRESS)), CONFIGURE, OK)
        result_is(subject.es10(AT_ONCE), ENABLE, NO_SESSION)
    finally:
        switched_off(subject)


@area.case("ok", "After an installation from the configured server: enabled, once", *INSTALLING)
def enabled(subject: Subject) -> None:
    try:
        subject.es10(configure(address=ADDRESS))
        install(subject)
        result_is(subject.es10(AT_ONCE), ENABLE, OK)
        same("the enabled profile", subject.enabled(), THIRD.iccid)
        result_is(subject.es10(AT_ONCE), ENABLE, NO_SESSION)
    finally:
        switched_off(subject)


@area.case("by-oid", "The configured server by its OID", *INSTALLING)
def by_oid(subject: Subject) -> None:
    try:
        subject.es10(configure(oid=Session.open(subject).server.oid))
        install(subject)
        result_is(subject.es10(AT_ONCE), ENABLE, OK)
    finally:
        switched_off(subject)


@area.each(
    {
        "other-address": (
            "After an installation from another address: not available",
            {"address": "no.check"},
        ),
        "other-oid": ("After an installation of another server: not available", {"oid": "2.999.77"}),
        "no-server": ("Without a configured server: not available", {}),
    },
    *INSTALLING,
)
def not_available(subject: Subject, configuration: dict[str, str]) -> None:
    try:
        subject.es10(configure(True, **configuration))
        install(subject)
        result_is(subject.es10(AT_ONCE), ENABLE, NOT_AVAILABLE)
        same("whether it is enabled", subject.enabled() == THIRD.iccid, False)
    finally:
        switched_off(subject)


@area.case("reset", "A reset ends it: noSessionContext", *INSTALLING)
def after_reset(subject: Subject) -> None:
    try:
        subject.es10(configure(address=ADDRESS))
        install(subject)
        subject.reset()
        result_is(subject.es10(AT_ONCE), ENABLE, NO_SESSION)
    finally:
        switched_off(subject)


@area.case("with-eim", "A card with an eIM is configured by it alone: 2", *PACKAGES)
def with_eim(subject: Subject) -> None:
    Eim(subject).associate()
    result_is(subject.es10(configure(address=ADDRESS)), CONFIGURE, EXISTS)


@area.case("by-eim", "What the eIM configures counts", *PACKAGES, *INSTALLING)
def by_eim(subject: Subject) -> None:
    eim = Eim(subject).associate()
    try:
        fields = (bytes.fromhex("8000"), tlv.encode(0x82, ADDRESS.encode()))
        same("the results", eim.psmo(tlv.encode(0xA7, *fields)), [bytes.fromhex("870100")])
        install(subject)
        result_is(subject.es10(AT_ONCE), ENABLE, OK)
    finally:
        eim.psmo(bytes.fromhex("A700"))
