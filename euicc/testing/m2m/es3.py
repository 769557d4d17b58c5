"""ES3, between SM-DP and SM-SR, SGP.02 5.4: typed messages instead of SOAP.

What an SM-DP does is a generator that yields requests and is sent their responses:

    response = yield from call(GetEis(eid))

An SM-SR answers each request with the response that it is typed for; every refusal is a response, too. EIDs and AIDs
are 16 bytes, ICCIDs the digits as printed, certificates TLVs 7F21.

The data of SendData are command TLVs for the security domain `aid`, one after the other, and those of its response what
the card answers to each:

    22 C-APDU                                23 response data, SW1 SW2
    84, 85, 86, 87 of SCP03t (ISD-P only)    84, 85, 86, 87, or 9F84 to 9F87 with an error

The SM-SR puts them into the templates of the transport, and may spread them over several packets, between TLVs.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, IntFlag
from typing import Any, Generic, TypeVar

from apdu import TlvError, tlv

C_APDU, R_APDU = 0x22, 0x23
_ERROR = 0x9F
"""First byte of the tags of SCP03t errors: by BER a third byte would follow the second one."""


class Outcome(Enum):
    """Function execution status, SGP.02 5.1.5."""

    SUCCESS = "Executed-Success"
    WARNING = "Executed-WithWarning"
    FAILED = "Failed"
    EXPIRED = "Expired"


@dataclass(frozen=True)
class Status:
    """How a function ended. subject, reason: codes of SGP.02 5.1.6, such as "8.2.1" and "3.9"; empty on success."""

    outcome: Outcome = Outcome.SUCCESS
    subject: str = ""
    reason: str = ""
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether the function was executed, with a warning or without."""
        return self.outcome in (Outcome.SUCCESS, Outcome.WARNING)


SUCCESS = Status()


def failed(subject: str, reason: str, message: str = "") -> Status:
    """A function that was not executed."""
    return Status(Outcome.FAILED, subject, reason, message)


@dataclass(frozen=True)
class Response:
    """What every function answers. euicc_response: what the card said, if it was asked."""

    status: Status = SUCCESS
    euicc_response: bytes = b""


R = TypeVar("R", bound=Response, covariant=True)


class Request(Generic[R]):
    """A function of ES3 that is answered with R."""


Procedure = Generator[Request[Any], Any, R]
"""What an SM-DP does, one request after the other."""

T = TypeVar("T", bound=Response)


def call(request: Request[T]) -> Generator[Request[Any], Any, T]:
    """One request within a procedure; its response."""
    response: T = yield request
    return response


class PolicyRule(IntFlag):
    """POL2, SGP.02 2.4: coded as POL1."""

    NONE = 0
    DISABLING_NOT_ALLOWED = 0x01
    DELETION_NOT_ALLOWED = 0x02
    DELETE_WHEN_DISABLED = 0x04


class ProfileState(Enum):
    """State of a profile in the EIS, SGP.02 annex E."""

    IN_CREATION = "In-Creation"
    CREATED = "Created"
    DISABLED = "Disabled"
    ENABLED = "Enabled"


@dataclass(frozen=True)
class Subscription:
    """Subscription address: digits of IMSI and MSISDN, empty when unknown."""

    imsi: str = ""
    msisdn: str = ""


@dataclass(frozen=True)
class ProfileInfo:
    """One profile in the EIS, as far as an SM-DP gets to see it. memory: bytes granted to its ISD-P."""

    iccid: str
    isd_p: bytes
    state: ProfileState
    operator: str = ""
    smdp: str = ""
    profile_type: str = ""
    subscription: Subscription = Subscription()
    pol2: PolicyRule = PolicyRule.NONE
    fallback: bool = False
    memory: int = 0


@dataclass(frozen=True)
class EisPart:
    """The part of the EIS that an SM-DP needs, SGP.02 5.4.1.

    sin, sdin: of the ISD-R (tags 42 and 45). available_memory: bytes for profiles.
    """

    eid: bytes
    ecasd_certificate: bytes
    eum_certificate: bytes
    sin: bytes
    sdin: bytes
    isd_p_load_file: bytes
    isd_p_module: bytes
    available_memory: int
    profiles: tuple[ProfileInfo, ...] = ()


@dataclass(frozen=True)
class EisResponse(Response):
    """ES3.GetEIS, ES3.AuditEIS."""

    eis: EisPart | None = None


@dataclass(frozen=True)
class GetEis(Request[EisResponse]):
    """ES3.GetEIS, SGP.02 5.4.1."""

    eid: bytes


