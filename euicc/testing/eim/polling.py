"""ESipa.GetEimPackage, SGP.32 6.3.2.6: what the IPA gets when it asks, and orders on their way."""

from __future__ import annotations

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1.generated import sgp32
from euicc.testing.eim.orders import DataOrder, DownloadOrder, Order, OrderState, PackageOrder
from euicc.testing.eim.package import sign_package
from euicc.testing.eim.records import Euicc, State, StateChange

EID_LENGTH = 16
_EID, _NOTIFY, _CAUSE, _RPLMN = 0x5A, 0x80, 0x81, 0x82
_RPLMN_LENGTH = 3
_Error = sgp32.GetEimPackageResponse.EimPackageError


class EidError(Exception):
    """The EID of a request leads to no eUICC; `code`: of GetEimPackage and ProvideEimPackageResult alike."""

    def __init__(self, code: int) -> None:
        super().__init__(f"EID refused with {code}")
        self.code = code


def get_eim_package(state: State, message: Tlv) -> bytes:
    """GetEimPackageResponse (BF4F) to the contents of GetEimPackageRequest."""
    try:
        fields = {each.tag: each.value for each in message.children()}
        euicc = find_euicc(state, fields.get(_EID))
    except TlvError:
        return _refusal(_Error.UNDEFINED_ERROR)
    except EidError as error:
        return _refusal(error.code)
    _note_change(euicc, fields)
    order = euicc.outstanding
    if order is None:
        return _refusal(_Error.NO_EIM_PACKAGE_AVAILABLE)
    return tlv.encode(sgp32.GetEimPackageResponse.TAG, dispatch(state, euicc, order))


def find_euicc(state: State, eid: bytes | None) -> Euicc:
    """The record of an EID; EidError."""
    if eid is None:
        raise EidError(_Error.MISSING_EID)
    if eid in state.euiccs:
        return state.euiccs[eid]
    raise EidError(_Error.EID_NOT_FOUND if _is_valid(eid) else _Error.INVALID_EID)


def dispatch(state: State, euicc: Euicc, order: Order) -> bytes:
    """The message of an order; made once, and the same bytes whenever it is sent again."""
    if not order.request:
        order.request = _made(state, euicc, order)
    order.state = OrderState.SENT
    return order.request


def _made(state: State, euicc: Euicc, order: Order) -> bytes:
    match order:
        case PackageOrder(package=sgp32.EuiccPackage() as package):
            return _signed(state, euicc, order, package)
        case DataOrder(wanted=sgp32.IpaEuiccDataRequest() as wanted):
            return wanted.encode()
        case DownloadOrder():
            return sgp32.ProfileDownloadTriggerRequest(
                profile_download_data=order.source, eim_transaction_id=order.transaction_id
            ).encode()
    raise TypeError(f"{type(order).__name__} without contents")


def _signed(state: State, euicc: Euicc, order: PackageOrder, package: sgp32.EuiccPackage) -> bytes:
    """With the next counterValue: 1 more for each package and eUICC, SGP.32 2.11.1.1.1."""
    euicc.counter = order.counter = euicc.counter + 1
    return sign_package(
        state.identity, package, euicc.eid, order.counter, euicc.token, order.transaction_id
    ).encode()


def _note_change(euicc: Euicc, fields: dict[int, bytes]) -> None:
    """notifyStateChange with its cause; v1.0 has no cause, and rPLMN in its place."""
    if len(fields.get(_CAUSE, b"")) == _RPLMN_LENGTH:
        euicc.speaks_v1_0 = True
        fields[_RPLMN] = fields.pop(_CAUSE)
    if _NOTIFY in fields:
        cause = fields.get(_CAUSE)
        code = None if cause is None else int.from_bytes(cause, "big", signed=True)
        euicc.state_changes.append(StateChange(code, fields.get(_RPLMN)))


def _is_valid(eid: bytes) -> bool:
    """SGP.29: 32 decimal digits that leave 1 when divided by 97."""
    digits = eid.hex()
    return len(eid) == EID_LENGTH and digits.isdecimal() and int(digits) % 97 == 1


def _refusal(code: int) -> bytes:
    return sgp32.GetEimPackageResponse(eim_package_error=code).encode()
