"""The laboratory: what is wired together works, in process and over HTTPS, and a seed makes it repeatable."""

from __future__ import annotations

import pytest

from apdu import Recorder
from asn1.generated import sgp32
from euicc import Card, Config
from euicc.testing.eim import OrderState as EimOrderState
from euicc.testing.eim import operations
from euicc.testing.lab import Cards, InProcess, Lab
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp import OrderState
from ipa.errors import ServerAnswerInvalid, ServerUnreachable
from ipa.iccid import to_digits
from ipa.steps import Server


def iccids(card: Card) -> list[str]:
    return [to_digits(each.iccid) for each in card.isdr.profiles.all()]


def test_a_phone_downloads_and_enables() -> None:
    lab = Lab(seed=1)
    card, order = lab.card(), lab.order()
    with lab.lpa(card) as lpa:
        lpa.download(lab.activation_code(order))
        lpa.enable(order.iccid)
        lpa.send_notifications()
    assert order.state is OrderState.INSTALLED
    assert len(lab.smdp.notifications) == 2
    assert lab.network.asked[:2] == ["initiateAuthentication", "authenticateClient"]


def test_an_iot_device_is_managed_by_the_eim() -> None:
    lab = Lab(seed=1)
    card = lab.card("sgp32", profiles=2, enabled=0)
    second = card.isdr.profiles.all()[1]
    order = lab.eim.queue(card.identity.eid, operations.enable(second.iccid))
    with lab.ipa(card) as ipa:
        ipa.poll()
    assert order.state is EimOrderState.DONE
    assert order.codes == (0,)
    assert card.isdr.profiles.enabled() == card.isdr.profiles.by_iccid(second.iccid)


def test_the_sm_ds_is_the_root_of_its_cards() -> None:
    lab = Lab(seed=1)
    card, order = lab.card("sgp32"), lab.order()
    lab.smds.register(card.identity.eid, lab.smdp.address, order.matching_id)
    lab.eim.download_by_smds(card.identity.eid)
    with lab.ipa(card) as ipa:
        ipa.poll()
    assert order.state is OrderState.INSTALLED


@pytest.mark.parametrize("as_json", [False, True])
def test_esipa_in_both_bindings(as_json: bool) -> None:
    lab = Lab(seed=1)
    lab.network.as_json = as_json
    card = lab.card("sgp32", profiles=1)
    order = lab.eim.queue(card.identity.eid, operations.list_profile_info())
    with lab.ipa(card) as ipa:
        ipa.poll()
    assert order.state is EimOrderState.DONE


def test_over_https() -> None:
    lab = Lab(seed=1)
    with lab.serve():
        card, order = lab.card("sgp32"), lab.order()
        assert lab.smdp.address.startswith("127.0.0.1:")
        with lab.lpa(card) as lpa:
            lpa.download(lab.activation_code(order))
        wanted = lab.eim.queue(card.identity.eid, operations.enable(order.iccid))
        with lab.ipa(card) as ipa:
            ipa.poll()
    assert wanted.state is EimOrderState.DONE
    assert lab.network.asked == []
    assert lab.smdp.address == "smdp.example.com"
    with lab.lpa(card) as lpa:
        assert lpa.profiles()[0].iccid == order.iccid


def recorded(seed: int) -> list[tuple[bytes | None, bytes]]:
    lab = Lab(seed=seed)
    recorder = Recorder(lab.card())
    with lab.lpa(recorder) as lpa:
        lpa.download(lab.activation_code(lab.order()))
        lpa.send_notifications()
    return [(each.command, each.response) for each in recorder.trace.exchanges]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert recorded(7) == recorded(7)
    assert recorded(7) != recorded(8)


def test_a_card_does_not_depend_on_how_much_others_draw() -> None:
    eager, calm = Cards(seed=1), Cards(seed=1)
    eager().env.random(100)
    calm()
    assert eager().env.random(16) == calm().env.random(16)
    assert Cards()().env.random(16) != Cards()().env.random(16)


def test_cards_differ() -> None:
    cards = Cards(seed=1)
    first, second = cards(), cards("sgp32")
    assert first.identity.eid != second.identity.eid
    assert first.env.random(16) != second.env.random(16)
    assert cards.made == [first, second]
    assert second.config.variant == "sgp32"


def test_profiles_by_number_by_subscription_and_as_packages() -> None:
    given = build(Subscription(iccid="8900109999999999999"))
    card = Cards()(profiles=[Cards.subscription(1), given, build().package], enabled=1)
    assert iccids(card) == iccids(Cards()(profiles=[Cards.subscription(1), given, build()]))
    assert [each.enabled for each in card.isdr.profiles.all()] == [False, True, False]
    assert [each.metadata is not None for each in card.isdr.profiles.all()] == [True] * 3
    assert len(Cards()(profiles=3).isdr.profiles.all()) == 3


@pytest.mark.parametrize(("profiles", "enabled"), [(0, 0), (2, 2), (2, -1)])
def test_what_is_not_there_cannot_be_enabled(profiles: int, enabled: int) -> None:
    with pytest.raises(ValueError, match="enabled is"):
        Cards()(profiles=profiles, enabled=enabled)


def test_a_preinstalled_profile_tells_the_sm_dp_plus() -> None:
    lab = Lab(seed=1)
    card = lab.card(profiles=1)
    with lab.lpa(card) as lpa:
        lpa.enable(iccids(card)[0])
        assert [each.notification_address for each in lpa.notifications()] == [lab.smdp.address]


def test_an_iot_card_that_no_eim_manages() -> None:
    lab = Lab()
    card = lab.card("sgp32", associated=False, config=Config(variant="sgp32", root_ds_address="ds.example"))
    with lab.ipa(card) as ipa:
        assert ipa.eims() == ()
        lab.associate(card)
        assert [each.id for each in ipa.eims()] == ["eim1"]
    assert card.config.root_ds_address == "ds.example"


def test_a_restarted_device_knows_what_it_kept() -> None:
    lab = Lab(seed=1)
    card = lab.card("sgp32", profiles=1)
    options = sgp32.EuiccMemoryResetRequest.ResetOptions
    with lab.ipa(card) as ipa:
        ipa.reset_memory(options.DELETE_OPERATIONAL_PROFILES)
    with lab.ipa(card) as restarted:
        restarted.poll()
    (change,) = lab.eim.euiccs[card.identity.eid].state_changes
    assert change.cause == sgp32.StateChangeCause.RESET


REQUEST = Server(address="here.example", function="getBoundProfilePackage", body={})


def test_who_cannot_be_reached() -> None:
    network = InProcess()
    with pytest.raises(ServerUnreachable, match="no such server"):
        network.call(REQUEST)
    network.up = lambda: False
    with pytest.raises(ServerUnreachable, match="no network"):
        network.call(REQUEST)
    assert (network.asked, network.calls) == ([], [])


@pytest.mark.parametrize(("function", "status"), [("getBoundProfilePackage", "400"), ("getNothing", "404")])
def test_what_https_would_answer_with_a_status(function: str, status: str) -> None:
    lab = Lab()
    with pytest.raises(ServerAnswerInvalid, match=status):
        lab.network.call(Server(address=lab.smdp.address, function=function, body={}))
