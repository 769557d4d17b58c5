"""ES6: the operator changes POL1 and connectivity parameters of its enabled profile, by bytes over SCP80."""

from __future__ import annotations

import pytest

from apdu import Command
from euicc import Card
from euicc.m2m import connectivity
from euicc.m2m.policy import pol1
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.testing.ota import Handset, KeySet, OtaPlatform, Protection, Script, parse_compact
from euicc.testing.profile_builder.subscription import TEST_OTA_KEY
from tests.m2m import commands
from tests.m2m.attended import attended
from tests.m2m.managed import FIRST, SECOND, Managed, package

MNO_SD = bytes.fromhex("B20100")
OPERATOR = KeySet(2, TEST_OTA_KEY, TEST_OTA_KEY)
NOT_CIPHERED = Protection(ciphered=False)


def es6(data: str) -> str:
    return commands.apdu("80E28800", data, le="")


def sent(card: Card, handset: Handset, command: str, protection: Protection | None = None) -> int:
    """Status word of one command that the operator sends to its security domain."""
    platform = OtaPlatform()
    platform.register("it", OPERATOR, counter=_counter(card))
    script = Script()
    script.commands.append(Command.parse(bytes.fromhex(command)))
    response = platform.send(
        "it", MNO_SD, script.compact(), handset.deliver, protection=protection, attempts=1
    )
    sw = parse_compact(response.data).sw
    assert sw is not None
    return sw


def _counter(card: Card) -> int:
    """Beyond what it has seen."""
    counters = [card.nvm.get(keys.OTA_COUNTER, index) or 0 for index in card.nvm.indexes(keys.OTA_COUNTER)]
    return max(counters, default=0)


def operated(command: str, protection: Protection | None = None) -> tuple[Managed, int]:
    here = attended()
    return here, sent(here.card, here.handset, command, protection)


def test_pol1_of_the_enabled_profile() -> None:
    here, sw = operated(es6("3A06" + "03" + "810105"))
    assert sw == 0x9000
    assert (pol1(here.isdr, FIRST), pol1(here.isdr, SECOND)) == (5, 0)
    assert here.sw(commands.enable(SECOND)) == 0x69E1
    assert sent(here.card, here.handset, es6("3A06" + "03" + "810100")) == 0x9000
    assert here.sw(commands.enable(SECOND)) == 0x9000


def test_connectivity_parameters_of_the_enabled_profile() -> None:
    here, sw = operated(es6("3A07" + "0B" + "A009" + "0604" + "91447897" + "81017F"))
    assert sw == 0x9000
    found = connectivity.sms(here.isdr)
    assert found.service_centre is not None
    assert (found.service_centre.number, found.protocol, found.coding) == ("+448779", 0x7F, 0x04)


@pytest.mark.parametrize(
    ("data", "sw"),
    [
        pytest.param("3A06" + "02" + "8100", 0x6A80, id="POL1 of no byte"),
        pytest.param("3A06" + "04" + "81020101", 0x6A80, id="of two"),
        pytest.param("3A06" + "03" + "820101", 0x6A80, id="another tag"),
        pytest.param("3A06" + "00", 0x6A80, id="nothing"),
        pytest.param("3A07" + "02" + "A700", 0x6A80, id="unknown block"),
        pytest.param("3A07" + "02" + "A005", 0x6A80, id="cut off"),
        pytest.param("3A08" + "04" + "4E020001", 0x6A88, id="a group of ES5"),
    ],
)
def test_what_cannot_be_read_changes_nothing(data: str, sw: int) -> None:
    here, found = operated(es6(data))
    assert found == sw
    assert pol1(here.isdr, FIRST) == 0
    assert connectivity.parameters(here.isdr, FIRST) == b""


@pytest.mark.parametrize("data", ["3A06" + "03" + "810101", "3A07" + "02" + "A000"])
def test_only_ciphered(data: str) -> None:
    here, sw = operated(es6(data), NOT_CIPHERED)
    assert sw == 0x6982
    assert pol1(here.isdr, FIRST) == 0


def test_other_cards_do_not_know_it() -> None:
    card = Card.manufacture()
    card.preload(package(), enabled=True)
    card.reset()
    for data in ("3A06" + "03" + "810101", "3A07" + "02" + "A000"):
        assert sent(card, Handset(card), es6(data)) == 0x6A88
    assert card.nvm.indexes(keys.POL1) == []


def test_power_lost_on_the_way_changes_all_or_nothing() -> None:
    both = es6("3A06" + "03" + "810107" + "3A07" + "05" + "A003" + "81017F")
    seen = set()
    for cut in power_cuts():
        here = attended()
        with cut.on(here.card):
            sent(here.card, here.handset, both)
        here.card.reset()
        seen.add((pol1(here.isdr, FIRST), connectivity.parameters(here.isdr, FIRST)))
    assert seen == {(0, b""), (7, bytes.fromhex("A00381017F"))}
