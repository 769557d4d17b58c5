"""What the command line shows: answers of the card as plain values, the same for tables and for JSON."""

from __future__ import annotations

from typing import Any

from apdu import TlvError, tlv
from apdu.transport.pcsc import Reader
from asn1.generated import rsp
from ipa import iccid
from ipa.procedures.download import Downloaded
from ipa.procedures.notifications import Delivery

Row = dict[str, Any]

STATES = {rsp.ProfileState.DISABLED: "disabled", rsp.ProfileState.ENABLED: "enabled"}
CLASSES = {
    rsp.ProfileClass.TEST: "test",
    rsp.ProfileClass.PROVISIONING: "provisioning",
    rsp.ProfileClass.OPERATIONAL: "operational",
}
RULES = {rsp.PprIds.PPR1: "disabling not allowed", rsp.PprIds.PPR2: "deletion not allowed"}
EVENTS = {
    rsp.NotificationEvent.NOTIFICATION_INSTALL: "install",
    rsp.NotificationEvent.NOTIFICATION_ENABLE: "enable",
    rsp.NotificationEvent.NOTIFICATION_DISABLE: "disable",
    rsp.NotificationEvent.NOTIFICATION_DELETE: "delete",
}
CATEGORIES = {0: "other", 1: "basic", 2: "medium", 3: "contactless"}

# Extended card resources, ETSI TS 102 226 8.2.1.7: tag of the free non-volatile memory.
FREE_NON_VOLATILE = 0x82


def info_row(eid: str, info: rsp.EUICCInfo2, addresses: rsp.EuiccConfiguredAddressesResponse) -> Row:
    """What `ipa info` says of the card."""
    return {
        "eid": eid,
        "sgp22_version": version(info.svn),
        "profile_package_version": version(info.profile_version),
        "firmware": version(info.euicc_firmware_ver),
        "category": CATEGORIES.get(info.euicc_category or 0, str(info.euicc_category)),
        "free_memory": free_memory(info),
        "ci_verification": [key.hex().upper() for key in info.euicc_ci_pk_id_list_for_verification],
        "ci_signing": [key.hex().upper() for key in info.euicc_ci_pk_id_list_for_signing],
        "accreditation": info.sas_acreditation_number,
    } | addresses_row(addresses)


def reader_row(reader: Reader) -> Row:
    """One line of `ipa readers`."""
    return {"number": reader.number, "reader": reader.name, "card": reader.atr.hex().upper() or "none"}


def addresses_row(addresses: rsp.EuiccConfiguredAddressesResponse) -> Row:
    """The configured addresses."""
    return {
        "default_dp_address": addresses.default_dp_address or "",
        "root_ds_address": addresses.root_ds_address,
    }


def profile_row(profile: rsp.ProfileInfo) -> Row:
    """One line of `ipa profiles`."""
    return {
        "iccid": iccid.to_digits(profile.iccid or b""),
        "state": STATES.get(profile.profile_state or 0, ""),
        "nickname": profile.profile_nickname or "",
        "provider": profile.service_provider_name or "",
        "name": profile.profile_name or "",
        "class": CLASSES.get(
            rsp.ProfileClass.OPERATIONAL if profile.profile_class is None else profile.profile_class
        ),
        "rules": [RULES[rule] for rule in profile.profile_policy_rules or () if rule in RULES],
        "aid": (profile.isdp_aid or b"").hex().upper(),
    }


def metadata_row(metadata: rsp.StoreMetadataRequest) -> Row:
    """The profile that a server offers."""
    return {
        "iccid": iccid.to_digits(metadata.iccid),
        "provider": metadata.service_provider_name,
        "name": metadata.profile_name,
        "class": CLASSES.get(metadata.profile_class),
        "rules": [RULES[rule] for rule in metadata.profile_policy_rules or () if rule in RULES],
    }


def downloaded_row(downloaded: Downloaded) -> Row:
    """What `ipa download` ends with."""
    return metadata_row(downloaded.metadata) | {
        "aid": downloaded.aid.hex().upper(),
        "notified": not downloaded.undelivered,
    }


def notification_row(metadata: rsp.NotificationMetadata) -> Row:
    """One line of `ipa notifications`."""
    return {
        "number": metadata.seq_number,
        "event": " ".join(EVENTS.get(bit, str(bit)) for bit in metadata.profile_management_operation),
        "address": metadata.notification_address,
        "iccid": iccid.to_digits(metadata.iccid or b""),
    }


def delivery_row(delivery: Delivery) -> Row:
    """One line of `ipa notifications send`."""
    return notification_row(delivery.metadata) | {
        "delivered": not delivery.failure,
        "failure": delivery.failure,
    }


def free_memory(info: rsp.EUICCInfo2) -> int | None:
    """Bytes free for profiles; None when the card does not tell in the standard's way."""
    try:
        free = tlv.find(info.ext_card_resource, FREE_NON_VOLATILE)
    except TlvError:
        return None
    return None if free is None else int.from_bytes(free, "big")


def version(octets: bytes) -> str:
    """A VersionType: 02 05 00 is 2.5.0."""
    return ".".join(str(octet) for octet in octets)
