"""AUTHENTICATE of a device: what the card answers, in every form."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, StatusError, TransportError, aid
from ipa import aka
from ipa.aka import Authenticated, GsmAuthenticated, SynchronisationFailure
from ipa.errors import AuthenticationRefused
from tests.apdu.scripted import ScriptedCard

RAND, AUTN = bytes(range(16)), bytes(range(16, 32))
RES, CK, IK, KC, AUTS = b"r" * 8, b"c" * 16, b"i" * 16, b"k" * 8, b"s" * 14
IN_3G = f"008800812210{RAND.hex()}10{AUTN.hex()}00".upper()
IN_GSM = f"008800801110{RAND.hex()}00".upper()
ANSWER = f"DB08{RES.hex()}10{CK.hex()}10{IK.hex()}"


def channel(*exchanges: tuple[str, str]) -> ApduChannel:
    return ApduChannel(ScriptedCard(*exchanges))


def run(answer: str) -> Authenticated | SynchronisationFailure:
    return aka.authenticate(channel((IN_3G, answer)), RAND, AUTN)


def test_a_network_of_the_home_network() -> None:
    assert run(ANSWER + "9000") == Authenticated(RES, CK, IK)
    assert run(f"{ANSWER}08{KC.hex()}9000") == Authenticated(RES, CK, IK, KC)


def test_the_application_is_selected_first() -> None:
    select = ("00A4040007A000000087100400", "9000")
    on = channel(select, (IN_3G, ANSWER + "9000"))
    assert aka.authenticate(on, RAND, AUTN, aid.ISIM) == Authenticated(RES, CK, IK)


def test_a_sequence_number_that_was_used() -> None:
    assert run(f"DC0E{AUTS.hex()}9000") == SynchronisationFailure(AUTS)


@pytest.mark.parametrize(("sw", "words"), [("9862", "MAC"), ("9864", "kind"), ("6982", "PIN")])
def test_refusals_with_a_reason(sw: str, words: str) -> None:
    with pytest.raises(AuthenticationRefused, match=words) as refusal:
        run(sw)
    assert refusal.value.sw == int(sw, 16)


def test_other_refusals() -> None:
    with pytest.raises(StatusError, match="6985"):
        run("6985")


@pytest.mark.parametrize(
    "answer",
    ["", "DB", "DB08", "DB0872", "DC0D" + "00" * 13, "DC", "DD00", ANSWER[:-2], ANSWER + "0000", "DB0100"],
)
def test_what_is_no_answer(answer: str) -> None:
    with pytest.raises(TransportError):
        run(answer + "9000")


def test_gsm() -> None:
    on = channel((IN_GSM, f"04{b'sres'.hex()}08{KC.hex()}9000"))
    assert aka.authenticate_gsm(on, RAND) == GsmAuthenticated(b"sres", KC)
    with pytest.raises(TransportError):
        aka.authenticate_gsm(channel((IN_GSM, "04000000009000")), RAND)


def test_keys_do_not_show_in_the_repr() -> None:
    shown = repr(Authenticated(RES, CK, IK, KC)) + repr(GsmAuthenticated(b"sres", KC))
    assert "ccc" not in shown
    assert "iii" not in shown
    assert "kkk" not in shown
