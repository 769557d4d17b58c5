"""ES10b.LoadBoundProfilePackage: every errorReason, each from its own cause, and what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apdu import StatusError, tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc import Config
from euicc.config import Operator, RatRule
from euicc.crypto.certificates import Role
from tests.rsp.contents import OWNER, PPR1, PPR2, contents, elements, profile, with_key
from tests.rsp.device import Device, device, pki
from tests.rsp.flawed import (
    Pieces,
    altered,
    as_test_profile,
    configured,
    cut_short,
    first_piece,
    inner_retagged,
    keys,
    mac_flipped,
    meta,
    of,
    other_iccid,
    package,
    raw_metadata,
    unpadded,
    without_end,
)
from tests.rsp.server import TRANSACTION_ID

Reason = rsp.ErrorReason
Command = rsp.BppCommandId


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
        as_test_profile(bytes(range(16)), 1),
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
