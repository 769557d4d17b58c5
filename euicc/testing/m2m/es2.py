"""ES2, between operator and SM-DP, SGP.02 5.3, as typed messages: what operators ask SM-DPs for.

EIDs are 16 bytes, ICCIDs the digits as printed; smsr: the OID of the SM-SR that has the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from euicc.testing.m2m.es3 import Request, Response


@dataclass(frozen=True)
class DownloadProfileResponse(Response):
    """iccid: of the profile that was chosen. isd_p: where it is, empty until it was installed."""

    iccid: str = ""
    isd_p: bytes = b""


@dataclass(frozen=True)
class DownloadProfile(Request[DownloadProfileResponse]):
    """ES2.DownloadProfile, SGP.02 5.3.2: the profile with this ICCID, or any of this type; enable: enable it then.

    Asked for again, it goes on where it ended: what is installed is only enabled.
    """

    eid: bytes
    smsr: str
    iccid: str = ""
    profile_type: str = ""
    enable: bool = False


@dataclass(frozen=True)
class PassedOn(Request[Response]):
    """ES2.GetEIS, AuditEIS, UpdatePolicyRules, UpdateSubscriptionAddress, EnableProfile, DisableProfile, DeleteProfile.

    SGP.02 5.3.1 and 5.3.3 to 5.3.7: functions that ES3 has, too. request: of ES3; its response is what comes back.
    """

    smsr: str
    request: Request[Any]

    @property
    def eid(self) -> bytes:
        """The card that the request is about."""
        eid: bytes = self.request.eid  # type: ignore[attr-defined]
        return eid


@dataclass(frozen=True)
class UpdateConnectivityParameters(Request[Response]):
    """How the card reaches its SM-SR with a profile that the SM-DP installed: parameters, the blocks A0 to A2."""

    eid: bytes
    smsr: str
    iccid: str
    parameters: bytes
