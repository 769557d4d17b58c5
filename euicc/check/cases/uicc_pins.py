"""PINs (TS 102 221 9.5, 11.1.9 to 11.1.13): the state of those on the card, and everything on an own profile."""

from __future__ import annotations

from apdu import Command, fcp, instruction, status
from euicc.check import files, owned
from euicc.check.catalogue import Area
from euicc.check.expect import ended, require, same
from euicc.check.needs import INSTALLING, USIM, WRITE
from euicc.check.own_profiles import PIN, PUK
from euicc.check.owned import PIN1, pin_command, verify
from euicc.check.subject import Subject

area = Area("pins", section="TS 102 221 11.1.9")
WRONG, OTHER = "9999", "4711"
LEFT = range(status.RETRIES_LEFT_X, status.RETRIES_LEFT_X + 16)
STATES = (*LEFT, status.AUTHENTICATION_METHOD_BLOCKED, status.REFERENCED_DATA_INVALIDATED, status.SUCCESS)
DENIED = status.SECURITY_STATUS_NOT_SATISFIED


@area.case("tries", "VERIFY without data tells the tries that are left, and takes none", USIM)
def tries(subject: Subject) -> None:
    files.usim(subject)
    first = ended(verify(subject), *STATES)
    same("the second answer", verify(subject), first)


@area.case("listed", "The PIN status of the USIM lists PIN1", USIM, section="TS 102 221 9.5.2")
def listed(subject: Subject) -> None:
    references = [reference for reference, _ in fcp.pins(files.usim(subject).pin_status)]
    require(PIN1 in references, f"the key references are {references}")


@area.case("unknown", "A key reference that is not there: 6A88", USIM)
def unknown(subject: Subject) -> None:
    files.usim(subject)
    response = subject.exchange(Command(0, instruction.VERIFY, 0, 0x1F))
    ended(response, status.REFERENCED_DATA_NOT_FOUND, status.INCORRECT_P1_P2, status.WRONG_P1_P2)


@area.case("length", "VERIFY of another length than 8 bytes: 6700, and no try is taken", USIM, WRITE)
def length(subject: Subject) -> None:
    files.usim(subject)
    before = verify(subject)
    response = subject.exchange(Command(0, instruction.VERIFY, 0, PIN1, b"1234"))
    allowed = (status.WRONG_LENGTH, status.AUTHENTICATION_METHOD_BLOCKED, status.REFERENCED_DATA_INVALIDATED)
    ended(response, *allowed, status.LC_INCONSISTENT_WITH_P1_P2)
    same("what is left", verify(subject), before)


@area.case(
    "puk-tries", "UNBLOCK PIN without data tells the tries that are left", USIM, section="TS 102 221 11.1.13"
)
def puk_tries(subject: Subject) -> None:
    files.usim(subject)
    ended(pin_command(subject, instruction.UNBLOCK_PIN), *LEFT, status.AUTHENTICATION_METHOD_BLOCKED)


@area.case("right", "The right PIN: 9000, and what it protects is read", *INSTALLING)
def right(subject: Subject) -> None:
    owned.usim(subject)
    files.find(subject, files.EF_IMSI)
    ended(subject.exchange(files.read_binary(9)), DENIED)
    ended(verify(subject, PIN))
    same("the number of bytes", len(ended(subject.exchange(files.read_binary(9))).data), 9)


@area.case("wrong", "A wrong PIN: 63C2, 63C1; the right one gives all tries back", *INSTALLING)
def wrong(subject: Subject) -> None:
    owned.usim(subject)
    ended(verify(subject), status.retries_left(3))
    ended(verify(subject, WRONG), status.retries_left(2))
    ended(verify(subject), status.retries_left(2))
    ended(verify(subject, WRONG), status.retries_left(1))
    ended(verify(subject, PIN))
    subject.reset()
    files.usim(subject)
    ended(verify(subject), status.retries_left(3))


@area.case("wrong-forgets", "A wrong PIN ends what a right one allowed", *INSTALLING)
def wrong_forgets(subject: Subject) -> None:
    owned.usim(subject, verified=True)
    ended(verify(subject, WRONG), status.retries_left(2))
    files.find(subject, files.EF_IMSI)
    ended(subject.exchange(files.read_binary(9)), DENIED)
    ended(verify(subject, PIN))


@area.case("blocked", "The third wrong PIN blocks: 63C0, then 6983, then only UNBLOCK PIN helps", *INSTALLING)
def blocked(subject: Subject) -> None:
    owned.usim(subject)
    try:
        codes = [verify(subject, WRONG).sw for _ in range(4)]
        blocked_now = (*map(status.retries_left, (2, 1, 0)), status.AUTHENTICATION_METHOD_BLOCKED)
        same("the status words", [f"{sw:04X}" for sw in codes], [f"{sw:04X}" for sw in blocked_now])
        ended(verify(subject, PIN), status.AUTHENTICATION_METHOD_BLOCKED)
    finally:
        unblocking = pin_command(subject, instruction.UNBLOCK_PIN, PUK, PIN)
    ended(unblocking)
    subject.reset()
    files.usim(subject)
    ended(verify(subject), status.retries_left(3))
    ended(verify(subject, PIN))


