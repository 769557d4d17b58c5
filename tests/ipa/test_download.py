from __future__ import annotations

import hashlib
from typing import Any

import pytest

from apdu import StatusError
from asn1 import BitString
from asn1.generated import rsp
from ipa.activation_code import ActivationCode
from ipa.errors import (
    EuiccAnswerInvalid,
    EuiccRefused,
    InstallationFailed,
    IpaError,
    LoadingRefused,
    MetadataMismatch,
    NoDefaultAddress,
    RulesRefused,
    ServerAnswerInvalid,
    ServerRefused,
    ServerUnreachable,
    TlsUntrusted,
    UserRefused,
)
from ipa.procedures import download
from ipa.steps import Decision
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure

CODE = ActivationCode(messages.ADDRESS, "TOKEN")
Reason = rsp.CancelSessionReason

AUTHENTICATED = (
    Line("GetEUICCInfo", messages.INFO1.encode()),
    Line("GetEUICCChallenge", rsp.GetEuiccChallengeResponse(euicc_challenge=messages.CHALLENGE).encode()),
    Line("initiateAuthentication", messages.initiate_answer()),
    Line("AuthenticateServer", messages.authenticate_server_response()),
)
OFFERED = (*AUTHENTICATED, Line("authenticateClient", messages.offer()))
AGREED = (*OFFERED, Line("Consent", Decision.ACCEPT))
PREPARED = (*AGREED, Line("PrepareDownload", messages.prepare_download_response()))
PACKAGE = messages.bound_profile_package()
DELIVERED = (
    Line("handleNotification", {}),
    Line("RemoveNotificationFromList", rsp.NotificationSentResponse(delete_notification_status=0).encode()),
)


def start(confirmation_code: str | None = None) -> Any:
    return download.download(CODE, messages.DEVICE, confirmation_code)


def fetched(package: bytes = PACKAGE, transaction: str = "0102A3") -> Line:
    body = messages.success(transactionId=transaction, boundProfilePackage=messages.base64(package))
    return Line("getBoundProfilePackage", body)


def loading(last: object, pieces: int = 10) -> tuple[Line, ...]:
    accepted = (Line("LoadBoundProfilePackage", b""),) * (pieces - 1)
    return (*accepted, Line("LoadBoundProfilePackage", last))


def cancelled(reason: int) -> tuple[Line, ...]:
    def right_request(step: Any) -> bool:
        request = rsp.CancelSessionRequest.decode(step.request)
        return request.reason == reason and request.transaction_id == messages.TRANSACTION

    answer = messages.cancel_session_response(reason)
    passed_on = messages.base64(answer)
    return (
        Line("CancelSession", answer, right_request),
        Line(
            "cancelSession", messages.success(), lambda step: step.body["cancelSessionResponse"] == passed_on
        ),
    )


def test_a_download() -> None:
    result = messages.installation_result()
    downloaded = play(start(), *PREPARED, fetched(), *loading(result), *DELIVERED)
    assert downloaded == download.Downloaded(messages.metadata(), bytes(16))


def test_the_result_goes_to_the_server_as_the_card_gave_it() -> None:
    result = messages.installation_result()
    notified = Line(
        "handleNotification", {}, lambda step: step.body["pendingNotification"] == messages.base64(result)
    )
    play(start(), *PREPARED, fetched(), *loading(result), notified, DELIVERED[1])


def test_a_result_that_cannot_be_delivered_stays_on_the_card() -> None:
    lost = Line("handleNotification", ServerUnreachable(messages.ADDRESS, "gone"))
    downloaded = play(start(), *PREPARED, fetched(), *loading(messages.installation_result()), lost)
    assert "gone" in downloaded.undelivered


def test_from_the_default_server() -> None:
    addresses = rsp.EuiccConfiguredAddressesResponse(
        default_dp_address=messages.ADDRESS, root_ds_address="ds"
    )

    def without_token(step: Any) -> bool:
        request = rsp.AuthenticateServerRequest.decode(step.request)
        context = request.ctx_params1.ctx_params_for_common_authentication
        return context is not None and context.matching_id == ""

    play(
        download.download_from_default(messages.DEVICE),
        Line("GetEuiccConfiguredAddresses", addresses.encode()),
        *AUTHENTICATED[:3],
        Line("AuthenticateServer", AUTHENTICATED[3].answer, without_token),
        *PREPARED[4:],
        fetched(),
        *loading(messages.installation_result()),
        *DELIVERED,
    )


