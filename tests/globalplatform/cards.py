"""Cards whose enabled profile has security domains, and the operator's computer in front of them."""

from __future__ import annotations

from pathlib import Path

from apdu import Command, StatusError, aid, tlv
from asn1.generated import pe, rsp
from euicc.card import Card
from euicc.config import Config
from euicc.globalplatform.commands import execute
from euicc.globalplatform.domain import Domain, domains
from euicc.globalplatform.session import Session
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.testing.scp03 import HostKeys, Scp03Host
from tests.isdp.packages import (
    ICCID,
    SD_AID,
    Elements,
    basic,
    encode,
    inserted,
    instance,
    key,
    replaced,
    rfm,
    security_domain,
)

MNO_SD = SD_AID
SSD = bytes.fromhex("A00000015153504102")
SSD_PACKAGE, SSD_MODULE = bytes.fromhex("A0000001515350"), bytes.fromhex("A000000151535041")
SCP80_AES, SCP80_DES, SCP03 = 0x02, 0x01, 0x30
HOST = HostKeys(SCP03, b"\x11" * 16, b"\x22" * 16, b"\x33" * 16)
RECOGNITION = bytes.fromhex(
    "663073 2E06072A864886FC6B01600B06092A864886FC6B020202630906072A864886FC6B03640B06092A864886FC6B048000"
)
TOOLKIT = bytes.fromhex("010000000002011206B20100000000" + "00")


def key_list(version: int, kind: int, *values: bytes) -> list[pe.KeyObject]:
    return [key(identifier, version, kind, value) for identifier, value in enumerate(values, 1)]


def operator_domain(
    option: int = 0x70, scp03: tuple[bytes, ...] = (HOST.enc, HOST.mac, HOST.dek)
) -> pe.PESecurityDomain:
    """The MNO-SD with 3DES and AES keys for SCP80 and a key set for SCP03."""
    of_instance = instance(
        application_specific_parameters_c9=bytes((0x81, 2, 0x80, 0, 0x81, 2, 3, option)),
        application_parameters=pe.UICCApplicationParameters(
            uicc_toolkit_application_specific_parameters_field=TOOLKIT
        ),
    )
    keys = [
        *key_list(SCP80_DES, 0x80, b"\x01" * 16, b"\x02" * 16, bytes(range(16))),
        *key_list(SCP80_AES, 0x88, b"\x04" * 16, b"\x05" * 16, b"\x06" * 16),
        *key_list(SCP03, 0x88, *scp03),
    ]
    perso = b"\x00\x70" + bytes([len(RECOGNITION)]) + RECOGNITION
    return security_domain(*keys, instance=of_instance, sd_perso_data=(perso,))


def supplementary(privileges: bytes) -> pe.PESecurityDomain:
    """A security domain below the MNO-SD, with a key set of its own."""
    of_instance = instance(SSD, application_privileges=privileges)
    return security_domain(
        *key_list(0x31, 0x88, b"\x44" * 32, b"\x55" * 32, b"\x66" * 32), instance=of_instance
    )


def package(
    option: int = 0x70,
    scp03: tuple[bytes, ...] = (HOST.enc, HOST.mac, HOST.dek),
    privileges_below: bytes = b"\x80\x00\x00",
) -> Elements:
    elements = replaced(basic(), "security_domain", operator_domain(option, scp03))
    below = supplementary(privileges_below)
    return inserted(elements, "end", ("security_domain", below), ("rfm", rfm()))


def card_with(
    content: Elements | bytes, rules: bytes = b"", path: Path | None = None, config: Config | None = None
) -> Card:
    """A card on which this package is the enabled profile; `rules` is the element 99 of its metadata, encoded."""
    card = Card.manufacture(seed=1, config=config)
    if path is not None:
        card.save(path)
        card = Card.open(path, seed=1)
    owner = rsp.OperatorId(mcc_mnc=b"\x00\xf1\x10").encode()
    elements = (
        tlv.encode(0x5A, ICCID),
        tlv.encode(0x91, b"Old provider"),
        tlv.encode(0x92, b"Old name"),
        tlv.encode(0xB7, tlv.parse(owner).value),
        rules,
    )
    profile = Profile(
        aid=aid.isd_p(aid.FIRST_ISD_P),
        iccid=ICCID,
        metadata=tlv.encode(rsp.StoreMetadataRequest.TAG, *elements),
        ci_ski=card.identity.credentials[0].ci_ski,
        smdp_oid="2.999.10",
        state=ProfileState.ENABLED,
    )
    with card.nvm.transaction():
        ProfileStore(card.nvm).add(profile, content if isinstance(content, bytes) else encode(content))
    card.reset()
    return card


def send(card: Card, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


def select(card: Card, of: bytes = MNO_SD) -> str:
    return send(card, f"00A40400{len(of):02X}{of.hex()}00")


def host(card: Card, level: int = 0x33, of: bytes = MNO_SD, keys: HostKeys = HOST) -> Scp03Host:
    """The security domain selected, and a secure channel with it open."""
    assert select(card, of).endswith("9000")
    opened = Scp03Host(card.transmit, keys)
    opened.open(level)
    return opened


def mno_sd(card: Card) -> Domain:
    return domains(card.uicc.running)[0]


def remote(ciphered: bool = True, version: int = SCP80_AES) -> Session:
    """The session of a packet with cryptographic checksum."""
    return Session.secured_packet(checked=True, ciphered=ciphered, key_version=version)


def run(of: Domain, session: Session, command: str) -> str:
    """A command of a script: data and status word."""
    try:
        return execute(of, session, Command.parse(bytes.fromhex(command))).hex().upper() + "9000"
    except StatusError as error:
        return error.data.hex().upper() + f"{error.sw:04X}"
