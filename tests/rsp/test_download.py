"""ES10b.PrepareDownload and LoadBoundProfilePackage: every code, each from its own cause, and what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import StatusError, tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc import Config
from euicc.config import Operator, RatRule
from euicc.crypto import curves, ecdsa
from euicc.crypto.certificates import Certificate, KeyUsage, Role
from euicc.crypto.curves import Curve
from tests.rsp.contents import OWNER, PPR1, PPR2, contents, elements, profile, with_key
from tests.rsp.device import Device, device, pki
from tests.rsp.server import ADDRESS, TRANSACTION_ID, Contents
from tests.rsp.server import pieces as bound_pieces

Code = rsp.DownloadErrorCode
Reason = rsp.ErrorReason
Command = rsp.BppCommandId
Request = Callable[[Device], bytes]

# --- PrepareDownload


def forged(**flaws: Any) -> Request:
    def request(side: Device) -> bytes:
        certificate = pki().forge(Role.DP_PB, **flaws)
        return side.server.prepare_download(side.authenticated().euicc_signature1, certificate=certificate)

    return request


def on_another_curve(side: Device) -> bytes:
    certificate = pki().forge(Role.DP_PB, subject_curve=ec.SECP384R1())
    signature = side.authenticated().euicc_signature1
    return side.server.prepare_download(signature, certificate=certificate, signature=lambda data: bytes(64))


def changed(**changes: Any) -> Request:
    def request(side: Device) -> bytes:
        return side.server.prepare_download(side.authenticated().euicc_signature1, **changes)

    return request


def without_session(side: Device) -> bytes:
    return side.server.prepare_download(bytes(64))


def with_an_sm_ds(side: Device) -> bytes:
    certificate = pki().ds_auth[side.server.ci_ski]
    answer = side.authenticate(side.server.authenticate_server(side.challenge(), certificate=certificate))
    assert answer.authenticate_response_ok is not None
    return side.server.prepare_download(answer.authenticate_response_ok.euicc_signature1)


def a_second_time(side: Device) -> bytes:
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    assert side.prepare(request).download_response_ok is not None
    return request


def after_a_reset(side: Device) -> bytes:
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    side.restart()
    return request


def of_an_earlier_session(side: Device) -> bytes:
    """Signed over the euiccSignature1 of another session: nothing binds it to this one."""
    earlier = side.authenticated().euicc_signature1
    side.server.server_challenge = bytes(16)
    side.authenticated()
    return side.server.prepare_download(earlier)


def with_the_authentication_certificate(side: Device) -> bytes:
    signature = side.authenticated().euicc_signature1
    return side.server.prepare_download(signature, certificate=side.server.dp_auth)


PREPARE_REFUSALS: dict[str, tuple[Request, int]] = {
    "no session": (without_session, Code.NO_SESSION_CONTEXT),
    "a session with an SM-DS": (with_an_sm_ds, Code.NO_SESSION_CONTEXT),
    "prepared already": (a_second_time, Code.NO_SESSION_CONTEXT),
    "a reset since AuthenticateServer": (after_a_reset, Code.NO_SESSION_CONTEXT),
    "the CI's signature is wrong": (forged(bad_signature=True), Code.INVALID_CERTIFICATE),
    "another CI": (forged(other_ci=True), Code.INVALID_CERTIFICATE),
    "another SM-DP+": (forged(oid="2.999.11"), Code.INVALID_CERTIFICATE),
    "no OID": (forged(oid=None), Code.INVALID_CERTIFICATE),
    "CERT.DPauth": (with_the_authentication_certificate, Code.INVALID_CERTIFICATE),
    "no digitalSignature": (forged(key_usage=KeyUsage.CRL_SIGN), Code.INVALID_CERTIFICATE),
    "an unknown critical extension": (forged(critical_extension="2.999.99"), Code.INVALID_CERTIFICATE),
    "a curve the card does not know": (on_another_curve, Code.UNSUPPORTED_CURVE),
    "signed by another key": (
        changed(signature=pki().forge(Role.DP_PB, oid="2.999.10", stranger=True).sign),
        Code.INVALID_SIGNATURE,
    ),
    "signed for another session": (of_an_earlier_session, Code.INVALID_SIGNATURE),
    "another transactionId": (changed(transaction_id=b"\x01"), Code.INVALID_TRANSACTION_ID),
    "a confirmation code is required": (changed(cc_required=True), Code.UNDEFINED_ERROR),
}


@pytest.mark.parametrize("cause", PREPARE_REFUSALS)
def test_prepare_download_refuses(cause: str) -> None:
    request, code = PREPARE_REFUSALS[cause]
    side = device()
    sent = request(side)
    answer = side.prepare(sent).download_response_error
    assert answer is not None
    expected = rsp.PrepareDownloadRequest.decode(sent).smdp_signed2.transaction_id
    assert (answer.transaction_id, answer.download_error_code) == (expected, code)


def test_every_code_of_prepare_download_is_provoked() -> None:
    codes = {value for name, value in vars(Code).items() if name.isupper()}
    assert codes == {code for _, code in PREPARE_REFUSALS.values()}


def test_the_confirmation_code_is_echoed_and_all_is_signed_with_the_servers_signature() -> None:
    side = device()
    ok = side.authenticated()
    request = side.server.prepare_download(ok.euicc_signature1, cc_required=True, hash_cc=bytes(range(32)))
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    assert answer.euicc_signed2.hash_cc == bytes(range(32))
    server_signature = rsp.PrepareDownloadRequest.decode(request).smdp_signature2
    covered = answer.euicc_signed2.encoded + tlv.encode(0x5F37, server_signature)
    key = Certificate.parse(ok.euicc_certificate).public_key
    assert ecdsa.verify(key, answer.euicc_signature2, covered)


def test_a_hash_that_nobody_asked_for_is_copied() -> None:
    side = device()
    request = side.server.prepare_download(side.authenticated().euicc_signature1, hash_cc=bytes(32))
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    assert answer.euicc_signed2.hash_cc == bytes(32)


def test_the_one_time_key_is_used_again_only_for_the_package_bound_to_it() -> None:
    side = device()
    first = side.prepared()
    assert side.prepared(bpp_euicc_otpk=first) == first
    side.restart()
    assert side.prepared(bpp_euicc_otpk=first) == first
    second = side.prepared()
    assert second != first
    assert side.prepared(bpp_euicc_otpk=first) not in (first, second)


def test_the_one_time_key_is_not_used_again_on_another_curve() -> None:
    side = device()
    first = side.prepared()
    certificate = pki().forge(Role.DP_PB, subject_curve=ec.BrainpoolP256R1())
    signature = side.authenticated().euicc_signature1
    request = side.server.prepare_download(signature, certificate=certificate, bpp_euicc_otpk=first)
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    point = answer.euicc_signed2.euicc_otpk
    assert point != first
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.BrainpoolP256R1(), point)


# --- LoadBoundProfilePackage: errorReason by stage

Pieces = Callable[[Device, bytes], list[bytes]]


def first_piece(**changes: Any) -> Pieces:
    def bound(side: Device, otpk: bytes) -> list[bytes]:
        first = side.server.initialise_secure_channel(otpk, **changes)
        return side.bind(otpk, contents(), first)

    return bound


def of(made: Callable[[], Contents]) -> Pieces:
    return lambda side, otpk: side.bind(otpk, made())


def configured(content: bytes) -> Pieces:
    return of(lambda: replace(contents(), configure_isdp=content))


def meta(**changes: Any) -> Pieces:
    return of(lambda: contents(**changes))


def raw_metadata(content: bytes) -> Pieces:
    return of(lambda: replace(contents(), metadata=content))


def keys(*lengths: int) -> Pieces:
    mcv, encryption, mac = (bytes(length) for length in lengths)
    return of(lambda: replace(contents(), session_keys=(mcv, encryption, mac)))


def package(change: Callable[[bytes], bytes]) -> Pieces:
    return of(lambda: replace(contents(), package=change(contents().package)))


def test_profile(key: bytes, algorithm: int) -> Pieces:
    return of(lambda: contents(with_key(key, algorithm), profile_class=0))


test_profile.__test__ = False  # type: ignore[attr-defined]


def altered(position: int, change: Callable[[bytes], bytes]) -> Pieces:
    """A right package, one piece of it changed on the way (positions as in tests.rsp.server.pieces)."""

    def bound(side: Device, otpk: bytes) -> list[bytes]:
        made = side.bind(otpk, contents())
        return [*made[:position], change(made[position]), *made[position + 1 :]]

    return bound


def mac_flipped(piece: bytes) -> bytes:
    return piece[:-1] + bytes([piece[-1] ^ 1])


def inner_retagged(piece: bytes) -> bytes:
    """A0 or A2 whose segment has another tag."""
    outer = tlv.parse(piece)
    return tlv.encode(outer.tag, tlv.encode(0x86, tlv.parse(outer.value).value))


def cut_short(piece: bytes) -> bytes:
    outer = tlv.parse(piece)
    return tlv.encode(outer.tag, tlv.encode(tlv.parse(outer.value).tag, b"\x00" * 7))


def without_end(made: bytes) -> bytes:
    return b"".join(elements(made)[:-1])


def other_iccid() -> Contents:
    return replace(contents(), metadata=contents(profile("8900101234567890222")).metadata)


def unpadded(side: Device, otpk: bytes) -> list[bytes]:
    """A right MAC over a ciphertext whose padding is wrong."""
    stream = side.server.stream(otpk, side.card.identity.eid)
    segment = stream.protect(0x87, bytes(16), encrypt=False)
    made = side.bind(otpk, contents())
    return [made[0], tlv.encode(0xA0, segment)]


LOAD_REFUSALS: dict[str, tuple[Pieces, int, int]] = {
    "BF23: another operation": (
        first_piece(remote_op_id=2),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.UNSUPPORTED_REMOTE_OPERATION_TYPE,
    ),
    "BF23: another transactionId": (
        first_piece(transaction_id=b"\x01"),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.INVALID_TRANSACTION_ID,
    ),
    "BF23: another key type": (
        first_piece(key_type=b"\x80"),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.UNSUPPORTED_CRT_VALUES,
    ),
    "BF23: another key length": (
        first_piece(key_length=b"\x20"),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.UNSUPPORTED_CRT_VALUES,
    ),
    "BF23: signed by another key": (
        first_piece(signature=pki().forge(Role.DP_PB, stranger=True).sign),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.INVALID_SIGNATURE,
    ),
    "BF23: not a point of the curve": (
        first_piece(smdp_otpk=b"\x04" + bytes(64)),
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "BF23: not decodable": (
        lambda side, otpk: [tlv.encode(0xBF36, tlv.encode(0xBF23, b"\x82\x01\x01"))],
        Command.INITIALISE_SECURE_CHANNEL,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "A0: another segment inside": (
        altered(1, inner_retagged),
        Command.CONFIGURE_ISDP,
        Reason.SCP03T_STRUCTURE_ERROR,
    ),
    "A0: a segment without room for a MAC": (
        altered(1, cut_short),
        Command.CONFIGURE_ISDP,
        Reason.SCP03T_STRUCTURE_ERROR,
    ),
    "A0: MAC": (altered(1, mac_flipped), Command.CONFIGURE_ISDP, Reason.SCP03T_SECURITY_ERROR),
    "A0: padding": (unpadded, Command.CONFIGURE_ISDP, Reason.SCP03T_SECURITY_ERROR),
    "BF24: not ConfigureISDP": (
        configured(b"\xbf\x25\x00"),
        Command.CONFIGURE_ISDP,
        Reason.SCP03T_STRUCTURE_ERROR,
    ),
    "BF24: proprietary data of another SM-DP+": (
        configured(
            rsp.ConfigureISDPRequest(dp_proprietary_data=rsp.DpProprietaryData(dp_oid="2.999.11")).encode()
        ),
        Command.CONFIGURE_ISDP,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "BF24: proprietary data longer than 128 bytes": (
        configured(
            tlv.encode(0xBF24, tlv.encode(0xB8, bytes.fromhex("800388370A"), tlv.encode(0x81, bytes(128))))
        ),
        Command.CONFIGURE_ISDP,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "A1: MAC": (altered(3, mac_flipped), Command.STORE_METADATA, Reason.SCP03T_SECURITY_ERROR),
    "A1: a segment longer than its part": (
        lambda side, otpk: [
            *(made := side.bind(otpk, contents()))[:2],
            b"\xa1\x0a",
            *made[3:],
        ],
        Command.STORE_METADATA,
        Reason.SCP03T_STRUCTURE_ERROR,
    ),
    "BF25: no ICCID": (
        raw_metadata(tlv.encode(0xBF25, b"\x91\x00\x92\x00")),
        Command.STORE_METADATA,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "BF25: a name that is too long": (
        raw_metadata(
            tlv.encode(0xBF25, tlv.encode(0x5A, bytes(10)), tlv.encode(0x91, b"x" * 33), b"\x92\x00")
        ),
        Command.STORE_METADATA,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "BF25: the profile is installed already": (
        lambda side, otpk: side.bind(otpk, contents()) if install_first(side) else [],
        Command.STORE_METADATA,
        Reason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC,
    ),
    "BF25: no such class": (meta(profile_class=3), Command.STORE_METADATA, Reason.UNSUPPORTED_PROFILE_CLASS),
    "BF25: a policy rule without an owner": (
        meta(profile_policy_rules=PPR1),
        Command.STORE_METADATA,
        Reason.PPR_NOT_ALLOWED,
    ),
    "A2: keys of another length": (
        keys(16, 16, 15),
        Command.REPLACE_SESSION_KEYS,
        Reason.INCORRECT_INPUT_VALUES,
    ),
    "A3: MAC": (altered(-1, mac_flipped), Command.LOAD_PROFILE_ELEMENTS, Reason.SCP03T_SECURITY_ERROR),
    "A3: no profile element": (
        package(lambda made: b"\x5a\x00" + made),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
    ),
    "A3: cut in half": (
        package(lambda made: made[: len(made) // 2]),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
    ),
    "A3: no end": (
        package(without_end),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
    ),
    "A3: something after the end": (
        package(lambda made: made + elements(made)[-1]),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
    ),
    "A3: another ICCID than in the metadata": (
        of(other_iccid),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH,
    ),
    "A3: another owner than in the metadata": (
        meta(profile_owner=rsp.OperatorId(mcc_mnc=bytes.fromhex("62F210"))),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH,
    ),
    "A3: an owner's GID that the files lack": (
        meta(profile_owner=OWNER.replace(gid1=b"\x99")),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH,
    ),
    "A3: a test profile with a key of somebody's": (
        test_profile(bytes(range(16)), 1),
        Command.LOAD_PROFILE_ELEMENTS,
        Reason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY,
    ),
}

ELSEWHERE = {
    Reason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE: "test_a_full_card_says_at_which_stage",
    Reason.INSTALL_FAILED_DUE_TO_INTERRUPTION: "test_a_load_that_was_broken_off_is_reported",
}
UNPROVOKED = {
    Reason.INSTALL_FAILED_DUE_TO_UNKNOWN_ERROR: "every refusal of this card has a reason of its own",
}


def install_first(side: Device) -> bool:
    """Another session, before the one of the test goes on: the card knows the profile then."""
    other = Device(side.card, side.server)
    session, side.card.isdr.session = side.card.isdr.session, None
    other.install(contents())
    side.card.isdr.session = session
    return True


def refused(result: rsp.ProfileInstallationResult) -> tuple[int, int]:
    error = result.profile_installation_result_data.final_result.error_result
    assert error is not None
    return error.bpp_command_id, error.error_reason


@pytest.mark.parametrize("cause", LOAD_REFUSALS)
def test_load_bound_profile_package_refuses(cause: str) -> None:
    bound, command, reason = LOAD_REFUSALS[cause]
    side = device()
    pieces = bound(side, side.prepared())
    installed, told = side.profiles(), len(side.notifications())
    result = side.load(pieces)
    assert refused(result) == (command, reason)
    assert side.profiles() == installed
    assert len(side.notifications()) == told + 1
    with pytest.raises(StatusError) as afterwards:
        side.send(pieces[-1])
    assert afterwards.value.sw == 0x6985


def test_every_error_reason_is_provoked_or_explained() -> None:
    reasons = {value for name, value in vars(Reason).items() if name.isupper()}
    assert reasons == {reason for _, _, reason in LOAD_REFUSALS.values()} | set(ELSEWHERE) | set(UNPROVOKED)
    assert all(name in globals() for name in ELSEWHERE.values())


def test_a_processing_error_carries_the_installers_response() -> None:
    side = device()
    made = replace(contents(), package=contents().package[: len(contents().package) // 2])
    error = side.install(made).profile_installation_result_data.final_result.error_result
    assert error is not None
    assert error.sima_response is not None
    assert tlv.find(error.sima_response, 0x30, 0xA0, 0x30, 0x80) is not None


RULES: dict[str, tuple[dict[str, Any], BitString, bool]] = {
    "PPR1 and an owner that the table names": (
        {"rat": (RatRule((1,), (Operator(OWNER.mcc_mnc),)),)},
        PPR1,
        True,
    ),
    "PPR1 and another owner": ({"rat": (RatRule((1,), (Operator(b"\x62\xf2\x10"),)),)}, PPR1, False),
    "PPR2 where the table grants PPR1": ({"rat": (RatRule((1,), (Operator(OWNER.mcc_mnc),)),)}, PPR2, False),
    "PPR2 that the card forbids": ({"forbidden_pprs": (2,)}, PPR2, False),
    "any digit": ({"rat": (RatRule((1, 2), (Operator(b"\x00\xfe\x1e"),)),)}, PPR2, True),
}


@pytest.mark.parametrize("rule", RULES)
def test_policy_rules_need_the_rules_authorisation_table(rule: str) -> None:
    choices, pprs, allowed = RULES[rule]
    side = device(config=Config(**choices))
    result = side.install(contents(profile_owner=OWNER, profile_policy_rules=pprs))
    final = result.profile_installation_result_data.final_result
    assert (final.success_result is not None) is allowed
    if not allowed:
        assert refused(result) == (Command.STORE_METADATA, Reason.PPR_NOT_ALLOWED)


def test_ppr1_does_not_go_beside_an_operational_profile() -> None:
    side = device()
    side.install(contents())
    second = contents(profile("8900101234567890222"), profile_owner=OWNER, profile_policy_rules=PPR1)
    assert refused(side.install(second)) == (Command.STORE_METADATA, Reason.PPR_NOT_ALLOWED)


def test_a_card_without_test_profiles_refuses_the_class() -> None:
    side = device(config=Config(rsp_capability=(0,)))
    result = side.install(contents(with_key(bytes(16), 1), profile_class=0))
    assert refused(result) == (Command.STORE_METADATA, Reason.UNSUPPORTED_PROFILE_CLASS)


@pytest.mark.parametrize(("key", "algorithm"), [(bytes(15) + b"\x07", 1), (bytes(range(16)), 3)])
def test_a_test_profile_authenticates_with_what_nobody_takes_for_secret(key: bytes, algorithm: int) -> None:
    result = device().install(contents(with_key(key, algorithm), profile_class=0))
    assert result.profile_installation_result_data.final_result.success_result is not None


@pytest.mark.parametrize(
    ("size", "command"),
    [(0, Command.CONFIGURE_ISDP), (60, Command.STORE_METADATA), (2000, Command.LOAD_PROFILE_ELEMENTS)],
)
def test_a_full_card_says_at_which_stage(size: int, command: int) -> None:
    result = device(config=Config(nvm_size=size)).install(contents())
    assert refused(result) == (command, Reason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE)


def test_metadata_without_end_are_refused_as_soon_as_they_do_not_fit() -> None:
    side = device(config=Config(nvm_size=3000))
    otpk = side.prepared()
    made = contents()
    pieces = side.bind(otpk, replace(made, metadata=tlv.encode(0xBF25, bytes(100_000))))
    result = side.load(pieces[:7])
    assert refused(result) == (
        Command.STORE_METADATA,
        Reason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE,
    )


@pytest.mark.parametrize(
    ("sent", "command"),
    [
        (1, Command.CONFIGURE_ISDP),
        (3, Command.STORE_METADATA),
        (5, Command.LOAD_PROFILE_ELEMENTS),
        (8, Command.LOAD_PROFILE_ELEMENTS),
    ],
)
@pytest.mark.parametrize("end", [Device.restart, Device.challenge], ids=["reset", "new session"])
def test_a_load_that_was_broken_off_is_reported(
    sent: int, command: int, end: Callable[[Device], object]
) -> None:
    side = device()
    for piece in side.bind(side.prepared(), contents())[:sent]:
        assert side.send(piece) == b""
    end(side)
    (pending,) = (
        rsp.RetrieveNotificationsListResponse.decode(side.send(b"\xbf\x2b\x00")).notification_list or ()
    )
    assert pending.profile_installation_result is not None
    assert refused(pending.profile_installation_result) == (
        command,
        Reason.INSTALL_FAILED_DUE_TO_INTERRUPTION,
    )
    assert side.profiles() == ()
    assert side.install(contents()).profile_installation_result_data.final_result.success_result


@pytest.mark.parametrize(("sent", "named"), [(3, False), (4, True), (5, True)])
def test_a_broken_load_names_the_profile_once_its_metadata_were_read(sent: int, named: bool) -> None:
    side = device()
    for piece in side.bind(side.prepared(), contents())[:sent]:
        side.send(piece)
    side.restart()
    (pending,) = side.notifications()
    assert pending.iccid == (profile().iccid_bytes if named else None)


def test_a_load_that_the_device_cancelled_is_not() -> None:
    side = device()
    for piece in side.bind(side.prepared(), contents())[:5]:
        side.send(piece)
    side.send(rsp.CancelSessionRequest(transaction_id=TRANSACTION_ID, reason=5).encode())
    side.restart()
    assert side.notifications() == ()


# --- LoadBoundProfilePackage: what is not the moment for


@pytest.mark.parametrize("tag", [0xA0, 0xA1, 0xA2, 0xA3, 0x86, 0x87, 0x88, 0xBF23, 0xBF36])
def test_no_piece_is_taken_without_a_session(tag: int) -> None:
    side = device()
    with pytest.raises(StatusError) as refusal:
        side.send(tlv.encode(tag, b"\x87\x01\x00"))
    assert refusal.value.sw == 0x6985


@pytest.mark.parametrize("order", [(0, 2), (0, 1, 4), (0, 1, 2, 4), (0, 0), (0, 1, 1)])
def test_a_piece_at_the_wrong_moment_is_refused_and_nothing_is_lost(order: tuple[int, ...]) -> None:
    side = device()
    pieces = side.bind(side.prepared(), contents())
    for index in order[:-1]:
        assert side.send(pieces[index]) == b""
    with pytest.raises(StatusError) as refusal:
        side.send(pieces[order[-1]])
    assert refusal.value.sw == 0x6985
    rest = pieces[len(order) - 1 :]
    assert side.load(rest).profile_installation_result_data.final_result.success_result is not None


@pytest.mark.parametrize("sent", [0, 1, 2, 3, 8])
def test_initialise_secure_channel_by_itself_is_never_the_moment(sent: int) -> None:
    side = device()
    otpk = side.prepared()
    pieces = side.bind(otpk, contents())
    for piece in pieces[:sent]:
        assert side.send(piece) == b""
    with pytest.raises(StatusError) as refusal:
        side.send(side.server.initialise_secure_channel(otpk))
    assert refusal.value.sw == 0x6985
    assert side.load(pieces[sent:]).profile_installation_result_data.final_result.success_result is not None


def test_a_tag_that_no_package_has_is_6a88() -> None:
    side = device()
    side.send(side.bind(side.prepared(), contents())[0])
    with pytest.raises(StatusError) as refusal:
        side.send(b"\x85\x01\x00")
    assert refusal.value.sw == 0x6A88


# --- success


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("replaced", [False, True], ids=["session keys", "replaced keys"])
def test_an_installation_succeeds(curve: Curve, replaced: bool) -> None:
    side = device(curve)
    certificate = Certificate.parse(side.authenticated().euicc_certificate)
    session_keys = (bytes(range(16)), bytes(range(1, 17)), bytes(range(2, 18))) if replaced else None
    result = side.install(replace(contents(), session_keys=session_keys))
    data = result.profile_installation_result_data
    assert ecdsa.verify(certificate.public_key, result.euicc_sign_pir, data.encoded)
    assert (data.transaction_id, data.smdp_oid) == (TRANSACTION_ID, "2.999.10")
    success = data.final_result.success_result
    assert success is not None
    assert success.sima_response == bytes.fromhex("3007A0053003800100")
    (installed,) = side.profiles()
    assert installed.isdp_aid == success.aid == bytes.fromhex("A0000005591010FFFFFFFF8900001000")
    assert installed.iccid == profile().iccid_bytes
    assert installed.profile_state == rsp.ProfileState.DISABLED


def test_the_result_and_one_notification_for_each_other_address_are_kept() -> None:
    side = device()
    result = side.install(contents())
    kept = side.notifications()
    assert [(each.seq_number, each.notification_address) for each in kept] == [
        (1, ADDRESS),
        (2, "other.example.com"),
    ]
    pending = rsp.RetrieveNotificationsListResponse.decode(side.send(b"\xbf\x2b\x00")).notification_list or ()
    assert pending[0].profile_installation_result == result
    assert pending[1].other_signed_notification is not None


def test_the_one_time_key_is_gone_after_an_installation() -> None:
    side = device()
    otpk = side.prepared()
    side.load(side.bind(otpk, contents()))
    assert side.prepared(bpp_euicc_otpk=otpk) != otpk


def test_after_a_refusal_the_same_key_serves_the_retry() -> None:
    side = device()
    otpk = side.prepared()
    broken = side.bind(otpk, contents())
    side.load([*broken[:-1], mac_flipped(broken[-1])])
    assert side.prepared(bpp_euicc_otpk=otpk) == otpk
    assert side.load(side.bind(otpk, contents())).profile_installation_result_data.final_result.success_result


@pytest.mark.parametrize("size", [1, 700, 100_000])
def test_it_does_not_matter_how_the_device_cuts_the_parts(size: int) -> None:
    """Parts and segments joined: the header and BF23, then everything else in pieces that end between TLVs."""
    side = device()
    pieces = side.bind(side.prepared(), contents())
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if len(joined) > 1 and len(joined[-1]) < size:
            joined[-1] += piece
        else:
            joined.append(piece)
    assert side.load(joined).profile_installation_result_data.final_result.success_result is not None


def test_segments_longer_than_a_server_may_make_are_taken() -> None:
    """Some servers cut at 1008 plaintext bytes, which gives segments of 1036."""
    side = device()
    made = contents()
    otpk = side.prepared()
    stream = side.server.stream(otpk, side.card.identity.eid)
    parts = [made.package[at : at + 1008] for at in range(0, len(made.package), 1008)]
    commands = tlv.encode(0xA0, stream.protect(0x87, made.configure_isdp, encrypt=True))
    described = [stream.protect(0x88, made.metadata, encrypt=False)]
    protected = [stream.protect(0x86, part, encrypt=True) for part in parts]
    first = side.server.initialise_secure_channel(otpk)
    assert len(protected[0]) == 1036
    result = side.load(bound_pieces(first, commands, described, b"", protected))
    assert result.profile_installation_result_data.final_result.success_result is not None


def test_two_seeded_cards_answer_byte_by_byte_the_same() -> None:
    assert device().install(contents()).encoded == device().install(contents()).encoded
