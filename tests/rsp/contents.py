"""Profiles to bind, right and wrong in one named place."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from apdu import tlv
from asn1 import BitString
from asn1.generated import pe, rsp
from euicc.testing.profile_builder import Subscription, TestProfile, build
from tests.rsp.device import metadata
from tests.rsp.server import Contents

OWNER = rsp.OperatorId(mcc_mnc=bytes.fromhex("00F110"))  # 001-01, the IMSI of the default subscription
PPR1, PPR2 = BitString.of(1), BitString.of(2)


@lru_cache(None)
def profile(iccid: str = "8900101234567890123", **changes: object) -> TestProfile:
    """The built-in profile, with this ICCID."""
    return build(replace(Subscription(), iccid=iccid, **changes))  # type: ignore[arg-type]


def contents(of: TestProfile | None = None, **changes: object) -> Contents:
    """The profile with its metadata; changes are fields of StoreMetadata."""
    made = of or profile()
    return Contents(metadata=metadata(made.iccid_bytes, **changes).encode(), package=made.package)


def elements(package: bytes) -> list[bytes]:
    """The ProfileElements of a package."""
    return [element.encoded for element in tlv.parse_all(package)]


def with_key(key: bytes, algorithm: int) -> TestProfile:
    """The built-in profile, its network access applications authenticating with this algorithm and key."""
    made = profile()
    changed = [_with_key(element, key, algorithm) for element in elements(made.package)]
    return replace(made, package=b"".join(changed))


def _with_key(element: bytes, key: bytes, algorithm: int) -> bytes:
    aka = pe.ProfileElement.decode(element).aka_parameter
    if aka is None or aka.algo_configuration.algo_parameter is None:
        return element
    parameter = aka.algo_configuration.algo_parameter.replace(key=key, algorithm_id=algorithm)
    configuration = type(aka.algo_configuration)(algo_parameter=parameter)
    return pe.ProfileElement(aka_parameter=aka.replace(algo_configuration=configuration)).encode()
