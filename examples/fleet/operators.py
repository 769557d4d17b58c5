"""The two operators of the fleet: their networks, the subscriptions that they sell, and the profiles for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from euicc.crypto.milenage import Milenage
from euicc.testing.m2m.es3 import Subscription
from euicc.testing.network import HomeNetwork
from euicc.testing.profile_builder import authentication, mf, package, security, usim
from euicc.testing.profile_builder.subscription import Subscription as Personalisation

NEEDED = (
    mf.mf,
    security.puk_codes,
    security.global_pins,
    usim.usim,
    security.local_pins,
    authentication.usim_aka,
    security.mno_sd,
)
"""What a vehicle needs of a profile, between header and end: it fits into some twenty-five short messages."""
CONTENT = tuple((element, lambda made: True) for element in NEEDED)


def secret(of: str) -> bytes:
    """A test key, made of its name."""
    return sha256(b"TEST fleet " + of.encode()).digest()[:16]


@dataclass(frozen=True)
class Operator:
    """name: its OID for the SM-SRs; plmn: first digits of its IMSIs; digit: that tells its numbers from the other's."""

    title: str
    name: str
    plmn: str
    digit: int
    network: HomeNetwork = field(compare=False, repr=False)

    def iccid(self, number: int) -> str:
        """Of the profile for the vehicle with this number."""
        return f"890010{self.digit}{number:012}"

    def imsi(self, number: int) -> str:
        """Of the subscription for this vehicle."""
        return f"{self.plmn}{number:010}"

    def subscription(self, number: int) -> Subscription:
        """IMSI and MSISDN, as the SM-SR keeps them."""
        return Subscription(self.imsi(number), f"+882{self.digit}{number:08}")

    def subscribe(self, number: int) -> None:
        """The network knows the subscriber; what it knew of its sequence numbers is learned from the card."""
        self.network.subscribe(self.imsi(number), Milenage(*self._keys(number)))

    def package(self, number: int) -> bytes:
        """The profile for this vehicle, unprotected."""
        k, opc = self._keys(number)
        made = Personalisation(
            imsi=self.imsi(number),
            iccid=self.iccid(number),
            k=k,
            opc=opc,
            spn=self.title,
            profile_name=f"{self.title} fleet",
            msisdn=self.subscription(number).msisdn,
            ota_keys=(secret(f"KIc {number}"), secret(f"KID {number}"), secret(f"KIK {number}")),
            roaming_plmns=(),
            gsm_access=False,
            fivegs=False,
            isim=False,
            remote_management=False,
        )
        return b"".join(each.encode() for each in package.elements(made, CONTENT))

    def _keys(self, number: int) -> tuple[bytes, bytes]:
        return secret(f"K {self.imsi(number)}"), secret(f"OPc {self.name}")


def operators(random: Callable[[int], bytes]) -> tuple[Operator, Operator]:
    """A, who takes the fleet over, and B, who has it; random: bytes for the challenges of their networks."""
    return (
        Operator("operator A", "2.999.1.1", "00101", 1, HomeNetwork(random)),
        Operator("operator B", "2.999.1.2", "00102", 2, HomeNetwork(random)),
    )
