"""The default notification over HTTPS, SGP.02 3.15: the first request of an administration session has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.m2m.isdr import M2mIsdR
    from euicc.toolkit.procedure import Procedure


def by_https(isdr: M2mIsdR, payload: bytes) -> Procedure[bool]:
    """As `euicc.m2m.notification.Transport`: for an SM-SR whose address for HTTPS is known.

    The confirmation comes as a script of the same session.
    """
    if isdr.smsr_address.https is None:
        return False
    # Nothing of SCP81 is loaded for those who never use it.
    from euicc.m2m.scp81.parameters import SessionParameters

    outcome = yield from isdr.administration.hold(SessionParameters(), payload)
    return outcome.completed
