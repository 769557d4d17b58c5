"""EnableProfile, DisableProfile, DeleteProfile (SGP.22 5.7.16 to 5.7.18)."""

from __future__ import annotations

from apdu import Command, instruction, status, tlv
from euicc.check import events, files
from euicc.check.catalogue import Area
from euicc.check.events import DISABLE as DISABLED
from euicc.check.events import ENABLE as ENABLED
from euicc.check.expect import ended, require, result_is, same
from euicc.check.facts import NO_PROFILE
from euicc.check.needs import ALONE, INSTALLING, ISDR, LOCAL
from euicc.check.own_profiles import Own, installed
from euicc.check.restoring import DELETE, DISABLE, ENABLE, deletion, switch
from euicc.check.subject import Subject

area = Area("states", ISDR, LOCAL, section="SGP.23-1 4.2.21")
FIRST, SECOND = Own.FIRST, Own.SECOND
TERMINAL_PROFILE = Command(
    0x80, instruction.TERMINAL_PROFILE, 0, 0, bytes.fromhex("FFFFFFFF7F") + b"\xff" * 15
)
REFRESH = 0x01
NOT_FOUND, WRONG_STATE, BUSY = 1, 2, 5
UNKNOWN = {
    "enable-unknown": ("EnableProfile", (ENABLE, switch(ENABLE, NO_PROFILE))),
    "disable-unknown": ("DisableProfile", (DISABLE, switch(DISABLE, NO_PROFILE))),
    "delete-unknown": ("DeleteProfile", (DELETE, deletion(NO_PROFILE))),
}


def enabled(subject: Subject, own: Own) -> None:
    """Enabled at once."""
    installed(subject, own)
    if subject.enabled() != own.iccid:
        result_is(subject.es10(switch(ENABLE, own.iccid)), ENABLE, 0)


@area.each(
    {name: (f"{title} of an ICCID that is not there: 1", row) for name, (title, row) in UNKNOWN.items()}
)
def unknown(subject: Subject, row: tuple[int, bytes]) -> None:
    tag, request = row
    before = subject.profiles()
    result_is(subject.es10(request), tag, NOT_FOUND)
    same("the profiles", subject.profiles(), before)


@area.case("enable", "A disabled profile is enabled; it stays so over a reset", *INSTALLING)
def enable(subject: Subject) -> None:
    installed(subject, FIRST)
    result_is(subject.es10(switch(ENABLE, FIRST.iccid)), ENABLE, 0)
    same("the enabled profile", subject.enabled(), FIRST.iccid)
    subject.reset()
    same("the enabled profile after a reset", subject.enabled(), FIRST.iccid)


@area.case("enable-by-aid", "A profile is enabled by its AID", *INSTALLING)
def enable_by_aid(subject: Subject) -> None:
    installed(subject, FIRST)
    name = next(each.aid for each in subject.profiles() if each.iccid == FIRST.iccid)
    request = tlv.encode(ENABLE, tlv.encode(0xA0, tlv.encode(0x4F, name)), bytes.fromhex("810100"))
    result_is(subject.es10(request), ENABLE, 0)
    same("the enabled profile", subject.enabled(), FIRST.iccid)


@area.case("enable-enabled", "An enabled profile is not enabled again: 2", *INSTALLING)
def enable_enabled(subject: Subject) -> None:
    enabled(subject, FIRST)
    before = events.newest(subject)
    result_is(subject.es10(switch(ENABLE, FIRST.iccid)), ENABLE, WRONG_STATE)
    same("the notifications since", events.since(subject, before), [])


@area.case("disable", "An enabled profile is disabled; then none is", *INSTALLING, section="SGP.23-1 4.2.22")
def disable(subject: Subject) -> None:
    enabled(subject, FIRST)
    result_is(subject.es10(switch(DISABLE, FIRST.iccid)), DISABLE, 0)
    same("the enabled profile", subject.enabled(), None)


@area.case(
    "disable-disabled", "A disabled profile is not disabled again: 2", *INSTALLING, section="SGP.23-1 4.2.22"
)
def disable_disabled(subject: Subject) -> None:
    installed(subject, FIRST)
    result_is(subject.es10(switch(DISABLE, FIRST.iccid)), DISABLE, WRONG_STATE)


@area.case("implicit", "Enabling one disables the other; disable is told before enable", *INSTALLING)
def implicit(subject: Subject) -> None:
    installed(subject, SECOND)
    enabled(subject, FIRST)
    before = events.newest(subject)
    result_is(subject.es10(switch(ENABLE, SECOND.iccid)), ENABLE, 0)
    same("the enabled profile", subject.enabled(), SECOND.iccid)
    came = [(each.event, each.iccid) for each in events.since(subject, before)]
    wanted = [(DISABLED, FIRST.iccid)] * 2 + [(ENABLED, SECOND.iccid)] * 2
    same(
        "the notifications",
        [(f"{a:02X}", b.hex()) for a, b in came],
        [(f"{a:02X}", b.hex()) for a, b in wanted],
    )


@area.case("delete-enabled", "An enabled profile is not deleted: 2", *INSTALLING, section="SGP.23-1 4.2.23")
def delete_enabled(subject: Subject) -> None:
    enabled(subject, FIRST)
    result_is(subject.es10(deletion(FIRST.iccid)), DELETE, WRONG_STATE)
    same("the enabled profile", subject.enabled(), FIRST.iccid)