@area.case("tries-remain", "Tries that were taken stay taken over a reset", *INSTALLING)
def tries_remain(subject: Subject) -> None:
    owned.usim(subject)
    ended(verify(subject, WRONG), status.retries_left(2))
    subject.reset()
    files.usim(subject)
    ended(verify(subject), status.retries_left(2))
    ended(verify(subject, PIN))


@area.case(
    "all-channels", "Tries and verification count on every channel", *INSTALLING, section="TS 102 221 9.5"
)
def all_channels(subject: Subject) -> None:
    owned.usim(subject)
    channel = subject.isdr.number
    files.usim(subject, channel)
    ended(verify(subject, WRONG, channel=channel), status.retries_left(2))
    ended(verify(subject), status.retries_left(2))
    ended(verify(subject, PIN, channel=channel))
    files.find(subject, files.EF_IMSI)
    ended(subject.exchange(files.read_binary(9)))


@area.case("forgotten", "A reset ends what a PIN allowed", *INSTALLING, section="TS 102 221 9.5.1")
def forgotten(subject: Subject) -> None:
    owned.usim(subject, verified=True)
    subject.reset()
    files.usim(subject)
    files.find(subject, files.EF_IMSI)
    ended(subject.exchange(files.read_binary(9)), DENIED)


@area.case("changed", "CHANGE PIN wants the old one, and counts", *INSTALLING, section="TS 102 221 11.1.10")
def changed(subject: Subject) -> None:
    owned.usim(subject)
    ended(pin_command(subject, instruction.CHANGE_PIN, WRONG, OTHER), status.retries_left(2))
    ended(pin_command(subject, instruction.CHANGE_PIN, PIN, OTHER))
    try:
        ended(verify(subject, PIN), status.retries_left(2))
        ended(verify(subject, OTHER))
    finally:
        restored = pin_command(subject, instruction.CHANGE_PIN, OTHER, PIN)
    ended(restored)


@area.case(
    "disabled",
    "A disabled PIN protects nothing; it is told in C6, and enabled again",
    *INSTALLING,
    section="TS 102 221 11.1.11; TS 102 221 11.1.12",
)
def disabled(subject: Subject) -> None:
    owned.usim(subject)
    ended(pin_command(subject, instruction.DISABLE_PIN, PIN))
    try:
        subject.reset()
        adf = files.usim(subject)
        same("PIN1 in C6", dict(fcp.pins(adf.pin_status)).get(PIN1), False)
        files.find(subject, files.EF_IMSI)
        ended(subject.exchange(files.read_binary(9)))
        again = pin_command(subject, instruction.DISABLE_PIN, PIN)
        require(not again.successful, "a disabled PIN is disabled once more")
    finally:
        restored = pin_command(subject, instruction.ENABLE_PIN, PIN)
    ended(restored)
    require(
        not pin_command(subject, instruction.ENABLE_PIN, PIN).successful,
        "an enabled PIN is enabled once more",
    )


@area.case("puk", "A wrong PUK is counted apart from the PIN", *INSTALLING, section="TS 102 221 11.1.13")
def puk(subject: Subject) -> None:
    owned.usim(subject)
    before = pin_command(subject, instruction.UNBLOCK_PIN).sw
    ended(pin_command(subject, instruction.UNBLOCK_PIN, "00000000", PIN), before - 1)
    ended(verify(subject), status.retries_left(3))
    ended(pin_command(subject, instruction.UNBLOCK_PIN, PUK, PIN))
    ended(pin_command(subject, instruction.UNBLOCK_PIN), before)


@area.case(
    "update",
    "With PIN1 EF.LOCI is updated; the new content outlives a reset",
    *INSTALLING,
    section="TS 102 221 11.1.4",
)
def update(subject: Subject) -> None:
    owned.usim(subject)
    found = files.find(subject, files.EF_LOCI)
    content = bytes.fromhex("010203040506070809FF00")[: found.size or 0]
    writing = Command(0, instruction.UPDATE_BINARY, 0, 0, content)
    ended(subject.exchange(writing), DENIED)
    ended(verify(subject, PIN))
    ended(subject.exchange(writing))
    subject.reset()
    files.usim(subject)
    ended(verify(subject, PIN))
    files.find(subject, files.EF_LOCI)
    same("the content", ended(subject.send(files.read_binary(len(content)))).data, content)
