"""ES10b.LoadEuiccPackage, SGP.32 5.9.1: who may have a package executed, and when.

Rule 1: everything that refuses a package stands in this file, in the order in which the answers take precedence.
Rule 2: what the eIM did not prove to have sent is answered unsigned and changes nothing.
Rule 3: an accepted package is one NVM transaction: counter, changes, marked switch, result. Power lost before it is
durable leaves nothing of the package; afterwards its counter is used, so that it cannot be executed twice. The profiles
switch later, by REFRESH or reset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status
from asn1.generated import sgp32
from euicc.crypto import ecdsa
from euicc.isdr import operations, rollback
from euicc.isdr.package import result
from euicc.isdr.package.eco import ECOS
from euicc.isdr.package.operation import Execution, OperationTable, run
from euicc.isdr.package.psmo import PSMOS
from euicc.isdr.package.request import PSMO_LIST, PackageRequest, Unreadable, read
from euicc.profiles import emergency
from euicc.profiles.switch import SwitchCause
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.eim.configuration import AssociatedEim
    from euicc.isdr.applet import IsdR

_Code = sgp32.EuiccPackageErrorCode


@dataclass(frozen=True)
class _Situation:
    isdr: IsdR
    package: PackageRequest
    eim: AssociatedEim


def _emergency(isdr: IsdR) -> bool:
    """The Emergency Profile is on, or will be by the REFRESH that is due."""
    return emergency.active(isdr.nvm) or isdr.nvm.get(keys.SWITCH_CAUSE) == SwitchCause.EMERGENCY


_CHECKS: tuple[tuple[Callable[[_Situation], bool], int], ...] = (
    (lambda now: _emergency(now.isdr), _Code.ECALL_ACTIVE),
    (lambda now: now.package.head.eid_value != now.isdr.identity.eid, _Code.INVALID_EID),
    (
        lambda now: now.package.head.counter_value <= now.isdr.eims.counter(now.eim),
        _Code.REPLAY_ERROR,
    ),
    (
        lambda now: now.package.head.counter_value > now.isdr.eims.counter_max,
        _Code.COUNTER_VALUE_OUT_OF_RANGE,
    ),
    (lambda now: now.package.size > now.isdr.config.package_size, _Code.SIZE_OVERFLOW),
    (lambda now: not now.package.operations, _Code.UNDEFINED_ERROR),
)
"""What refuses the package of an eIM that proved who it is, and the code of the signed error."""


def load_euicc_package(isdr: IsdR, data: bytes) -> bytes:
    """Check and execute an EuiccPackageRequest; the EuiccPackageResult (both tag BF51).

    StatusError 6A80 for what is no data object at all.
    """
    try:
        package = read(data)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if isinstance(package, Unreadable):
        return result.error_unsigned(isdr, package.eim_id, package.transaction_id)
    eim = isdr.eims.get(package.head.eim_id)
    if eim is None or not _signed_by(eim, package):
        token = None if eim is None else eim.token
        head = package.head
        return result.error_unsigned(isdr, head.eim_id.encode(), head.eim_transaction_id, token)
    return _load_authenticated(_Situation(isdr, package, eim))


def _signed_by(eim: AssociatedEim, package: PackageRequest) -> bool:
    """The signature covers the association token, which is not sent."""
    signed = package.signed + result.token_object(eim.token)
    return eim.key is not None and ecdsa.verify(eim.key, package.signature, signed)


def _load_authenticated(now: _Situation) -> bytes:
    head = now.package.head
    addressee = result.Addressee(
        eim_id=head.eim_id,
        counter=head.counter_value,
        transaction_id=head.eim_transaction_id,
        covered=now.isdr.variant.package.covered(now.eim.token, now.package.signature),
        ci_ski=now.eim.ci_ski,
    )
    for refuses, code in _CHECKS:
        if refuses(now):
            return result.error_signed(now.isdr, addressee, code)
    return _execute(now, addressee)


def _execute(now: _Situation, addressee: result.Addressee) -> bytes:
    isdr, execution = now.isdr, Execution(now.isdr, now.eim)
    with isdr.nvm.transaction():
        # What an earlier package marked was promised, and the device had its time: nothing takes its place.
        switched = isdr.states.complete_switch()
        rollback.cancel(isdr)
        results = run(execution, _table(isdr, now.package.kind), now.package.operations)
        number, answer = result.conclude(isdr, addressee, results)
        _arm(execution, addressee, number)
        _count(now, execution)
    if switched:
        isdr.end_session()
    if execution.switches:
        isdr.switch_promised = True
        operations.ask_for_refresh(isdr)
    return answer


def _table(isdr: IsdR, kind: int) -> OperationTable:
    """The operations that the card has for a list of this kind."""
    form = isdr.variant.package
    known, table = (form.psmos, PSMOS) if kind == PSMO_LIST else (form.ecos, ECOS)
    return {tag: table[tag] for tag in known}


def _arm(execution: Execution, addressee: result.Addressee, number: int) -> None:
    if execution.enabled_aid is not None and execution.back_aid is not None:
        granted = rollback.Rollback(addressee, number, execution.enabled_aid, execution.back_aid)
        rollback.arm(execution.isdr, granted)


def _count(now: _Situation, execution: Execution) -> None:
    """No package of this eIM up to this one counts any more, whatever it did to its own configuration."""
    if execution.requester_deleted:
        now.isdr.eims.delete(now.eim)
    else:
        now.isdr.eims.set_counter(now.eim, now.package.head.counter_value)
