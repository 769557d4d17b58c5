"""A change of the enabled profile: asked for, durable, carried out by a reset."""

from __future__ import annotations

from euicc import Card
from euicc.m2m.conversation import Conversation
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.switching import AskedSwitch, SwitchReason
from euicc.testing.ota import Handset
from euicc.testing.profile_builder import Subscription, build

REFRESH_UICC_RESET = bytes.fromhex("D009810301010482028182")


def card_of_two() -> Card:
    card = Card.manufacture(variant="sgp02")
    card.preload(build(Subscription()).package, enabled=True)
    card.preload(build(Subscription(imsi="001020000000001", iccid="8900102000000000001")).package)
    return card


def isdr_of(card: Card) -> M2mIsdR:
    assert isinstance(card.isdr, M2mIsdR)
    return card.isdr


def states(card: Card) -> list[bool]:
    return [profile.enabled for profile in card.isdr.profiles.all()]


def test_nothing_is_durable_before_the_response_is_out() -> None:
    card = card_of_two()
    conversation = Conversation()
    isdr_of(card).switching.ask(conversation, card.isdr.profiles.all()[1].aid)
    assert isdr_of(card).switching.asked is None
    card.reset()
    assert states(card) == [True, False]
    assert len(conversation.afterwards) == 1


def test_the_reset_after_refresh_switches() -> None:
    card = card_of_two()
    handset = Handset(card)
    isdr_of(card).switching.begin(card.isdr.profiles.all()[1].aid, SwitchReason.ENABLE)
    assert states(card) == [True, False]
    handset.reset()
    assert states(card) == [False, True]
    assert isdr_of(card).switching.asked is None


def test_what_was_asked_survives_as_bytes() -> None:
    for asked in (AskedSwitch(b"", SwitchReason.DISABLE), AskedSwitch(bytes(16), SwitchReason.TEST_OVER)):
        assert AskedSwitch.from_bytes(asked.to_bytes()) == asked
