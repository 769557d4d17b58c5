"""The answers to an eUICC Package, SGP.32 2.11.2.1: signed results, signed errors, unsigned errors.

Signatures are over the bytes that are sent, followed by what binds them to the eIM or its request: a data object
that is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import tlv
from asn1 import der
from asn1.generated import sgp32
from euicc.isdr.functions import UNDEFINED_ERROR

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

PACKAGE = 0xBF51
_RESULT_SIGNED, _ERROR_SIGNED, _ERROR_UNSIGNED = 0xA0, 0xA1, 0xA2
_SEQUENCE, _SIGNATURE, _CODE = 0x30, 0x5F37, 0x02
_EIM_ID, _COUNTER, _TRANSACTION_ID, _SEQ_NUMBER, _TOKEN = range(0x80, 0x85)
_COVERED, _SKI = 0x85, 0x86
_NO_TOKEN = b"\x00"


def token_object(token: int | None) -> bytes:
    """The association token as signatures cover it: tag 84, an INTEGER; 0 when there is none."""
    return tlv.encode(_TOKEN, _NO_TOKEN if token is None else der.write_integer(token))


@dataclass(frozen=True)
class Addressee:
    """Whom a result is for, in words of the request: eimId, counterValue and eimTransactionId come back in it.

    covered: what the signature covers after the result. ci_ski: the CI to sign under.
    """

    eim_id: str
    counter: int
    transaction_id: bytes | None
    covered: bytes
    ci_ski: bytes

    @property
    def head(self) -> bytes:
        """The first fields of a signed result or error."""
        return (
            tlv.encode(_EIM_ID, self.eim_id.encode())
            + tlv.encode(_COUNTER, der.write_integer(self.counter))
            + transaction_object(self.transaction_id)
        )

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80, 81, 82, 85 and 86."""
        return self.head + tlv.encode(_COVERED, self.covered) + tlv.encode(_SKI, self.ci_ski)

    @classmethod
    def from_bytes(cls, data: bytes) -> Addressee:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(
            eim_id=fields[_EIM_ID].decode(),
            counter=int.from_bytes(fields[_COUNTER], "big", signed=True),
            transaction_id=fields.get(_TRANSACTION_ID),
            covered=fields[_COVERED],
            ci_ski=fields[_SKI],
        )


def transaction_object(transaction_id: bytes | None) -> bytes:
    """The eimTransactionId as it comes back, nothing when there was none."""
    return b"" if transaction_id is None else tlv.encode(_TRANSACTION_ID, transaction_id)


def conclude(isdr: IsdR, addressee: Addressee, results: Sequence[bytes]) -> tuple[int, bytes]:
    """Sign and store EuiccPackageResultSigned; its number and its bytes. Needs an open NVM transaction.

    results: EuiccResultData, each encoded.
    """
    number = isdr.notifications.next_seq()
    seq_number = tlv.encode(_SEQ_NUMBER, der.write_integer(number))
    data = tlv.encode(_SEQUENCE, addressee.head, seq_number, tlv.encode(_SEQUENCE, *results))
    result = _signed(isdr, _RESULT_SIGNED, addressee, data)
    isdr.package_results.add(number, result)
    return number, result


def error_signed(isdr: IsdR, addressee: Addressee, code: int) -> bytes:
    """EuiccPackageErrorSigned, for an eIM that proved who it is; not stored. code: of EuiccPackageErrorCode."""
    codes = isdr.variant.package.error_codes
    told = code if codes is None or code in codes else UNDEFINED_ERROR
    data = tlv.encode(_SEQUENCE, addressee.head, tlv.encode(_CODE, der.write_integer(told)))
    return _signed(isdr, _ERROR_SIGNED, addressee, data)


def error_unsigned(
    isdr: IsdR, eim_id: bytes, transaction_id: bytes | None, token: int | None = None
) -> bytes:
    """EuiccPackageErrorUnsigned, for anybody else. eim_id: UTF-8 as received, empty when it could not be read.

    token: of the eIM, so that it notices when it has another; None when it has none.
    """
    shown = b"" if token is None else token_object(token)
    repeated = transaction_id if isdr.variant.package.transaction_id_in_unsigned else None
    fields = (tlv.encode(_EIM_ID, eim_id), transaction_object(repeated), shown)
    return tlv.encode(PACKAGE, tlv.encode(_ERROR_UNSIGNED, *fields))


def rollback_result(code: int) -> bytes:
    """EuiccResultData of a ProfileRollback; code: of RollbackProfileResult."""
    return sgp32.EuiccResultData(rollback_result=code).encode()


def _signed(isdr: IsdR, tag: int, addressee: Addressee, data: bytes) -> bytes:
    signature = isdr.sign(addressee.ci_ski, data + addressee.covered)
    return tlv.encode(PACKAGE, tlv.encode(tag, data, tlv.encode(_SIGNATURE, signature)))
