"""An eUICC of SGP.22 under an IPA: what SGP.32 asks of the card beyond SGP.22 is answered by the device.

The device verifies the eIM's signature and counter, and executes the operations by ES10c. It cannot sign for the card:
in its package results euiccSignEPR has no bytes. Nobody takes that for a signature, and an eIM has to decide whether
it wants results that nobody vouches for. What a card would keep is in the device's state, and gone with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apdu import StatusError, status, tlv
from asn1 import Asn1Error, BitString
from asn1.generated import rsp, sgp32
from ipa.driver import CardAccess
from ipa.plain_card_memory import Association, Kept
from ipa.plain_card_operations import execute
from ipa.state import StateKeeper

RESULTS = 0xA2
UNSIGNED = b""
"""euiccSignEPR and euiccSignEPE of a device that cannot sign for its card."""
GENERATE_TOKEN = -1
_GET_EID = rsp.GetEuiccDataRequest(tag_list=b"\x5a").encode()
_Error = sgp32.EuiccPackageErrorCode
_AddError = sgp32.AddInitialEimResponse.AddInitialEimError
_Reset = sgp32.EuiccMemoryResetRequest.ResetOptions
_ResetResponse = sgp32.EuiccMemoryResetResponse
# SGP.22 has these three, with the same numbers.
_RESETS_OF_CARD = (
    _Reset.DELETE_OPERATIONAL_PROFILES,
    _Reset.DELETE_FIELD_LOADED_TEST_PROFILES,
    _Reset.RESET_DEFAULT_SMDP_ADDRESS,
)


class PlainCard:
    """A CardAccess around that of an SGP.22 card, for `ipa.ipad.Ipa`.

    `state`: the one the Ipa has, so that eIMs, counters and results are kept where its own things are. PSMOs are
    enable (without rollbackFlag), disable, delete, listProfileInfo, getRAT and setDefaultDpAddress; the others, and
    all eCOs, are unknown operations. There is no rollback, and GetCerts has no certificates: SGP.22 shows them in an
    RSP session only. Anything else goes to the card, which refuses what it does not know.
    """

    def __init__(self, card: CardAccess, state: StateKeeper) -> None:
        self._card = card
        self._state = state
        self._eid = b""
        self._functions: dict[int, Callable[[bytes], bytes]] = {
            sgp32.EuiccPackageRequest.TAG: self._load_euicc_package,
            sgp32.GetEimConfigurationDataRequest.TAG: self._get_eim_configuration_data,
            sgp32.GetCertsRequest.TAG: self._get_certs,
            sgp32.AddInitialEimRequest.TAG: self._add_initial_eim,
            sgp32.ProfileRollbackRequest.TAG: self._profile_rollback,
            sgp32.EuiccMemoryResetRequest.TAG: self._euicc_memory_reset,
            sgp32.RetrieveNotificationsListRequest.TAG: self._retrieve_notifications_list,
            rsp.NotificationSentRequest.TAG: self._remove_notification_from_list,
        }

    def store_data(self, request: bytes) -> bytes:
        """One ES10 command; its response. StatusError when the card refuses, 6A80 for what cannot be read."""
        function = self._functions.get(tlv.read_header(request)[0], self._card.store_data)
        try:
            return function(request)
        except Asn1Error as error:
            raise StatusError(status.INCORRECT_DATA) from error

    def refresh(self) -> None:
        """Lets the card finish a change of profiles."""
        self._card.refresh()

    @property
    def _kept(self) -> Kept:
        return Kept.from_bytes(self._state.recall(self._own_eid()).plain_card)

    def _keep(self, kept: Kept) -> None:
        self._state.recall(self._own_eid())
        self._state.remember({"plain_card": kept.to_bytes()})

    def _own_eid(self) -> bytes:
        if not self._eid:
            self._eid = rsp.GetEuiccDataResponse.decode(self._card.store_data(_GET_EID)).eid_value
        return self._eid

    # -- eIMs ---------------------------------------------------------------------------------------------------------

    def _get_eim_configuration_data(self, request: bytes) -> bytes:
        found = (each.configuration for each in self._kept.associations)
        return tlv.encode(sgp32.GetEimConfigurationDataResponse.TAG, tlv.encode(0xA0, *found))

    def _add_initial_eim(self, request: bytes) -> bytes:
        """ES10b.AddInitialEim, SGP.32 5.9.4: all of the eIMs or none."""
        kept, made = self._kept, []
        if kept.associations:
            return _not_added(_AddError.ASSOCIATED_EIM_ALREADY_EXISTS)
        for data in sgp32.AddInitialEimRequest.decode(request).eim_configuration_data_list:
            if data.association_token not in (None, GENERATE_TOKEN):
                return _not_added(_AddError.INVALID_ASSOCIATION_TOKEN)
            token = None if data.association_token is None else kept.tokens + 1
            association = Association.of(data, token)
            if association.key is None:
                return _not_added(_AddError.COMMAND_ERROR)
            kept = replace(
                kept,
                associations=(*kept.associations, association),
                tokens=kept.tokens if token is None else token,
            )
            made.append(_added(token))
        self._keep(kept)
        return sgp32.AddInitialEimResponse(add_initial_eim_ok=tuple(made)).encode()

    def _euicc_memory_reset(self, request: bytes) -> bytes:
        """ES10b.eUICCMemoryReset, SGP.32 5.9.5: the eIMs here, the rest by ES10c on the card."""
        options = set(sgp32.EuiccMemoryResetRequest.decode(request).reset_options)
        answer = _ResetResponse(reset_result=self._reset_card(options & set(_RESETS_OF_CARD)))
        if _Reset.RESET_EIM_CONFIG_DATA in options:
            kept = self._kept
            self._keep(replace(kept, associations=(), results=()))
            codes = _ResetResponse.ResetEimResult
            code = codes.OK if kept.associations else codes.NOTHING_TO_DELETE
            answer = answer.replace(reset_eim_result=code)
        return answer.encode()

    def _reset_card(self, options: set[int]) -> int:
        if not options:
            return _ResetResponse.ResetResult.NOTHING_TO_DELETE
        request = rsp.EuiccMemoryResetRequest(reset_options=BitString.of(*options))
        return rsp.EuiccMemoryResetResponse.decode(self._card.store_data(request.encode())).reset_result

    # -- packages -----------------------------------------------------------------------------------------------------

    def _load_euicc_package(self, data: bytes) -> bytes:
        """ES10b.LoadEuiccPackage, SGP.32 5.9.1.

        Before anything is executed, counter and a result are kept that says interruption: a package whose execution
        the power loss ends is not executed again, and the eIM is told.
        """
        request = sgp32.EuiccPackageRequest.decode(data)
        signed = request.euicc_package_signed
        kept = self._kept
        eim = kept.association(signed.eim_id)
        if eim is None or not eim.has_signed(signed.encoded, request.eim_signature):
            return _error_unsigned(signed, eim)
        if signed.eid_value != self._own_eid():
            return _error(signed, _Error.INVALID_EID)
        if signed.counter_value <= eim.counter:
            return _error(signed, _Error.REPLAY_ERROR)
        number = kept.next_number
        interruption = sgp32.EuiccResultData.ProcessingTerminated.INTERRUPTION
        interrupted = sgp32.EuiccResultData(processing_terminated=interruption).encode()
        self._keep(
            kept.counted(eim, signed.counter_value).storing(number, _result(signed, number, interrupted))
        )
        result = _result(signed, number, *execute(self._card, signed.euicc_package))
        self._keep(self._kept.storing(number, result))
        return result

    def _profile_rollback(self, request: bytes) -> bytes:
        refused = sgp32.ProfileRollbackResponse.CmdResult.ROLLBACK_NOT_ALLOWED
        return sgp32.ProfileRollbackResponse(cmd_result=refused).encode()

    def _get_certs(self, request: bytes) -> bytes:
        code = sgp32.GetCertsResponse.GetCertsError.INVALID_CI_PK_ID
        return sgp32.GetCertsResponse(get_certs_error=code).encode()

    # -- results ------------------------------------------------------------------------------------------------------

    def _retrieve_notifications_list(self, request: bytes) -> bytes:
        criteria = sgp32.RetrieveNotificationsListRequest.decode(request).search_criteria
        if criteria is not None and criteria.euicc_package_results:
            return _listed(*dict(self._kept.results).values())
        return self._card.store_data(request)

    def _remove_notification_from_list(self, request: bytes) -> bytes:
        number = rsp.NotificationSentRequest.decode(request).seq_number
        kept = self._kept
        if number not in dict(kept.results):
            return self._card.store_data(request)
        self._keep(replace(kept, results=tuple(each for each in kept.results if each[0] != number)))
        return rsp.NotificationSentResponse(delete_notification_status=0).encode()


def _listed(*results: bytes) -> bytes:
    return tlv.encode(sgp32.RetrieveNotificationsListResponse.TAG, tlv.encode(RESULTS, *results))


def _added(token: int | None) -> sgp32.AddInitialEimResponse.AddInitialEimOkItem:
    item = sgp32.AddInitialEimResponse.AddInitialEimOkItem
    return item(add_ok=True) if token is None else item(association_token=token)


def _not_added(code: int) -> bytes:
    return sgp32.AddInitialEimResponse(add_initial_eim_error=code).encode()


def _result(signed: sgp32.EuiccPackageSigned, number: int, *results: bytes) -> bytes:
    data = sgp32.EuiccPackageResultDataSigned(
        eim_id=signed.eim_id,
        counter_value=signed.counter_value,
        eim_transaction_id=signed.eim_transaction_id,
        seq_number=number,
        euicc_result=(),
    ).encode()
    head = [each.encoded for each in tlv.parse(data).children()[:-1]]
    return _answer(0xA0, tlv.encode(0x30, *head, tlv.encode(0x30, *results)))


def _error(signed: sgp32.EuiccPackageSigned, code: int) -> bytes:
    data = sgp32.EuiccPackageErrorDataSigned(
        eim_id=signed.eim_id,
        counter_value=signed.counter_value,
        eim_transaction_id=signed.eim_transaction_id,
        euicc_package_error_code=code,
    )
    return _answer(0xA1, data.encode())


def _answer(arm: int, data: bytes) -> bytes:
    return tlv.encode(sgp32.EuiccPackageResult.TAG, tlv.encode(arm, data, tlv.encode(0x5F37, UNSIGNED)))


def _error_unsigned(signed: sgp32.EuiccPackageSigned, eim: Association | None) -> bytes:
    error = sgp32.EuiccPackageErrorUnsigned(
        eim_id=signed.eim_id,
        eim_transaction_id=signed.eim_transaction_id,
        association_token=None if eim is None else eim.token,
    )
    return sgp32.EuiccPackageResult(euicc_package_error_unsigned=error).encode()
