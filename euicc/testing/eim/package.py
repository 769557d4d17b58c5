"""eUICC Packages as an eIM signs them, SGP.32 2.11.1.1, and what its and the eUICC's signatures cover."""

from __future__ import annotations

from apdu import tlv
from asn1 import der
from asn1.generated import sgp32
from euicc.testing.eim.identity import EimIdentity

ASSOCIATION_TOKEN, SIGNATURE = 0x84, 0x5F37
NO_TOKEN = 0


def token_object(token: int | None) -> bytes:
    """The data object behind what is signed, SGP.32 2.11.1.1: the eUICC's association token, 0 without one.

    It is never sent.
    """
    return tlv.encode(ASSOCIATION_TOKEN, der.write_integer(NO_TOKEN if token is None else token))


def sign_package(
    identity: EimIdentity,
    package: sgp32.EuiccPackage,
    eid: bytes,
    counter: int,
    token: int | None = None,
    transaction_id: bytes | None = None,
) -> sgp32.EuiccPackageRequest:
    """An EuiccPackageRequest for one eUICC, SGP.32 2.11.1.1, signed over its bytes and the token."""
    signed = sgp32.EuiccPackageSigned(
        eim_id=identity.eim_id,
        eid_value=eid,
        counter_value=counter,
        eim_transaction_id=transaction_id,
        euicc_package=package,
    ).sealed()
    signature = identity.signer.sign(signed.encoded + token_object(token))
    return sgp32.EuiccPackageRequest(euicc_package_signed=signed, eim_signature=signature).sealed()
