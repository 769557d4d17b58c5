"""A profile download that the eIM triggers, SGP.32 3.2.3: by the IPA itself or through the eIM, and its result.

The trigger is remembered until the eIM has its result. After a restart the installation result on the card, known by
the transactionId of its session, tells whether the download came to an end; otherwise it begins again.
"""

from __future__ import annotations

from dataclasses import replace

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import rsp, sgp32
from ipa import es10_iot
from ipa.activation_code import ActivationCode
from ipa.errors import CommandRefused, EuiccRefused, IpaError, NoDefaultAddress, NoEvent, TriggerInvalid
from ipa.procedures import (
    delivery,
    device,
    discovery,
    download,
    fallback,
    indirect_download,
    leftovers,
    unfinished,
)
from ipa.procedures.indirect_download import Source
from ipa.procedures.package import DOWNLOAD, ErrorCode, Work, package_error
from ipa.servers.esipa import Link
from ipa.settings import Features
from ipa.steps import Procedure, refresh

TRANSACTION, ERROR, REASON, SESSION = 0x82, 0x30, 0x80, 0x80
INSTALLATION = (rsp.ProfileInstallationResult.TAG, rsp.ProfileInstallationResultData.TAG)
Reason = sgp32.ProfileDownloadTriggerResult.ProfileDownloadTriggerResultData.ProfileDownloadError
Codes = Reason.ProfileDownloadErrorReason
# An SM-DS behind an eIM may name another SM-DS, but not for ever.
REFERRALS_MAX = 4


def carry_out(link: Link, package: bytes) -> Procedure[Work]:
    """Downloads what a ProfileDownloadTriggerRequest asks for, and tells the eIM how it ended."""
    try:
        request = sgp32.ProfileDownloadTriggerRequest.decode(package)
    except Asn1Error:
        refused = package_error(ErrorCode.INVALID_PACKAGE_FORMAT)
        return Work(link.eim.id, package, refused, (yield from delivery.provide(link, refused)))
    if not link.associated:
        work = yield from report(link, package, failed(request, Codes.UNDEFINED_ERROR))
        return replace(work, remark="the eIM manages the card no longer")
    if (yield from fallback.emergency_active()):
        return (yield from report(link, package, failed(request, Codes.ECALL_ACTIVE)))
    try:
        installed = yield from _obtain(link, request)
    except IpaError as error:
        work = yield from report(link, package, failed(request, Codes.UNDEFINED_ERROR))
        return replace(work, remark=str(error))
    return (yield from conclude(link, package, installed))


def conclude(link: Link, package: bytes, installed: bytes) -> Procedure[Work]:
    """What follows the installation, good or bad: enabling it, and telling the SM-DP+ and the eIM."""
    request = sgp32.ProfileDownloadTriggerRequest.decode(package)
    result = triggered(request, installed)
    yield from unfinished.update(link, result=result)
    if link.settings.immediate_enable and _is_good(installed):
        yield from _enable_at_once()
    yield from leftovers.hand_over(link, installed, relayed=through_eim(link))
    return (yield from report(link, package, result))


def resume(link: Link, package: bytes) -> Procedure[Work]:
    """What is left to do for a trigger that was received before the device restarted."""
    begun = yield from unfinished.of(link)
    if begun is not None and begun.result:
        return (yield from report(link, package, begun.result))
    if begun is not None and begun.transaction:
        for pending in (yield from es10_iot.retrieve_notifications()):
            if tlv.find(pending, *INSTALLATION, SESSION) == begun.transaction:
                if not _was_interrupted(pending) or not link.settings.direct:
                    return (yield from conclude(link, package, pending))
                # The power was lost while the profile was being loaded: the server hears of it, and gives it again.
                # An eIM that hears of it takes the download for failed.
                yield from leftovers.hand_over(link, pending)
                break
    return (yield from carry_out(link, package))


def report(link: Link, package: bytes, result: bytes) -> Procedure[Work]:
    """ProfileDownloadTriggerResult to the eIM."""
    return Work(link.eim.id, package, result, (yield from delivery.provide(link, result)))


