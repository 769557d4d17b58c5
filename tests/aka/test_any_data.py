"""Whatever a terminal sends and whatever stands in the files: an answer or one of the status words."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from euicc.testing.profile_builder import Subscription
from euicc.testing.profile_builder.identifiers import USIM_AID
from euicc.uicc.filesystem import Df, Ef
from tests.aka.device import GBA, GSM, UMTS, VGCS, Device
from tests.aka.subscriber import NETWORK, K, sqn
from tests.aka.test_gba import bootstrapped, derived
from tests.aka.test_suci import PUBLIC_A, SUCI, calc_info

AUTHENTICATE_STATUSES = {0x9000, 0x6700, 0x6985, 0x6A86, 0x9862, 0x9864, 0x9866}
IDENTITY_STATUSES = {0x9000, 0x6985}
IMSI, AD, UST = (0x6F07,), (0x6FAD,), (0x6F38,)
SUPI_NAI, ROUTING_INDICATOR, SUCI_INFO = (0x5FC0, 0x4F09), (0x5FC0, 0x4F0A), (0x5FD0, 0x4F01)
GBABP, GBANL = (0x6FD6,), (0x6FDA,)
CONTENT = st.one_of(
    st.binary(max_size=60), st.sampled_from((b"", b"\xff" * 60, calc_info("0101", (1, PUBLIC_A))))
)


@lru_cache(None)
def device() -> Device:
    """One card for all: what goes wrong would go wrong in any order."""
    return Device(Subscription(k=K, opc=NETWORK.opc, gba=True, suci_key=PUBLIC_A, supi_nai="user@realm"))


def fill(path: tuple[int, ...], content: bytes) -> None:
    uicc = device().card.uicc.running
    file: Df | Ef = uicc.profile.filesystem.adfs[USIM_AID]
    for fid in path:
        assert isinstance(file, Df)
        file = file.children[fid]
    assert isinstance(file, Ef)
    uicc.write(file, content)


@settings(max_examples=300, deadline=None)
@given(
    context=st.sampled_from((GSM, UMTS, VGCS, GBA, 0x83, 0x01)),
    data=st.one_of(
        st.binary(min_size=1, max_size=80),
        st.binary(max_size=64).map(lambda rest: b"\x10" + rest),
        st.binary(max_size=64).map(lambda rest: b"\xde\x04naf1\x03abc" + rest),
        st.binary(max_size=64).map(lambda rest: b"\xdd\x10" + rest),
    ),
)
def test_authenticate(context: int, data: bytes) -> None:
    answer = device().authenticate(data, context)
    assert answer.sw in AUTHENTICATE_STATUSES
    assert not answer.data or answer.sw == 0x9000


@settings(max_examples=200, deadline=None)
@given(
    files=st.dictionaries(
        st.sampled_from((IMSI, AD, SUPI_NAI, ROUTING_INDICATOR, SUCI_INFO)), CONTENT, min_size=1, max_size=5
    ),
    nai=st.booleans(),
)
@example(files={IMSI: b""}, nai=False)
@example(files={SUPI_NAI: b"\x80\x01\xff"}, nai=True)
@example(files={SUCI_INFO: bytes.fromhex("A0020101A105800101810103")}, nai=False)
def test_get_identity(files: dict[tuple[int, ...], bytes], nai: bool) -> None:
    table = bytearray(b"\xff" * 17)
    if not nai:
        table[129 // 8] &= ~(1 << 129 % 8)  # service 130
    fill(UST, bytes(table))
    for path, content in files.items():
        fill(path, content)
    answer = device().send(SUCI)
    assert answer.sw in IDENTITY_STATUSES
    assert (answer.sw == 0x9000) is (answer.data[:1] == b"\xa1")


@settings(max_examples=100, deadline=None)
@given(
    parameters=CONTENT, listed=st.binary(min_size=128, max_size=128), naf=st.binary(min_size=1, max_size=100)
)
@example(parameters=b"", listed=bytes(128), naf=b"naf")
def test_gba_files(parameters: bytes, listed: bytes, naf: bytes) -> None:
    fill(UST, b"\xff" * 17)
    fill(GBABP, b"\xff" * 48)
    bootstrapped(device(), sqn(1))
    fill(GBABP, parameters)
    fill(GBANL, listed)
    assert derived(device(), naf).sw in (0x9000, 0x9866)
