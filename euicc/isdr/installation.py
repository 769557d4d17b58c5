"""How a profile installation ends, SGP.22 2.5.6: with a profile and a result, or with a result alone.

Either happens in one NVM transaction. While a package is being received a record of it lies in NVM, so that an
installation that lost the power, or its session, is reported as interrupted at the next opportunity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc.isdr import one_time_key
from euicc.isdr.bpp import BppCommand
from euicc.isdr.session import Authenticated, Installed, Loading, authenticated
from euicc.profiles.profile import Profile
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR
    from euicc.isdr.bpp import LoadRefused

_INSTALL = rsp.NotificationEvent.NOTIFICATION_INSTALL
_TRANSACTION_ID, _OID, _ADDRESS, _SKI, _COMMAND, _ICCID = range(0x80, 0x86)


@dataclass(frozen=True)
class LoadInProgress:
    """What a result has to say about the session it belongs to; iccid once StoreMetadata was received."""

    transaction_id: bytes
    server_oid: str
    server_address: str
    ci_ski: bytes
    command: BppCommand
    iccid: bytes | None = None

    @classmethod
    def of(cls, session: Authenticated, command: BppCommand, iccid: bytes | None = None) -> LoadInProgress:
        """The record of a session that is about to receive `command`."""
        return cls(
            transaction_id=session.transaction_id,
            server_oid=session.server_oid,
            server_address=session.server_address,
            ci_ski=session.credential.ci_ski,
            command=command,
            iccid=iccid,
        )

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 to 85."""
        iccid = b"" if self.iccid is None else tlv.encode(_ICCID, self.iccid)
        return b"".join(
            (
                tlv.encode(_TRANSACTION_ID, self.transaction_id),
                tlv.encode(_OID, self.server_oid.encode()),
                tlv.encode(_ADDRESS, self.server_address.encode()),
                tlv.encode(_SKI, self.ci_ski),
                tlv.encode(_COMMAND, bytes([self.command])),
                iccid,
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> LoadInProgress:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(
            transaction_id=fields[_TRANSACTION_ID],
            server_oid=fields[_OID].decode(),
            server_address=fields[_ADDRESS].decode(),
            ci_ski=fields[_SKI],
            command=BppCommand(fields[_COMMAND][0]),
            iccid=fields.get(_ICCID),
        )


def record(isdr: IsdR, session: Loading) -> None:
    """Remember in NVM how far the package has come."""
    with isdr.nvm.transaction():
        isdr.nvm.set(keys.LOAD_IN_PROGRESS, _progress(session))


def conclude(isdr: IsdR, session: Loading) -> bytes:
    """Store the installed profile, its result and its notifications; the result, BF37."""
    load = _progress(session)
    with isdr.nvm.transaction():
        profile = _add_profile(isdr, session, load)
        success = rsp.SuccessResult(aid=profile.aid, sima_response=session.loader.response)
        result = _add_result(isdr, load, success_result=success)
        isdr.notifications.add(profile, _INSTALL, besides=load.server_address)
        one_time_key.forget(isdr.nvm)
    isdr.session = Installed(profile.aid, load.server_oid, load.server_address)
    return result


def refuse(isdr: IsdR, refusal: LoadRefused) -> bytes:
    """End the session with the result of a failed installation, BF37; nothing else of it stays."""
    session = authenticated(isdr.session)
    assert session is not None  # only a package of a session is refused
    iccid = isdr.session.loader.iccid if isinstance(isdr.session, Loading) else None
    error = rsp.ErrorResult(
        bpp_command_id=refusal.command, error_reason=refusal.reason, sima_response=refusal.response
    )
    with isdr.nvm.transaction():
        result = _add_result(isdr, LoadInProgress.of(session, refusal.command, iccid), error_result=error)
    isdr.session = None
    return result


def report_interruption(isdr: IsdR) -> None:
    """If a package was being received when its session ended, leave the result that says so."""
    load = isdr.nvm.get(keys.LOAD_IN_PROGRESS)
    if load is None:
        return
    reason = rsp.ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION
    with isdr.nvm.transaction():
        _add_result(
            isdr, load, error_result=rsp.ErrorResult(bpp_command_id=load.command, error_reason=reason)
        )


def forget(isdr: IsdR) -> None:
    """Drop the record of a package that the device gave up itself; needs an open transaction."""
    isdr.nvm.delete(keys.LOAD_IN_PROGRESS)


def _progress(session: Loading) -> LoadInProgress:
    loader = session.loader
    return LoadInProgress.of(session.prepared.authenticated, loader.command, loader.iccid)


def _add_profile(isdr: IsdR, session: Loading, load: LoadInProgress) -> Profile:
    loader = session.loader
    profile = Profile(
        aid=isdr.free_aid(),
        iccid=loader.metadata.iccid,
        metadata=loader.metadata.encoded,
        ci_ski=load.ci_ski,
        smdp_oid=load.server_oid,
        dp_proprietary_data=loader.dp_proprietary_data,
    )
    return isdr.profiles.add(profile, loader.package)


def _add_result(
    isdr: IsdR,
    load: LoadInProgress,
    success_result: rsp.SuccessResult | None = None,
    error_result: rsp.ErrorResult | None = None,
) -> bytes:
    number = isdr.notifications.next_seq()
    data = rsp.ProfileInstallationResultData(
        transaction_id=load.transaction_id,
        notification_metadata=rsp.NotificationMetadata(
            seq_number=number,
            profile_management_operation=BitString.of(_INSTALL),
            notification_address=load.server_address,
            iccid=load.iccid,
        ),
        smdp_oid=load.server_oid,
        final_result=rsp.ProfileInstallationResultData.FinalResult(
            success_result=success_result, error_result=error_result
        ),
    ).sealed()
    signature = isdr.sign(load.ci_ski, data.encoded)
    result = rsp.ProfileInstallationResult(
        profile_installation_result_data=data, euicc_sign_pir=signature
    ).encode()
    isdr.notifications.add_installation_result(result, number)
    forget(isdr)
    return result