@dataclass(frozen=True)
class AuditEis(Request[EisResponse]):
    """ES3.AuditEIS, SGP.02 5.4.2: the SM-SR asks the card; iccids empty: for all profiles of the requester."""

    eid: bytes
    iccids: tuple[str, ...] = ()


@dataclass(frozen=True)
class CreateIsdpResponse(Response):
    """isd_p: AID that the SM-SR chose."""

    isd_p: bytes = b""


@dataclass(frozen=True)
class CreateIsdp(Request[CreateIsdpResponse]):
    """ES3.CreateISDP, SGP.02 5.4.3. operator: its OID; memory: bytes that the profile needs, 0 when unknown.

    more_to_do: SendData follows, so the SM-SR may keep its session with the card open.
    """

    eid: bytes
    iccid: str
    operator: str
    memory: int = 0
    more_to_do: bool = False


@dataclass(frozen=True)
class SendDataResponse(Response):
    """data: what the card answered to each command, see above."""

    data: bytes = b""


@dataclass(frozen=True)
class SendData(Request[SendDataResponse]):
    """ES3.SendData, SGP.02 5.4.4: `data` to the ISD-R, or to the requester's ISD-P, with this AID."""

    eid: bytes
    aid: bytes
    data: bytes
    more_to_do: bool = False


@dataclass(frozen=True)
class ProfileDownloadCompleted(Request[Response]):
    """ES3.ProfileDownloadCompleted, SGP.02 5.4.5: from now on the profile is Disabled in the EIS."""

    eid: bytes
    iccid: str
    profile_type: str
    subscription: Subscription = Subscription()
    pol2: PolicyRule = PolicyRule.NONE


@dataclass(frozen=True)
class UpdatePolicyRules(Request[Response]):
    """ES3.UpdatePolicyRules, SGP.02 5.4.6: another POL2."""

    eid: bytes
    iccid: str
    pol2: PolicyRule


@dataclass(frozen=True)
class UpdateSubscriptionAddress(Request[Response]):
    """ES3.UpdateSubscriptionAddress, SGP.02 5.4.7."""

    eid: bytes
    iccid: str
    subscription: Subscription


@dataclass(frozen=True)
class EnableProfile(Request[Response]):
    """ES3.EnableProfile, SGP.02 5.4.8: answered when the card confirmed the change, or is back where it was."""

    eid: bytes
    iccid: str


@dataclass(frozen=True)
class DisableProfile(Request[Response]):
    """ES3.DisableProfile, SGP.02 5.4.9."""

    eid: bytes
    iccid: str


@dataclass(frozen=True)
class DeleteIsdp(Request[Response]):
    """ES3.DeleteISDP, SGP.02 5.4.10: with its profile, or after a download that failed."""

    eid: bytes
    iccid: str


@dataclass(frozen=True)
class UpdateConnectivityParameters(Request[Response]):
    """ES3.UpdateConnectivityParameters, SGP.02 5.4.11: script: command TLVs for the ISD-P, as in SendData."""

    eid: bytes
    iccid: str
    script: bytes


@dataclass(frozen=True)
class ProfileNotification:
    """ES3.HandleProfile...Notification, SGP.02 5.4.12 to 5.4.15, from the SM-SR: a profile's state; None: deleted."""

    eid: bytes
    iccid: str
    state: ProfileState | None


@dataclass(frozen=True)
class SmsrChangeNotification:
    """ES3.HandleSMSRChangeNotification, SGP.02 5.4.13: from now on this SM-SR has the card."""

    eid: bytes
    smsr: str


Notification = ProfileNotification | SmsrChangeNotification


def elements(data: bytes) -> list[tlv.Tlv]:
    """Command or response TLVs of SendData, SCP03t errors among them; TlvError when they are none."""
    found = []
    offset = 0
    while offset < len(data):
        if data[offset] == _ERROR:
            tag, start, end = _error(data, offset)
        else:
            tag, start, end = tlv.read(data, offset)
        found.append(tlv.Tlv(tag, data[start:end], data[offset:end]))
        offset = end
    return found


def _error(data: bytes, offset: int) -> tuple[int, int, int]:
    """A tag of two bytes whatever BER says, a length of one."""
    header = data[offset : offset + 3]
    if len(header) < 3 or header[2] > 0x7F or offset + 3 + header[2] > len(data):
        raise TlvError("an SCP03t error that is cut off")
    return header[0] << 8 | header[1], offset + 3, offset + 3 + header[2]


def apdus(*commands: bytes) -> bytes:
    """C-APDUs as data of SendData."""
    return b"".join(tlv.encode(C_APDU, command) for command in commands)
