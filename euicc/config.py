"""Every choice that belongs to the product and not to the standards, in one place. Saved with the card."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

Version = tuple[int, int, int]

VARIANTS = ("sgp22", "sgp32", "sgp32-v1.0", "sgp02")
GATINGS = ("off", "strict", "either")


class UiccCapability:
    """Bits of UICCCapability, SGP.22 4.3 (the card's applications and algorithms)."""

    USIM = 1
    ISIM = 2
    CSIM = 3
    AKA_MILENAGE = 4
    AKA_TUAK128 = 6
    AKA_TUAK256 = 7
    USIM_TEST_ALGORITHM = 8
    GBA_USIM = 10
    GBA_ISIM = 11
    MULTIPLE_USIM = 16
    MULTIPLE_ISIM = 17
    BER_TLV_FILE = 19
    DF_LINK = 20
    GET_IDENTITY = 22
    PROFILE_A_X25519 = 23
    PROFILE_B_P256 = 24


class RspCapability:
    """Bits of RSPCapability, SGP.22 4.3."""

    ADDITIONAL_PROFILE = 0
    CRL = 1
    RPM = 2
    TEST_PROFILE = 3
    DEVICE_INFO_EXTENSIBILITY = 4
    SERVICE_SPECIFIC_DATA = 5


class Ppr:
    """Bits of PprIds, SGP.22 2.8.1.1."""

    UPDATE_CONTROL = 0
    DISABLING_NOT_ALLOWED = 1
    DELETION_NOT_ALLOWED = 2


@dataclass(frozen=True)
class Operator:
    """Whom a rule is about, SGP.22 2.4.12.

    mcc_mnc: 3 bytes as in EF.IMSI's PLMN coding, a nibble E stands for any digit. gid1, gid2: None matches an
    owner without one, empty bytes match any.
    """

    mcc_mnc: bytes
    gid1: bytes | None = None
    gid2: bytes | None = None


ANY_OPERATOR = Operator(bytes.fromhex("EEEEEE"), b"", b"")


@dataclass(frozen=True)
class RatRule:
    """One ProfilePolicyAuthorisationRule, SGP.22 2.8.1.2: `operators` may use `pprs` (bits of Ppr)."""

    pprs: tuple[int, ...]
    operators: tuple[Operator, ...]
    consent_required: bool = False


@dataclass(frozen=True)
class Patience:
    """How long a card of SGP.02 waits, and how often it tries: the standard leaves it to the product.

    registration_seconds: for the network to take a new profile. refusals: how often it may say that there is no
    service until then, each reset counted. attempts: of sending one notification. retry_seconds: between two that
    failed. confirmation_seconds: for the SM-SR to confirm. rest_seconds: until a notification is sent again that
    nothing else can be done about. losses: how often in a row a final profile may lose its network. loss_seconds: for
    how long it may.
    """

    registration_seconds: int = 300
    refusals: int = 5
    attempts: int = 5
    retry_seconds: int = 60
    confirmation_seconds: int = 300
    rest_seconds: int = 3600
    losses: int = 5
    loss_seconds: int = 600


@dataclass(frozen=True)
class Config:
    """The product.

    Versions are triples as in EUICCInfo2. nvm_size and ram_size: bytes reported as free on an empty card;
    profiles take theirs from nvm_size. notifications: how many may wait for their delivery; when there are
    more, the oldest are dropped. eims: how many can be associated. eim_counter_max: the largest counterValue of an
    eIM. package_size, package_result_size: bytes of an eUICC Package and of the operations' results that the card
    can work with. package_results: how many results may wait for their acknowledgement; when there are more, the
    oldest are dropped. gating: which declaration of the terminal (TERMINAL CAPABILITY) opens the
    ES10 functions: "off" none needed, "strict" the one of the variant (LPAd for SGP.22, IPAd for SGP.32),
    "either" one of them. iot_versions: versions of SGP.32 that EUICCInfo2 names; empty: the variant's own.
    ecall, fallback: whether an SGP.32 card knows the Emergency Profile, and the fallback mechanism.
    channels: logical channels including the basic one.
    answer_unauthenticated: whether a secured packet over the air that no key authenticates is answered with its status,
    as older cards do, or not at all. refresh_after_update: mode of the REFRESH (apdu.cat.RefreshMode) after a remote
    script that wrote to files and asks for none itself; None: no REFRESH. quirks: names of `euicc.quirks.QUIRKS`, what
    this card does otherwise than the standards say. patience: with networks and the SM-SR, of a card of SGP.02.
    """

    variant: str = "sgp22"
    svn: Version = (2, 5, 0)
    profile_version: Version = (2, 3, 1)
    firmware: Version = (1, 0, 0)
    ts102241_version: Version = (15, 0, 0)
    globalplatform_version: Version = (2, 3, 0)
    pp_version: Version = (1, 0, 0)
    iot_versions: tuple[Version, ...] = ()
    uicc_capability: tuple[int, ...] = (
        UiccCapability.USIM,
        UiccCapability.ISIM,
        UiccCapability.CSIM,
        UiccCapability.AKA_MILENAGE,
        UiccCapability.AKA_TUAK128,
        UiccCapability.AKA_TUAK256,
        UiccCapability.USIM_TEST_ALGORITHM,
        UiccCapability.GBA_USIM,
        UiccCapability.GBA_ISIM,
        UiccCapability.MULTIPLE_USIM,
        UiccCapability.MULTIPLE_ISIM,
        UiccCapability.BER_TLV_FILE,
        UiccCapability.DF_LINK,
        UiccCapability.GET_IDENTITY,
        UiccCapability.PROFILE_A_X25519,
        UiccCapability.PROFILE_B_P256,
    )
    rsp_capability: tuple[int, ...] = (RspCapability.ADDITIONAL_PROFILE, RspCapability.TEST_PROFILE)
    forbidden_pprs: tuple[int, ...] = ()
    rat: tuple[RatRule, ...] = (
        RatRule((Ppr.DISABLING_NOT_ALLOWED, Ppr.DELETION_NOT_ALLOWED), (ANY_OPERATOR,)),
    )
    root_ds_address: str = "testrootsmds.gsma.com"
    default_dp_address: str | None = None
    category: int | None = 2
    sas_accreditation_number: str = "XX-EU-UP-0000"
    platform_label: str | None = None
    discovery_base_url: str | None = None
    nvm_size: int = 512 * 1024
    ram_size: int = 16 * 1024
    notifications: int = 512
    eims: int = 8
    eim_counter_max: int = 0x7FFFFF
    package_size: int = 16 * 1024
    package_result_size: int = 16 * 1024
    package_results: int = 32
    ecall: bool = True
    fallback: bool = True
    channels: int = 20
    gating: str = "off"
    answer_unauthenticated: bool = False
    refresh_after_update: int | None = None
    quirks: tuple[str, ...] = ()
    patience: Patience = Patience()

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise ValueError(f"variant is one of {', '.join(VARIANTS)}, not {self.variant!r}")
        if self.gating not in GATINGS:
            raise ValueError(f"gating is one of {', '.join(GATINGS)}, not {self.gating!r}")
        if self.notifications < 1:
            raise ValueError(f"at least one notification must find room, not {self.notifications}")
        if self.package_results < 1:
            raise ValueError(f"at least one package result must find room, not {self.package_results}")
        if not 1 <= self.channels <= 20:
            raise ValueError(f"a card has 1 to 20 logical channels, not {self.channels}")
        if self.quirks:
            # A card without any does not load them.
            from euicc.quirks import check

            check(self.quirks, self.variant)

    def to_json(self) -> str:
        """The config as a JSON object; bytes in hexadecimal."""
        return json.dumps(asdict(self), default=bytes.hex, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Config:
        """What `to_json` wrote; choices missing there have their default, unknown ones are left out."""
        stored = json.loads(text)
        values = _known(cls, stored)
        if "patience" in stored:
            values["patience"] = Patience(**_known(Patience, stored["patience"]))
        if "rat" in stored:
            values["rat"] = tuple(_rat_rule(rule) for rule in stored["rat"])
        return cls(**values)


def _known(kind: type[Config | Patience], stored: dict[str, Any]) -> dict[str, Any]:
    """The choices among these that this release knows."""
    known = {field.name for field in fields(kind)}
    return {name: _frozen(value) for name, value in stored.items() if name in known}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _rat_rule(stored: dict[str, Any]) -> RatRule:
    operators = tuple(
        Operator(
            mcc_mnc=bytes.fromhex(one["mcc_mnc"]),
            gid1=_optional_bytes(one["gid1"]),
            gid2=_optional_bytes(one["gid2"]),
        )
        for one in stored["operators"]
    )
    return RatRule(tuple(stored["pprs"]), operators, stored["consent_required"])


def _optional_bytes(stored: str | None) -> bytes | None:
    return None if stored is None else bytes.fromhex(stored)
