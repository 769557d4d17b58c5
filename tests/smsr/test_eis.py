"""The EIS: signed by its EUM, and refused when anything of it is not its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import aid as aids
from euicc import eid as eids
from euicc.crypto import curves
from euicc.testing.m2m import eum, records
from euicc.testing.m2m.eis import Eis, EisError, SecurityDomain, sign
from euicc.testing.m2m.es3 import PolicyRule, ProfileInfo, ProfileState, Subscription
from euicc.testing.m2m.pki import M2mPki

PKI = M2mPki()
CIS = (PKI.ci.key,)
OTHER = M2mPki(seed=b"another CI")
PROFILE = ProfileInfo(
    "8900",
    aids.isd_p(0x10),
    ProfileState.ENABLED,
    "operator",
    subscription=Subscription("00101", "+491"),
    pol2=PolicyRule.DELETION_NOT_ALLOWED,
    fallback=True,
)


def registered(pki: M2mPki = PKI, eid: bytes = eids.DEFAULT) -> Eis:
    return eum.register(pki.issue(eid), pki.eum(eid), [PROFILE])


@pytest.mark.parametrize("curve", [curves.P256, curves.BRAINPOOL])
def test_what_the_eum_signed_is_verified_up_to_the_ci(curve: curves.Curve) -> None:
    pki = M2mPki(curve)
    eis = registered(pki)
    assert eis.verify([PKI.ci.key, pki.ci.key]).content.subject == eids.DEFAULT
    assert records.decode(Eis, records.encode(eis)) == eis


def with_ecasd(eis: Eis, certificate: bytes) -> Eis:
    key_set = replace(eis.info.ecasd.key_sets[0], certificates=(certificate,))
    return replace(eis, info=replace(eis.info, ecasd=replace(eis.info.ecasd, key_sets=(key_set,))))


def signed_again(eis: Eis) -> Eis:
    """By the EUM, who signs anything."""
    return replace(eis, signature=sign(eis.info, PKI.eum(eis.eid).key))


EIS, FOREIGN = registered(), registered(OTHER)
NO_CERTIFICATE = SecurityDomain(aids.ECASD, bytes.fromhex("000002"))
FORGERIES = [
    ("the EUM's certificate", FOREIGN),
    ("the EUM", signed_again(replace(EIS, info=replace(EIS.info, eum_id=b"other")))),
    ("the EUM's signature", replace(EIS, info=replace(EIS.info, platform_version="2"))),
    ("the EUM's signature", replace(EIS, signature=bytes((EIS.signature[0] ^ 1,)) + EIS.signature[1:])),
    ("the ECASD's certificate", signed_again(with_ecasd(EIS, FOREIGN.info.ecasd_certificate))),
    ("the use of the ECASD's key", signed_again(with_ecasd(EIS, PKI.sm_sr().encoded))),
    ("no certificate of the ECASD", signed_again(replace(EIS, info=replace(EIS.info, ecasd=NO_CERTIFICATE)))),
    ("data ends inside a header", replace(EIS, eum_certificate=bytes.fromhex("7F21"))),
]


@pytest.mark.parametrize(("reason", "eis"), FORGERIES)
def test_forgeries_are_refused(reason: str, eis: Eis) -> None:
    with pytest.raises(EisError, match=f"{reason}(,|$)"):
        eis.verify(CIS)


def test_others_do_not_get_the_keys_nor_does_the_repr() -> None:
    secrets = [key.value for key_set in EIS.isd_r.key_sets for key in key_set.keys]
    assert len(secrets) == 5
    given = EIS.without_keys()
    assert {key.value for key_set in given.isd_r.key_sets for key in key_set.keys} == {b""}
    assert [each.version for each in given.isd_r.key_sets] == [1, 0x40]
    assert not any(secret.hex() in repr(EIS) or repr(secret) in repr(EIS) for secret in secrets)
    with pytest.raises(EisError):
        EIS.isd_r.key_sets[1].scp80()
    with pytest.raises(EisError):
        given.isd_r.key_sets[0].scp80()
    assert (EIS.isd_r.key_sets[0].scp80().kic, EIS.isd_r.key_sets[0].scp80().kid) == tuple(secrets[:2])


def test_profiles_come_and_go() -> None:
    second = replace(
        PROFILE, isd_p=aids.isd_p(0x11), iccid="8901", state=ProfileState.DISABLED, fallback=False
    )
    both = EIS.with_profile(second)
    assert both.profiles == (PROFILE, second)
    assert (both.enabled, both.fallback, both.named("8901")) == (PROFILE, PROFILE, second)
    assert both.profile(second.isd_p) == second
    assert both.without_profile(PROFILE.isd_p).enabled is None
    part = both.part(lambda profile: profile.iccid == "8901")
    assert (part.profiles, part.available_memory) == ((second,), 1_000_000)
