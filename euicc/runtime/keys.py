"""Every persistent value of the card. A name is never reused: what is no longer needed keeps its name here.

Codecs of our own types are imported on use, so that this file depends on nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from euicc.runtime.nvm import Key

if TYPE_CHECKING:
    from euicc.config import Config
    from euicc.eim.configuration import AssociatedEim
    from euicc.identity import Identity
    from euicc.isdr.immediate_enable import ImmediateEnableConfig
    from euicc.isdr.installation import LoadInProgress
    from euicc.isdr.rollback import Rollback
    from euicc.m2m.identity import M2mIdentity
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.notification import PendingNotification as PendingM2mNotification
    from euicc.m2m.switching import AskedSwitch
    from euicc.profiles.pending import PendingNotification
    from euicc.profiles.profile import Profile
    from euicc.runtime.suspension import Suspension
    from euicc.uicc.application_data import SecurityDomainKey
    from euicc.uicc.authentication.sequence import SequenceNumbers
    from euicc.uicc.pins import PinState
    from euicc.uicc.profile_data import AkaParameters


def _encode_text(value: Any) -> bytes:
    encoded: bytes = value.encode()
    return encoded


def _decode_text(data: bytes) -> str:
    return data.decode()


def _encode_integer(value: int) -> bytes:
    return str(value).encode()


def _encode_decimal(value: int | None) -> bytes:
    return b"" if value is None else str(value).encode()


def _encode_optional(value: bytes | None) -> bytes:
    return value or b""


def _encode_record(value: Any) -> bytes:
    encoded: bytes = value.to_bytes()
    return encoded


def _record(home: str) -> Callable[[bytes], Any]:
    """What decodes the records of a class of ours, by its full name."""
    module, name = home.rsplit(".", 1)

    def decode(data: bytes) -> Any:
        return getattr(import_module(module), name).from_bytes(data)

    return decode


def _encode_config(value: Any) -> bytes:
    return _encode_text(value.to_json())


def _decode_config(data: bytes) -> Config:
    from euicc.config import Config

    return Config.from_json(data.decode())


def _decode_identity(data: bytes) -> Identity:
    from euicc.identity import Identity, IdentityError

    try:
        return Identity.from_bytes(data)
    except IdentityError as error:
        raise ValueError(str(error)) from error


def _decode_m2m_identity(data: bytes) -> M2mIdentity:
    from euicc.m2m.identity import M2mIdentity, M2mIdentityError

    try:
        return M2mIdentity.from_bytes(data)
    except M2mIdentityError as error:
        raise ValueError(str(error)) from error


def _encode_key_set(value: Any) -> bytes:
    from euicc.globalplatform import key_set

    return key_set.to_bytes(value)


def _decode_key_set(data: bytes) -> tuple[SecurityDomainKey, ...]:
    from euicc.globalplatform import key_set

    return key_set.from_bytes(data)


def _encode_aka(value: Any) -> bytes:
    from euicc.uicc.authentication.parameters import encode

    return encode(value)


def _decode_aka(data: bytes) -> AkaParameters:
    from euicc.uicc.authentication.parameters import decode

    return decode(data)


CONFIG: Key[Config | None] = Key("config", _encode_config, _decode_config, None)
"""All product choices the card was made with: JSON."""

IDENTITY: Key[Identity | None] = Key("identity", _encode_record, _decode_identity, None)
"""EID, private keys and certificates, and the CI keys it trusts: Identity.to_bytes."""

M2M_IDENTITY: Key[M2mIdentity | None] = Key("m2m-identity", _encode_record, _decode_m2m_identity, None)
"""EID, private key and certificate of the ECASD, the CIs it trusts and the first keys of the ISD-R, of an SGP.02 card:
M2mIdentity.to_bytes."""

DEFAULT_DP_ADDRESS: Key[str | None] = Key("default-dp-address", _encode_text, _decode_text, None)
"""Default SM-DP+ address, SGP.22 5.7.3 and 5.7.4; nothing stored: the one of the Config. UTF-8."""

PROFILE: Key[Profile | None] = Key("profile", _encode_record, _record("euicc.profiles.profile.Profile"), None)
"""One installed profile, by the AID of its ISD-P in hexadecimal: Profile.to_bytes."""

PACKAGE: Key[bytes] = Key("package", bytes, bytes, b"")
"""The profile package (plaintext ProfileElements) a profile was installed from, by the AID of its ISD-P in
hexadecimal."""

SEQUENCE_NUMBER: Key[int] = Key("sequence-number", _encode_integer, int, 0)
"""The last notification sequence number given out; only grows, also through memory reset. Decimal."""

NOTIFICATION: Key[PendingNotification | None] = Key(
    "notification", _encode_record, _record("euicc.profiles.pending.PendingNotification"), None
)
"""One pending notification, by its sequence number in eight hexadecimal digits:
PendingNotification.to_bytes."""

PENDING_SWITCH: Key[bytes | None] = Key("pending-switch", _encode_optional, bytes, None)
"""A change of profiles that waits for REFRESH, completed at the latest at the next power-on: AID of the ISD-P
that will be enabled, empty when none will be; nothing stored: no change waits."""

PENDING_SWITCH_UNTOLD: Key[bytes | None] = Key("pending-switch-untold", _encode_optional, bytes, None)
"""Whether the change of profiles that waits will leave no notifications: empty; nothing stored: it will."""

BEFORE_TEST: Key[bytes | None] = Key("before-test", _encode_optional, bytes, None)
"""AID of the operational profile that was enabled before the first test profile; nothing stored: no way
back."""

MEMORY_RESET: Key[bytes | None] = Key("memory-reset", _encode_optional, bytes, None)
"""A memory reset that is being carried out, finished at the next power-on: one byte for each of its
options."""

ONE_TIME_KEY: Key[bytes] = Key("one-time-key", bytes, bytes, b"")
"""Private one-time key kept for a retry of a download, by the OID of its SM-DP+ (dotted): scalar, then public
point."""

LOAD_IN_PROGRESS: Key[LoadInProgress | None] = Key(
    "load-in-progress", _encode_record, _record("euicc.isdr.installation.LoadInProgress"), None
)
"""How far the bound profile package that is being received has come: LoadInProgress.to_bytes."""

EIM: Key[AssociatedEim | None] = Key(
    "eim", _encode_record, _record("euicc.eim.configuration.AssociatedEim"), None
)
"""One Associated eIM, by its place in the order of association in eight hexadecimal digits: AssociatedEim.to_bytes."""

EIM_COUNTER: Key[int] = Key("eim-counter", _encode_integer, int, 0)
"""The counterValue of the last eUICC Package accepted from an eIM, by the same index as EIM. Decimal."""

ASSOCIATION_TOKEN: Key[int] = Key("association-token", _encode_integer, int, 0)
"""The last association token given out to any eIM; only grows, also through memory reset. Decimal."""

PACKAGE_RESULT: Key[bytes] = Key("package-result", bytes, bytes, b"")
"""One eUICC Package Result (tag BF51) that was not acknowledged, by its sequence number in eight hexadecimal
digits, as it was answered."""

ROLLBACK: Key[Rollback | None] = Key(
    "rollback", _encode_record, _record("euicc.isdr.rollback.Rollback"), None
)
"""The way back from the profile that a package enabled; nothing stored: not authorised. Rollback.to_bytes."""

SWITCH_CAUSE: Key[int] = Key("switch-cause", _encode_integer, int, 0)
"""Why the change under "pending-switch" was asked for: SwitchCause, decimal; nothing stored: 0."""

FALLBACK_ATTRIBUTE: Key[bytes | None] = Key("fallback-attribute", _encode_optional, bytes, None)
"""AID of the ISD-P that holds the fallback attribute; nothing stored: none does."""

FALLBACK_RETURN: Key[bytes | None] = Key("fallback-return", _encode_optional, bytes, None)
"""AID of the ISD-P that ReturnFromFallback will enable; nothing stored: no fallback was executed."""

EMERGENCY_RETURN: Key[bytes | None] = Key("emergency-return", _encode_optional, bytes, None)
"""The Emergency Profile is on: AID of the ISD-P that will be enabled when it goes off, empty when none will be;
nothing stored: it is off."""

IMMEDIATE_ENABLE: Key[ImmediateEnableConfig | None] = Key(
    "immediate-enable", _encode_record, _record("euicc.isdr.immediate_enable.ImmediateEnableConfig"), None
)
"""Immediate enabling is on: ImmediateEnableConfig.to_bytes; nothing stored: it is off."""

FILE_CONTENT: Key[bytes | None] = Key("file-content", _encode_optional, bytes, None)
"""The body of a file that was written, by ISD-P and path (hexadecimal); nothing stored: as in the package."""

FILE_LIFE_CYCLE: Key[int | None] = Key("file-life-cycle", _encode_decimal, int, None)
"""The life cycle status of a file where it was changed, by ISD-P and path. Decimal."""

OTA_COUNTER: Key[int | None] = Key("ota-counter", _encode_decimal, int, None)
"""CNTR of the last secured packet accepted, by ISD-P, AID of the security domain and key version. Decimal."""

SCRIPT_CHAIN: Key[bytes | None] = Key("script-chain", _encode_optional, bytes, None)
"""Where a chain of remote scripts stands that shall survive a reset, by ISD-P and TAR."""

PIN_STATE: Key[PinState | None] = Key("pin-state", _encode_record, _record("euicc.uicc.pins.PinState"), None)
"""A PIN or administrative key where it differs from the package, by ISD-P and "path of its directory/reference" (both
hexadecimal): PinState.to_bytes."""

PUK_TRIES: Key[int | None] = Key("puk-tries", _encode_decimal, int, None)
"""How many tries an unblock PIN has left where that differs from the package, by ISD-P and reference (hexadecimal).
Decimal."""

SECURITY_DOMAIN_KEYS: Key[tuple[SecurityDomainKey, ...] | None] = Key(
    "security-domain-keys", _encode_key_set, _decode_key_set, None
)
"""All keys of a security domain once PUT KEY or DELETE changed them, by ISD-P and AID: key_set.to_bytes."""

SECURITY_DOMAIN_DATA: Key[bytes | None] = Key("security-domain-data", _encode_optional, bytes, None)
"""A data object that STORE DATA left in a security domain, by ISD-P, AID and tag (hexadecimal): the whole TLV."""

SCP03_COUNTER: Key[int] = Key("scp03-counter", _encode_integer, int, 0)
"""Secure channel sequence counter of an SCP03 key set, by ISD-P, AID and key version. Decimal."""

REGISTRY_ENTRY: Key[bytes | None] = Key("registry-entry", _encode_optional, bytes, None)
"""An entry of the GlobalPlatform Registry that differs from the package, by ISD-P and AID: Entry.to_bytes; empty: the
package's was deleted."""

