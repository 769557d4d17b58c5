"""ES6 of SGP.02 4.1.2: what the operator changes of its enabled profile, through its own MNO-SD.

    3A06 L { 81 01 <POL1> }        ES6.UpdatePOL1byMNO
    3A07 L { A0.. A1.. A2.. }      ES6.UpdateConnectivityParametersByMNO, see `euicc.m2m.connectivity`

Data groups of STORE DATA. That they go to the ISD-P and not into the profile is known from one source only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status, tlv
from euicc.globalplatform.network_keys import PROTECTED
from euicc.m2m import connectivity
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from euicc.globalplatform.domain import Domain
    from euicc.globalplatform.session import Session
    from euicc.runtime.nvm import Nvm

VARIANT = "sgp02"
_POL1 = 0x81


@dataclass(frozen=True)
class _Profiles:
    """As `connectivity.Holder`."""

    nvm: Nvm
    profiles: ProfileStore


def update(domain: Domain, session: Session, given: tlv.Tlv) -> None:
    """One data group, its identifier as the tag; needs an open transaction.

    StatusError 6A88 on another kind of card and in another domain than the MNO-SD, 6982 unless the conversation is
    enciphered and authenticated, 6A80 for a value that cannot be read.
    """
    if domain.uicc.config.variant != VARIANT or not domain.is_mno_sd:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    if not session.has(PROTECTED):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    try:
        _FUNCTIONS[given.tag](domain, given.value)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None


def _update_pol1(domain: Domain, value: bytes) -> None:
    coded = tlv.parse(value)
    if coded.tag != _POL1 or len(coded.value) != 1:
        raise TlvError("POL1 is one byte in 81")
    domain.uicc.memory.set(keys.POL1, coded.value[0])


def _update_connectivity(domain: Domain, value: bytes) -> None:
    nvm = domain.uicc.memory.nvm
    connectivity.update(_Profiles(nvm, ProfileStore(nvm)), domain.uicc.profile.isd_p, value)


_FUNCTIONS: dict[int, Callable[[Domain, bytes], None]] = {
    0x3A06: _update_pol1,
    0x3A07: _update_connectivity,
}
