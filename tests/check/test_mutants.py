"""Cards with one check removed or one code changed: each is caught, by the case that is about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from apdu import Transport, instruction
from asn1.generated import rsp
from euicc import Card
from euicc.check import Outcome
from euicc.crypto import chain, ecdsa
from euicc.isdr import es8, rollback
from euicc.isdr.es10 import authentication, download
from euicc.isdr.package import ladder, result
from euicc.isdr.session import Challenged
from euicc.profiles.notifications import NotificationStore
from euicc.refusals import Reason
from euicc.uicc import fcp
from euicc.uicc.authentication.sequence import SequenceNumbers
from euicc.uicc.context import Context
from euicc.uicc.pins import RunningPin
from euicc.variants import variant_of
from tests.check.cards import Altered, cases, checked, ids, instead, new_card, told

Patch = pytest.MonkeyPatch
Make = Callable[[Patch, Card], Transport]
ENABLE, DISABLE, DELETE, REMOVE, CHALLENGE, NICKNAME = 0xBF31, 0xBF32, 0xBF33, 0xBF30, 0xBF2E, 0xBF29


@dataclass(frozen=True)
class Mutant:
    """make: gives the card with its fault. caught: a case that has to fail. areas: the cases that are run."""

    make: Make
    caught: str
    variant: str = "sgp22"
    subscribed: bool = True
    areas: tuple[str, ...] = ()


def function(tag: int, **changes: Any) -> Make:
    """An ES10 function with another row in the table."""

    def make(patch: Patch, card: Card) -> Transport:
        table: Any = variant_of(card.config).functions
        patch.setitem(table, tag, replace(table[tag], **changes))
        return card

    return make


def code(tag: int, reason: Reason, value: int) -> Make:
    """A function that answers a refusal with another code."""

    def make(patch: Patch, card: Card) -> Transport:
        table: Any = variant_of(card.config).functions
        refusals = {**table[tag].refusals, reason: value}
        patch.setitem(table, tag, replace(table[tag], refusals=refusals))
        return card

    return make


def attribute(owner: object, name: str, value: object) -> Make:
    """Something of the card is something else."""

    def make(patch: Patch, card: Card) -> Transport:
        patch.setattr(owner, name, value)
        return card

    return make


def saying(change: Callable[[bytes | None, bytes], bytes]) -> Make:
    """The card's responses are changed."""
    return lambda patch, card: Altered(card, change)


def unsigned(module: object) -> Make:
    """No signature is verified in this module."""
    return attribute(module, "ecdsa", SimpleNamespace(verify=lambda *_: True))


def trusting(certificate: object, trusted: Any, *_: object, **__: object) -> chain.TrustAnchor:
    """Any certificate is one of the first CI's."""
    anchor: chain.TrustAnchor = next(iter(trusted))
    return anchor


def any_entity(certificate: Any, trusted: Any, roles: Any, **_: object) -> chain.TrustAnchor:
    """The SM-DP+ need not be the one that authenticated."""
    return chain.verify_server(certificate, trusted, roles)


def constant_challenge(isdr: Any, _: object) -> rsp.GetEuiccChallengeResponse:
    isdr.session = Challenged(bytes(16))
    return rsp.GetEuiccChallengeResponse(euicc_challenge=bytes(16))


def without_check(code_of_it: int) -> Make:
    """A package is not refused with this code."""
    left = tuple(check for check in ladder._CHECKS if check[1] != code_of_it)
    return attribute(ladder, "_CHECKS", left)


def token_ignored(eim: Any, package: Any) -> bool:
    covered = (package.signed + result.token_object(token) for token in (eim.token, None))
    return any(ecdsa.verify(eim.key, package.signature, each) for each in covered)


def uncounted(pin: Any, value: bytes) -> bool:
    if pin.state.value != value:
        return False
    pin._verified.add(pin._name)
    return True


def never_told(event: int) -> Make:
    original = NotificationStore.add

    def add(store: Any, profile: Any, of: int, besides: str | None = None) -> None:
        if of != event:
            original(store, profile, of, besides)

    return attribute(NotificationStore, "add", add)


def counting_refusals(isdr: Any, addressee: Any, value: int) -> bytes:
    with isdr.nvm.transaction():
        isdr.eims.set_counter(isdr.eims.get(addressee.eim_id), addressee.counter)
    return result.error_signed(isdr, addressee, value)


class OneCurrentFile:
    """Every channel selects and reads where the basic one does."""

    FILES = (instruction.SELECT, instruction.READ_BINARY, instruction.READ_RECORD)

    def __init__(self, card: Card) -> None:
        self._card = card

    def reset(self) -> bytes:
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        of_file = command[1] in self.FILES and not (command[1] == instruction.SELECT and command[2] == 4)
        return self._card.transmit(bytes([command[0] & 0xFC]) + command[1:] if of_file else command)


def never_6cxx(command: bytes | None, response: bytes) -> bytes:
    return b"\x67\x00" if command and response[-2:-1] == b"\x6c" else response


def wrong_tck(command: bytes | None, response: bytes) -> bytes:
    return response if command else response[:-1] + bytes([response[-1] ^ 0xFF])


def eager(command: bytes | None, response: bytes) -> bytes:
    return b"\x91\x0b" if response == b"\x90\x00" else response


def disturbed_order(df: Any, uicc: Any) -> list[bytes]:
    found = ORDERED(df, uicc)
    return [found[0], *found[:0:-1]]