LOAD_FILE: Key[bytes | None] = Key("load-file", _encode_optional, bytes, None)
"""Load File Data Block of a package that LOAD brought, by ISD-P and AID of the package."""

LOAD_RECEIVED: Key[bytes | None] = Key("load-received", _encode_optional, bytes, None)
"""A load file on its way, by ISD-P and AID of the security domain: PendingLoad.to_bytes; its blocks by ISD-P, AID and
number (four hexadecimal digits)."""

AKA_PARAMETERS: Key[AkaParameters | None] = Key("aka-parameters", _encode_aka, _decode_aka, None)
"""Key, algorithm and initial sequence numbers of an application whose key was changed, by ISD-P and AID:
euicc.uicc.authentication.parameters.encode."""

AKA_SEQUENCE_NUMBERS: Key[SequenceNumbers | None] = Key(
    "aka-sequence-numbers",
    _encode_record,
    _record("euicc.uicc.authentication.sequence.SequenceNumbers"),
    None,
)
"""The sequence numbers accepted with a key, by ISD-P and AID of its application: SequenceNumbers.to_bytes."""

AKA_RUNS: Key[int] = Key("aka-runs", _encode_integer, int, 0)
"""How often a key with authCounterMax was used, by ISD-P and AID of the application that has it. Decimal."""

