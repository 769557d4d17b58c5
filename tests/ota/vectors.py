"""Packets that other implementations made: pySim's unit tests, and its encoder with the keys of TS.48."""

from __future__ import annotations

from dataclasses import dataclass

from euicc.testing.ota import Algorithm, KeySet

TS48_KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AES_KEYS = KeySet(
    2,
    bytes.fromhex("200102030405060708090a0b0c0d0e0f"),
    bytes.fromhex("201102030405060708090a0b0c0d0e0f"),
)
TRIPLE_DES_KEYS = KeySet(
    3,
    bytes.fromhex("300102030405060708090a0b0c0d0e0f"),
    bytes.fromhex("301102030405060708090a0b0c0d0e0f"),
    Algorithm.TRIPLE_DES_2,
)
TS48_KEYS = KeySet(2, TS48_KEY, TS48_KEY)

SELECT_MF = bytes.fromhex("00a40004023f00")
SELECT_AND_UPDATE_IMSI = bytes.fromhex("00A40004026F0700D6000009080910108967452301")
FCP_WAITS = bytes.fromhex("016132")
TWO_EXECUTED = bytes.fromhex("029000")
TAR_SIM = bytes.fromhex("b00011")
TAR_USIM = bytes.fromhex("b00140")


@dataclass(frozen=True)
class Vector:
    """A command, and the response packet in user data, where one is known."""

    keys: KeySet
    spi: bytes
    tar: bytes
    counter: int
    data: bytes
    command: bytes
    response_data: bytes
    response: bytes | None = None


VECTORS = {
    "AES, ciphered and checksum": Vector(
        AES_KEYS,
        bytes.fromhex("0619"),
        TAR_SIM,
        0,
        SELECT_MF,
        bytes.fromhex("00281506192222b00011e87cceebb2d93083011ce294f93fc4d8de80da1abae8c37ca3e72ec4432e5058"),
        FCP_WAITS,
        bytes.fromhex("027100002412b00011ebc6b497e2cad7aedf36ace0e3a29b38853f0fe9ccde81913be5702b73abce1f"),
    ),
    "triple DES, ciphered and checksum": Vector(
        TRIPLE_DES_KEYS,
        bytes.fromhex("0619"),
        TAR_SIM,
        0,
        SELECT_MF,
        bytes.fromhex("00201506193535b00011ae733256918d050b87c94fbfe12e4dc402f262c41cf67f2f"),
        FCP_WAITS,
        bytes.fromhex("027100001c12b000118bb989492c632529326a2f4681feb37c825bc9021c9f6d0b"),
    ),
    "triple DES, response with checksum": Vector(
        TRIPLE_DES_KEYS,
        bytes.fromhex("0609"),
        TAR_SIM,
        0,
        SELECT_MF,
        bytes.fromhex("00201506093535b00011c49ac91ab8159ba5b83a54fb6385e0a5e31694f8b215fafc"),
        FCP_WAITS,
        bytes.fromhex("027100001612b0001100000000000000b5bcd6353a421fae016132"),
    ),
    "triple DES, plain response": Vector(
        TRIPLE_DES_KEYS,
        bytes.fromhex("0601"),
        TAR_SIM,
        0,
        SELECT_MF,
        bytes.fromhex("00201506013535b000113190be334900f52b025f3f7eddfe868e96ebf310023b7769"),
        FCP_WAITS,
        bytes.fromhex("027100000e0ab0001100000000000000016132"),
    ),
    "TS.48, counter higher": Vector(
        TS48_KEYS,
        bytes.fromhex("1639"),
        TAR_USIM,
        1,
        SELECT_AND_UPDATE_IMSI,
        bytes.fromhex(
            "00381516392222b00140d1e6230a651970a16960afb9c0c36758b08cd4c607fec18a42d38b4cc38b3f3630d29ad3"
            "016386892426f08c07012b76"
        ),
        TWO_EXECUTED,
        bytes.fromhex("027100002412b00140e25864da0a6d4a8de00d4e7bc7d8c961439187d175c5332face0fe915a6af568"),
    ),
    "TS.48, checksum only": Vector(
        TS48_KEYS,
        bytes.fromhex("1221"),
        TAR_USIM,
        2,
        SELECT_AND_UPDATE_IMSI,
        bytes.fromhex(
            "002b1512212222b001400000000002009a46d27577a1f83e00a40004026f0700d6000009080910108967452301"
        ),
        TWO_EXECUTED,
    ),
}

TS48_CHECKSUM = bytes.fromhex("27EFAFEA7FA63AF5")
TS48_ENVELOPE = (
    bytes.fromhex("80c200005dd15b82028381860581214365878b4e400881214365877ff6227052000000003d027000")
    + VECTORS["TS.48, counter higher"].command
)

PARTS_OF_A_REAL_CARD = (
    bytes.fromhex(
        "070003010201710000e412000000df63afe4b06db21e2113be1be09e9b66f1c113ae841cca2d030064ec16b5b80ee5ce82"
        "4604a4568109d25a82fb74a325df6f911bd0a4f858ece2c770039002c480269fc65953f5fd93ebbe528d97838bac4389a7"
        "303db2b073a37a9a1a51890457f41b49fc7905ce337e83449b65560501b8b845fe63339d557a928f2643"
    ),
    bytes.fromhex(
        "050003010202fd9c4e50ec40fb4427af518e9c08697405d91fbb6e9fa0b0935f48a560e15f2f3f27a2e44ef3a47280acce"
        "77f030fb70eb3df863c159177e2c0e3e53052fc7bb7ed171a491ded3ab7921861176a04305bc09fcf526c07bf6bb48a19e"
        "67cf18be5bc1"
    ),
)
"""User data of two short messages in which a sysmoISIM-SJA5 sent one response packet; its keys are not known."""