def through_eim(link: Link) -> bool:
    """Whether the eIM stands between card and SM-DP+: where it wants to, or where the IPA knows no other way."""
    settings = link.settings
    return settings.indirect and (link.eim.indirect or not settings.direct)


# -- the download -----------------------------------------------------------------------------------------------------


def _obtain(link: Link, request: sgp32.ProfileDownloadTriggerRequest) -> Procedure[bytes]:
    """The card's ProfileInstallationResult, good or bad; IpaError when there is none."""

    def opened(transaction: bytes) -> Procedure[None]:
        yield from unfinished.update(link, transaction=transaction)

    if not through_eim(link):
        code = yield from _activation_code(link, request.profile_download_data)
        _, result = yield from download.obtain(code, link.settings.device_info, opened=opened)
        return result.encode()
    wanted: sgp32.ProfileDownloadTriggerRequest | None = request
    for _ in range(REFERRALS_MAX):
        if wanted is None:
            break
        source = yield from _source(link, wanted.profile_download_data)
        found = yield from indirect_download.obtain(link, source, request.eim_transaction_id, opened)
        if isinstance(found, bytes):
            return found
        wanted = found
    raise NoEvent("the SM-DS has no event for this eUICC")


def _activation_code(link: Link, data: sgp32.ProfileDownloadData | None) -> Procedure[ActivationCode]:
    if data is None:
        raise TriggerInvalid("the download trigger does not say where the profile is")
    if data.contact_smds is not None:
        return (yield from discovery.first_event(link.settings.device_info, data.contact_smds.smds_address))
    if data.activation_code is not None:
        return ActivationCode.parse(data.activation_code)
    return ActivationCode((yield from _default_address()))


def _source(link: Link, data: sgp32.ProfileDownloadData | None) -> Procedure[Source]:
    if data is None or Features.EIM_DOWNLOAD_DATA_HANDLING in link.settings.features:
        return Source()
    if data.contact_smds is not None:
        address = data.contact_smds.smds_address
        return Source(address or (yield from device.get_addresses()).root_ds_address)
    if data.activation_code is not None:
        code = ActivationCode.parse(data.activation_code)
        return Source(code.address, code.token, code.smdp_oid)
    return Source((yield from _default_address()))


def _default_address() -> Procedure[str]:
    address = (yield from device.get_addresses()).default_dp_address
    if not address:
        raise NoDefaultAddress
    return address


def _enable_at_once() -> Procedure[None]:
    """ES10b.ImmediateEnable, SGP.32 5.9.15, where the card is configured for it; otherwise nothing happens."""
    try:
        yield from es10_iot.immediate_enable(sgp32.ImmediateEnableRequest(refresh_flag=True))
    except (EuiccRefused, CommandRefused):
        return
    yield from fallback.note(sgp32.StateChangeCause.IMMEDIATE_ENABLE_PROFILE)
    yield from refresh()


def _is_good(installed: bytes) -> bool:
    return _final_result(installed).success_result is not None


def _was_interrupted(installed: bytes) -> bool:
    error = _final_result(installed).error_result
    return error is not None and error.error_reason == rsp.ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION


def _final_result(installed: bytes) -> rsp.ProfileInstallationResultData.FinalResult:
    return rsp.ProfileInstallationResult.decode(installed).profile_installation_result_data.final_result


# -- the trigger and its result ---------------------------------------------------------------------------------------


def triggered(request: sgp32.ProfileDownloadTriggerRequest, installed: bytes) -> bytes:
    """ProfileDownloadTriggerResult, SGP.32 2.11.2.3, with the installation result as the card signed it."""
    return tlv.encode(DOWNLOAD, _transaction(request), installed)


def failed(request: sgp32.ProfileDownloadTriggerRequest, reason: int) -> bytes:
    """ProfileDownloadTriggerResult, SGP.32 2.11.2.3, of a download that did not come to an installation."""
    return tlv.encode(DOWNLOAD, _transaction(request), tlv.encode(ERROR, tlv.encode(REASON, bytes([reason]))))


def _transaction(request: sgp32.ProfileDownloadTriggerRequest) -> bytes:
    transaction = request.eim_transaction_id
    return tlv.encode(TRANSACTION, transaction) if transaction else b""