GBA_BOOTSTRAPPED: Key[bytes] = Key("gba-bootstrapped", bytes, bytes, b"")
"""What GBA bootstrapping left in an application, by ISD-P and AID: RAND (16 bytes), then Ks."""

GBA_NAF_KEYS: Key[bytes] = Key("gba-naf-keys", bytes, bytes, b"")
"""The Ks_int_NAF of an application, by ISD-P and AID: for each its record in EF_GBANL (1 byte) and the key (32 bytes),
the one used last first."""

FILE_CREATED: Key[bytes | None] = Key("file-created", _encode_optional, bytes, None)
"""A file that CREATE FILE made, by ISD-P and path: the value of its FCP template as it came."""

FILE_DELETED: Key[bytes | None] = Key("file-deleted", _encode_optional, bytes, None)
"""A file of the package that was deleted, by ISD-P and path; a created one may be in its place. Empty."""

FILE_LIMITS: Key[bytes | None] = Key("file-limits", _encode_optional, bytes, None)
"""Where RESIZE FILE changed them, by ISD-P and path: reserved and maximum size of a BER-TLV file, 4 bytes each, the
second one left out when there is no maximum."""

FILE_MEMORY: Key[int] = Key("file-memory", _encode_integer, int, 0)
"""How many bytes the files of a profile take more than as installed, or fewer, by ISD-P. Decimal."""

