"""A card, and the servers that want keys in it; everything from one seed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from apdu import StatusError
from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import PublicKey, ServerKind
from euicc.m2m import key_establishment as card_side
from euicc.testing.m2m.key_establishment import KeyEstablishment, KeyRequest, SignedRequest
from euicc.testing.m2m.pki import M2mPki
from euicc.uicc.application_data import SecurityDomainKey

both_curves = pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
VERSIONS = {ServerKind.SM_DP: 0x30, ServerKind.SM_SR: 0x02}
"""A key version that each kind of server has a use for."""


def random_of(seed: str) -> Callable[[int], bytes]:
    """Bytes that only look random."""
    drawn = 0

    def random(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return sha256(f"{seed} {drawn}".encode()).digest()[:length]

    return random


class Scene:
    """card: of the pki's CI. server: an SM-DP, or an SM-SR. request: what it asks for unless told."""

    def __init__(
        self,
        curve: Curve = curves.P256,
        kind: ServerKind = ServerKind.SM_DP,
        request: KeyRequest | None = None,
    ) -> None:
        self.pki = M2mPki(curve, b"TEST seed")
        self.issued = self.pki.issue(eids.DEFAULT)
        self.card = card_side.KeyEstablishment(self.issued.identity, random_of("card"))
        self.kind = kind
        self.server = self.pki.sm_dp() if kind is ServerKind.SM_DP else self.pki.sm_sr()
        self.request = request or KeyRequest(VERSIONS[kind])
        self.establishment = self.asking(self.request)

    @property
    def ecasd(self) -> PublicKey:
        """PK.ECASD.ECKA, verified."""
        issued = self.issued
        return self.pki.ecasd_key(issued.ecasd_certificate, issued.eum_certificate, issued.eid)

    def asking(self, request: KeyRequest) -> KeyEstablishment:
        """The server's side of an establishment."""
        return KeyEstablishment(self.server, self.ecasd, request, random_of("server"))

    def challenge(self) -> bytes:
        """Step 1."""
        return self.card.certificate(self.server.encoded, self.kind)

    def signed(self, bare: bool = False) -> SignedRequest:
        """Step 1, and what the server makes of it."""
        return self.establishment.sign(self.challenge(), bare)


def value(request: SignedRequest) -> bytes:
    """What `establish` is given: three TLVs."""
    crt, public_key, signature = request.crt, request.public_key, request.signature
    return (
        crt
        + b"\x7f\x49"
        + bytes((len(public_key),))
        + public_key
        + b"\x5f\x37"
        + bytes((len(signature),))
        + signature
    )


def refusal(call: Callable[[], object]) -> int:
    """The status word with which something is refused."""
    with pytest.raises(StatusError) as refused:
        call()
    assert refused.value.data == b""
    return refused.value.sw


def values(keys: tuple[SecurityDomainKey, ...]) -> list[bytes]:
    """The bytes of each key."""
    return [key.components[0].data for key in keys]
