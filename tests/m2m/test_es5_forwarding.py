"""What the ISD-R hands on to the ISD-P that INSTALL [for personalization] named: SCP03t and SCP03."""

from __future__ import annotations

from apdu import tlv
from euicc.m2m.isd_p import IsdP
from euicc.testing.ota import Handset
from euicc.testing.smdp_m2m.scp03t import Scp03tHost
from tests.m2m import commands
from tests.m2m.es8_scene import AID, CHALLENGE, HOST_KEYS, Scene, add_isd_p, card_with
from tests.m2m.managed import CARD, THIRD, Managed, scp80

PERSONALIZE = "22" + commands.lv(commands.personalize(AID)[:-2])


def scene() -> Managed:
    card = card_with()
    here = Managed(card, Handset(card))
    here.platform.register(CARD, scp80())
    return here


def answered(here: Managed, script: str) -> bytes:
    """The elements that answer those of a script."""
    response = here.send(bytes.fromhex("AE80" + script + "0000"))
    assert response.status == 0
    assert response.data.startswith(b"\xaf\x80")
    return response.data[2:-2]


def test_scp03t_follows_in_the_same_script_and_in_others() -> None:
    here = scene()
    host = Scp03tHost(HOST_KEYS, AID, CHALLENGE)
    done, answer = tlv.parse_all(answered(here, PERSONALIZE + host.initialize_update().hex()))
    assert done.encoded.hex() == "23029000"
    host.take_initialize_update(answer)
    assert answered(here, host.external_authenticate().hex()).hex() == "8500"
    # It is the session that a script under the TAR of the ISD-P goes on with.
    assert Scene(here.card, host).data(b"\xa0") == b""


def test_scp03_follows_too() -> None:
    here = scene()
    assert here.sw(commands.personalize(AID)) == 0x9000
    data, sw = here.es5("8050300008" + CHALLENGE.hex() + "00")
    assert (len(data), sw) == (2 * 32, 0x9000)
    assert here.sw("8482330010" + "00" * 16) == 0x6300
    assert here.sw("84E2880003" + "3A0700") == 0x6982


def test_without_an_isd_p_there_is_nobody_to_hand_on_to() -> None:
    here = scene()
    for command in ("8050300008" + CHALLENGE.hex(), "8482330010" + "00" * 16, "84E2880003" + "3A0700"):
        assert here.sw(command) == 0x6985
    assert answered(here, "840A3000" + CHALLENGE.hex()).hex() == "9f840103"


def test_an_isd_p_that_was_deleted_is_nobody() -> None:
    here = scene()
    add_isd_p(here.card, IsdP(THIRD, personalized=True))
    assert here.sw(commands.personalize(THIRD)) == 0x9000
    isd_p = here.isdr.isd_ps.by_aid(THIRD)
    assert isd_p is not None
    with here.isdr.nvm.transaction():
        here.isdr.isd_ps.delete(isd_p)
    assert here.sw("8050300008" + CHALLENGE.hex()) == 0x6985
