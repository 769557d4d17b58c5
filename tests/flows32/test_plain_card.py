"""An IPA over a card of SGP.22: the device answers for it, and nobody signs its results."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import tlv
from euicc import Card
from euicc.runtime.nvm import PowerLoss
from euicc.testing.eim import Discard, OrderState, operations
from ipa.errors import EuiccRefused
from ipa.ipad import IPA_IN_DEVICE, Ipa
from ipa.plain_card import PlainCard
from ipa.state import StateFile
from ipa.terminal import Terminal
from tests.flows32.scene import Scene, operator

ONE, TWO = operator(1).iccid_bytes, operator(2).iccid_bytes


class Plain(Scene):
    """The scene with a card of SGP.22, and a state file; each Ipa is one after a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__()
        self.install(1, 2)
        self.enable(1)

    def card_access(self) -> PlainCard:
        return PlainCard(Terminal(self.card, capability=IPA_IN_DEVICE), self.state)

    def ipa(self, transport: object = None) -> Ipa:
        if self.card.config.variant != "sgp22":
            self.card = Card.manufacture(pki=self.pki, seed=5)
        self.state = StateFile(self.path)
        return Ipa(
            self.card_access(),
            settings=self.settings,
            state=self.state,
            servers=self.network,
            eims=self.network,
            surroundings=self.surroundings,
        )


@pytest.fixture
def there(tmp_path: Path) -> Plain:
    scene = Plain(tmp_path / "state.json")
    assert scene.card.config.variant == "sgp22"
    return scene


def results(scene: Plain) -> list[bytes]:
    """The package results that wait in the device."""
    listed = scene.card_access().store_data(bytes.fromhex("BF2B04A0028200"))
    return [each.encoded for each in tlv.parse(listed).children()[0].children()]


def test_the_eim_is_associated_once(there: Plain) -> None:
    (eim,) = there.ipa().eims()
    assert (eim.id, eim.association_token) == ("eim1", bytes.fromhex("840101"))
    with pytest.raises(EuiccRefused, match="already exists"):
        there.ipa().add_initial_eims(there.other.configuration())
    (token,) = there.ipa().escape(there.other.configuration(token=True))
    assert token == 2


def test_a_package_is_executed_and_its_result_delivered(there: Plain) -> None:
    there.eim.euiccs[there.eid].takes_unsigned = True
    order = there.eim.queue(there.eid, operations.enable(TWO), operations.delete(ONE))
    there.poll()
    assert there.states() == {TWO: True}
    assert order.state is OrderState.DONE
    assert [each.code for each in order.results] == [0, 0]
    assert (order.result or b"").endswith(bytes.fromhex("3006830100850100 5F3700"))
    assert results(there) == []


def test_an_eim_that_wants_signatures_does_not_believe_it(there: Plain) -> None:
    credential = there.card.identity.credentials[0]
    euicc = there.eim.euiccs[there.eid]
    euicc.eum_certificate, euicc.euicc_certificate = credential.eum_certificate, credential.euicc_certificate
    order = there.eim.queue(there.eid, operations.enable(TWO))
    there.poll()
    assert (order.state, there.enabled()) == (OrderState.SENT, TWO)
    assert {each.reason for each in euicc.discarded} == {Discard.SIGNATURE}


def test_it_has_no_certificates_to_show(there: Plain) -> None:
    assert there.card_access().store_data(bytes.fromhex("BF5600")) == bytes.fromhex("BF5603810101")


def test_a_replay_is_refused(there: Plain) -> None:
    order = there.eim.queue(there.eid, operations.enable(TWO))
    request = there.eim.send(there.eid, order)
    there.card_access().store_data(request)
    there.enable(1)
    there.state = StateFile(there.path)
    assert there.card_access().store_data(request).endswith(bytes.fromhex("0201045F3700"))
    assert there.enabled() == ONE


def test_a_wrong_signature_is_refused(there: Plain) -> None:
    order = there.eim.queue(there.eid, operations.enable(TWO))
    request = there.eim.send(there.eid, order)
    card = there.card_access()
    for wrong in (request[:-1] + bytes([request[-1] ^ 1]), request.replace(TWO, ONE)):
        assert card.store_data(wrong).startswith(bytes.fromhex("BF51"))
        assert tlv.parse(card.store_data(wrong)).children()[0].tag == 0xA2
    assert (there.enabled(), results(there)) == (ONE, [])
    assert tlv.parse(card.store_data(request)).children()[0].tag == 0xA0
    assert there.enabled() == TWO


def test_a_rollback_cannot_be_promised(there: Plain) -> None:
    there.eim.euiccs[there.eid].takes_unsigned = True
    order = there.eim.queue(there.eid, operations.enable(TWO, rollback=True))
    there.poll()
    assert [each.code for each in order.results] == [20]
    assert there.enabled() == ONE
    with pytest.raises(EuiccRefused):
        there.ipa().roll_back()


def test_a_power_loss_while_it_executes_is_told(there: Plain) -> None:
    order = there.eim.queue(there.eid, operations.enable(TWO))
    request = there.eim.send(there.eid, order)
    there.card.nvm.lose_power_at = 1
    with pytest.raises(PowerLoss):
        there.card_access().store_data(request)
    there.card.reset()
    there.state = StateFile(there.path)
    (result,) = results(there)
    assert result.endswith(bytes.fromhex("3003020103 5F3700"))
    assert tlv.parse(there.card_access().store_data(request)).children()[0].tag == 0xA1
