"""An eUICC Package, SGP.32 3.3.1 and 3.3.2: to the card as signed, its result to the eIM as signed, or the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apdu import status, tlv
from asn1.generated import sgp32
from ipa import es10_iot
from ipa.errors import CommandRefused, EuiccRefused
from ipa.package_result import PackageResult
from ipa.procedures import compact, delivery, rollback, unfinished
from ipa.servers.esipa import Link
from ipa.steps import Procedure, connected, recall, refresh

EPR_AND_NOTIFICATIONS, NOTIFICATIONS = 0x30, 0xA0
ERROR_RESPONSE, ERROR_TRANSACTION, ERROR_CODE = 0xA0, 0x80, 0x02
SIGNED_PART, TRANSACTION = 0x30, 0x82
ErrorCode = sgp32.EimPackageResultErrorCode
Cause = sgp32.StateChangeCause
REPLAY_ERROR = sgp32.EuiccPackageErrorCode.REPLAY_ERROR

PACKAGE, DATA_REQUEST, DOWNLOAD = (
    sgp32.EuiccPackageRequest.TAG,
    sgp32.IpaEuiccDataRequest.TAG,
    sgp32.ProfileDownloadTriggerRequest.TAG,
)


@dataclass(frozen=True)
class Work:
    """What became of one eIM package: `result` as the eIM gets it, in DER.

    `undelivered`: why the eIM does not have the result, None when it has. `remark`: what went wrong when the result
    does not say. `rolled_back`: the package enabled a profile, the eIM could not be told, and the one before is back.
    """

    eim: str
    package: bytes
    result: bytes
    undelivered: delivery.Undelivered | None = None
    remark: str = ""
    rolled_back: bool = False

    @property
    def failure(self) -> str:
        """Why the eIM does not have the result, "" when it has."""
        return self.undelivered.reason if self.undelivered else ""


def execute(link: Link, package: bytes) -> Procedure[Work]:
    """Has the card execute an EuiccPackageRequest, and delivers its result, SGP.32 3.3.1."""
    try:
        result = yield from load(package)
    except CommandRefused as error:
        refused = package_error(ErrorCode.INVALID_PACKAGE_FORMAT, transaction_of(package))
        undelivered = yield from delivery.provide(link, refused)
        return Work(link.eim.id, package, refused, undelivered, remark=str(error))
    return (yield from conclude(link, result, package))


def resume(link: Link, package: bytes) -> Procedure[Work | None]:
    """What is left to do for a package that was received before the device restarted; None: nothing.

    The card knows whether it has executed it: it has the result, or it has got rid of it, acknowledged.
    """
    kept = yield from stored(package)
    if kept is not None:
        return (yield from conclude(link, kept, package))
    try:
        result = yield from load(package)
    except CommandRefused:
        return (yield from execute(link, package))
    if result.error == REPLAY_ERROR:
        yield from unfinished.end(link)
        return None
    return (yield from conclude(link, result, package))


def stored(package: bytes) -> Procedure[PackageResult | None]:
    """The result of a package that the card has executed and keeps."""
    found = map(PackageResult.parse, (yield from es10_iot.retrieve_package_results()))
    return next((each for each in found if each.answers(package)), None)


def load(package: bytes) -> Procedure[PackageResult]:
    """ES10b.LoadEuiccPackage, and the change of profiles if there is one."""
    try:
        answer = yield from es10_iot.load_euicc_package(package)
    except CommandRefused as error:
        if error.sw != status.CONDITIONS_NOT_SATISFIED:
            raise
        # Some cards want a reset after a change of profiles without having said so.
        yield from refresh()
        answer = yield from es10_iot.load_euicc_package(package)
    result = PackageResult.parse(answer)
    if result.switched:
        yield from refresh()
    return result


def conclude(link: Link, result: PackageResult, package: bytes = b"") -> Procedure[Work]:
    """Delivers a result that the card has stored or just given; goes back to the profile before if that fails."""
    undelivered = yield from _deliver_with_its_profile(link, result)
    work = Work(link.eim.id, package, result.encoded, undelivered)
    if undelivered is None or undelivered.refused or not result.enabled:
        return work
    try:
        back = yield from rollback.roll_back()
    except EuiccRefused as refusal:
        return replace(work, remark=str(refusal))
    undelivered = yield from deliver(link, back)
    return Work(link.eim.id, package, back.encoded, undelivered, rolled_back=True)


def _deliver_with_its_profile(link: Link, result: PackageResult) -> Procedure[delivery.Undelivered | None]:
    """Delivers, if the profile that the package enabled has a network."""
    if result.enabled and not (yield from connected()):
        return delivery.Undelivered("no network with the enabled profile")
    return (yield from deliver(link, result))


def deliver(link: Link, result: PackageResult) -> Procedure[delivery.Undelivered | None]:
    """The result to the eIM, with the notifications that wait; None when it has it."""
    message = yield from with_notifications(link, result)
    changes = {}
    if result.changed and link.others:
        kept = yield from recall(link.eid)
        changes["untold"] = {**kept.untold, **dict.fromkeys(link.others, Cause.OTHER_EIM)}
    return (yield from delivery.provide(link, message, result.seq_number, changes))


def with_notifications(link: Link, result: PackageResult) -> Procedure[bytes]:
    """EimPackageResult: the result alone, or with notifications when the package was about profiles."""
    if not result.of_profiles:
        return result.encoded
    found = yield from es10_iot.retrieve_notifications()
    if not found:
        return result.encoded
    if link.settings.minimise:
        found = yield from compact.notifications(link, found)
    return tlv.encode(EPR_AND_NOTIFICATIONS, result.encoded, tlv.encode(NOTIFICATIONS, *found))


def package_error(code: int, transaction: bytes | None = None) -> bytes:
    """EimPackageResultResponseError, SGP.32 6.3.2.7: what came is no eIM package."""
    return tlv.encode(
        ERROR_RESPONSE,
        tlv.encode(ERROR_TRANSACTION, transaction) if transaction else b"",
        tlv.encode(ERROR_CODE, bytes([code])),
    )


def transaction_of(package: bytes) -> bytes | None:
    """The eimTransactionId of an EuiccPackageRequest, as far as it can be read."""
    try:
        return tlv.find(package, PACKAGE, SIGNED_PART, TRANSACTION)
    except tlv.TlvError:
        return None
