"""PINs and AUTHENTICATE of a device against the emulated card, through the command line, too."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apdu import ApduChannel, aid
from ipa import aka, files
from ipa import pin as pins
from ipa.__main__ import app
from ipa.aka import Authenticated, SynchronisationFailure
from ipa.errors import AuthenticationRefused
from ipa.pin import Outcome, PinResult
from tests.aka import network
from tests.aka.subscriber import NETWORK, K
from tests.ipa.subscribed import HOME, card_with

LOCKED = replace(HOME, pin1="1234", k=K, opc=NETWORK.opc)
RAND = bytes(range(16))
AMF = b"\x80\x00"


def usim(pin: str | None = None) -> ApduChannel:
    card = card_with(LOCKED)
    channel = ApduChannel(card)
    files.enter(channel, aid.USIM)
    if pin is not None:
        assert pins.verify(channel, pins.PIN1, pin).done
    return channel


def autn(sqn: int) -> bytes:
    number = sqn.to_bytes(6, "big")
    return network.xor(number, NETWORK.f5(RAND)) + AMF + NETWORK.f1(number, RAND, AMF)


def test_wrong_and_right() -> None:
    channel = usim()
    assert pins.tries_left(channel, pins.PIN1) == 3
    assert pins.verify(channel, pins.PIN1, "0000") == PinResult(Outcome.WRONG, 2)
    assert pins.verify(channel, pins.PIN1, "1234").done
    assert pins.tries_left(channel, pins.PIN1) in (3, None)


def test_blocked_and_unblocked() -> None:
    channel = usim()
    for left in (2, 1, 0):
        assert pins.verify(channel, pins.PIN1, "0000") == PinResult(Outcome.WRONG, left)
    assert pins.verify(channel, pins.PIN1, "1234") == PinResult(Outcome.BLOCKED, 0)
    assert pins.unblock(channel, pins.PIN1, "00000000", "5678") == PinResult(Outcome.WRONG, 9)
    assert pins.unblock_tries_left(channel, pins.PIN1) == 9
    assert pins.unblock(channel, pins.PIN1, LOCKED.puk1, "5678").done
    assert pins.verify(channel, pins.PIN1, "5678").done


def test_changed_disabled_and_enabled() -> None:
    channel = usim()
    assert pins.change(channel, pins.PIN1, "1234", "98765").done
    assert pins.disable(channel, pins.PIN1, "98765").done
    assert not enabled(channel)
    assert pins.verify(channel, pins.PIN1, "98765").outcome in (Outcome.DISABLED, Outcome.NOT_NOW)
    assert pins.disable(channel, pins.PIN1, "98765").outcome is Outcome.NOT_NOW
    assert pins.enable(channel, pins.PIN1, "98765").done
    assert enabled(channel)
    assert pins.verify(channel, 0x07, "1234").outcome is Outcome.UNKNOWN


def enabled(channel: ApduChannel) -> bool:
    return {state.reference: state.enabled for state in pins.states(channel)}[pins.PIN1]


def test_a_network_is_authenticated_once() -> None:
    channel = usim("1234")
    answer = aka.authenticate(channel, RAND, autn(0x1000))
    assert isinstance(answer, Authenticated)
    assert (answer.res, answer.ck, answer.ik) == (NETWORK.f2(RAND), NETWORK.f3(RAND), NETWORK.f4(RAND))
    again = aka.authenticate(channel, RAND, autn(0x1000))
    assert isinstance(again, SynchronisationFailure)
    assert network.resynchronised(NETWORK, RAND, again.auts) is not None
    with pytest.raises(AuthenticationRefused, match="MAC"):
        aka.authenticate(channel, RAND, bytes(16))


def test_without_the_pin_nobody_is_authenticated() -> None:
    with pytest.raises(AuthenticationRefused, match="PIN"):
        aka.authenticate(usim(), RAND, autn(0x1000))


def test_by_the_command_line(tmp_path: Path) -> None:
    card_with(LOCKED).save(tmp_path / "a.card")

    def run(*words: str, **environment: str) -> dict[str, object]:
        result = CliRunner().invoke(
            app, ["--card", str(tmp_path / "a.card"), *words, "--json"], env=environment
        )
        assert result.exit_code == 0, result.stderr
        shown: dict[str, object] = json.loads(result.stdout)
        return shown

    run("pin", "change", IPA_PIN="1234", IPA_NEW_PIN="4321")
    shown = run("authenticate", RAND.hex(), autn(0x1000).hex(), "--pin", "--keys", IPA_PIN="4321")
    assert (shown["res"], shown["ck"]) == (NETWORK.f2(RAND).hex().upper(), NETWORK.f3(RAND).hex().upper())
    run("pin", "disable", IPA_PIN="4321")
    again = run("authenticate", RAND.hex(), autn(0x1000).hex())
    assert again["synchronised"] is False
