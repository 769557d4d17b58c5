"""What an eIM wants from an eUICC, and what became of it: eUICC Packages, data requests, downloads."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import rsp, sgp32


class OrderState(enum.Enum):
    """Where an order stands."""

    WAITING = "for the IPA to ask"
    SENT = "the IPA has it; it is sent again, the same bytes, until it is answered"
    DONE = "answered"
    REFUSED = "not executed: see `error`"
    UNCONFIRMED = "refused, but nobody signed that: a hint only"


OUTSTANDING = frozenset((OrderState.WAITING, OrderState.SENT))


@dataclass(eq=False)
class Order:
    """One request to one eUICC. `request`: the bytes as they were sent; `error`: the code of a refusal."""

    transaction_id: bytes | None = None
    state: OrderState = OrderState.WAITING
    request: bytes = field(default=b"", repr=False)
    error: int | None = None
    then: Callable[[Order], None] | None = field(default=None, repr=False)
    """Called when it is answered."""

    @property
    def is_outstanding(self) -> bool:
        """Whether the IPA still has to do something."""
        return self.state in OUTSTANDING

    def conclude(self, state: OrderState, error: int | None = None) -> None:
        """It is answered so."""
        self.state, self.error = state, error
        if self.then is not None:
            self.then(self)


@dataclass(frozen=True)
class OperationResult:
    """EuiccResultData, SGP.32 2.11.2.1, as received: the result of one operation."""

    encoded: bytes

    @property
    def tag(self) -> int:
        """Which operation: 0x83 is enable, 0x8C a rollback."""
        return tlv.parse(self.encoded).tag

    @property
    def code(self) -> int | None:
        """The result code, where the result is nothing but a code."""
        found = tlv.parse(self.encoded)
        return None if tlv.is_constructed(found.tag) else int.from_bytes(found.value, "big", signed=True)

    @property
    def decoded(self) -> sgp32.EuiccResultData | None:
        """The message; None for one that SGP.32 v1.2 does not know."""
        try:
            return sgp32.EuiccResultData.decode(self.encoded)
        except Asn1Error:
            return None


@dataclass(eq=False)
class PackageOrder(Order):
    """An eUICC Package. It gets its counterValue and its signature when it is sent for the first time."""

    package: sgp32.EuiccPackage | None = None
    counter: int | None = None
    seq_number: int | None = None
    results: tuple[OperationResult, ...] = ()
    rollback: tuple[OperationResult, ...] = ()
    """The results of the rollback, if the IPA has gone back."""
    result: bytes = field(default=b"", repr=False)
    """The EuiccPackageResult that came last, as received."""
    token_shown: int | None = None
    """The association token in an unsigned error: what the eUICC believes."""

    @property
    def codes(self) -> tuple[int | None, ...]:
        """The codes of `results`."""
        return tuple(each.code for each in self.results)

    @property
    def was_rolled_back(self) -> bool:
        """Whether the profile that it enabled is disabled again."""
        return bool(self.rollback)


@dataclass(eq=False)
class DataOrder(Order):
    """An IpaEuiccDataRequest, SGP.32 2.11.1.2. Its answer is in the record of the eUICC, too."""

    wanted: sgp32.IpaEuiccDataRequest | None = None
    answer: bytes = field(default=b"", repr=False)
    """IpaEuiccData as received, its contents."""


@dataclass(eq=False)
class DownloadOrder(Order):
    """A ProfileDownloadTriggerRequest, SGP.32 2.11.1.3; confirmation_code: what the eIM adds to an indirect one."""

    source: sgp32.ProfileDownloadData | None = None
    confirmation_code: str | None = field(default=None, repr=False)
    event: ActivationCode | None = None
    """What the SM-DS had for the eUICC, in a download by SM-DS that goes through the eIM."""
    result: rsp.ProfileInstallationResultData | None = None
    """What the eUICC said of the installation."""

    @property
    def activation_code(self) -> ActivationCode | None:
        """The activation code, if it is by one."""
        code = self.source.activation_code if self.source is not None else None
        return None if code is None else ActivationCode.parse(code)

    @property
    def smds_address(self) -> str | None:
        """The SM-DS it names; empty for the root SM-DS of the eUICC, None when it is not by SM-DS."""
        contact = self.source.contact_smds if self.source is not None else None
        return None if contact is None else contact.smds_address or ""


@dataclass(frozen=True)
class ActivationCode:
    """An activation code, SGP.22 4.1: "1$address$matchingId$oid$1"."""

    address: str
    matching_id: str = ""
    oid: str | None = None

    @property
    def text(self) -> str:
        """As it is written."""
        return f"1${self.address}${self.matching_id}" + (f"${self.oid}" if self.oid else "")

    @classmethod
    def parse(cls, text: str) -> ActivationCode | None:
        """None for what is none."""
        fields = text.removeprefix("LPA:").split("$")
        if len(fields) < 3 or fields[0] != "1":
            return None
        return cls(fields[1], fields[2], fields[3] if len(fields) > 3 and fields[3] else None)
