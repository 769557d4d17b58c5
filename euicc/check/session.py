"""One RSP session with the card under test, step by step; every step may be made wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asn1.generated import rsp
from euicc.check.catalogue import Finding
from euicc.check.server import Content, Server, pieces
from euicc.check.subject import Subject
from euicc.crypto.certificates import Certificate

CHALLENGE_LENGTH = 16


@dataclass(frozen=True)
class Session:
    """A card and a server of the test PKI that it trusts."""

    subject: Subject
    server: Server

    @classmethod
    def open(cls, subject: Subject) -> Session:
        """A session with a transactionId of its own; needs TEST_KEYS."""
        facts, ci_ski = subject.facts, subject.common_authorities[0]
        signing = ci_ski if ci_ski in facts.signing or not facts.signing else facts.signing[0]
        random, pki = subject.random, subject.servers_under(ci_ski) or subject.pki
        return cls(subject, Server(pki, ci_ski, signing, random(16), random(16), random))

    def forge(self, role: Any, **flaws: Any) -> Any:
        """A certificate under this session's CI that is wrong in the ways named; IssuerError without the CI's key."""
        return self.server.pki.forge(role, ci_ski=self.server.ci_ski, **flaws)

    def challenge(self) -> bytes:
        """ES10b.GetEUICCChallenge."""
        answer = self.subject.es10(rsp.GetEuiccChallengeRequest().encode())
        return rsp.GetEuiccChallengeResponse.decode(answer).euicc_challenge

    def authenticate(self, request: bytes) -> rsp.AuthenticateServerResponse:
        """ES10b.AuthenticateServer."""
        return rsp.AuthenticateServerResponse.decode(self.subject.es10(request))

    def authenticated(self) -> rsp.AuthenticateResponseOk:
        """A session up to AuthenticateServer; Finding when the card refuses."""
        response = self.authenticate(self.server.authenticate_server(self.challenge()))
        if response.authenticate_response_ok is None:
            raise Finding(f"a right AuthenticateServer is refused: {error_code(response)}")
        return response.authenticate_response_ok

    def prepare(self, request: bytes) -> rsp.PrepareDownloadResponse:
        """ES10b.PrepareDownload."""
        return rsp.PrepareDownloadResponse.decode(self.subject.es10(request))

    def prepared(self, otpk: bytes | None = None) -> bytes:
        """A session up to PrepareDownload; the card's one-time key. Finding when the card refuses."""
        signature = self.authenticated().euicc_signature1
        response = self.prepare(self.server.prepare_download(signature, otpk=otpk))
        if response.download_response_ok is None:
            raise Finding(f"a right PrepareDownload is refused: {download_error(response)}")
        return response.download_response_ok.euicc_signed2.euicc_otpk

    def load(self, package: bytes) -> rsp.ProfileInstallationResult:
        """ES10b.LoadBoundProfilePackage, piece by piece until the result comes; Finding when it never does."""
        for piece in pieces(package):
            if answer := self.subject.es10(piece):
                return rsp.ProfileInstallationResult.decode(answer)
        raise Finding("the card took the whole package and gave no result")

    def install(self, content: Content) -> rsp.ProfileInstallationResult:
        """A whole session; the card's result."""
        otpk = self.prepared()
        return self.load(self.server.bound_package(otpk, self.subject.facts.eid, content))


def error_code(response: rsp.AuthenticateServerResponse) -> int | None:
    """authenticateErrorCode."""
    error = response.authenticate_response_error
    return None if error is None else error.authenticate_error_code


def download_error(response: rsp.PrepareDownloadResponse) -> int | None:
    """downloadErrorCode."""
    error = response.download_response_error
    return None if error is None else error.download_error_code


def load_error(result: rsp.ProfileInstallationResult) -> tuple[int, int] | None:
    """bppCommandId and errorReason; None for a profile that was installed."""
    error = result.profile_installation_result_data.final_result.error_result
    return None if error is None else (error.bpp_command_id, error.error_reason)


def certificate(der: bytes) -> Certificate:
    """A certificate that the card sent."""
    return Certificate.parse(der)
