"""All quirks by name. Where one was seen is as exact as what is known in public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from euicc.quirks import functions, wire
from euicc.quirks.quirk import Quirk

if TYPE_CHECKING:
    from euicc.card import Card, Front
    from euicc.config import Config
    from euicc.variants.variant import Variant

_IOT = ("sgp32", "sgp32-v1.0")
_V1_2 = ("sgp32",)
_TWO_VENDORS = "IoT eUICCs of two vendors"
_EMULATORS = "other emulators"
_REPORTED = "reported by testers, no product named"

_ALL = (
    # -- change of profiles -----------------------------------------------------------------------------------------
    Quirk(
        "6985-after-switch",
        "after a change of profiles every ES10 command is answered 6985 until the card is reset; REFRESH is announced",
        _TWO_VENDORS,
        front=wire.NotBeforeReset,
    ),
    Quirk(
        "6985-after-switch-silent",
        "the same, and the REFRESH is not announced: the device has to know that it must reset the card",
        _TWO_VENDORS,
        front=wire.SilentBeforeReset,
    ),
    # -- proactive commands -----------------------------------------------------------------------------------------
    Quirk(
        "91xx-without-profile",
        "proactive commands are announced by 91xx though the terminal sent no TERMINAL PROFILE",
        _REPORTED,
        front=wire.AnnouncesToAnybody,
    ),
    Quirk(
        "91xx-between-blocks",
        "blocks of STORE DATA that are not the last are answered 910B, though nothing can be fetched",
        _REPORTED,
        front=wire.AnnouncesBetweenBlocks,
    ),
    # -- start-up ---------------------------------------------------------------------------------------------------
    Quirk(
        "6985-until-declared",
        "every ES10 command is answered 6985 until TERMINAL CAPABILITY declared the LPA, on an IoT eUICC the IPA",
        "an IoT eUICC of Thales",
        config=lambda config: replace(config, gating="strict"),
    ),
    Quirk(
        "no-gating",
        "ES10 functions are open whatever the terminal declared, also where Config.gating wants otherwise",
        _REPORTED,
        config=lambda config: replace(config, gating="off"),
    ),
    Quirk(
        "terminal-capability-6d00",
        "TERMINAL CAPABILITY is answered 6D00",
        _REPORTED,
        front=wire.NoTerminalCapability,
    ),
    Quirk(
        "channels-assigned-only",
        "MANAGE CHANNEL opens only channels that the card chooses (0070000001); 6A86 for one by its number",
        _REPORTED,
        front=wire.AssignsChannels,
    ),
    Quirk(
        "fci-in-a5",
        "the FCI of the ISD-R has E0 and E1 inside A5",
        "some cards",
        front=wire.FciInA5,
    ),
    # -- answers ----------------------------------------------------------------------------------------------------
    Quirk(
        "no-61xx",
        "never 61xx: all data at once, also more than 256 bytes to a short command",
        f"{_EMULATORS}, and readers that fetch for themselves",
        front=wire.AnswersAtOnce,
    ),
    Quirk(
        "always-61xx",
        "every answer to a command with data waits for GET RESPONSE, also where Le would take it",
        "cards on T=0",
        front=wire.AnnouncesAnswers,
    ),
    Quirk(
        "6cxx-for-61xx",
        "6Cxx to a command with data and Le, which is answered and not carried out again when it comes with that Le",
        _REPORTED,
        front=wire.WantsRightLe,
    ),
    Quirk(
        "get-response-in-pieces",
        "as always-61xx, and GET RESPONSE brings 100 bytes at most, and each 61xx announces no more than that",
        _REPORTED,
        front=wire.InPieces,
    ),
    Quirk(
        "no-6283",
        "SELECT of a deactivated file ends with 9000",
        _REPORTED,
        front=wire.SelectsDeactivatedFiles,
    ),
    # -- contents ---------------------------------------------------------------------------------------------------
    Quirk(
        "isd-p-from-1100",
        "the first ISD-P is A0000005591010FFFFFFFF8900001100, and a deleted one's AID is given again",
        "a test eUICC of SGP.22 v2.2.0",
        variant=functions.isd_ps_from_1100,
    ),
    Quirk(
        "no-result-available",
        "RetrieveNotificationsList with nothing to give is an error, BF2B03810101",
        "eUICCs before SGP.22 v2.5",
        variant=functions.answering(functions.no_result_available, functions.PENDING),
    ),
    Quirk(
        "no-profile-class",
        "ProfileInfo of an operational profile has no profileClass",
        "eUICCs of SGP.22 v2.0 to v2.2, where it was the default",
        variant=functions.answering(functions.without_class, functions.PROFILES),
    ),
    Quirk(
        "true-as-01",
        "BOOLEAN TRUE is 01 in ProfileInfo",
        "stacks that write the TRUE of C",
        variants=_V1_2,
        variant=functions.answering(functions.true_as_01, functions.PROFILES),
    ),
    Quirk(
        "bf34-for-bf64",
        "eUICCMemoryReset is BF34 with the bits of SGP.32 v1.0; BF64 is unknown (6A88)",
        _REPORTED,
        variants=_V1_2,
        variant=functions.memory_reset_of_v1_0,
    ),
    Quirk(
        "rollback-result-80",
        "cmdResult of ProfileRollback has the tag 80, not 02",
        "one stack",
        variants=_IOT,
        variant=functions.answering(functions.automatic_result, functions.ROLLBACK),
    ),
    Quirk(
        "eim-id-type-84",
        "eimIdType in the result of listEim has the tag 84 of v1.0",
        _REPORTED,
        variants=_V1_2,
        variant=functions.eim_id_type_of_v1_0,
    ),
    Quirk(
        "explicit-certificates",
        "GetCerts gives A5{30{..}}, A6{30{..}}: the certificates keep their own tag",
        f"some stacks; {_EMULATORS}",
        variants=_IOT,
        variant=functions.answering(functions.explicit_certificates, functions.CERTIFICATES),
    ),
    Quirk(
        "explicit-keys",
        "the keys in the configuration of an eIM are A5{A0{30{..}}}: they keep their own tag",
        "some stacks",
        variants=_IOT,
        variant=functions.answering(functions.explicit_keys, functions.EIMS),
    ),
    # -- what no card in the field does, but what pretends to be one ---------------------------------------------------
    Quirk(
        "doubled-tlv",
        "every response has its tag twice, BF2D BF2D ..",
        "code generators that make a CHOICE explicit",
        real=False,
        variant=functions.every_function(functions.doubled),
    ),
    Quirk(
        "bare-empty-lists",
        "empty lists have no A0: BF2D00, BF2B00, BF2800",
        _EMULATORS,
        real=False,
        variant=functions.answering(functions.bare_when_empty, *functions.LISTS),
    ),
    Quirk(
        "lists-without-a0",
        "lists have no A0: BF2D{E3..}",
        _EMULATORS,
        real=False,
        variant=functions.answering(functions.without_alternative, *functions.LISTS),
    ),
)

QUIRKS: Mapping[str, Quirk] = {quirk.name: quirk for quirk in _ALL}
"""Every quirk by its name."""


def check(names: Iterable[str], variant: str) -> None:
    """ValueError when one of these is no quirk, or none of this kind of card."""
    for name in names:
        if name not in QUIRKS:
            raise ValueError(f"no quirk {name!r}; there are {', '.join(sorted(QUIRKS))}")
        if variant not in QUIRKS[name].variants:
            raise ValueError(f"quirk {name!r} is for cards of {', '.join(QUIRKS[name].variants)}")


def configured(config: Config) -> Config:
    """The product's choices as its quirks have them."""
    for name in config.quirks:
        change = QUIRKS[name].config
        config = config if change is None else change(config)
    return config


def varied(variant: Variant, names: Iterable[str]) -> Variant:
    """A kind of card with these quirks."""
    for name in names:
        change = QUIRKS[name].variant
        variant = variant if change is None else change(variant)
    return variant


def fronted(card: Card, front: Front) -> Front:
    """What stands before the wire of a card with its quirks, the first one named next to the runtime."""
    for name in card.config.quirks:
        stand = QUIRKS[name].front
        front = front if stand is None else stand(card, front)
    return front