@pytest.mark.parametrize("address", [None, ""])
def test_without_a_default_server(address: str | None) -> None:
    addresses = rsp.EuiccConfiguredAddressesResponse(default_dp_address=address, root_ds_address="")
    procedure = download.download_from_default(messages.DEVICE)
    play_to_failure(procedure, NoDefaultAddress, Line("GetEuiccConfiguredAddresses", addresses.encode()))


# -- the confirmation code --------------------------------------------------------------------------------------------


def test_the_hash_of_a_confirmation_code() -> None:
    inner = hashlib.sha256(b"1234").digest()
    expected = hashlib.sha256(inner + b"\x01\x02").digest()
    assert download.hash_confirmation_code("1234", b"\x01\x02") == expected


def with_hash(code: str) -> Line:
    expected = download.hash_confirmation_code(code, messages.TRANSACTION)
    return Line(
        "PrepareDownload",
        messages.prepare_download_response(),
        lambda step: rsp.PrepareDownloadRequest.decode(step.request).hash_cc == expected,
    )


@pytest.mark.parametrize("given", ["1234", None])
def test_a_confirmation_code_is_given_or_asked_for(given: str | None) -> None:
    asked = () if given else (Line("ConfirmationCode", "1234"),)
    play(
        start(given),
        *AUTHENTICATED,
        Line("authenticateClient", messages.offer(code_required=True)),
        Line("Consent", Decision.ACCEPT),
        *asked,
        with_hash("1234"),
        fetched(),
        *loading(messages.installation_result()),
        *DELIVERED,
    )


def test_a_confirmation_code_that_nobody_wants_is_not_sent() -> None:
    unhashed = Line(
        "PrepareDownload",
        messages.prepare_download_response(),
        lambda step: rsp.PrepareDownloadRequest.decode(step.request).hash_cc is None,
    )
    play(start("1234"), *AGREED, unhashed, fetched(), *loading(messages.installation_result()), *DELIVERED)


# -- every reason to cancel -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (Decision.REJECT, Reason.END_USER_REJECTION),
        (Decision.POSTPONE, Reason.POSTPONED),
        (Decision.NO_ANSWER, Reason.TIMEOUT),
    ],
)
def test_the_user_does_not_agree(decision: Decision, reason: int) -> None:
    play_to_failure(start(), UserRefused, *OFFERED, Line("Consent", decision), *cancelled(reason))


def test_the_user_has_no_confirmation_code() -> None:
    script = (
        *AUTHENTICATED,
        Line("authenticateClient", messages.offer(code_required=True)),
        Line("Consent", Decision.ACCEPT),
        Line("ConfirmationCode", Decision.REJECT),
        *cancelled(Reason.END_USER_REJECTION),
    )
    error = play_to_failure(start(), UserRefused, *script)
    assert str(error) == "the profile needs a confirmation code, and none was given"


def test_policy_rules_that_are_not_allowed() -> None:
    wanting = messages.metadata(
        profile_policy_rules=BitString.of(rsp.PprIds.PPR2), profile_owner=messages.OWNER
    )
    script = (
        *AUTHENTICATED,
        Line("authenticateClient", messages.offer(wanting)),
        Line("GetRAT", rsp.GetRatResponse(rat=()).encode()),
        *cancelled(Reason.PPR_NOT_ALLOWED),
    )
    play_to_failure(start(), RulesRefused, *script)


def test_rules_that_need_consent_are_told_to_the_user() -> None:
    wanting = messages.metadata(
        profile_policy_rules=BitString.of(rsp.PprIds.PPR2), profile_owner=messages.OWNER
    )
    entry = rsp.ProfilePolicyAuthorisationRule(
        ppr_ids=BitString.of(rsp.PprIds.PPR2), allowed_operators=(messages.OWNER,), ppr_flags=BitString.of(0)
    )
    script = (
        *AUTHENTICATED,
        Line("authenticateClient", messages.offer(wanting)),
        Line("GetRAT", rsp.GetRatResponse(rat=(entry,)).encode()),
        Line("Consent", Decision.REJECT, lambda step: step.rules == (rsp.PprIds.PPR2,)),
        *cancelled(Reason.END_USER_REJECTION),
    )
    play_to_failure(start(), UserRefused, *script)


