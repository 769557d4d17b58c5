"""How the operations of a package are carried out, SGP.32 2.11.1.1 and 3.4: in order, until one fails.

What ran before a failure stays. Everything happens in the NVM transaction of the package, so that power lost on the way
leaves nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc.isdr.functions import UNDEFINED_ERROR
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from apdu.tlv import Tlv
    from euicc.eim.configuration import AssociatedEim
    from euicc.isdr.applet import IsdR

_Terminated = sgp32.EuiccResultData.ProcessingTerminated
RESULT_ROOM = 16
"""Bytes that the result of any operation fits in that changes something: what it did will be told."""


Refuse = Callable[[int], sgp32.EuiccResultData]
"""Result code -> the result that says so."""


@dataclass
class Execution:
    """What the operations of one package share while it is carried out.

    requester: the eIM that signed it. enabled, disabled, deleted: whether such an operation succeeded.
    enabled_aid, back_aid: of an enable with rollbackFlag, the way forth and back. requester_deleted: it deleted itself,
    which happens after the result is signed.
    """

    isdr: IsdR
    requester: AssociatedEim
    enabled: bool = False
    disabled: bool = False
    deleted: bool = False
    enabled_aid: bytes | None = None
    back_aid: bytes | None = None
    requester_deleted: bool = False

    @property
    def switches(self) -> bool:
        """Whether the enabled profile is going to change."""
        return self.enabled or self.disabled


@dataclass(frozen=True)
class Operation:
    """One PSMO or eCO.

    read: makes the request of the operation as received; Asn1Error when it is damaged. run: carries it out; its
    EuiccResultData, encoded. Refused(reason), from both: `refuse` says so with the code that `refusals` has for it,
    or undefinedError when the version of the card does not have that code; None: it is never refused.
    """

    read: Callable[[bytes], Any]
    run: Callable[[Execution, Any], bytes]
    refuse: Refuse | None = None
    refusals: Mapping[Reason, int] = field(default_factory=dict)


OperationTable = Mapping[int, Operation]
"""Operations by their tags."""


@dataclass(frozen=True)
class _Outcome:
    result: bytes
    failed: bool = False


def run(execution: Execution, table: OperationTable, operations: Sequence[Tlv]) -> list[bytes]:
    """The results of the operations up to the first that fails, that one included."""
    results: list[bytes] = []
    room = execution.isdr.config.package_result_size
    for element in operations:
        # Not begun at all unless its result will fit, if it is one that changes something.
        outcome = _attempt(execution, table, element) if room >= RESULT_ROOM else None
        if outcome is None or len(outcome.result) > room:
            return [*results, _terminated(_Terminated.RESULT_SIZE_OVERFLOW).result]
        results.append(outcome.result)
        room -= len(outcome.result)
        if outcome.failed:
            break
    return results


def _attempt(execution: Execution, table: OperationTable, element: Tlv) -> _Outcome:
    operation = table.get(element.tag)
    if operation is None:
        return _terminated(_Terminated.UNKNOWN_OR_DAMAGED_COMMAND)
    try:
        with execution.isdr.nvm.transaction():
            return _Outcome(operation.run(execution, operation.read(element.encoded)))
    except Asn1Error:
        return _terminated(_Terminated.UNKNOWN_OR_DAMAGED_COMMAND)
    except Refused as refused:
        if operation.refuse is None:
            raise
        code = operation.refusals.get(refused.reason, UNDEFINED_ERROR)
        return _Outcome(_refusal(execution, operation.refuse, code), failed=True)


def _refusal(execution: Execution, refuse: Refuse, code: int) -> bytes:
    result = refuse(code).encode()
    codes = execution.isdr.variant.package.result_codes.get(tlv.parse(result).tag)
    return result if codes is None or code in codes else refuse(UNDEFINED_ERROR).encode()


def _terminated(reason: int) -> _Outcome:
    return _Outcome(sgp32.EuiccResultData(processing_terminated=reason).encode(), failed=True)
