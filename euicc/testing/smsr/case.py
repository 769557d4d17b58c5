"""What a procedure knows of the operation that it carries out, and what it may do besides talking to the card."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from euicc.testing.m2m.eis import Audited, AuditEntry, Eis
from euicc.testing.m2m.es3 import (
    DeleteIsdp,
    Notification,
    ProfileInfo,
    ProfileNotification,
    ProfileState,
    Status,
)
from euicc.testing.m2m.messages import Answer
from euicc.testing.smsr import refusals, rules
from euicc.testing.smsr.identity import Patience, SmsrIdentity
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.rules import Rule
from euicc.testing.smsr.steps import Called

if TYPE_CHECKING:
    from euicc.testing.m2m.registry import Registry
    from euicc.testing.smsr.smsr import Smsr


class Case:
    """One operation on one card. request: what was asked for; until: when its time is over.

    resumed: an SM-SR that ended before its time may have done part of it.
    """

    def __init__(
        self, smsr: Smsr, eid: bytes, requester: str, request: Any, until: float, resumed: bool
    ) -> None:
        self._smsr = smsr
        self.eid = eid
        self.requester = requester
        self.request = request
        self.until = until
        self.resumed = resumed

    @property
    def now(self) -> float:
        """Seconds."""
        return self._smsr.now

    @property
    def identity(self) -> SmsrIdentity:
        """The SM-SR's."""
        return self._smsr.identity

    @property
    def patience(self) -> Patience:
        """The SM-SR's."""
        return self._smsr.patience

    @property
    def registry(self) -> Registry:
        """The SM-SR's."""
        return self._smsr.registry

    @property
    def has_transports(self) -> bool:
        """Whether the SM-SR has other ways to its cards than short messages."""
        return self._smsr.has_transports

    def random(self, length: int) -> bytes:
        """Unpredictable bytes."""
        return self._smsr.random(length)

    @property
    def eis(self) -> Eis:
        """As it is now, without the audit trail; Refusal for a card that is not here."""
        found = self.registry.card(self.eid)
        if found is None:
            raise Refusal(refusals.UNKNOWN_EID)
        return found

    def profile(self, *checked: Rule) -> ProfileInfo:
        """The profile that the request names by its ICCID, once these rules are met; Refusal.

        An operation that was begun before met them then, and may have changed since what they are about.
        """
        eis = self.eis
        profile = eis.named(self.request.iccid)
        if profile is None:
            raise Refusal(refusals.UNKNOWN_PROFILE)
        if not self.resumed:
            rules.check(checked, eis, profile, self.requester)
        return profile

    def update(self, change: Callable[[Eis], Eis]) -> Eis:
        """Change the EIS, durably; as it is now."""
        before = self.eis
        after = change(before)
        if after != before:
            self.registry.put(after)
        return after

    def follow(self, change: Callable[[Eis], Eis]) -> None:
        """The states of profiles changed: the EIS follows, and those who must know are told."""
        before = self.eis
        after = self.update(change)
        left = before.enabled
        if left is not None and after.enabled is not None and after.enabled.isd_p != left.isd_p:
            self.registry.leave(self.eid, left.isd_p)
        for profile in before.profiles:
            now = after.profile(profile.isd_p)
            if now is None or now.state is not profile.state:
                self.announce_state(profile, now.state if now else None)

    def delete_by_pol2(self) -> None:
        """A switch that was asked for is final: the profile that it disabled is deleted, if POL2 wants that."""
        left = self.eis.profile(self.registry.left(self.eid) or b"")
        if left is not None and rules.to_be_deleted(left):
            self.queue(DeleteIsdp(self.eid, left.iccid))

    def note(self, operation: Audited, status: Status, profile: ProfileInfo | None = None) -> None:
        """A line of the audit trail."""
        aid, iccid = (profile.isd_p, profile.iccid) if profile else (None, None)
        entry = AuditEntry(self.now, self.requester, operation, status.outcome.value, aid, iccid)
        self.registry.note(self.eid, entry)

    def announce(self, recipients: Iterable[str], notification: Notification) -> None:
        """Tell those who must know, but for who asked for it, and nobody twice."""
        for recipient in dict.fromkeys(recipients):
            if recipient and recipient not in (self.requester, self.identity.name):
                self._smsr.send(recipient, notification)

    def announce_state(self, profile: ProfileInfo, state: ProfileState | None) -> None:
        """Tell the operator and the SM-DP of a profile what became of it; None: it is deleted."""
        told = ProfileNotification(self.eid, profile.iccid, state)
        self.announce((profile.operator, profile.smdp), told)

    def queue(self, request: Any, reference: str = "") -> None:
        """An operation that follows from this one, on the SM-SR's own account; once as long as `reference` waits."""
        self._smsr.submit(self.identity.name, request, self.now, reference)

    def answer(self, called: Called, response: Any) -> None:
        """Answer a call that came while the procedure listened."""
        self._smsr.send(called.requester, Answer(called.call.reference, response))
