"""The device's side of a session in a test: sends what it is given, decodes what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from apdu import ApduChannel, Transport, aid, open_channel
from asn1 import BitString
from asn1.generated import rsp
from euicc import Card, Config
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.testing.pki import Pki
from tests.rsp.server import ADDRESS, Contents, Server, bound_package

SEED = 22


@dataclass
class Device:
    """A card with an open channel to its ISD-R, and the server it talks to."""

    card: Card
    server: Server
    transport: Transport | None = None
    """What stands between the device and the card; None: nothing."""
    channel: ApduChannel = field(init=False)

    def __post_init__(self) -> None:
        self.select()

    def select(self) -> None:
        """Open a channel and select the ISD-R, as after every reset."""
        self.channel = open_channel(self.transport or self.card)
        self.channel.select(aid.ISD_R)

    def restart(self) -> None:
        """Reset the card and begin anew."""
        self.card.reset()
        self.select()

    def send(self, command: bytes) -> bytes:
        """One ES10 command; StatusError when the card refuses it."""
        return self.channel.store_data(command)

    def challenge(self) -> bytes:
        """ES10b.GetEUICCChallenge."""
        return rsp.GetEuiccChallengeResponse.decode(self.send(b"\xbf\x2e\x00")).euicc_challenge

    def authenticate(self, request: bytes) -> rsp.AuthenticateServerResponse:
        """ES10b.AuthenticateServer."""
        return rsp.AuthenticateServerResponse.decode(self.send(request))

    def authenticated(self) -> rsp.AuthenticateResponseOk:
        """A session up to AuthenticateServer."""
        response = self.authenticate(self.server.authenticate_server(self.challenge()))
        assert response.authenticate_response_ok is not None
        return response.authenticate_response_ok

    def prepare(self, request: bytes) -> rsp.PrepareDownloadResponse:
        """ES10b.PrepareDownload."""
        return rsp.PrepareDownloadResponse.decode(self.send(request))

    def prepared(self, bpp_euicc_otpk: bytes | None = None) -> bytes:
        """A session up to PrepareDownload; the card's one-time key."""
        signature = self.authenticated().euicc_signature1
        request = self.server.prepare_download(signature, bpp_euicc_otpk=bpp_euicc_otpk)
        response = self.prepare(request).download_response_ok
        assert response is not None
        return response.euicc_signed2.euicc_otpk

    def bind(self, otpk: bytes, contents: Contents, first: bytes | None = None) -> list[bytes]:
        """The pieces of a bound profile package for this session."""
        stream = self.server.stream(otpk, self.card.identity.eid)
        return bound_package(first or self.server.initialise_secure_channel(otpk), stream, contents)

    def load(self, pieces: list[bytes]) -> rsp.ProfileInstallationResult:
        """Send the pieces until the result comes."""
        for piece in pieces:
            if answer := self.send(piece):
                return rsp.ProfileInstallationResult.decode(answer)
        raise AssertionError("the card never gave a result")

    def install(self, contents: Contents) -> rsp.ProfileInstallationResult:
        """A whole session."""
        return self.load(self.bind(self.prepared(), contents))

    def profiles(self) -> tuple[rsp.ProfileInfo, ...]:
        """ES10c.GetProfilesInfo."""
        response = rsp.ProfileInfoListResponse.decode(self.send(b"\xbf\x2d\x00"))
        assert response.profile_info_list_ok is not None
        return response.profile_info_list_ok

    def notifications(self) -> tuple[rsp.NotificationMetadata, ...]:
        """ES10b.ListNotification."""
        response = rsp.ListNotificationResponse.decode(self.send(b"\xbf\x28\x00"))
        assert response.notification_metadata_list is not None
        return response.notification_metadata_list


@lru_cache(None)
def pki(curve: Curve = curves.P256) -> Pki:
    """The test PKI on one curve."""
    return Pki.default(curves=(curve,))


def device(curve: Curve = curves.P256, config: Config | None = None, seed: int = SEED) -> Device:
    """A new card and an SM-DP+ that it trusts."""
    return Device(Card.manufacture(pki=pki(curve), seed=seed, config=config), Server(pki(curve), curve))


def metadata(iccid: bytes, **changes: object) -> rsp.StoreMetadataRequest:
    """StoreMetadata of a profile that wants every notification at the server's address and one other."""
    events = BitString.of(*range(4))
    fields: dict[str, object] = {
        "iccid": iccid,
        "service_provider_name": "Operator",
        "profile_name": "Subscription",
        "notification_configuration_info": tuple(
            rsp.NotificationConfigurationInformation(
                profile_management_operation=events, notification_address=address
            )
            for address in (ADDRESS, "other.example.com")
        ),
    }
    return rsp.StoreMetadataRequest(**{**fields, **changes})  # type: ignore[arg-type]
