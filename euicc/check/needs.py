"""What must be so for a case to say something about a card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from euicc.check import atr
from euicc.check.catalogue import Finding
from euicc.check.outcome import Outcome
from euicc.check.subject import Subject


@dataclass(frozen=True)
class Need:
    """reason: why the case says nothing when it is not met; outcome: what that makes of it."""

    reason: str
    met: Callable[[Subject], bool]
    outcome: Outcome = Outcome.NOT_APPLICABLE


def trusts(subject: Subject) -> bool:
    """Whether the card accepts servers of the PKI at hand."""
    return bool(subject.common_authorities)


def speaks_t0(raw: bytes) -> bool:
    """Whether T=0 is the first protocol in the ATR; behind a modem, which tells none, it is taken for granted."""
    try:
        return not raw or atr.parse(raw).protocols[:1] in ((), (atr.T0,))
    except Finding:
        return True


WRITE = Need("it would change the card: --write allows it", lambda s: s.may_write, Outcome.SKIPPED)
TELLS_ATR = Need("what carries the commands tells no ATR", lambda s: bool(s.facts.atr))
ALONE = Need("a modem answers the card's proactive commands by itself", lambda s: bool(s.facts.atr))
SPEAKS_T0 = Need("the card does not offer T=0 first", lambda s: speaks_t0(s.facts.atr))
ISDR = Need("the card has no ISD-R with functions of ES10", lambda s: s.facts.isdr)
TEST_KEYS = Need("needs the test keys: the card trusts no CI of this PKI (--pki DIR names another)", trusts)
LOCAL = Need("the card has no functions of ES10c", lambda s: s.facts.local)
CHANNELS = Need("the card has no logical channels besides the basic one", lambda s: s.facts.channels)
USIM = Need("no profile with a USIM is enabled", lambda s: s.facts.usim)
KEYS = Need("needs K and OPc of the enabled profile (EUICC_K and EUICC_OPC)", lambda s: s.keys is not None)
EMPTY = Need("there are profiles on the card that must not be lost", lambda s: s.facts.empty)
IOT = Need("it is no IoT eUICC of SGP.32", lambda s: bool(s.facts.iot))
LATER = Need("SGP.32 v1.0 has it not", lambda s: bool(s.facts.iot) and not s.facts.first_version_only)
FIRST = Need("only SGP.32 v1.0 has it", lambda s: s.facts.first_version_only)
CONSUMER = Need("an IoT eUICC does it otherwise", lambda s: not s.facts.iot)
NO_EIM = Need("an eIM is associated that must not be lost", lambda s: not s.facts.eims)
WITH_EIM = Need("no eIM is associated", lambda s: bool(s.facts.eims))
ECALL = Need("the card has no Emergency Profile", lambda s: s.facts.ecall)
FALLBACK = Need("the card has no fallback mechanism", lambda s: s.facts.fallback)
UNLOCKED = Need(
    "the enabled profile must not be disabled (PPR1)",
    lambda s: s.facts.enabled is None or s.facts.enabled.may_be_disabled,
)
INSTALLING = (WRITE, ISDR, TEST_KEYS, LOCAL, UNLOCKED)
"""For profiles that the check brings: it can install them and take them away again."""
PACKAGES = (WRITE, ISDR, IOT, NO_EIM)
"""For eIMs that the check brings."""
