"""LoadEuiccPackage: who is obeyed, and what is signed (SGP.32 5.9.1, 2.11)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import status, tlv
from euicc.check.catalogue import Area
from euicc.check.events import remove
from euicc.check.expect import refused_with, require, result_is, same
from euicc.check.needs import LATER, PACKAGES
from euicc.check.packages import (
    GET_RAT,
    LIST_PROFILES,
    SIGNED,
    SIGNED_ERROR,
    TOKEN,
    TRANSACTION,
    UNSIGNED_ERROR,
    Answer,
    Eim,
    card_key,
    stored_results,
)
from euicc.check.restoring import number
from euicc.check.subject import Subject

area = Area("packages", *PACKAGES, section="SGP.33-1 4.2.31; G1")
INVALID_EID, REPLAY, RANGE = 3, 4, 6
OTHER_EID = bytes.fromhex("89049032000000000000000000000075")
ID = bytes.fromhex("0A0B0C")
BEYOND = 0x7FFFFFFFFFFFFFFF


def accepted(eim: Eim) -> Answer:
    """A package that does nothing but ask."""
    return eim.load(eim.package([GET_RAT]))


@area.case(
    "nominal",
    "A right package is executed; the result is signed for this eIM",
    section="SGP.33-1 4.2.31; G1.19",
)
def nominal(subject: Subject) -> None:
    eim = Eim(subject).associate()
    package = eim.package([LIST_PROFILES], transaction=ID)
    answer = eim.load(package)
    same("the arm of the result", answer.kind, SIGNED)
    same("eimId", answer.field(0x80), eim.name.encode())
    same("counterValue", answer.field(0x81), b"\x01")
    key = card_key(subject)
    require(answer.signed_by(key, eim.bound(package)), "euiccSignEPR does not hold")
    require(not answer.signed_by(key, b""), "euiccSignEPR covers the data alone")


@area.case("as-asked", "listProfileInfo answers as GetProfilesInfo does", section="G1")
def as_asked(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the result", eim.psmo(LIST_PROFILES), [subject.es10(LIST_PROFILES)])


@area.case("unknown-eim", "A package of an unknown eIM: unsigned error without a token", section="G1.1")
def unknown_eim(subject: Subject) -> None:
    eim = Eim(subject).associate()
    answer = Eim(subject, "nobody.check").load(Eim(subject, "nobody.check").package([GET_RAT]))
    same("the arm of the result", answer.kind, UNSIGNED_ERROR)
    same("eimId", answer.field(0x80), b"nobody.check")
    same("the token", answer.field(TOKEN), None)
    same("the result of the next package", accepted(eim).kind, SIGNED)


def wrong_key(eim: Eim) -> bytes:
    return Eim(eim.subject, eim.name, eim.token, generation=7).package([GET_RAT], counter=1)


def flipped(eim: Eim) -> bytes:
    package = eim.package([GET_RAT], counter=1)
    return package[:-1] + bytes([package[-1] ^ 1])


def without_token(eim: Eim) -> bytes:
    return Eim(eim.subject, eim.name, None).package([GET_RAT], counter=1)


def wrong_token(eim: Eim) -> bytes:
    return Eim(eim.subject, eim.name, (eim.token or 0) + 1).package([GET_RAT], counter=1)


def changed(eim: Eim) -> bytes:
    package = eim.package([GET_RAT], counter=1)
    return package.replace(bytes.fromhex("810101"), bytes.fromhex("810105"))


SIGNATURES: dict[str, tuple[str, Callable[[Eim], bytes]]] = {
    "wrong-key": ("another key signed", wrong_key),
    "wrong-signature": ("a bit of the signature is wrong", flipped),
    "changed": ("it was changed after it was signed", changed),
    "without-token": ("it is signed without the token", without_token),
    "wrong-token": ("it is signed with another token", wrong_token),
}


@area.each(
    {
        name: (f"Not obeyed: {title}; unsigned error with the token", row)
        for name, (title, row) in SIGNATURES.items()
    },
    section="G1.2; G1.3",
)
def wrongly_signed(subject: Subject, made: Callable[[Eim], bytes]) -> None:
    eim = Eim(subject).associate()
    answer = eim.load(made(eim))
    same("the arm of the result", answer.kind, UNSIGNED_ERROR)
    same("the token", int.from_bytes(answer.field(TOKEN) or b"", "big"), eim.token)
    same("the results that are stored", stored_results(subject), [])
    same("the result of the right package", accepted(eim).kind, SIGNED)


@area.case("wrong-signature-no-token", "Wrongly signed, and no token was given: none is told", section="G1.2")
def wrong_without_token(subject: Subject) -> None:
    eim = Eim(subject).associate(token=False)
    answer = eim.load(flipped(eim))
    same("the arm of the result", answer.kind, UNSIGNED_ERROR)
    same("the token", answer.field(TOKEN), None)


@area.case("eid", "A package for another EID: invalidEid, signed", section="G1.4")
def other_eid(subject: Subject) -> None:
    eim = Eim(subject).associate()
    package = eim.package([GET_RAT], eid=OTHER_EID)
    answer = eim.load(package)
    same("the arm of the result", answer.kind, SIGNED_ERROR)
    same("the code", answer.error, INVALID_EID)
    require(answer.signed_by(card_key(subject), eim.bound(package)), "euiccSignEPE does not hold")


@area.each(
    {
        "counter-equal": ("A counterValue that was used: replayError", 5),
        "counter-lower": ("A lower counterValue: replayError", 4),
        "counter-zero": ("counterValue 0: replayError", 0),
    },
    section="G1.5",
)
def replayed(subject: Subject, counter: int) -> None:
    eim = Eim(subject).associate()
    same("the first result", eim.load(eim.package([GET_RAT], counter=5)).kind, SIGNED)
    answer = eim.load(eim.package([GET_RAT], counter=counter))
    same("the arm of the result", answer.kind, SIGNED_ERROR)
    same("the code", answer.error, REPLAY)


@area.case("replay", "The same package again: replayError, over a reset, too", section="G1.5; G1.18")
def replay(subject: Subject) -> None:
    eim = Eim(subject).associate()
    package = eim.package([GET_RAT])
    same("the first result", eim.load(package).kind, SIGNED)
    same("the code of the second", eim.load(package).error, REPLAY)
    subject.reset()
    same("the code after a reset", eim.load(package).error, REPLAY)


@area.case("counter-gap", "A counterValue may leave a gap", section="G1.5")
def counter_gap(subject: Subject) -> None:
    eim = Eim(subject).associate()
    for counter in (5, 100, 0x7FFFFF):
        same(f"the result of {counter}", eim.load(eim.package([GET_RAT], counter=counter)).kind, SIGNED)


@area.case(
    "counter-range", "A counterValue beyond what the card counts: counterValueOutOfRange", section="G1.5"
)
def counter_range(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the code", eim.load(eim.package([GET_RAT], counter=BEYOND)).error, RANGE)


@area.case("counter-stays", "A package that is refused leaves the counter", section="G1.6")
def counter_stays(subject: Subject) -> None:
    eim = Eim(subject).associate()
    eim.load(eim.package([GET_RAT], counter=9, eid=OTHER_EID))
    same("the result of counterValue 1", eim.load(eim.package([GET_RAT], counter=1)).kind, SIGNED)


@area.case("counter-used", "A package whose operation fails has used its counterValue", section="G1.6")
def counter_used(subject: Subject) -> None:
    from euicc.check.packages import ABSENT, code, enable

    eim = Eim(subject).associate()
    same("the result", eim.load(eim.package([enable(ABSENT)], counter=5)).results, [code(0x83, 1)])
    same("the code of the same counterValue", eim.load(eim.package([GET_RAT], counter=5)).error, REPLAY)


@area.case("transaction", "eimTransactionId is echoed in a result and in a signed error", section="G1.7")
def transaction(subject: Subject) -> None:
    eim = Eim(subject).associate()
    result = eim.load(eim.package([GET_RAT], transaction=ID))
    same("in the result", result.field(TRANSACTION), ID)
    error = eim.load(eim.package([GET_RAT], transaction=ID, eid=OTHER_EID))
    same("in the error", error.field(TRANSACTION), ID)


@area.case("transaction-unsigned", "eimTransactionId is echoed in an unsigned error", LATER, section="G1.7")
def transaction_unsigned(subject: Subject) -> None:
    Eim(subject).associate()
    stranger = Eim(subject, "nobody.check")
    same("in the error", stranger.load(stranger.package([GET_RAT], transaction=ID)).field(TRANSACTION), ID)


@area.case("transaction-absent", "Without eimTransactionId none is told", section="G1.7")
def no_transaction(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("eimTransactionId", accepted(eim).field(TRANSACTION), None)


@area.case(
    "stored", "The result waits, byte by byte as it was given, until it is removed; once", section="G1.15"
)
def stored(subject: Subject) -> None:
    eim = Eim(subject).associate()
    answer = accepted(eim)
    same("the stored results", stored_results(subject), [answer.encoded])
    subject.reset()
    same("the stored results after a reset", stored_results(subject), [answer.encoded])
    one = bytes.fromhex("BF2B") + _asked(answer.sequence)
    same("by its seqNumber", stored_results(subject, one), [answer.encoded])
    result_is(remove(subject, answer.sequence), 0xBF30, 0)
    same("the stored results", stored_results(subject), [])
    result_is(remove(subject, answer.sequence), 0xBF30, 1)


def _asked(sequence: int) -> bytes:
    criteria = tlv.encode(0xA0, tlv.encode(0x80, number(sequence)))
    return bytes([len(criteria)]) + criteria


@area.case("not-stored", "A refusal is not stored", section="G1.15")
def not_stored(subject: Subject) -> None:
    eim = Eim(subject).associate()
    eim.load(eim.package([GET_RAT], eid=OTHER_EID))
    same("the stored results", stored_results(subject), [])


@area.case("sequence", "seqNumbers of results rise", section="G1.16")
def sequence(subject: Subject) -> None:
    eim = Eim(subject).associate()
    numbers = [accepted(eim).sequence for _ in range(3)]
    require(0 < numbers[0] < numbers[1] < numbers[2], f"the seqNumbers are {numbers}")


@area.case("garbage", "What is no package: unsigned error or 6A80", section="SGP.32 5.9.1")
def garbage(subject: Subject) -> None:
    Eim(subject).associate()
    request = bytes.fromhex("BF51023000")
    error = subject.refusal(request)
    if error is not None:
        refused_with(error, status.INCORRECT_DATA, status.WRONG_LENGTH)
        return
    same("the arm of the result", Answer.of(subject.es10(request)).kind, UNSIGNED_ERROR)


@area.case("association", "After the association is over, its packages are not obeyed", section="G1.1")
def association(subject: Subject) -> None:
    from euicc.check.restoring import memory_reset

    eim = Eim(subject).associate()
    first = subject.facts.first_version_only
    subject.es10(memory_reset(3) if first else memory_reset(5, tag=0xBF64))
    same("the arm of the result", eim.load(eim.package([GET_RAT])).kind, UNSIGNED_ERROR)
