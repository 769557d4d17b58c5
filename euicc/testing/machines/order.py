"""What one SM-DP+ has to offer in `DownloadMachine`: its profile, ready to be bound."""

from __future__ import annotations

from functools import lru_cache

from asn1 import BitString
from asn1.generated import rsp
from euicc.crypto.curves import P256
from euicc.testing.machines.server import Contents, Server
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, TestProfile, build

OIDS = ("2.999.10", "2.999.11")


@lru_cache(None)
def default_pki() -> Pki:
    """The test PKI on P-256."""
    return Pki.default((P256,))


@lru_cache(None)
def profile(place: int) -> TestProfile:
    """The profile that the server at this place sells."""
    return build(Subscription(iccid=f"890010123456789019{place}", imsi=f"00101012345619{place}"))


@lru_cache(None)
def contents(place: int, address: str) -> Contents:
    """The same with its metadata, as it goes into a bound profile package."""
    configured = rsp.NotificationConfigurationInformation(
        profile_management_operation=BitString.of(*range(4)), notification_address=address
    )
    metadata = rsp.StoreMetadataRequest(
        iccid=profile(place).iccid_bytes,
        service_provider_name="Operator",
        profile_name=f"Profile {place}",
        notification_configuration_info=(configured,),
    )
    return Contents(metadata=metadata.encode(), package=profile(place).package)


def servers(pki: Pki) -> tuple[Server, ...]:
    """One SM-DP+ for each of `OIDS`."""
    return tuple(
        Server(pki.for_entity(oid), address=f"smdp{place}.example.com") for place, oid in enumerate(OIDS)
    )
