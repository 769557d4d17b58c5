"""LoadBoundProfilePackage and what is inside it (SGP.22 5.7.6, 5.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apdu import status, tlv
from asn1.generated import rsp
from euicc.check.catalogue import Area
from euicc.check.expect import refused_with, require, same
from euicc.check.needs import INSTALLING, ISDR, WRITE
from euicc.check.own_profiles import Own, content, installed, metadata, profile
from euicc.check.restoring import deletion, notifications
from euicc.check.server import Content, pieces
from euicc.check.session import Session, certificate, load_error
from euicc.check.subject import Subject
from euicc.crypto import ecdsa
from euicc.testing.smdp.faults import Fault, Piece

area = Area("load", ISDR, section="SGP.23-1 4.2.11")
Reason, Command = rsp.ErrorReason, rsp.BppCommandId
OUT_OF_ORDER = (status.CONDITIONS_NOT_SATISFIED, status.REFERENCED_DATA_NOT_FOUND)


def flipped(data: bytes) -> bytes:
    """Another last bit."""
    return data[:-1] + bytes([data[-1] ^ 1])


def faulty(piece: Piece, fault: Fault) -> Callable[[], Content]:
    """The profile that is never installed, with one piece wrong."""
    return lambda: replace(content(Own.NEVER), faults={piece: fault})


def package(change: Callable[[bytes], bytes]) -> Callable[[], Content]:
    """The same, with another package."""
    return lambda: replace(content(Own.NEVER), package=change(profile(Own.NEVER).package))


def described(**changes: object) -> Callable[[], Content]:
    """The same, with other metadata."""
    return lambda: content(Own.NEVER, **changes)


def last_element(made: bytes) -> bytes:
    return tlv.parse_all(made)[-1].encoded


FIRST, CONFIGURE, METADATA, ELEMENTS = (
    Command.INITIALISE_SECURE_CHANNEL,
    Command.CONFIGURE_ISDP,
    Command.STORE_METADATA,
    Command.LOAD_PROFILE_ELEMENTS,
)
CRT = "4.2.3"
REFUSALS: dict[str, tuple[str, tuple[Callable[[], Content], int, int]]] = {
    "operation": (
        "another remote operation",
        (
            faulty(Piece.REMOTE_OPERATION, lambda data: bytes.fromhex("820102")),
            FIRST,
            Reason.UNSUPPORTED_REMOTE_OPERATION_TYPE,
        ),
    ),
    "transaction": (
        "another transactionId",
        (
            faulty(Piece.BOUND_TRANSACTION_ID, lambda data: bytes.fromhex("800101")),
            FIRST,
            Reason.INVALID_TRANSACTION_ID,
        ),
    ),
    "key-type": (
        "another type of key",
        (
            faulty(
                Piece.CONTROL_REFERENCE, lambda data: data.replace(bytes.fromhex("800188"), b"\x80\x01\x80")
            ),
            FIRST,
            Reason.UNSUPPORTED_CRT_VALUES,
        ),
    ),
    "key-length": (
        "another length of key",
        (
            faulty(
                Piece.CONTROL_REFERENCE, lambda data: data.replace(bytes.fromhex("810110"), b"\x81\x01\x20")
            ),
            FIRST,
            Reason.UNSUPPORTED_CRT_VALUES,
        ),
    ),
    "smdp-sign": ("a wrong smdpSign", (faulty(Piece.SMDP_SIGN, flipped), FIRST, Reason.INVALID_SIGNATURE)),
    "configure-mac": (
        "a wrong MAC of ConfigureISDP",
        (faulty(Piece.FIRST_87, flipped), CONFIGURE, Reason.SCP03T_SECURITY_ERROR),
    ),
    "metadata-mac": (
        "a wrong MAC of the metadata",
        (faulty(Piece.SEQUENCE_OF_88, flipped), METADATA, Reason.SCP03T_SECURITY_ERROR),
    ),
    "elements-mac": (
        "a wrong MAC of the last profile element",
        (faulty(Piece.SEQUENCE_OF_86, flipped), ELEMENTS, Reason.SCP03T_SECURITY_ERROR),
    ),
    "class": (
        "a class of profile that is not there",
        (described(profile_class=3), METADATA, Reason.UNSUPPORTED_PROFILE_CLASS),
    ),
    "no-element": (
        "what is no profile element",
        (
            package(lambda made: bytes.fromhex("5A00") + made),
            ELEMENTS,
            Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        ),
    ),
    "half": (
        "half a package",
        (
            package(lambda made: made[: len(made) // 2]),
            ELEMENTS,
            Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        ),
    ),
    "no-end": (
        "a package without an end",
        (
            package(lambda made: made[: -len(last_element(made))]),
            ELEMENTS,
            Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        ),
    ),
    "after-end": (
        "something after the end",
        (
            package(lambda made: made + last_element(made)),
            ELEMENTS,
            Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        ),
    ),
    "iccid": (
        "another ICCID than in the metadata",
        (
            lambda: replace(content(Own.NEVER), package=profile(Own.THIRD).package),
            ELEMENTS,
            Reason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH,
        ),
    ),
}


@area.each({name: (f"Refused: {title}", row) for name, (title, row) in REFUSALS.items()}, *INSTALLING)
def refused(subject: Subject, row: tuple[Callable[[], Content], int, int]) -> None:
    made, command, reason = row
    before = {each.iccid for each in subject.profiles()}
    told = len(notifications(subject))
    error = load_error(Session.open(subject).install(made()))
    after = {each.iccid for each in subject.profiles()}
    same("the profiles afterwards", sorted(after), sorted(before))
    same("bppCommandId and errorReason", error, (command, reason))
    same("the notifications that wait", len(notifications(subject)), told + 1)


@area.case("nominal", "A right package is installed, disabled; the result is signed", *INSTALLING)
def nominal(subject: Subject) -> None:
    _without(subject, Own.THIRD)
    session = Session.open(subject)
    key = certificate(session.authenticated().euicc_certificate).public_key
    result = session.install(content(Own.THIRD))
    same("bppCommandId and errorReason", load_error(result), None)
    data = result.profile_installation_result_data
    require(ecdsa.verify(key, result.euicc_sign_pir, data.encoded), "euiccSignPIR does not hold")
    same("transactionId", data.transaction_id, session.server.transaction_id)
    same("the ICCID in the notification", data.notification_metadata.iccid, Own.THIRD.iccid)
    found = [each for each in subject.profiles() if each.iccid == Own.THIRD.iccid]
    same("the number of profiles with its ICCID", len(found), 1)
    same("whether it is enabled", found[0].enabled, False)


@area.case(
    "own-keys", "ReplaceSessionKeys: the profile has keys of its own", *INSTALLING, section="SGP.23-1 4.2.6"
)
def own_keys(subject: Subject) -> None:
    _without(subject, Own.THIRD)
    result = Session.open(subject).install(replace(content(Own.THIRD), own_keys=True))
    same("bppCommandId and errorReason", load_error(result), None)


@area.case(
    "configure", "ConfigureISDP with the SM-DP+'s own data is taken", *INSTALLING, section="SGP.23-1 4.2.4"
)
def configure(subject: Subject) -> None:
    _without(subject, Own.THIRD)
    session = Session.open(subject)
    data = rsp.DpProprietaryData(dp_oid=session.server.oid)
    configuration = rsp.ConfigureISDPRequest(dp_proprietary_data=data).encode()
    result = session.install(replace(content(Own.THIRD), configuration=configuration))
    same("bppCommandId and errorReason", load_error(result), None)


@area.case(
    "iccid-exists", "A profile that is there already is refused", *INSTALLING, section="SGP.23-1 4.2.5"
)
def iccid_exists(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    error = load_error(Session.open(subject).install(content(Own.FIRST)))
    same(
        "bppCommandId and errorReason",
        error,
        (METADATA, Reason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC),
    )


@area.case(
    "metadata-told",
    "GetProfilesInfo tells the metadata that were stored",
    *INSTALLING,
    section="SGP.23-1 4.2.5",
)
def metadata_told(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    told = subject.es10(
        tlv.encode(0xBF2D, tlv.encode(0xA0, tlv.encode(0x5A, Own.FIRST.iccid)), b"\x5c\x03\x91\x92\xb6")
    )
    info = tlv.find(told, 0xBF2D, 0xA0, 0xE3) or b""
    stored = tlv.parse(metadata(Own.FIRST)).value
    for tag in (0x91, 0x92, 0xB6):
        same(f"{tag:02X}", tlv.find(info, tag), tlv.find(stored, tag))


@area.case(
    "otpk",
    "A load that failed may be repeated with the same one-time key",
    *INSTALLING,
    section="SGP.23-1 5.2.1",
)
def one_time_key(subject: Subject) -> None:
    session = Session.open(subject)
    otpk = session.prepared()
    bound = session.server.bound_package(otpk, subject.facts.eid, content(Own.THIRD))
    subject.es10(pieces(bound)[0])
    subject.reset()
    same("the one-time key", session.prepared(otpk=otpk), otpk)


@area.case("no-session", "A package without a session: 6985", WRITE)
def no_session(subject: Subject) -> None:
    refused_with(subject.refusal(bytes.fromhex("BF3604BF230100")), *OUT_OF_ORDER, status.INCORRECT_DATA)


@area.case("twice", "A second BF23 in a running load is refused", *INSTALLING, section="SGP.23-1 4.2.3")
def twice(subject: Subject) -> None:
    session = Session.open(subject)
    bound = session.server.bound_package(session.prepared(), subject.facts.eid, content(Own.NEVER))
    first = pieces(bound)[0]
    same("the answer to the first piece", subject.es10(first), b"")
    refused_with(subject.refusal(first), *OUT_OF_ORDER)


@area.case("after-result", "After the result no further piece is taken: 6985", *INSTALLING)
def after_result(subject: Subject) -> None:
    session = Session.open(subject)
    made = replace(content(Own.NEVER), faults={Piece.SMDP_SIGN: flipped})
    bound = session.server.bound_package(session.prepared(), subject.facts.eid, made)
    session.load(bound)
    refused_with(subject.refusal(pieces(bound)[1]), *OUT_OF_ORDER)


@area.case("wrong-order", "A piece out of order is refused", *INSTALLING)
def wrong_order(subject: Subject) -> None:
    session = Session.open(subject)
    bound = session.server.bound_package(session.prepared(), subject.facts.eid, content(Own.NEVER))
    cut = pieces(bound)
    same("the answer to the first piece", subject.es10(cut[0]), b"")
    error = subject.refusal(cut[-1])
    refused_with(error, *OUT_OF_ORDER)
    require(not subject.has(Own.NEVER.iccid), "the profile is installed")


@area.case("interrupted", "A load that a reset ended leaves no profile", *INSTALLING)
def interrupted(subject: Subject) -> None:
    session = Session.open(subject)
    bound = session.server.bound_package(session.prepared(), subject.facts.eid, content(Own.NEVER))
    for piece in pieces(bound)[:-1]:
        same("the answer to a piece", subject.es10(piece), b"")
    subject.reset()
    require(not subject.has(Own.NEVER.iccid), "the profile is there without its last piece")


def _without(subject: Subject, own: Own) -> None:
    if subject.has(own.iccid):
        subject.es10(deletion(own.iccid))
