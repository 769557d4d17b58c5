"""The USIM test algorithm through APDUs, TS 34.108 8.1.2: no freshness, and resynchronisation on demand of the AMF."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from euicc.testing.profile_builder import Aka, Subscription
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from tests.aka.device import GSM, Device, accepted, auts, fields
from tests.aka.test_algorithms import of
from tests.data import needs_ts48, ts48_packages

TEST_ALGORITHM, RES_128 = 3, 0x02
CONFORMANCE_K = "000102030405060708090a0b0c0d0e0f"


class Vector(NamedTuple):
    name: str
    k: str
    rand: str
    autn: str
    res: str
    ck: str
    ik: str
    sres: str
    kc: str
    auts: str


VECTORS = (
    Vector(
        "A",
        CONFORMANCE_K,
        "34" * 16,
        "37303132333d8000343536373030b233",
        "34353637303132333c3d3e3f38393a3b",
        "353637303132333c3d3e3f38393a3b34",
        "3637303132333c3d3e3f38393a3b3435",
        "00000000",
        "0000000000000000",
        "37303132333d3435363730303233",
    ),
    Vector(
        "B",
        "00112233445566778899aabbccddeeff",
        "31323131353836343132313135383634",
        "02716d5043b9800031231302716dd043",
        "31231302716d5043b9ab9b8af9e5d8cb",
        "231302716d5043b9ab9b8af9e5d8cb31",
        "1302716d5043b9ab9b8af9e5d8cb3123",
        "00000000",
        "0000000000000000",
        "02716d5043b931231302716d5043",
    ),
    Vector(
        "D",
        CONFORMANCE_K,
        "23553cbe9637a89d218ae64dae47bf35",
        "bd9232ae9a09800023543ebd92122e9a",
        "23543ebd9232ae9a2983ec46a24ab13a",
        "543ebd9232ae9a2983ec46a24ab13a23",
        "3ebd9232ae9a2983ec46a24ab13a2354",
        "3aafcd5b",
        "0529cb4867bfaadd",
        "bd9232ae9a0923543ebd9212ae9a",
    ),
)


def card(k: str, options: int = RES_128, **more: Any) -> Device:
    return Device(Subscription(k=of(k), opc=bytes(16), aka=Aka(TEST_ALGORITHM, options, **more)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_published_vectors(vector: Vector) -> None:
    device = card(vector.k)
    challenge = b"\x10" + of(vector.rand) + b"\x10" + of(vector.autn)
    expected = [of(part) for part in (vector.res, vector.ck, vector.ik, vector.kc)]
    assert accepted(device.authenticate(challenge)) == expected
    assert accepted(device.authenticate(challenge)) == expected  # a replay is not noticed
    assert fields(device.authenticate(b"\x10" + of(vector.rand), GSM).data) == [
        of(vector.sres),
        of(vector.kc),
    ]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_amf_asks_for_a_resynchronisation(vector: Vector) -> None:
    device = card(vector.k)
    autn, mac = of(vector.autn), of(vector.autn)[8:]
    # MAC-A covers the AMF bit by bit, so another AMF changes exactly its last two bytes.
    asking = mac[:6] + bytes(a ^ b ^ 0xFF for a, b in zip(mac[6:], autn[6:8], strict=True))
    answer = device.authenticate(b"\x10" + of(vector.rand) + b"\x10" + autn[:6] + b"\xff\xff" + asking)
    assert auts(answer).hex() == vector.auts


def test_vector_e() -> None:
    autn = of("37303132333dffff343536373030cdcc")
    answer = card(CONFORMANCE_K).authenticate(b"\x10" + of("34" * 16) + b"\x10" + autn)
    assert auts(answer).hex() == "37303132333d3435363730303233"


def test_a_wrong_mac() -> None:
    vector = VECTORS[0]
    autn = of(vector.autn)[:-1] + b"\x00"
    assert card(vector.k).authenticate(b"\x10" + of(vector.rand) + b"\x10" + autn).sw == 0x9862


@pytest.mark.parametrize(("options", "length"), [(0, 4), (1, 8), (2, 16)])
def test_lengths_of_res(options: int, length: int) -> None:
    vector = VECTORS[0]
    res, ck, *_ = accepted(
        card(vector.k, options).authenticate(b"\x10" + of(vector.rand) + b"\x10" + of(vector.autn))
    )
    assert (res.hex(), ck.hex()) == (vector.res[: 2 * length], vector.ck)


def test_a_length_that_is_none() -> None:
    vector = VECTORS[0]
    answer = card(vector.k, 4).authenticate(b"\x10" + of(vector.rand) + b"\x10" + of(vector.autn))
    assert answer.sw == 0x6985


def test_counter_and_options_of_other_algorithms_are_ignored() -> None:
    vector = VECTORS[0]
    device = card(vector.k, auth_counter_max=1, sqn_options=0x01, sqn_delta=0, sqn_age_limit=0)
    for _ in range(3):
        challenge = b"\x10" + of(vector.rand) + b"\x10" + of(vector.autn)
        assert accepted(device.authenticate(challenge))[0].hex() == vector.res


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_profiles_of_ts_48(path: Path) -> None:
    """All have the K of TS 34.108 and PIN1 of TS.48, which is enabled."""
    vector = VECTORS[0]
    challenge = b"\x10" + of(vector.rand) + b"\x10" + of(vector.autn)
    device = Device(path.read_bytes())
    for aid in (USIM_AID, ISIM_AID):
        device.restart(aid)
        answer = device.authenticate(challenge)
        if answer.sw == 0x6982:
            assert device.send("00200001", b"0000\xff\xff\xff\xff", None).sw == 0x9000
            answer = device.authenticate(challenge)
        assert [part.hex() for part in accepted(answer)[:3]] == [vector.res, vector.ck, vector.ik]