@pytest.mark.parametrize(
    "change",
    [
        {"iccid": bytes(10)},
        {"service_provider_name": "Somebody"},
        {"profile_name": "else"},
        {"profile_class": rsp.ProfileClass.TEST},
        {"profile_owner": messages.OWNER},
        {"profile_policy_rules": BitString.of(2)},
    ],
)
def test_another_profile_than_announced(change: dict[str, Any]) -> None:
    package = messages.bound_profile_package(messages.metadata(**change))
    script = (*PREPARED, fetched(package), *cancelled(Reason.METADATA_MISMATCH))
    play_to_failure(start(), MetadataMismatch, *script)


@pytest.mark.parametrize("piece", [1, 4, 10])
def test_the_card_breaks_off_with_a_status_word(piece: int) -> None:
    script = (
        *PREPARED,
        fetched(),
        *loading(StatusError(0x6985), piece),
        *cancelled(Reason.LOAD_BPP_EXECUTION_ERROR),
    )
    error = play_to_failure(start(), LoadingRefused, *script)
    assert "6985" in str(error)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ((*AUTHENTICATED, Line("authenticateClient", messages.success())), ServerAnswerInvalid),
        (
            (*AUTHENTICATED, Line("authenticateClient", messages.offer(transaction=b"\x07"))),
            ServerAnswerInvalid,
        ),
        ((*PREPARED, fetched(transaction="07")), ServerAnswerInvalid),
        ((*PREPARED, fetched(b"\xbf\x36\x00")), ServerAnswerInvalid),
        ((*PREPARED, fetched(PACKAGE[:-3])), ServerAnswerInvalid),
        ((*AGREED, Line("PrepareDownload", StatusError(0x6A80))), IpaError),
        ((*AGREED, Line("PrepareDownload", b"")), EuiccAnswerInvalid),
        ((*PREPARED, fetched(), *loading(b"")), EuiccAnswerInvalid),
        ((*PREPARED, fetched(), *loading(b"\xbf\x37\x00", 2)), EuiccAnswerInvalid),
    ],
)
def test_everything_else_has_no_reason_of_its_own(script: tuple[Line, ...], kind: type[IpaError]) -> None:
    play_to_failure(start(), kind, *script, *cancelled(Reason.UNDEFINED_REASON))


def test_a_card_that_refuses_the_server_s_profile_key() -> None:
    failure = rsp.PrepareDownloadResponseError(transaction_id=messages.TRANSACTION, download_error_code=1)
    refused = rsp.PrepareDownloadResponse(download_response_error=failure).encode()
    script = (*AGREED, Line("PrepareDownload", refused), *cancelled(Reason.UNDEFINED_REASON))
    assert "invalid certificate (1)" in str(play_to_failure(start(), EuiccRefused, *script))


def test_a_session_that_the_card_cannot_cancel() -> None:
    gone = rsp.CancelSessionResponse(cancel_session_response_error=5).encode()
    script = (*OFFERED, Line("Consent", Decision.REJECT), Line("CancelSession", gone))
    error = play_to_failure(start(), UserRefused, *script)
    assert "invalid transaction id (5)" in error.__notes__[0]


# -- and when not to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        ServerRefused("authenticateClient", "8.2.6", "3.8", ""),
        ServerUnreachable(messages.ADDRESS, "gone"),
        TlsUntrusted(messages.ADDRESS, "another"),
    ],
)
@pytest.mark.parametrize(
    ("script", "function"), [(AUTHENTICATED, "authenticateClient"), (PREPARED, "getBoundProfilePackage")]
)
def test_a_session_that_the_server_ended(script: tuple[Line, ...], function: str, failure: IpaError) -> None:
    play_to_failure(start(), type(failure), *script, Line(function, failure))


def test_an_installation_that_fails_is_told_by_its_result() -> None:
    error = rsp.ErrorResult(bpp_command_id=5, error_reason=10)
    result = messages.installation_result(error)
    script = (*PREPARED, fetched(), *loading(result, 6), *DELIVERED)
    failed = play_to_failure(start(), InstallationFailed, *script)
    assert isinstance(failed, InstallationFailed)
    assert failed.result == result
    assert str(failed) == (
        "the eUICC did not install the profile: install failed due to insufficient memory for profile (10)"
        " in load profile elements"
    )


def test_an_installation_that_fails_unheard() -> None:
    error = rsp.ErrorResult(bpp_command_id=2, error_reason=9)
    lost = Line("handleNotification", ServerUnreachable(messages.ADDRESS, "gone"))
    script = (*PREPARED, fetched(), *loading(messages.installation_result(error), 5), lost)
    assert "gone" in play_to_failure(start(), InstallationFailed, *script).__notes__[0]
