"""The power goes at every write of every command of ES5: carried out wholly or not at all, it can be sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apdu import Command
from euicc import eid as eids
from euicc.testing.faults import power_cuts
from euicc.testing.m2m.key_establishment import KeyEstablishment, KeyRequest, certificate_dgi, store_data
from euicc.testing.m2m.pki import M2mPki
from tests.m2m import commands
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, managed
from tests.m2m.remembered import contents, is_one_of
from tests.m2m.test_es5_keys import NEW_KEYS, TOKEN_KEY, field, put_key, with_new_keys, with_token_key
from tests.m2m_keys.scene import random_of

PKI = M2mPki()


def both() -> Managed:
    return managed(ICCID, OTHER_ICCID)


def prepared(*before: str) -> Callable[[], Managed]:
    """A card with two profiles on which these commands were carried out."""

    def make() -> Managed:
        here = both()
        for command in before:
            assert here.sw(command) == 0x9000
        return here

    return make


def switched_back() -> Managed:
    """A profile that POL1 deletes was disabled, and the card waits for the confirmation."""
    here = managed(ICCID, OTHER_ICCID, pol1=(0, 0x04))
    here.switch(SECOND)
    assert here.sw(commands.disable(SECOND)) == 0x9000
    return here


def secured() -> Managed:
    here = both()
    with_new_keys(here)
    return here


def restarted(here: Managed) -> dict[str, dict[str, Any]]:
    here.handset.reset()
    return contents(here)


WRITING: dict[str, tuple[Callable[[], Managed], str]] = {
    "CreateISDP": (both, commands.create(THIRD)),
    "EnableProfile": (both, commands.enable(SECOND)),
    "DisableProfile": (prepared(commands.enable(SECOND), commands.confirm(1)), commands.disable(SECOND)),
    "SetFallbackAttribute": (both, commands.set_fallback(SECOND)),
    "SetEmergencyProfileAttribute": (both, commands.set_emergency(SECOND)),
    "DeleteProfile": (both, commands.delete(SECOND)),
    "DeleteProfile, attribute": (prepared(commands.set_emergency(SECOND)), commands.delete(SECOND)),
    "DeleteProfile, empty": (prepared(commands.create(THIRD)), commands.delete(THIRD)),
    "MasterDelete": (with_token_key, commands.master_delete(SECOND, TOKEN_KEY)),
    "UpdateSMSRAddressingParameters": (both, commands.addressing("A3048102" + "9121")),
    "HandleNotificationConfirmation": (switched_back, commands.confirm(2)),
    "PUT KEY": (both, put_key(0x02, *map(field, NEW_KEYS))),
    "PUT KEY, replacing": (secured, put_key(0x03, *map(field, NEW_KEYS), old=0x02)),
    "FinaliseISDRhandover": (secured, commands.finalise("010103")),
}


@pytest.mark.parametrize("name", WRITING)
def test_wholly_or_not_at_all(name: str) -> None:
    make, command = WRITING[name]
    whole = make()
    before = contents(whole)
    assert whole.sw(command) == 0x9000
    after = restarted(whole)
    assert before != after
    points = 0
    for cut in power_cuts():
        here = make()
        with cut.on(here.card):
            here.es5(command)
        found = restarted(here)
        assert is_one_of(found, before, after)
        if not cut.happened:
            assert found == after
        elif found == before:
            assert here.sw(command) == 0x9000
            assert restarted(here) == after
        points += cut.happened
    # The counter alone has three; whatever else was written has as many at least.
    assert points > 5


def establishment(version: int, server: Any) -> KeyEstablishment:
    issued = PKI.issue(eids.DEFAULT)
    ecasd = PKI.ecasd_key(issued.ecasd_certificate, issued.eum_certificate, issued.eid)
    return KeyEstablishment(server, ecasd, KeyRequest(version), random_of("server"))


def run(here: Managed, blocks: list[Command]) -> tuple[str, int]:
    return [here.es5(block.encode().hex()) for block in blocks][-1]


@pytest.mark.parametrize(("version", "before"), [(0x02, None), (0x30, THIRD)], ids=["ISD-R", "ISD-P"])
def test_keys_are_established_wholly_or_not_at_all(version: int, before: bytes | None) -> None:
    server = PKI.sm_sr() if before is None else PKI.sm_dp()
    first = store_data(certificate_dgi(server.encoded))

    def establish(here: Managed) -> None:
        """Both steps; the receipt is right."""
        establishing = establishment(version, server)
        if before is not None:
            assert here.sw(commands.personalize(before)) == 0x9000
        challenge, _ = run(here, first)
        second = store_data(establishing.sign(bytes.fromhex(challenge)).dgis(), first=len(first), last=True)
        answer, sw = run(here, second)
        assert sw == 0x9000
        assert establishing.conclude(bytes.fromhex(answer))

    make = both if before is None else prepared(commands.create(THIRD))
    whole = make()
    unchanged = contents(whole)
    establish(whole)
    after = restarted(whole)
    for cut in power_cuts():
        here = make()
        with cut.on(here.card):
            establish(here)
        found = restarted(here)
        assert is_one_of(found, unchanged, after)
        if found == unchanged:
            establish(here)
            assert restarted(here) == after


def test_a_switch_that_was_asked_for_survives_the_loss_of_power_at_any_apdu() -> None:
    states = set()
    for cut in power_cuts("apdu"):
        here = both()
        with cut.on(here.card):
            here.es5(commands.enable(SECOND))
        here.handset.reset()
        enabled = here.isdr.profiles.enabled()
        assert enabled is not None
        states.add(enabled.aid)
        assert len([each for each in here.isdr.profiles.all() if each.enabled]) == 1
    assert states == {FIRST, SECOND}
