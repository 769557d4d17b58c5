"""The power goes at every write of every command that changes something: wholly done or not at all, then done again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apdu import tlv
from euicc.card import Card
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from tests.globalplatform.cards import MNO_SD, SCP80_AES, SSD, card_with, mno_sd, package, remote, run
from tests.globalplatform.content import (
    FOR_LOAD,
    INSTANCE,
    MODULE,
    PACKAGE,
    apdu,
    blocks,
    for_install,
    for_load,
    install,
    load_file,
    tlv_c4,
)
from tests.globalplatform.test_put_key import NEW, aes_field, command
from tests.globalplatform.test_store_data import NAMES, OPC, network_keys, store, update

LOAD = [FOR_LOAD, *blocks(tlv_c4(load_file()))]
LOADED = [*LOAD, for_install(of=PACKAGE, module=MODULE)]
BELOW = [for_install(), install(0x10, SSD, b"", INSTANCE, b"", b"", b"")]

OPC_FIELD = tlv.encode(0x82, OPC)


def _data(stored: str) -> bytes:
    """The data field of a short command."""
    return bytes.fromhex(stored)[5:]


FLOWS: dict[str, tuple[list[str], str]] = {
    "PUT KEY, new": ([], command(0, 0x81, 0x33, *map(aes_field, NEW))),
    "PUT KEY, replaced": ([], command(0x30, 0x81, 0x30, *map(aes_field, NEW))),
    "DELETE of keys": ([], "80E4000003D20130"),
    "INSTALL [for load]": ([], for_load()),
    "LOAD, a block": (LOAD[:1], LOAD[1]),
    "LOAD, the last": (LOAD[:-1], LOAD[-1]),
    "LOAD, the last of a wrong file": ([for_load(hash_value=bytes(32)), *LOAD[1:-1]], LOAD[-1]),
    "INSTALL [for install]": (LOAD, for_install(of=PACKAGE, module=MODULE)),
    "INSTALL of a domain": ([], for_install(privileges=b"\x80")),
    "INSTALL [for extradition]": (BELOW[:1], BELOW[1]),
    "DELETE with what is below": ([*BELOW, *LOADED[:-1]], apdu(0xE4, 0, 0x80, b"\x4f\x09" + SSD)),
    "DELETE with instances": (LOADED, apdu(0xE4, 0, 0x80, b"\x4f\x06" + PACKAGE)),
    "SET STATUS of a domain and all": (BELOW, f"80F0608009{SSD.hex()}"),
    "STORE DATA of several": ([], store(bytes.fromhex("420101 450102 CF0A") + bytes(10))),
    "UpdateMetadata": ([], update(*NAMES)),
    "UpdateMetadata and a network key": ([], store(_data(update(*NAMES)) + _data(network_keys(OPC_FIELD)))),
}
"""What was done before, and the command."""


def contents(card: Card) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for key in (keys.PROFILE, *keys.PROFILE_MEMORY):
        found |= {(key.name, index): card.nvm.get(key, index) for index in card.nvm.indexes(key)}
    return found


def card_before(earlier: list[str]) -> Card:
    card = card_with(package())
    with card.nvm.transaction():
        card.uicc.running.memory.set(keys.OTA_COUNTER, 5, f"{MNO_SD.hex()}/{SCP80_AES:02X}")
        card.uicc.running.memory.set(keys.SCP03_COUNTER, 7, f"{SSD.hex()}/31")
    for each in earlier:
        assert run(mno_sd(card), remote(), each).endswith("9000")
    return card


def cuts(earlier: list[str], given: str) -> Iterator[Card]:
    """A card for each point at which the power can go, after it came back."""
    for cut in power_cuts(most=100):
        card = card_before(earlier)
        with cut.on(card):
            run(mno_sd(card), remote(), given)
        if cut.happened:
            card.reset()
            yield card
    assert cut.point > 2


@pytest.mark.parametrize(("earlier", "given"), FLOWS.values(), ids=FLOWS.keys())
def test_before_or_after(earlier: list[str], given: str) -> None:
    reference = card_before(earlier)
    before = contents(reference)
    answer = run(mno_sd(reference), remote(), given)
    after = contents(reference)
    assert after != before
    seen = set()
    for card in cuts(earlier, given):
        found = contents(card)
        assert found in (before, after)
        seen.add(found == after)
        if found == before:
            assert run(mno_sd(card), remote(), given) == answer
            assert contents(card) == after
    assert seen == {False, True}
