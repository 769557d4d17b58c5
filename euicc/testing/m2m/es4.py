"""ES4, between operator and SM-SR, SGP.02 5.5: what operators ask for beyond the functions of ES3, as typed messages.

The functions that both have are those of `euicc.testing.m2m.es3`: GetEis, AuditEis, EnableProfile, DisableProfile,
DeleteIsdp, UpdatePolicyRules, UpdateSubscriptionAddress.
"""

from __future__ import annotations

from dataclasses import dataclass

from euicc.testing.m2m.es3 import Request, Response


@dataclass(frozen=True)
class SetFallbackAttribute(Request[Response]):
    """ES4.SetFallbackAttribute, SGP.02 5.5.11: this profile has it from now on."""

    eid: bytes
    iccid: str


@dataclass(frozen=True)
class DeletionToken:
    """What lets a profile be deleted whatever its rules: its key is the ISD-P's own, of the operator.

    issuer, image, application_provider, identifier: values of 42, 45, 5F20 and 93; value: the AES-CMAC, 16 bytes.
    """

    issuer: bytes
    image: bytes
    application_provider: bytes
    identifier: bytes
    value: bytes


@dataclass(frozen=True)
class MasterDelete(Request[Response]):
    """ES4.MasterDelete, SGP.02 5.5.8."""

    eid: bytes
    iccid: str
    token: DeletionToken


@dataclass(frozen=True)
class PrepareSmsrChange(Request[Response]):
    """ES4.PrepareSMSRChange, SGP.02 5.5.9, to the new SM-SR: the card comes from this one."""

    eid: bytes
    current_smsr: str


@dataclass(frozen=True)
class SmsrChange(Request[Response]):
    """ES4.SMSRChange, SGP.02 5.5.10, to the SM-SR that has the card. validity: seconds until it gives up."""

    eid: bytes
    target_smsr: str
    validity: float | None = None
