"""PIN commands of a device, and what a card may answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import ApduChannel, StatusError, TransportError
from ipa import pin as pins
from ipa.errors import InvalidPin
from ipa.pin import Outcome, PinResult, PinState
from tests.apdu.scripted import ScriptedCard

PIN, OTHER, PUK = "1234", "56789", "12345678"
PADDED, OTHER_PADDED, PUK_PADDED = "31323334FFFFFFFF", "3536373839FFFFFF", "3132333435363738"
DONE = PinResult(Outcome.DONE)
FCP = "621C 8202 7821 8410 A0000000871002FF49FF0589 00000000 C6{} 9000"


def channel(*exchanges: tuple[str, str]) -> ApduChannel:
    return ApduChannel(ScriptedCard(*exchanges))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (lambda on: pins.verify(on, pins.PIN1, PIN), f"0020000108{PADDED}"),
        (lambda on: pins.change(on, pins.PIN2, PIN, OTHER), f"0024008110{PADDED}{OTHER_PADDED}"),
        (lambda on: pins.disable(on, pins.PIN1, PIN), f"0026000108{PADDED}"),
        (lambda on: pins.enable(on, pins.UNIVERSAL, PIN), f"0028001108{PADDED}"),
        (lambda on: pins.unblock(on, pins.PIN1, PUK, OTHER), f"002C000110{PUK_PADDED}{OTHER_PADDED}"),
        (lambda on: pins.verify(on, pins.ADM1, bytes(range(8))), "0020000A080001020304050607"),
    ],
)
def test_commands(command: Callable[[ApduChannel], PinResult], expected: str) -> None:
    assert command(channel((expected, "9000"))) == DONE
    assert command(channel((expected, "910B"))).done


@pytest.mark.parametrize(
    ("sw", "result"),
    [
        ("63C2", PinResult(Outcome.WRONG, 2)),
        ("63C0", PinResult(Outcome.WRONG, 0)),
        ("6983", PinResult(Outcome.BLOCKED, 0)),
        ("6984", PinResult(Outcome.DISABLED)),
        ("6985", PinResult(Outcome.NOT_NOW)),
        ("6982", PinResult(Outcome.NOT_ALLOWED)),
        ("6A88", PinResult(Outcome.UNKNOWN)),
        ("6B00", PinResult(Outcome.UNKNOWN)),
    ],
)
def test_refusals_are_results(sw: str, result: PinResult) -> None:
    assert pins.verify(channel((f"0020000108{PADDED}", sw)), pins.PIN1, PIN) == result
    assert not result.done


@pytest.mark.parametrize("sw", ["6700", "6E00", "6F00", "6581"])
def test_what_is_not_about_the_pin_is_an_error(sw: str) -> None:
    with pytest.raises(StatusError, match=sw):
        pins.verify(channel((f"0020000108{PADDED}", sw)), pins.PIN1, PIN)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤", b"1234", b""])
def test_what_is_no_pin_never_reaches_the_card(pin: str | bytes) -> None:
    with pytest.raises(InvalidPin) as refusal:
        pins.verify(channel(), pins.PIN1, pin)
    assert not pin or str(pin) not in str(refusal.value)


def test_a_result_in_words() -> None:
    assert str(PinResult(Outcome.WRONG, 2)) == "wrong, 2 tries left"
    assert str(PinResult(Outcome.DISABLED)) == "the PIN is disabled"


@pytest.mark.parametrize(
    ("sw", "left"), [("63C3", 3), ("6983", 0), ("9000", None), ("6984", None), ("6D00", None)]
)
def test_tries_left(sw: str, left: int | None) -> None:
    assert pins.tries_left(channel(("00200001", sw)), pins.PIN1) == left
    assert pins.unblock_tries_left(channel(("002C0081", sw)), pins.PIN2) == left


def template(pin_status: str) -> tuple[str, str]:
    value = bytes.fromhex(pin_status)
    content = bytes.fromhex("82027821") + bytes((0xC6, len(value))) + value
    return "80F2000000", (bytes((0x62, len(content))) + content).hex() + "9000"


def test_the_pins_of_what_is_selected() -> None:
    on = channel(
        template("900160 830101 950108 830181 83010A"),
        ("00200001", "63C3"),
        ("002C0001", "63CA"),
        ("00200081", "63C2"),
        ("002C0081", "6983"),
        ("0020000A", "6982"),
        ("002C000A", "6A88"),
    )
    assert pins.states(on) == (
        PinState(pins.PIN1, False, 3, 10),
        PinState(pins.PIN2, True, 2, 0),
        PinState(pins.ADM1, True, None, None),
    )


def test_a_template_without_mask_or_pins() -> None:
    assert pins.states(channel(template(""))) == ()
    on = channel(template("830101"), ("00200001", "63C3"), ("002C0001", "63CA"))
    assert pins.states(on) == (PinState(pins.PIN1, False, 3, 10),)


@pytest.mark.parametrize("answer", ["9000", "6F009000", "62059000", "62078202 7821C602 9000"])
def test_what_is_no_fcp(answer: str) -> None:
    with pytest.raises(TransportError):
        pins.states(channel(("80F2000000", answer)))


def test_a_malformed_pin_status() -> None:
    with pytest.raises(TransportError, match="PIN status"):
        pins.states(channel(template("9005")))
