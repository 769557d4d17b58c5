"""Download sessions with several SM-DP+, right and wrong steps in any order, against a model: `DownloadMachine`."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from apdu import StatusError, tlv
from asn1.generated import rsp
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate, Role
from euicc.testing.machines import es10, order
from euicc.testing.machines.card import CardMachine
from euicc.testing.machines.download_model import (
    DownloadModel,
    OrderClaim,
    Outcome,
    Reason,
    ServerClaim,
    Stage,
)
from euicc.testing.machines.server import Server, bound_package
from euicc.testing.pki import Pki

NOT_THE_MOMENT = 0x6985
SECURITY_ERROR = Reason.SCP03T_SECURITY_ERROR
TAKEN = Reason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC
SEGMENTS = frozenset((0xA0, 0x88, 0x86))
"""First tags of the pieces that end with a MAC."""
places = st.integers(0, len(order.OIDS) - 1)
AUTHENTICATION = (
    "right",
    "right",
    "right",
    "replayed",
    "an old challenge",
    "a wrong signature",
    "of a foreign CI",
)
ORDER = (
    *("right",) * 4, "replayed", "signed for another session", "with another transactionId",
    "of the other server", "without the confirmation code",
)  # fmt: skip
Answer = bytes | int
"""An ES10 response, or the status word instead of one."""


class DownloadMachine(CardMachine):
    """Challenges, servers, orders, packages piece by piece, right or wrong; given up, broken off, cut short.

    After each step the profiles, and the results of installations that the card keeps, are those of the model.
    """

    pki: ClassVar[Pki] = order.default_pki()
    """Whose CI the card trusts, with its private key: the test CI of this package unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.model = DownloadModel()
        self.servers = order.servers(self.pki)
        self.foreign = self.pki.forge(Role.DP_AUTH, other_ci=True)
        self.sessions = 0
        self.challenges = [bytes(16)]
        self.authentications: list[tuple[ServerClaim, bytes]] = []
        self.orders: list[tuple[OrderClaim, bytes]] = []
        self.signatures: dict[bytes, bytes] = {}
        self.pieces: list[bytes] = []
        self.learn()

    def learn(self) -> None:
        """Begin where the card is: its EID, and none of the profiles and results of this machine."""
        eid = tlv.find(self.ask("GetEID", es10.GET_EID), 0xBF3E, 0x5A)
        assert eid is not None
        self.eid = eid
        self.tidy()
        for place in range(len(self.servers)):
            self.ask("DeleteProfile", es10.delete(order.profile(place).iccid_bytes))
        self.tidy()
        self.others = set(es10.profiles(self))

    # -- steps --------------------------------------------------------------------------------------------------------

    def ask_for(self, request: bytes) -> Answer:
        """The answer, or the status word of a refusal."""
        try:
            return self.isdr.store_data(request)
        except StatusError as error:
            return error.sw

    def check(self, words: str, answered: object, expected: object) -> None:
        """Goes on only when both are the same."""
        if answered != expected:
            raise self.story.ends(words, shown(answered), shown(expected))
        self.story.tell(f"{words}: {shown(answered)}")

    @rule(place=places, count=st.integers(1, 4))
    def onward(self, place: int, count: int) -> None:
        """So many right steps, each the one that comes next, so that sessions get far enough to go wrong late."""
        for _ in range(count):
            if self.model.stage is Stage.NONE:
                self.challenge()
            elif self.model.stage is Stage.CHALLENGED:
                self.authenticate(place, "right")
            elif self.model.stage is Stage.AUTHENTICATED:
                self.prepare("right")
            else:
                self.piece("next")

    @rule()
    def challenge(self) -> None:
        """GetEUICCChallenge: one that was never given before."""
        words = "GetEUICCChallenge"
        challenge = rsp.GetEuiccChallengeResponse.decode(self.ask(words, b"\xbf\x2e\x00")).euicc_challenge
        if challenge in self.challenges:
            raise self.story.ends(words, challenge.hex(), "a challenge that was not given before")
        self.model.challenged(challenge)
        self.challenges.append(challenge)
        self.story.tell(words)

    @rule(place=places, how=st.sampled_from(AUTHENTICATION), afresh=st.booleans())
    def authenticate(self, place: int, how: str, afresh: bool = False) -> None:
        """AuthenticateServer, by one of the servers. afresh: in a session that begins with it."""
        if afresh:
            self.challenge()
        claim, request = self.server_request(place, how)
        place = claim.server
        words = f"AuthenticateServer of SM-DP+ {claim.server}, {how}"
        expected = self.model.authenticate(claim)
        answer = rsp.AuthenticateServerResponse.decode(self.ask(words, request))
        error, ok = answer.authenticate_response_error, answer.authenticate_response_ok
        codes = rsp.AuthenticateErrorCode
        self.check(
            words, named(codes, error.authenticate_error_code if error else None), named(codes, expected)
        )
        if ok is None:
            return
        signed = ok.euicc_signed1
        if (signed.transaction_id, signed.server_address) != (
            claim.transaction_id,
            self.servers[place].address,
        ):
            raise self.story.ends(words, f"euiccSigned1 {signed}", "transaction and address of this session")
        if not ecdsa.verify(
            Certificate.parse(ok.euicc_certificate).public_key, ok.euicc_signature1, signed.encoded
        ):
            raise self.story.ends(words, "euiccSignature1 does not verify", "one that does")
        self.authentications.append((claim, request))
        self.signatures[claim.transaction_id] = ok.euicc_signature1

    def server_request(self, place: int, how: str) -> tuple[ServerClaim, bytes]:
        """What a server sends to authenticate itself, and what is to be said of it."""
        if how == "replayed" and self.authentications:
            return self.authentications[place % len(self.authentications)]
        server = self.servers[place]
        self.sessions += 1
        server.transaction_id = self.sessions.to_bytes(16, "big")
        challenge = self.challenges[-2 if how == "an old challenge" and len(self.challenges) > 1 else -1]
        known, signed = how != "of a foreign CI", how != "a wrong signature"
        request = server.authenticate_server(
            challenge,
            certificate=None if known else self.foreign,
            signature=None if signed else server.dp_pb.sign,
        )
        return ServerClaim(place, server.transaction_id, challenge, known, signed), request

    @rule(how=st.sampled_from(ORDER), afresh=st.booleans())
    def prepare(self, how: str, afresh: bool = False) -> None:
        """PrepareDownload, by the server that authenticated itself last. afresh: in a session that begins for it."""
        if afresh:
            self.authenticate(0, "right", afresh=True)
        claim, request = self.order_request(how)
        words = f"PrepareDownload of SM-DP+ {claim.server}, {how}"
        expected = self.model.prepare(claim)
        answer = rsp.PrepareDownloadResponse.decode(self.ask(words, request))
        error, ok = answer.download_response_error, answer.download_response_ok
        codes = rsp.DownloadErrorCode
        self.check(words, named(codes, error.download_error_code if error else None), named(codes, expected))
        if ok is not None:
            self.orders.append((claim, request))
            self.pieces = self.package(self.servers[claim.server], claim.server, ok.euicc_signed2.euicc_otpk)

    def order_request(self, how: str) -> tuple[OrderClaim, bytes]:
        """What a server sends to have the download prepared, and what is to be said of it."""
        if how == "replayed" and self.orders:
            return self.orders[0]
        place = max(self.model.server, 0)
        session = self.model.transaction_id
        if how == "of the other server":
            place = 1 - place
        if how == "signed for another session":
            session = next((each for each in self.signatures if each != session), b"")
        transaction_id = bytes(16) if how == "with another transactionId" else self.model.transaction_id
        missing = how == "without the confirmation code"
        request = self.servers[place].prepare_download(
            self.signatures.get(session, bytes(64)),
            transaction_id=transaction_id or bytes(16),
            cc_required=missing,
        )
        return OrderClaim(place, transaction_id, session, missing), request

    def package(self, server: Server, place: int, otpk: bytes) -> list[bytes]:
        """The pieces of the bound profile package for this session."""
        first = server.initialise_secure_channel(otpk, transaction_id=self.model.transaction_id)
        return bound_package(first, server.stream(otpk, self.eid), order.contents(place, server.address))

    @rule(how=st.sampled_from(("next", "once more", "the one after next", "with a wrong MAC")))
    def piece(self, how: str) -> None:
        """One piece of the package, at its moment or not."""
        if self.model.stage not in (Stage.PREPARED, Stage.LOADING):
            piece = self.pieces[0] if self.pieces else b"\xbf\x36\x00"
            self.check("piece of a package, without a session", self.ask_for(piece), NOT_THE_MOMENT)
            return
        piece, right = self.chosen(how)
        self.loaded(f"piece {self.model.position} of the package, {'next' if right else how}", piece, right)

    def chosen(self, how: str) -> tuple[bytes, bool]:
        """A piece, and whether it is the one that comes next."""
        at = self.model.position
        due = self.pieces[at]
        if how == "once more" and at:
            return self.pieces[at - 1], False
        if how == "the one after next" and at + 1 < len(self.pieces):
            return self.pieces[at + 1], False
        if how == "with a wrong MAC" and due[0] in SEGMENTS:
            return due[:-1] + bytes((due[-1] ^ 1,)), False
        return due, True

    @precondition(lambda self: self.model.stage in (Stage.PREPARED, Stage.LOADING))
    @rule()
    def all_pieces(self) -> None:
        """The rest of the package."""
        while self.model.stage in (Stage.PREPARED, Stage.LOADING):
            self.loaded(f"piece {self.model.position} of the package", self.pieces[self.model.position], True)

    def loaded(self, words: str, piece: bytes, right: bool) -> None:
        """A piece is sent and its answer compared."""
        due = self.pieces[self.model.position]
        if not right and piece[0] != due[0]:
            self.check(words, self.ask_for(piece), NOT_THE_MOMENT)
            return
        expected = self.after(right)
        self.check(words, self.outcome(self.ask_for(piece)), expected)

    def after(self, right: bool) -> Outcome | None:
        """The result of the package, if this piece leads to it."""
        model, iccid = self.model, order.profile(self.model.server).iccid_bytes
        if not right:
            return model.ended(SECURITY_ERROR)
        last_of_metadata = (
            self.pieces[model.position][0] == 0x88 and self.pieces[model.position + 1][0] != 0x88
        )
        if last_of_metadata and iccid in model.iccids:
            return model.ended(TAKEN)
        model.taken()
        return model.ended(None, iccid) if model.position == len(self.pieces) else None

    def outcome(self, answer: Answer) -> Outcome | int | None:
        """What the answer to a piece says."""
        if isinstance(answer, int):
            return answer
        return outcome(rsp.ProfileInstallationResult.decode(answer)) if answer else None

    @rule(right=st.sampled_from((True, True, False)), reason=st.sampled_from((0, 1, 2, 3, 127)))
    def cancel(self, right: bool, reason: int) -> None:
        """CancelSession, of this session or of another."""
        asked = self.model.transaction_id if right and self.model.transaction_id else b"\x01"
        request = rsp.CancelSessionRequest(transaction_id=asked, reason=reason).encode()
        words = f"CancelSession of {'this' if right else 'another'} session, reason {reason}"
        expected = None if self.model.cancel(asked) else 5
        answer = rsp.CancelSessionResponse.decode(self.ask(words, request))
        self.check(words, answer.cancel_session_response_error, expected)

    @rule(place=places)
    def delete(self, place: int) -> None:
        """The profile of a server goes, so that it can come again."""
        iccid = order.profile(place).iccid_bytes
        words = f"DeleteProfile of SM-DP+ {place}"
        expected = 0 if iccid in self.model.iccids else 1
        self.check(words, es10.result_code(self.ask(words, es10.delete(iccid))), expected)
        self.model.iccids.discard(iccid)

    @rule()
    def reset(self) -> None:
        """Reset of the card: no session outlives it."""
        self.restart()
        self.model.interrupted()
        self.story.tell("reset")

    @rule()
    def tidy(self) -> None:
        """Every notification is removed, as after its delivery."""
        for each in es10.notifications(self):
            self.ask("RemoveNotificationFromList", es10.remove_notification(each.number))
        self.model.outcomes.clear()

    # -- power --------------------------------------------------------------------------------------------------------

    @precondition(
        lambda self: self.switch is not None and self.model.stage in (Stage.PREPARED, Stage.LOADING)
    )
    @rule(write=st.integers(1, 25))
    def with_power_lost(self, write: int) -> None:
        """The power goes at a write of the memory while the rest of the package is received."""
        answers: list[Answer] = []

        def rest() -> None:
            for piece in self.pieces[self.model.position :]:
                answers.append(self.ask_for(piece))
                if answers[-1]:
                    return

        if not self.cut(write, rest):
            self.check_all(answers)
            return
        self.returned(f"the rest of the package, with the power lost at write {write}", bool(answers))

    def check_all(self, answers: list[Answer]) -> None:
        """Each answer to the rest of the package, after the fact."""
        for answer in answers:
            words = f"piece {self.model.position} of the package"
            expected = self.after(right=True)
            self.check(words, self.outcome(answer), expected)

    def returned(self, words: str, begun: bool) -> None:
        """The package was interrupted, or installed, or refused; or, at its very beginning, nothing was of it."""
        self.restart()
        iccid = order.profile(self.model.server).iccid_bytes
        nothing, broken, ended = self.model.copy(), self.model.copy(), self.model.copy()
        nothing.stage = Stage.NONE
        broken.ended(Reason.INSTALL_FAILED_DUE_TO_INTERRUPTION)
        ended.ended(TAKEN if iccid in ended.iccids else None, iccid)
        worlds = [broken, ended] if begun or self.model.stage is Stage.LOADING else [nothing, broken, ended]
        seen = self.seen()
        fitting = [each for each in worlds if (each.iccids, each.outcomes) == seen]
        if not fitting:
            raise self.story.ends(
                words, seen, " or ".join(str((each.iccids, each.outcomes)) for each in worlds)
            )
        self.model = fitting[0]
        self.story.tell(words)

    # -- what always holds --------------------------------------------------------------------------------------------

    def seen(self) -> tuple[set[bytes], list[Outcome]]:
        """Profiles of this machine's servers on the card, and the results that it keeps."""
        answer = self.ask("RetrieveNotificationsList", b"\xbf\x2b\x00")
        kept = tlv.parse_all(tlv.find(answer, 0xBF2B, 0xA0) or b"")
        results = [rsp.ProfileInstallationResult.decode(each.encoded) for each in kept if each.tag == 0xBF37]
        return set(es10.profiles(self)) - self.others, list(map(outcome, results))

    @invariant()
    def the_card_shows_what_the_model_has(self) -> None:
        """Profiles, and results of installations in their order."""
        iccids, outcomes = self.seen()
        if iccids != self.model.iccids:
            raise self.story.ends("GetProfilesInfo", names(iccids), names(self.model.iccids))
        if outcomes != self.model.outcomes:
            raise self.story.ends("RetrieveNotificationsList", outcomes, self.model.outcomes)


def outcome(result: rsp.ProfileInstallationResult) -> Outcome:
    """What a result says."""
    data = result.profile_installation_result_data
    error = data.final_result.error_result
    return Outcome(data.transaction_id, None if error is None else error.error_reason)


def named(codes: type, code: int | None) -> str | None:
    """An error code by the name it has in the ASN.1."""
    return next(
        (each.lower().replace("_", " ") for each, value in vars(codes).items() if value == code), None
    )


def names(iccids: set[bytes]) -> list[str]:
    """For people."""
    return sorted(map(es10.name, iccids))


def shown(answer: object) -> str:
    """An answer, for people."""
    if isinstance(answer, int) and answer > 0xFF:
        return f"status word {answer:04X}"
    return "ok" if answer is None else str(answer)