APPLET_MEMORY: Key[bytes | None] = Key("applet-memory", _encode_optional, bytes, None)
"""What a toolkit applet of the user's remembers, by its AID (hexadecimal), a stroke, and a name."""

SUSPENSION: Key[Suspension | None] = Key(
    "suspension", _encode_record, _record("euicc.runtime.suspension.Suspension"), None
)
"""What a suspended UICC will be again when it is resumed; nothing stored: it is not suspended. Suspension.to_bytes."""

ISD_P: Key[IsdP | None] = Key("isd-p", _encode_record, _record("euicc.m2m.isd_p.IsdP"), None)
"""An ISD-P of an SGP.02 card that CreateISDP made, by its AID and an empty name: IsdP.to_bytes."""

POL1: Key[int | None] = Key("pol1", _encode_decimal, int, None)
"""POL1 of a profile (SGP.02) where it was changed, by its ISD-P and an empty name; nothing stored: as in the header of
its package. Decimal."""

CONNECTIVITY_PARAMETERS: Key[bytes | None] = Key("connectivity-parameters", _encode_optional, bytes, None)
"""Connectivity parameters of a profile (SGP.02) once they were updated, by its ISD-P and an empty name: the blocks A0
to A2; nothing stored: as in the header of its package."""

M2M_SWITCH: Key[AskedSwitch | None] = Key(
    "m2m-switch", _encode_record, _record("euicc.m2m.switching.AskedSwitch"), None
)
"""The change of the enabled profile (SGP.02) that the next reset carries out: AskedSwitch.to_bytes."""

EMERGENCY_ATTRIBUTE: Key[bytes | None] = Key("emergency-attribute", _encode_optional, bytes, None)
"""AID of the ISD-P that holds the Emergency Profile attribute (SGP.02); nothing stored: none does."""

SMSR_ADDRESSING: Key[bytes] = Key("smsr-addressing", bytes, bytes, b"")
"""SM-SR addressing parameters of an SGP.02 card as ES5 set them: BER-TLVs A3, A4 and so on."""

TOKEN_USED: Key[bytes | None] = Key("token-used", _encode_optional, bytes, None)
"""A delete token that ES5.MasterDelete took, by itself in hexadecimal: empty."""

M2M_NOTIFICATION: Key[PendingM2mNotification | None] = Key(
    "m2m-notification", _encode_record, _record("euicc.m2m.notification.PendingNotification"), None
)
"""The default notification (SGP.02) that is not confirmed yet, with the way back: PendingNotification.to_bytes."""

M2M_NOTIFICATION_NUMBER: Key[int] = Key("m2m-notification-number", _encode_integer, int, 0)
"""Sequence number of the last default notification; goes on from 0 after 65535. Decimal."""

M2M_CONFIRMED: Key[bytes | None] = Key("m2m-confirmed", _encode_optional, bytes, None)
"""The last default notification that was confirmed: sequence number (2 bytes), AIDs of the ISD-Ps deleted then."""

M2M_DECLARED: Key[bytes | None] = Key("m2m-declared", _encode_optional, bytes, None)
"""Whether the first network attachment of an SGP.02 card became a notification: empty; nothing stored: not yet."""

M2M_LOSSES: Key[int] = Key("m2m-losses", _encode_integer, int, 0)
"""How often in a row the enabled profile of an SGP.02 card lost its network since that took it last. Decimal."""

PROFILE_MEMORY: tuple[Key[Any], ...] = (
    FILE_CONTENT,
    FILE_LIFE_CYCLE,
    OTA_COUNTER,
    SCRIPT_CHAIN,
    SECURITY_DOMAIN_KEYS,
    SECURITY_DOMAIN_DATA,
    SCP03_COUNTER,
    REGISTRY_ENTRY,
    LOAD_FILE,
    LOAD_RECEIVED,
    PIN_STATE,
    PUK_TRIES,
    AKA_PARAMETERS,
    AKA_SEQUENCE_NUMBERS,
    AKA_RUNS,
    GBA_BOOTSTRAPPED,
    GBA_NAF_KEYS,
    FILE_CREATED,
    FILE_DELETED,
    FILE_LIMITS,
    FILE_MEMORY,
    ISD_P,
    POL1,
    CONNECTIVITY_PARAMETERS,
)
"""What a profile remembers besides its package (`euicc.uicc.memory.ProfileMemory`), erased with it.

The index is the AID of the ISD-P in hexadecimal, a stroke, and a name."""
