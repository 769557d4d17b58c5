"""A server's steps through a card that its SM-SR manages over SCP80."""

from __future__ import annotations

from apdu import Command, status
from apdu import aid as aids
from euicc import eid as eids
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m.key_establishment import KeyEstablishment, KeyRequest, certificate_dgi, store_data
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.server_key import ServerKey
from tests.m2m.managed import Managed
from tests.m2m_keys.scene import random_of

PKI = M2mPki()
ISSUED = PKI.issue(eids.DEFAULT)
SM_DP, SM_SR = PKI.sm_dp(), PKI.sm_sr(b"TEST other SM-SR")
ISD_P = aids.isd_p(0x20)


def establishment(request: KeyRequest, server: GpIssued) -> KeyEstablishment:
    ecasd = PKI.ecasd_key(ISSUED.ecasd_certificate, ISSUED.eum_certificate, ISSUED.eid)
    return KeyEstablishment(server, ecasd, request, random_of("server"))


def run(there: Managed, commands: list[Command]) -> tuple[bytes, int]:
    """Each in a packet of its own; the last answer."""
    data, sw = "", 0
    for command in commands:
        data, sw = there.es5(command.encode().hex())
    return bytes.fromhex(data), sw


def step_1(there: Managed, server: GpIssued) -> tuple[bytes, int]:
    return run(there, store_data(certificate_dgi(server.encoded)))


def establish(
    there: Managed, request: KeyRequest, server: GpIssued, size: int = 255
) -> tuple[ServerKey, ...]:
    """Both steps; the keys, and the card has the same."""
    establishing = establishment(request, server)
    blocks = store_data(certificate_dgi(server.encoded), size=size)
    challenge, sw = run(there, blocks)
    assert sw == status.SUCCESS
    signed = establishing.sign(challenge)
    answer, sw = run(there, store_data(signed.dgis(), first=len(blocks), last=True, size=size))
    assert sw == status.SUCCESS
    return establishing.conclude(answer)


def create(there: Managed) -> None:
    data = b"".join(
        bytes((16,)) + aid for aid in (aids.ISD_P_LOAD_FILE, aids.ISD_P_MODULE, ISD_P)
    ) + bytes.fromhex("0380C00006C9048102037000")
    assert there.sw(Command(0x80, 0xE6, 0x0C, 0x00, data).encode().hex()) == status.SUCCESS


def personalize(there: Managed) -> int:
    data = bytes.fromhex("000010") + ISD_P + bytes(3)
    return there.sw(Command(0x80, 0xE6, 0x20, 0x00, data).encode().hex())
