"""Who is reached under which TAR, with whose keys: RFM instances and security domains, and what becomes of them."""

from __future__ import annotations

from functools import cache

import pytest

from asn1.generated import pe
from euicc.testing.ota import Algorithm, Check, KeySet, NoAnswer, Protection, Script, parse_compact
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.profile_builder.package import elements
from euicc.testing.profile_builder.security import RFM_USIM
from tests.isdp import packages
from tests.ota.scene import (
    CARD,
    IMSI,
    TAR_ISIM,
    TAR_NOBODY,
    TAR_RAM,
    TAR_UICC,
    TAR_USIM,
    Scene,
    scene,
)
from tests.ota.vectors import TS48_KEYS

OTHER_SD = bytes.fromhex("A000000151000001")
KEYLESS_SD = bytes.fromhex("A000000151000002")
OTHER_TAR, KEYLESS_TAR = bytes.fromhex("B00999"), bytes.fromhex("B00888")
OTHER_KEYS = KeySet(2, bytes(range(16)), bytes(range(16, 32)))
SELECT = Script().select((0x3F00,)).compact()
GET_RECOGNITION = Script().add(0x80, 0xCA, 0x00, 0x66, le=256).compact()
LOCK, UNLOCK = 0x83, 0x07


@cache
def package() -> bytes:
    """Two more security domains, one without keys, each with an RFM instance of its own."""
    made = elements(Subscription(remote_security_level=0x02))
    keys = (
        packages.key(1, 2, 0x88, OTHER_KEYS.kic),
        packages.key(2, 2, 0x88, OTHER_KEYS.kid),
    )
    more = [
        pe.ProfileElement(
            security_domain=packages.security_domain(*keys, instance=packages.instance(OTHER_SD))
        ),
        pe.ProfileElement(
            security_domain=pe.PESecurityDomain(
                sd_header=packages.head(), instance=packages.instance(KEYLESS_SD)
            )
        ),
        pe.ProfileElement(rfm=rfm(OTHER_TAR, OTHER_SD)),
        pe.ProfileElement(rfm=rfm(KEYLESS_TAR, KEYLESS_SD)),
    ]
    return b"".join(element.encode() for element in (*made[:-1], *more, made[-1]))


def rfm(tar: bytes, domain: bytes) -> pe.PERFM:
    return packages.rfm(
        instance_aid=bytes.fromhex("A000000559101000") + tar, tar_list=(tar,), security_domain_aid=domain
    )


def sw(here: Scene, tar: bytes, script: bytes = SELECT, protection: Protection | None = None) -> int | None:
    response = here.send(tar, script, protection)
    return parse_compact(response.data).sw if response.status == 0 else -response.status


def test_an_instance_has_the_keys_of_its_security_domain() -> None:
    here = scene(package())
    assert sw(here, TAR_USIM) == 0x9000
    assert sw(here, KEYLESS_TAR) == 0x9000, "with the keys of the domain above"
    with pytest.raises(NoAnswer):
        sw(here, OTHER_TAR)
    here.platform.register(CARD, OTHER_KEYS)
    assert sw(here, OTHER_TAR) == 0x9000
    with pytest.raises(NoAnswer):
        sw(here, TAR_USIM)


def test_security_domains_answer_under_their_own_tars() -> None:
    here = scene(package())
    for tar in (TAR_RAM, bytes(3)):
        assert sw(here, tar, GET_RECOGNITION) == 0x9000
    with pytest.raises(NoAnswer):
        sw(here, TAR_RAM, GET_RECOGNITION, Protection(check=Check.RC))
    assert sw(here, TAR_RAM, Script().add(0x84, 0xCA, 0x00, 0x66, le=256).compact()) == 0x6E00


def test_files_are_not_reached_through_a_security_domain_nor_applications_through_an_instance() -> None:
    here = scene(package())
    assert sw(here, TAR_RAM, Script().select((IMSI,)).compact()) == 0x6D00
    assert sw(here, TAR_USIM, GET_RECOGNITION) == 0x6D00


def set_status(state: int) -> bytes:
    return Script().add(0x80, 0xF0, 0x40, state, RFM_USIM).compact()


def test_a_locked_instance_is_nobody() -> None:
    here = scene(package())
    assert sw(here, TAR_RAM, set_status(LOCK)) == 0x9000
    assert sw(here, TAR_USIM) == -0x09
    assert sw(here, TAR_ISIM) == 0x9000
    assert sw(here, TAR_RAM, set_status(UNLOCK)) == 0x9000
    assert sw(here, TAR_USIM) == 0x9000


def test_a_locked_security_domain_takes_its_instances_with_it() -> None:
    here = scene(package())
    lock = Script().add(0x80, 0xF0, 0x40, LOCK, KEYLESS_SD).compact()
    assert sw(here, KEYLESS_TAR) == 0x9000
    assert sw(here, TAR_RAM, lock) == 0x9000
    assert sw(here, KEYLESS_TAR) == -0x09


def test_without_remote_management_there_is_nobody_but_the_security_domain() -> None:
    here = scene(build(Subscription(remote_management=False)).package)
    for tar in (TAR_UICC, TAR_USIM, TAR_NOBODY):
        assert sw(here, tar) == -0x09
    assert sw(here, TAR_RAM, GET_RECOGNITION) == 0x9000


def test_a_card_without_a_profile_has_nobody() -> None:
    here = scene()
    isdr = here.card.isdr
    (profile,) = isdr.profiles.all()
    with here.card.nvm.transaction():
        isdr.profiles.delete(profile)
    here.handset.reset()
    with pytest.raises(NoAnswer):
        sw(here, TAR_USIM)


def test_triple_des_and_aes_side_by_side() -> None:
    here = scene(package())
    here.platform.register("des", KeySet(1, TS48_KEYS.kic, TS48_KEYS.kid, Algorithm.TRIPLE_DES_2))
    for name in ("des", CARD, "des"):
        assert here.platform.send(name, TAR_USIM, SELECT, here.handset.deliver).status == 0
    assert (here.platform.counter("des"), here.platform.counter(CARD)) == (2, 1)
