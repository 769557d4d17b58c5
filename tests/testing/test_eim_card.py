"""The eIM against the real card: what one signs the other executes, and the other way round."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.testing.eim import Eim, OrderState, operations
from tests.isdr.es10 import open_isdr
from tests.rsp.contents import profile
from tests.testing.eim_device import eim
from tests.testing.eim_ipa import PACKAGE, SMDP, Ipa, ipa
from tests.testing.ordered import PKI

ICCID = profile().iccid_bytes


def installed() -> Ipa:
    """An IPA whose card has got one profile through the eIM, and whose certificates the eIM knows."""
    device = ipa()
    order = device.smdp.order(PACKAGE)
    download = device.server.download(device.eid, device.smdp.activation_code(order))
    device.matching_id = order.matching_id
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    device.notify(device.load(device.fetch()))
    return device


def restart(device: Ipa) -> None:
    """The switch that the card promised happens."""
    device.card.reset()
    device.channel = open_isdr(device.card)


def codes(device: Ipa, *wanted: operations.Operation) -> tuple[int | None, ...]:
    order = device.server.queue(device.eid, *wanted)
    device.serve()
    assert order.state is OrderState.DONE
    return order.codes


def test_life_of_a_profile() -> None:
    device = installed()
    assert codes(device, operations.enable(ICCID, rollback=True)) == (20,)
    assert codes(device, operations.enable(ICCID)) == (0,)
    restart(device)
    assert codes(device, operations.enable(ICCID)) == (2,)
    assert codes(device, operations.list_profile_info(), operations.get_rat()) == (None, None)
    assert codes(device, operations.disable(ICCID)) == (0,)
    restart(device)
    assert codes(device, operations.delete(ICCID)) == (0,)
    assert codes(device, operations.delete(ICCID)) == (1,)
    assert device.server.euiccs[device.eid].discarded == []


def test_everything_else_a_package_can_do() -> None:
    device = installed()
    found = codes(
        device,
        operations.configure_immediate_enable(True, "2.999.10", SMDP),
        operations.set_default_dp_address(SMDP),
        operations.unset_fallback_attribute(),
    )
    assert found[::2] == (0, 2)
    assert codes(device, operations.set_fallback_attribute(ICCID)) == (2,)
    assert codes(device, operations.list_eim()) == (None,)


def test_a_result_waits_for_the_certificates() -> None:
    device = ipa()
    order = device.server.queue(device.eid, operations.enable(ICCID))
    answer = device.serve()
    assert answer == bytes.fromhex("BF50023000")
    device.tell()
    assert order.codes == (1,)


def test_a_package_that_is_loaded_twice() -> None:
    device = installed()
    order = device.server.queue(device.eid, operations.get_rat())
    package = device.poll().encoded
    result, again = device.send(package), device.send(package)
    device.provide(result)
    device.provide(again)
    assert (order.state, order.error) == (OrderState.DONE, None)
    second = device.server.queue(device.eid, operations.get_rat())
    device.send(device.poll().encoded)
    device.provide(device.send(device.poll().encoded))
    assert (second.state, second.error) == (OrderState.REFUSED, 4)


def test_the_token_matters() -> None:
    """The eUICC says which one it has; nobody signed that, so the eIM's owner has to say so."""
    device = installed()
    record = device.server.euiccs[device.eid]
    token, record.token = record.token, 77
    order = device.server.queue(device.eid, operations.get_rat())
    device.serve()
    assert (order.state, order.token_shown) == (OrderState.UNCONFIRMED, token)
    record.token = order.token_shown
    assert codes(device, operations.get_rat()) == (None,)


def test_updating_itself() -> None:
    device = installed()
    own = device.server.identity.configuration("new.example.com").replace(counter_value=None)
    assert codes(device, operations.update_eim(own)) == (0,)
    listed = device.send(bytes.fromhex("BF5500"))
    assert tlv.find(listed, 0xBF55, 0xA0, 0x30, 0x81) == b"new.example.com"


@pytest.mark.parametrize("token", [False, True])
def test_handover(token: bool) -> None:
    device = installed()
    old, new = device.server, eim("eim2", address="eim2.example.com")
    handover = old.hand_over(device.eid, new, token=token)
    device.serve()
    device.serve()
    assert handover.is_complete
    device.server = new
    assert codes(device, operations.get_rat()) == (None,)
    refused = old.queue(device.eid, operations.get_rat())
    device.server = old
    device.serve()
    assert refused.state is OrderState.UNCONFIRMED


def test_rollback() -> None:
    """Two profiles; the switch from one to the other is taken back, as its result could not be delivered."""
    device = installed()
    assert codes(device, operations.enable(ICCID)) == (0,)
    restart(device)
    other = profile("8900101234567890999")
    order = device.smdp.order(other.package)
    download = device.server.download(device.eid, device.smdp.activation_code(order))
    device.matching_id = order.matching_id
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    device.notify(device.load(device.fetch()))
    switch = device.server.queue(device.eid, operations.enable(other.iccid_bytes, rollback=True))
    device.send(device.poll().encoded)
    restart(device)
    rolled_back = tlv.parse(device.send(bytes.fromhex("BF5803800100")))
    result = rolled_back.find(0xBF51)
    assert result is not None
    device.provide(tlv.encode(0xBF51, result))
    assert switch.state is OrderState.DONE
    assert switch.was_rolled_back
    assert switch.results == ()


def test_an_eim_that_nobody_associated() -> None:
    device = installed()
    stranger = Eim(PKI, "stranger")
    stranger.associate(device.eid)
    order = stranger.queue(device.eid, operations.get_rat())
    device.server = stranger
    device.serve()
    assert (order.state, order.token_shown) == (OrderState.UNCONFIRMED, None)
