"""One key establishment, byte by byte, and its keys computed once more with nothing but hashlib and pycryptodome."""

from __future__ import annotations

import hashlib

from Crypto.Cipher import AES
from Crypto.Hash import CMAC, SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from euicc.crypto.gp_certificate import ServerKind
from euicc.testing.m2m.key_establishment import (
    BASE_KEY,
    PSK_KEY,
    KeyRequest,
    SignedRequest,
    certificate_dgi,
    store_data,
)
from tests.m2m_keys.scene import Scene, value, values

CERTIFICATE = (
    "7f2181dd"
    "93081781d8af92160013"  # serial number
    "420c54455354204349204035de1c"  # CA: TEST CI
    "5f200a5445535420534d2d4450"  # subject: TEST SM-DP
    "950182"
    "5f250420200101"
    "5f240420591231"
    "7319c80101c9140573f72f50c3d0e1fdfe7dfd7988cbf05f758567"
    "7f4946b04104"
    "6a1b48738721831bd63d5d6d28ed60bf15ae936e4a89018c84165dbce47e1c53"
    "0a3a8e2f920faff90653fb5d3ad19ea74526231bf8d7b3c3ea67b147fd66254c"
    "f00100"
    "5f3740"
    "b7b55932ade0b0211742b7b03882bad3872badbe33744dc577a5564285857c6d"
    "d7f620bd9290a63608837b31de56b08485b0fb472af50589b64e6aa99163b4df"
)
CHALLENGE = "b6595b641b90d8f0d5cd00ab859e8d08"
CRT = "a6299002030e9501108001888101108201018301309100450c0010010000000000000001208404686f7374"
EPHEMERAL = (
    "b04104"
    "fddeccf5b18ac1872ae2b9809fde2fcbf990ab732ead6f798c6d16b277cdc298"
    "f8e20fd5cedb566a4628a28ea51bcbff1337f26c8b3d540f2a11e094ac8e74bf"
    "f00100"
)
SIGNATURE = (
    "b35b5632e0be1275cd0589a8af000f5fe6438f483d50a61f16ca5ed0c133add7"
    "400a3fccce27d19edeba7dcbd1e351dbde76262bb913a96738d3e844d1d64f09"
)
DERIVATION_RANDOM, RECEIPT = "43772a642995fa37de08a408ee0beb56", "fa59f228f007187aba6681674756577d"
KEYS = [
    "afc108129340f761253c88e071bad9a2",
    "576ddb042e0a7f19f838895947208f78",
    "c0f60e46ab8ff58b5157e1ae7600513a",
]
SIN, SDIN, HOST = "89049032", "001001000000000000000120", b"host"


def scene() -> Scene:
    request = KeyRequest(
        0x30, derivation_random=True, host_id=HOST, sin=bytes.fromhex(SIN), sdin=bytes.fromhex(SDIN)
    )
    return Scene(request=request)


def test_step_1() -> None:
    there = scene()
    assert there.server.encoded.hex() == CERTIFICATE
    assert there.challenge().hex() == "8510" + CHALLENGE
    (command,) = store_data(certificate_dgi(there.server.encoded))
    assert command.encode().hex() == "80e20900e4" + "3a01e1" + CERTIFICATE + "00"


def test_step_2() -> None:
    there = scene()
    signed = there.signed()
    assert signed.crt.hex() == CRT
    (command,) = store_data(signed.dgis(), first=1, last=True)
    dgis = f"3a022b{CRT}7f4946{EPHEMERAL}5f3740{SIGNATURE}"
    assert command.encode().hex() == "80e28901ba" + dgis + "00"
    established = there.card.establish(value(signed))
    assert established.response.hex() == f"8510{DERIVATION_RANDOM}8610{RECEIPT}"
    assert [key.hex() for key in values(established.keys)] == KEYS


def test_the_signature_of_step_2_is_over_the_groups_and_the_challenge() -> None:
    point = bytes.fromhex(CERTIFICATE).split(b"\x7f\x49\x46\xb0\x41\x04")[1][:64]
    key = ECC.construct(
        curve="P-256", point_x=int.from_bytes(point[:32], "big"), point_y=int.from_bytes(point[32:], "big")
    )
    signed = SHA256.new(bytes.fromhex(f"3a022b{CRT}7f4946{EPHEMERAL}008510{CHALLENGE}"))
    DSS.new(key, "fips-186-3").verify(signed, bytes.fromhex(SIGNATURE))


def test_the_certificate_is_signed_over_what_stands_before_its_signature() -> None:
    ci = scene().pki.ci.point
    key = ECC.construct(
        curve="P-256", point_x=int.from_bytes(ci[1:33], "big"), point_y=int.from_bytes(ci[33:], "big")
    )
    body, _, signature = bytes.fromhex(CERTIFICATE)[4:].partition(b"\x5f\x37\x40")
    DSS.new(key, "fips-186-3").verify(SHA256.new(body), signature)


def test_the_keys_follow_from_the_private_key_of_the_card() -> None:
    scalar = int.from_bytes(scene().issued.identity.ecasd_key, "big")
    point = bytes.fromhex(EPHEMERAL)[3:67]
    ephemeral = ECC.construct(
        curve="P-256", point_x=int.from_bytes(point[:32], "big"), point_y=int.from_bytes(point[32:], "big")
    )
    secret = int((ephemeral.pointQ * scalar).x).to_bytes(32, "big")
    info = bytes.fromhex(f"108810{DERIVATION_RANDOM}04{HOST.hex()}04{SIN}0c{SDIN}")
    blocks = [hashlib.sha256(secret + bytes((0, 0, 0, n)) + info).digest() for n in (1, 2)]
    data = b"".join(blocks)
    assert [data[at : at + 16].hex() for at in (16, 32, 48)] == KEYS
    mac = CMAC.new(data[:16], bytes.fromhex(f"{CRT}8510{DERIVATION_RANDOM}"), ciphermod=AES)
    assert mac.hexdigest() == RECEIPT


def test_an_sm_sr_asks_for_a_pre_shared_key() -> None:
    request = KeyRequest(
        0x40,
        0x03,
        BASE_KEY,
        PSK_KEY,
        32,
        counter=b"\x00\x05",
        access=0,
        delete_existing=True,
    )
    there = Scene(kind=ServerKind.SM_SR, request=request)
    assert "c80102" in there.server.encoded.hex()
    signed = there.signed(bare=True)
    assert signed.crt.hex() == "a61a9002030995015c96010080018581012082010383014091020005"
    assert value(signed).hex()[56:64] == "7f494104"
    established = there.card.establish(value(signed))
    assert established.response[:2].hex() == "8610"
    assert established.delete_existing


def test_long_groups_go_in_blocks_of_255_bytes() -> None:
    there = scene()
    padded = there.server.encoded + bytes(300)
    commands = store_data(certificate_dgi(padded))
    assert [(command.p1, command.p2, len(command.data)) for command in commands] == [
        (0x09, 0, 255),
        (0x09, 1, 255),
        (0x09, 2, 20),
    ]
    assert b"".join(command.data for command in commands)[:5].hex() == "3a01ff020d"
    rest = store_data(SignedRequest(bytes(200), bytes(200), b"").dgis(), first=3, last=True, size=200)
    assert [(command.p1, command.p2) for command in rest] == [(0x09, 3), (0x09, 4), (0x89, 5)]
