"""The one-time key that a bound profile package is encrypted for, SGP.22 5.7.5: kept until the profile is installed.

One slot: another SM-DP+ takes it over. It survives power loss, so that a server may send again what it bound already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from euicc.crypto import ecka
from euicc.runtime import keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from euicc.crypto.curves import Curve
    from euicc.env import Env
    from euicc.runtime.nvm import Nvm

_SCALAR_LENGTH = 32


@dataclass(frozen=True)
class OneTimeKey:
    """otSK.EUICC.ECKA, and otPK.EUICC.ECKA as a point of 65 bytes."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    point: bytes


def obtain(nvm: Nvm, env: Env, curve: Curve, server_oid: str, wanted: bytes | None) -> OneTimeKey:
    """The key for the SM-DP+ of this OID.

    curve: that of CERT.DPpb. wanted: bppEuiccOtpk, the point an earlier package is bound to; that key again if it is
    still kept and on this curve, else a new one.
    """
    kept = nvm.get(keys.ONE_TIME_KEY, server_oid)
    if wanted is not None and kept[_SCALAR_LENGTH:] == wanted and _is_on(curve, wanted):
        return OneTimeKey(ecka.from_scalar(curve, kept[:_SCALAR_LENGTH]), wanted)
    key = ecka.generate(curve, env.random)
    point = ecka.point(key.public_key())
    with nvm.transaction():
        forget(nvm)
        nvm.set(keys.ONE_TIME_KEY, ecka.scalar(key) + point, server_oid)
    return OneTimeKey(key, point)


def _is_on(curve: Curve, point: bytes) -> bool:
    try:
        ecka.from_point(curve, point)
    except ecka.PointError:
        return False
    return True


def forget(nvm: Nvm) -> None:
    """Erase the key, whose ever it is; needs an open transaction."""
    for server_oid in nvm.indexes(keys.ONE_TIME_KEY):
        nvm.delete(keys.ONE_TIME_KEY, server_oid)