@area.case("delete", "A deleted profile is gone, once", *INSTALLING, section="SGP.23-1 4.2.23")
def delete(subject: Subject) -> None:
    installed(subject, SECOND)
    result_is(subject.es10(deletion(SECOND.iccid)), DELETE, 0)
    require(not subject.has(SECOND.iccid), "the profile is still listed")
    result_is(subject.es10(deletion(SECOND.iccid)), DELETE, NOT_FOUND)
    subject.reset()
    require(not subject.has(SECOND.iccid), "the profile is back after a reset")


@area.case("delete-frees", "A deleted profile can be installed again", *INSTALLING, section="SGP.23-1 4.2.23")
def delete_frees(subject: Subject) -> None:
    installed(subject, SECOND)
    subject.es10(deletion(SECOND.iccid))
    installed(subject, SECOND)
    require(subject.has(SECOND.iccid), "the profile is not listed")


@area.case("files", "The files are those of the enabled profile", *INSTALLING, section="SGP.23-1 5.2.4")
def files_of_profile(subject: Subject) -> None:
    installed(subject, FIRST, SECOND)
    for own in (FIRST, SECOND):
        enabled(subject, own)
        subject.reset()
        found = files.find(subject, files.EF_ICCID)
        same("EF.ICCID", ended(files.whole(subject, found)).data, own.iccid)


@area.case(
    "no-refresh", "Without refreshFlag there is no REFRESH", *INSTALLING, ALONE, section="SGP.23-1 5.2.6"
)
def no_refresh(subject: Subject) -> None:
    installed(subject, FIRST)
    ended(subject.send(TERMINAL_PROFILE))
    drain(subject)
    result_is(subject.es10(switch(ENABLE, FIRST.iccid)), ENABLE, 0)
    same("the proactive command that is announced", subject.isdr.proactive_pending, 0)


def fetched(subject: Subject) -> bytes:
    """The proactive command that was announced on the ISD-R's channel."""
    length = subject.isdr.proactive_pending
    require(length, "no proactive command is announced (91xx)")
    return ended(subject.send(Command(0x80, instruction.FETCH, 0, 0, le=length))).data


def answered(subject: Subject, command: bytes) -> None:
    """TERMINAL RESPONSE: done."""
    details = tlv.parse(command).value[:5]
    data = details + bytes.fromhex("82028281830100")
    ended(subject.send(Command(0x80, instruction.TERMINAL_RESPONSE, 0, 0, data)))


def drain(subject: Subject) -> None:
    """Whatever the profile's own toolkit wants is fetched and answered."""
    for _ in range(20):
        response = subject.exchange(Command(0x80, instruction.STATUS, 0, 0x0C))
        if response.sw1 != 0x91:
            return
        answered(
            subject,
            ended(subject.send(Command(0x80, instruction.FETCH, 0, 0, le=response.sw & 0xFF or 256))).data,
        )


@area.case(
    "refresh",
    "With refreshFlag: REFRESH is announced, and the profile changes after it",
    *INSTALLING,
    ALONE,
    section="SGP.23-1 5.2.6",
)
def refresh(subject: Subject) -> None:
    installed(subject, FIRST)
    ended(subject.send(TERMINAL_PROFILE))
    drain(subject)
    result_is(subject.es10(switch(ENABLE, FIRST.iccid, refresh=True)), ENABLE, 0)
    command = fetched(subject)
    details = tlv.parse(command).value
    same("the proactive command", details[3:4].hex(), f"{REFRESH:02x}")
    answered(subject, command)
    subject.reset()
    same("the enabled profile", subject.enabled(), FIRST.iccid)


@area.case("refresh-reset", "A reset does for the REFRESH", *INSTALLING, ALONE, section="SGP.23-1 5.2.6")
def refresh_by_reset(subject: Subject) -> None:
    installed(subject, FIRST)
    ended(subject.send(TERMINAL_PROFILE))
    drain(subject)
    result_is(subject.es10(switch(ENABLE, FIRST.iccid, refresh=True)), ENABLE, 0)
    subject.reset()
    same("the enabled profile", subject.enabled(), FIRST.iccid)


@area.case("session", "A change of profile ends the RSP session: its challenge is worth nothing", *INSTALLING)
def ends_session(subject: Subject) -> None:
    from euicc.check.session import Session, error_code

    installed(subject, FIRST)
    session = Session.open(subject)
    challenge = session.challenge()
    result_is(subject.es10(switch(ENABLE, FIRST.iccid)), ENABLE, 0)
    answer = session.authenticate(session.server.authenticate_server(challenge))
    same("authenticateErrorCode", error_code(answer), 4)


@area.case("pin-state", "A change of profile ends what a PIN allowed", *INSTALLING)
def pin_state(subject: Subject) -> None:
    from euicc.check import owned

    installed(subject, SECOND)
    owned.usim(subject, verified=True)
    result_is(subject.es10(switch(ENABLE, SECOND.iccid)), ENABLE, 0)
    files.usim(subject)
    files.find(subject, files.EF_IMSI)
    ended(subject.exchange(files.read_binary(9)), status.SECURITY_STATUS_NOT_SATISFIED)
