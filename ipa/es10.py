"""ES10 functions as the device calls them, SGP.22 5.7: request in, checked response out, as steps to the card.

`response = yield from es10.get_eid(request)`: the type of the function's request and response belong to it. A result
code other than ok raises EuiccRefused, a status word CommandRefused, an unreadable answer EuiccAnswerInvalid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from apdu import StatusError, status, tlv
from apdu.status import describe
from asn1 import Asn1Error, Message
from asn1.generated import rsp
from ipa.errors import CommandRefused, EuiccAnswerInvalid, EuiccRefused, RequestInvalid
from ipa.steps import Card, Procedure

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)

BOUND_PROFILE_PACKAGE = rsp.BoundProfilePackage.TAG
INITIALISE_SECURE_CHANNEL = rsp.InitialiseSecureChannelRequest.TAG
FIRST_SEQUENCE_OF_87 = 0xA0
SEQUENCE_OF_88 = 0xA1
SECOND_SEQUENCE_OF_87 = 0xA2
SEQUENCE_OF_86 = 0xA3
# These travel as their header and then one piece per data object, the others whole.
_SPLIT = (SEQUENCE_OF_88, SEQUENCE_OF_86)
_LAYOUT = (
    INITIALISE_SECURE_CHANNEL,
    FIRST_SEQUENCE_OF_87,
    SEQUENCE_OF_88,
    SECOND_SEQUENCE_OF_87,
    SEQUENCE_OF_86,
)


class Function(Generic[Request, Response]):
    """One ES10 function: its name, its messages, and where its result code is.

    `refusal` finds the code in a response, None or 0 meaning ok; `codes` is the generated class that names them.
    """

    def __init__(
        self,
        name: str,
        request: type[Request],
        response: type[Response],
        refusal: Callable[[Response], int | None] = lambda response: None,
        codes: type | None = None,
    ) -> None:
        self.name = name
        self._request = request
        self._response = response
        self._refusal = refusal
        self._codes = codes

    def __call__(self, request: Request) -> Procedure[Response]:
        """Calls the function; RequestInvalid, EuiccRefused, CommandRefused, EuiccAnswerInvalid."""
        response = self._decode((yield from send(self.name, self._encode(request))))
        code = self._refusal(response)
        if code:
            raise EuiccRefused(self.name, code, meaning(self._codes, code))
        return response

    def _encode(self, request: Request) -> bytes:
        try:
            return request.encode()
        except Asn1Error as error:
            raise RequestInvalid(self.name, str(error)) from error

    def _decode(self, answer: bytes) -> Response:
        try:
            return self._response.decode(answer)
        except Asn1Error as error:
            raise EuiccAnswerInvalid(self.name, str(error)) from error

    def __repr__(self) -> str:
        return f"<{self.name}>"


def send(function: str, request: bytes) -> Procedure[bytes]:
    """One ES10 command as it is; CommandRefused when the card answers with an error status word."""
    try:
        answer: bytes = yield Card(function, request)
    except StatusError as error:
        raise CommandRefused(function, error.sw, describe(error.sw) + _without_es10(error.sw)) from error
    return answer


def _without_es10(sw: int) -> str:
    """What it may mean that the card does not know such commands at all."""
    known = sw not in (status.INCORRECT_P1_P2, status.INS_NOT_SUPPORTED)
    return "" if known else "; a card of SGP.02 knows no ES10: it is managed over the air"


def _code(error: rsp.AuthenticateResponseError | rsp.PrepareDownloadResponseError | None) -> int | None:
    """The code in an error that names its transaction too."""
    if error is None:
        return None
    if isinstance(error, rsp.AuthenticateResponseError):
        return error.authenticate_error_code
    return error.download_error_code


def meaning(codes: type | None, code: int) -> str:
    """The name that a generated class of numbers gives to a code, in words."""
    named = {number: name for name, number in vars(codes or object).items() if name.isupper()}
    return named.get(code, "unknown result code").replace("_", " ").lower()


# -- ES10a ------------------------------------------------------------------------------------------------------------

get_euicc_configured_addresses = Function(
    "ES10a.GetEuiccConfiguredAddresses",
    rsp.EuiccConfiguredAddressesRequest,
    rsp.EuiccConfiguredAddressesResponse,
)
set_default_dp_address = Function(
    "ES10a.SetDefaultDpAddress",
    rsp.SetDefaultDpAddressRequest,
    rsp.SetDefaultDpAddressResponse,
    lambda response: response.set_default_dp_address_result,
    rsp.SetDefaultDpAddressResponse.SetDefaultDpAddressResult,
)

# -- ES10b ------------------------------------------------------------------------------------------------------------

get_euicc_info1 = Function("ES10b.GetEUICCInfo", rsp.GetEuiccInfo1Request, rsp.EUICCInfo1)
get_euicc_info2 = Function("ES10b.GetEUICCInfo", rsp.GetEuiccInfo2Request, rsp.EUICCInfo2)
get_euicc_challenge = Function(
    "ES10b.GetEUICCChallenge", rsp.GetEuiccChallengeRequest, rsp.GetEuiccChallengeResponse
)
get_rat = Function("ES10b.GetRAT", rsp.GetRatRequest, rsp.GetRatResponse)
authenticate_server = Function(
    "ES10b.AuthenticateServer",
    rsp.AuthenticateServerRequest,
    rsp.AuthenticateServerResponse,
    lambda response: _code(response.authenticate_response_error),
    rsp.AuthenticateErrorCode,
)
prepare_download = Function(
    "ES10b.PrepareDownload",
    rsp.PrepareDownloadRequest,
    rsp.PrepareDownloadResponse,
    lambda response: _code(response.download_response_error),
    rsp.DownloadErrorCode,
)
cancel_session = Function(
    "ES10b.CancelSession",
    rsp.CancelSessionRequest,
    rsp.CancelSessionResponse,
    lambda response: response.cancel_session_response_error,
    rsp.CancelSessionResponse.CancelSessionResponseError,
)
list_notification = Function(
    "ES10b.ListNotification",
    rsp.ListNotificationRequest,
    rsp.ListNotificationResponse,
    lambda response: response.list_notifications_result_error,
    rsp.ListNotificationResponse.ListNotificationsResultError,
)
retrieve_notifications_list = Function(
    "ES10b.RetrieveNotificationsList",
    rsp.RetrieveNotificationsListRequest,
    rsp.RetrieveNotificationsListResponse,
    lambda response: response.notifications_list_result_error,
    rsp.RetrieveNotificationsListResponse.NotificationsListResultError,
)
remove_notification_from_list = Function(
    "ES10b.RemoveNotificationFromList",
    rsp.NotificationSentRequest,
    rsp.NotificationSentResponse,
    lambda response: response.delete_notification_status,
    rsp.NotificationSentResponse.DeleteNotificationStatus,
)

# -- ES10c ------------------------------------------------------------------------------------------------------------

get_profiles_info = Function(
    "ES10c.GetProfilesInfo",
    rsp.ProfileInfoListRequest,
    rsp.ProfileInfoListResponse,
    lambda response: response.profile_info_list_error,
    rsp.ProfileInfoListError,
)
enable_profile = Function(
    "ES10c.EnableProfile",
    rsp.EnableProfileRequest,
    rsp.EnableProfileResponse,
    lambda response: response.enable_result,
    rsp.EnableProfileResponse.EnableResult,
)
disable_profile = Function(
    "ES10c.DisableProfile",
    rsp.DisableProfileRequest,
    rsp.DisableProfileResponse,
    lambda response: response.disable_result,
    rsp.DisableProfileResponse.DisableResult,
)
delete_profile = Function(
    "ES10c.DeleteProfile",
    rsp.DeleteProfileRequest,
    rsp.DeleteProfileResponse,
    lambda response: response.delete_result,
    rsp.DeleteProfileResponse.DeleteResult,
)
set_nickname = Function(
    "ES10c.SetNickname",
    rsp.SetNicknameRequest,
    rsp.SetNicknameResponse,
    lambda response: response.set_nickname_result,
    rsp.SetNicknameResponse.SetNicknameResult,
)
euicc_memory_reset = Function(
    "ES10c.eUICCMemoryReset",
    rsp.EuiccMemoryResetRequest,
    rsp.EuiccMemoryResetResponse,
    lambda response: response.reset_result,
    rsp.EuiccMemoryResetResponse.ResetResult,
)
get_eid = Function("ES10c.GetEID", rsp.GetEuiccDataRequest, rsp.GetEuiccDataResponse)

# -- ES10b.LoadBoundProfilePackage ------------------------------------------------------------------------------------

LOAD_BOUND_PROFILE_PACKAGE = "ES10b.LoadBoundProfilePackage"


def load_piece(piece: bytes) -> Procedure[rsp.ProfileInstallationResult | None]:
    """ES10b.LoadBoundProfilePackage, SGP.22 5.7.6, of one piece: the result when the card has come to one."""
    answer = yield from send(LOAD_BOUND_PROFILE_PACKAGE, piece)
    if not answer:
        return None
    try:
        return rsp.ProfileInstallationResult.decode(answer)
    except Asn1Error as error:
        raise EuiccAnswerInvalid(LOAD_BOUND_PROFILE_PACKAGE, str(error)) from error


def pieces(package: bytes) -> list[bytes]:
    """How a bound profile package is cut for the card, SGP.22 2.5.5 and 5.7.6: slices of the bytes as received.

    TlvError when it is not a BoundProfilePackage.
    """
    tag, start, end = tlv.read(package)
    if tag != BOUND_PROFILE_PACKAGE or end != len(package):
        raise tlv.TlvError("not one BoundProfilePackage")
    parts = tlv.parse_all(package[start:])
    tags = [part.tag for part in parts]
    if tags not in ([*_LAYOUT], [tag for tag in _LAYOUT if tag != SECOND_SEQUENCE_OF_87]):
        raise tlv.TlvError(f"a BoundProfilePackage made of {' '.join(f'{tag:X}' for tag in tags)}")
    first, *others = parts
    cut = [package[:start] + first.encoded]
    for part in others:
        cut.extend(_cut(part) if part.tag in _SPLIT else [part.encoded])
    return cut


def _cut(part: tlv.Tlv) -> list[bytes]:
    header = part.encoded[: len(part.encoded) - len(part.value)]
    return [header, *(child.encoded for child in part.children())]
