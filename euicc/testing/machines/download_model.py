"""What SGP.22 says of a download session, and no more: the model of `DownloadMachine`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from asn1.generated import rsp

Authenticate = rsp.AuthenticateErrorCode
Download = rsp.DownloadErrorCode
Reason = rsp.ErrorReason


class Stage(Enum):
    """How far the session is, SGP.22 3.1.3."""

    NONE = "no session"
    CHALLENGED = "a challenge is outstanding"
    AUTHENTICATED = "the server is authenticated"
    PREPARED = "the card waits for the package"
    LOADING = "the package is being received"


@dataclass(frozen=True)
class ServerClaim:
    """An AuthenticateServer request. known: whether the card trusts the server's CI; signed: whether rightly."""

    server: int
    transaction_id: bytes
    challenge: bytes
    known: bool = True
    signed: bool = True


@dataclass(frozen=True)
class OrderClaim:
    """A PrepareDownload request. server: whose certificate it has; session: the transaction its signature covers."""

    server: int
    transaction_id: bytes
    session: bytes
    code_missing: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a ProfileInstallationResult says. reason: None for success."""

    transaction_id: bytes
    reason: int | None

    def __repr__(self) -> str:
        ended = "installed" if self.reason is None else f"errorReason {self.reason}"
        return f"{self.transaction_id.hex()}: {ended}"


@dataclass
class DownloadModel:
    """One session at most. position: pieces of the package that were taken; iccids: profiles that are there."""

    stage: Stage = Stage.NONE
    challenge: bytes = b""
    server: int = -1
    transaction_id: bytes = b""
    position: int = 0
    iccids: set[bytes] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)

    def copy(self) -> DownloadModel:
        """One that can go another way."""
        return replace(self, iccids=set(self.iccids), outcomes=list(self.outcomes))

    def challenged(self, challenge: bytes) -> None:
        """GetEUICCChallenge, 5.7.7: whatever was going on ends."""
        self.interrupted()
        self.stage, self.challenge = Stage.CHALLENGED, challenge

    def authenticate(self, claim: ServerClaim) -> int | None:
        """AuthenticateServer, 5.7.13: the error code, None when the server is accepted."""
        rules = (
            (self.stage is not Stage.CHALLENGED, Authenticate.NO_SESSION_CONTEXT),
            (not claim.known, Authenticate.CI_PK_UNKNOWN),
            (not claim.signed, Authenticate.INVALID_SIGNATURE),
            (claim.challenge != self.challenge, Authenticate.EUICC_CHALLENGE_MISMATCH),
        )
        code = next((code for applies, code in rules if applies), None)
        if code is None:
            self.stage, self.server, self.transaction_id = (
                Stage.AUTHENTICATED,
                claim.server,
                claim.transaction_id,
            )
        return code

    def prepare(self, claim: OrderClaim) -> int | None:
        """PrepareDownload, 5.7.5: the error code, None when the card gives its one-time key."""
        rules = (
            (self.stage is not Stage.AUTHENTICATED, Download.NO_SESSION_CONTEXT),
            (claim.server != self.server, Download.INVALID_CERTIFICATE),
            (claim.session != self.transaction_id, Download.INVALID_SIGNATURE),
            (claim.transaction_id != self.transaction_id, Download.INVALID_TRANSACTION_ID),
            (claim.code_missing, Download.UNDEFINED_ERROR),
        )
        code = next((code for applies, code in rules if applies), None)
        if code is None:
            self.stage, self.position = Stage.PREPARED, 0
        return code

    def taken(self) -> None:
        """LoadBoundProfilePackage, 5.7.6: one more piece."""
        self.stage, self.position = Stage.LOADING, self.position + 1

    def ended(self, reason: int | None, iccid: bytes = b"") -> Outcome:
        """The result of the load, which the card also keeps."""
        outcome = Outcome(self.transaction_id, reason)
        self.outcomes.append(outcome)
        self.stage = Stage.NONE
        if reason is None:
            self.iccids.add(iccid)
        return outcome

    def cancel(self, transaction_id: bytes) -> bool:
        """CancelSession, 5.7.14: whether there was this session. Giving up is not reported as an interruption."""
        open_ = self.stage in (Stage.AUTHENTICATED, Stage.PREPARED, Stage.LOADING)
        if not open_ or transaction_id != self.transaction_id:
            return False
        self.stage = Stage.NONE
        return True

    def interrupted(self) -> None:
        """The session is gone; a load that it breaks off is reported."""
        if self.stage is Stage.LOADING:
            self.ended(Reason.INSTALL_FAILED_DUE_TO_INTERRUPTION)
        self.stage = Stage.NONE
