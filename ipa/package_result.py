"""An eUICC Package Result as the IPA reads it, SGP.32 2.11.2.1: whose it is, what has happened. It stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv
from ipa.errors import EuiccAnswerInvalid

SIGNED, ERROR_SIGNED, ERROR_UNSIGNED = 0xA0, 0xA1, 0xA2
EIM_ID, COUNTER, TRANSACTION_ID, SEQ_NUMBER, RESULTS, ERROR_CODE = 0x80, 0x81, 0x82, 0x83, 0x30, 0x02
ENABLE, DISABLE, DELETE, ROLLBACK = 0x83, 0x84, 0x85, 0x8C
_SWITCHES = (ENABLE, DISABLE)
_OF_EIM_CONFIGURATION = (0xA8, 0x89, 0x8A, 0xAB)
_OK = b"\x00"

FUNCTION = "ES10b.LoadEuiccPackage"


@dataclass(frozen=True)
class PackageResult:
    """`encoded` is the EuiccPackageResult as the card gave it; `results` its operations' results, signed ones only."""

    encoded: bytes
    kind: int
    eim_id: str
    counter: int | None
    transaction: bytes | None
    seq_number: int | None
    error: int | None
    results: tuple[tlv.Tlv, ...]

    @classmethod
    def parse(cls, encoded: bytes) -> PackageResult:
        """From BF51; EuiccAnswerInvalid if it is none."""
        try:
            (arm,) = tlv.parse(encoded).children()
            data = arm.value if arm.tag == ERROR_UNSIGNED else arm.children()[0].value
            fields = {field.tag: field.value for field in tlv.parse_all(data)}
            return cls(
                encoded=encoded,
                kind=arm.tag,
                eim_id=fields.get(EIM_ID, b"").decode("utf-8"),
                counter=_integer(fields.get(COUNTER)),
                transaction=fields.get(TRANSACTION_ID),
                seq_number=_integer(fields.get(SEQ_NUMBER)),
                error=_integer(fields.get(ERROR_CODE)),
                results=tuple(tlv.parse_all(fields.get(RESULTS, b""))) if arm.tag == SIGNED else (),
            )
        except (TlvError, ValueError, IndexError) as error:
            raise EuiccAnswerInvalid(FUNCTION, f"not a package result: {error}") from error

    @property
    def switched(self) -> bool:
        """Whether another profile is enabled than before, or none, once the card was reset."""
        return any(self._done(tag) for tag in _SWITCHES)

    @property
    def enabled(self) -> bool:
        """Whether a profile was enabled: the card may have been told how to go back."""
        return self._done(ENABLE)

    @property
    def changed(self) -> bool:
        """Whether the profiles are in other states than before."""
        return any(self._done(tag) for tag in (*_SWITCHES, DELETE, ROLLBACK))

    @property
    def of_profiles(self) -> bool:
        """Whether the package was about profiles; otherwise it was about eIMs."""
        return self.kind == SIGNED and not any(each.tag in _OF_EIM_CONFIGURATION for each in self.results)

    def answers(self, package: bytes) -> bool:
        """Whether it is the result of this EuiccPackageRequest: same eIM, counterValue, eimTransactionId."""
        try:
            signed = tlv.find(package, tlv.read_header(package)[0], RESULTS) or b""
            fields = {field.tag: field.value for field in tlv.parse_all(signed)}
        except TlvError:
            return False
        return (
            self.kind == SIGNED
            and fields.get(EIM_ID) == self.eim_id.encode("utf-8")
            and _integer(fields.get(COUNTER)) == self.counter
            and fields.get(TRANSACTION_ID) == self.transaction
        )

    def _done(self, operation: int) -> bool:
        return any(each.tag == operation and each.value == _OK for each in self.results)


def _integer(value: bytes | None) -> int | None:
    return None if value is None else int.from_bytes(value, "big", signed=True)