ORDERED = fcp._of_df
MUTANTS: dict[str, Mutant] = {
    "the ATR has a wrong TCK": Mutant(saying(wrong_tck), "atr/tck", areas=("atr/",)),
    "the FCP is in another order": Mutant(
        attribute(fcp, "_of_df", disturbed_order), "select/mf-order", areas=("select/",)
    ),
    "a wrong Le is 6700": Mutant(saying(never_6cxx), "read/wrong-le", areas=("read/",)),
    "all channels share the current file": Mutant(
        lambda patch, card: OneCurrentFile(card), "channels/current-file", areas=("channels/",)
    ),
    "91xx without TERMINAL PROFILE": Mutant(saying(eager), "commands/quiet", areas=("commands/",)),
    "access rules are not applied": Mutant(
        attribute(Context, "check_permission", lambda *_: None), "access/iccid-write", areas=("access/",)
    ),
    "wrong PINs are not counted": Mutant(
        attribute(RunningPin, "present", uncounted), "pins/wrong", areas=("pins/",)
    ),
    "a challenge is accepted twice": Mutant(
        attribute(SequenceNumbers, "accept", lambda numbers, sqn, parameters: numbers),
        "aka/replay",
        areas=("aka/",),
    ),
    "the eUICC challenge is constant": Mutant(
        function(CHALLENGE, run=constant_challenge), "authenticate/challenge-fresh", areas=("authenticate/",)
    ),
    "serverSignature1 is not verified": Mutant(
        unsigned(authentication), "authenticate/signature", areas=("authenticate/",)
    ),
    "certificates are not verified": Mutant(
        attribute(authentication, "chain", SimpleNamespace(verify_server=trusting)),
        "authenticate/bad-certificate",
        areas=("authenticate/",),
    ),
    "a challenge that was used is good again": Mutant(
        code(0xBF38, Reason.NO_SESSION, 127), "authenticate/used-challenge", areas=("authenticate/",)
    ),
    "smdpSignature2 is not verified": Mutant(unsigned(download), "prepare/signature", areas=("prepare/",)),
    "CERT.DPpb of another SM-DP+ is accepted": Mutant(
        attribute(download, "chain", SimpleNamespace(verify_server=any_entity)),
        "prepare/other-server",
        areas=("prepare/",),
    ),
    "smdpSign is not verified": Mutant(unsigned(es8), "load/smdp-sign", areas=("load/",)),
    "enabling an enabled profile is ok": Mutant(
        code(ENABLE, Reason.WRONG_STATE, 0), "states/enable-enabled", areas=("states/",)
    ),
    "deleting an enabled profile has a wrong code": Mutant(
        code(DELETE, Reason.WRONG_STATE, 3), "states/delete-enabled", areas=("states/",)
    ),
    "an unknown ICCID has a wrong code": Mutant(
        code(ENABLE, Reason.NOT_FOUND, 2), "states/enable-unknown", areas=("states/",)
    ),
    "PPR2 does not keep a profile": Mutant(
        code(DELETE, Reason.POLICY, 0), "rules/ppr2-delete", subscribed=False, areas=("rules/",)
    ),
    "an implicit disable is not told": Mutant(
        never_told(rsp.NotificationEvent.NOTIFICATION_DISABLE), "states/implicit", areas=("states/",)
    ),
    "removing an unknown notification is answered with nothing": Mutant(
        saying(instead([("BF30038001019000", "9000")])),
        "notifications/remove-nothing",
        areas=("notifications/remove",),
    ),
    "a nickname for an unknown ICCID is ok": Mutant(
        code(NICKNAME, Reason.NOT_FOUND, 0), "nickname/unknown", areas=("nickname/",)
    ),
    "an empty list of profiles has no A0": Mutant(
        saying(instead([("BF2D02A0009000", "BF2D009000")])), "profiles/unknown", areas=("profiles/",)
    ),
    "an eIM's signature is not verified": Mutant(
        attribute(ladder, "_signed_by", lambda *_: True), "packages/wrong-key", "sgp32", areas=("packages/",)
    ),
    "the association token is ignored": Mutant(
        attribute(ladder, "_signed_by", token_ignored),
        "packages/without-token",
        "sgp32",
        areas=("packages/",),
    ),
    "a counter may be used again": Mutant(without_check(4), "packages/replay", "sgp32", areas=("packages/",)),
    "a package for another card is obeyed": Mutant(
        without_check(3), "packages/eid", "sgp32", areas=("packages/",)
    ),
    "a package that is refused uses its counter": Mutant(
        attribute(ladder, "result", SimpleNamespace(**{**vars(result), "error_signed": counting_refusals})),
        "packages/counter-stays",
        "sgp32",
        areas=("packages/",),
    ),
    "another package leaves the rollback": Mutant(
        attribute(rollback, "cancel", lambda isdr: None),
        "rollback/other-package",
        "sgp32",
        areas=("rollback/",),
    ),
    "ProfileRollback tags its result 80": Mutant(
        saying(instead([("BF58030201019000", "BF58038001019000")])),
        "rollback/not-armed",
        "sgp32",
        areas=("rollback/",),
    ),
    "AddInitialEim adds to what is there": Mutant(
        code(0xBF57, Reason.WRONG_STATE, 127), "eims/exists", "sgp32", areas=("eims/",)
    ),
    "no token is made for an eIM that asks": Mutant(
        saying(instead([("BF5705A0038401019000", "BF5704A00205009000")])),
        "eims/add-token",
        "sgp32",
        areas=("eims/",),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    card = new_card(mutant.variant, mutant.subscribed)
    report = checked(mutant.make(monkeypatch, card), *mutant.areas)
    assert mutant.caught in ids(report, Outcome.FAILED)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_same_cases_pass_on_the_card_itself(name: str) -> None:
    mutant = MUTANTS[name]
    assert any(case.id == mutant.caught for case in cases(*mutant.areas))
    assert told(checked(new_card(mutant.variant, mutant.subscribed), *mutant.areas)) == []
