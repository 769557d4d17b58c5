"""An IPA made by hand, between a real IoT card and an eIM: indirect downloads in full or in compact messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp, sgp32
from euicc import Card
from euicc.testing.eim import Eim, LocalServers
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smds import SmDs
from tests.isdr.es10 import open_isdr
from tests.rsp.contents import profile
from tests.testing.eim_device import eim
from tests.testing.ordered import PKI

DEVICE_INFO = rsp.DeviceInfo(tac=bytes(4), device_capabilities=rsp.DeviceCapabilities())
SPLIT = (0xA1, 0xA3)


class Refused(Exception):
    """The eIM's answer is a code."""


@dataclass
class Ipa:
    """One card, one eIM; what the last session left behind is in the fields after `smdp`."""

    server: Eim
    smdp: SmDpPlus
    card: Card = field(default_factory=lambda: Card.manufacture(variant="sgp32", seed=32, pki=PKI))
    minimize: bool = False
    matching_id: str | None = None
    transaction_id: bytes = b""
    initiated: sgp32.InitiateAuthenticationOkEsipa | None = None
    offered: sgp32.AuthenticateClientOkDPEsipa | None = None

    def __post_init__(self) -> None:
        self.channel = open_isdr(self.card)
        token = tlv.find(self.send(self.server.add_initial_eim(token=True).encode()), 0xBF57, 0xA0, 0x84)
        self.server.associate(self.eid, token=int.from_bytes(token or b"", "big"))

    @property
    def eid(self) -> bytes:
        return self.card.identity.eid

    def send(self, command: bytes) -> bytes:
        return self.channel.store_data(command)

    def poll(self) -> tlv.Tlv:
        """What the eIM wants."""
        answer = self.server.handle_asn1(tlv.encode(0xBF4F, tlv.encode(0x5A, self.eid)))
        return tlv.parse(tlv.parse(answer).value)

    def provide(self, *answer: bytes) -> bytes:
        return self.server.handle_asn1(tlv.encode(0xBF50, tlv.encode(0x5A, self.eid), *answer))

    def serve(self) -> bytes:
        """Executes the package that the eIM has, and delivers its result; the answer."""
        wanted = self.poll()
        assert wanted.tag == 0xBF51
        return self.provide(self.send(wanted.encoded))

    def tell(self, *features: int) -> None:
        """Answers the data request that the eIM has with all that it may want to know."""
        wanted = self.poll()
        certificates = tlv.find(self.send(bytes.fromhex("BF5600")), 0xBF56, 0xA0) or b""
        capabilities = sgp32.IpaCapabilities(ipa_features=BitString.of(*features)).encode()
        data = (
            self.send(bytes.fromhex("BF2000")),
            self.send(bytes.fromhex("BF2200")),
            certificates,
            tlv.encode(0x87, wanted.find(0x83) or b""),
            tlv.encode(0xA8, tlv.parse(capabilities).value),
            tlv.encode(0xA9, tlv.parse(DEVICE_INFO.encode()).value),
        )
        self.provide(tlv.encode(0xBF52, tlv.encode(0xA0, *data)))

    # The session, function by function.

    def call(self, tag: int, *fields: bytes) -> tlv.Tlv:
        """The chosen alternative of the answer; Refused when it is a code."""
        answer = tlv.parse(self.server.handle_asn1(tlv.encode(tag, *fields)))
        assert answer.tag == tag
        (arm,) = answer.children()
        if arm.tag in (0x81, 0x82, 0x02):
            raise Refused(int.from_bytes(arm.value, "big"))
        return arm

    def initiate(self, address: str | None, order: bytes | None = None, info1: bool = True) -> None:
        challenge = tlv.find(self.send(bytes.fromhex("BF2E00")), 0xBF2E, 0x80) or b""
        arm = self.call(
            0xBF39,
            tlv.encode(0x81, challenge),
            b"" if address is None else tlv.encode(0x83, address.encode()),
            self.send(bytes.fromhex("BF2000")) if info1 else b"",
            b"" if order is None else tlv.encode(0x82, order),
        )
        self.initiated = sgp32.InitiateAuthenticationOkEsipa.decode(tlv.encode(0x30, arm.value))
        self.transaction_id = self.initiated.transaction_id or b""

    def authenticate_server(self) -> bytes:
        """BF38 of the card."""
        server = self.initiated
        assert server is not None
        matching_id = self.matching_id if self.matching_id is not None else server.matching_id
        context = rsp.CtxParamsForCommonAuthentication(matching_id=matching_id, device_info=DEVICE_INFO)
        made = rsp.CtxParams1(ctx_params_for_common_authentication=context)
        return self.send(
            rsp.AuthenticateServerRequest(
                server_signed1=server.server_signed1,
                server_signature1=server.server_signature1,
                euicc_ci_pk_id_to_be_used=server.euicc_ci_pk_identifier_to_be_used,
                server_certificate=server.server_certificate,
                ctx_params1=server.ctx_params1 or made,
            ).encode()
        )

    def authenticate(self) -> tlv.Tlv:
        response = self.authenticate_server()
        return self.session(0xBF3B, compact_authentication(response) if self.minimize else response)

    def offer(self) -> None:
        arm = self.authenticate()
        self.offered = sgp32.AuthenticateClientOkDPEsipa.decode(tlv.encode(0x30, arm.value))

    def session(self, tag: int, response: bytes) -> tlv.Tlv:
        return self.call(tag, tlv.encode(0x80, self.transaction_id), response)

    def prepare(self) -> bytes:
        """BF21 of the card."""
        offered = self.offered
        assert offered is not None
        return self.send(
            rsp.PrepareDownloadRequest(
                smdp_signed2=offered.smdp_signed2,
                smdp_signature2=offered.smdp_signature2,
                hash_cc=offered.hash_cc,
                smdp_certificate=offered.smdp_certificate,
            ).encode()
        )

    def fetch(self) -> bytes:
        response = self.prepare()
        arm = self.session(0xBF3A, compact_preparation(response) if self.minimize else response)
        package = arm.find(0xBF36)
        assert package is not None
        return tlv.encode(0xBF36, package)

    def load(self, package: bytes) -> bytes:
        """BF37 of the card."""
        outer = tlv.parse(package)
        first, *others = outer.children()
        pieces = [package[: len(package) - len(outer.value)] + first.encoded]
        for part in others:
            head = part.encoded[: len(part.encoded) - len(part.value)]
            pieces += (
                [head, *(each.encoded for each in part.children())] if part.tag in SPLIT else [part.encoded]
            )
        answers = [self.send(piece) for piece in pieces]
        return answers[-1]

    def cancel(self, reason: int) -> tlv.Tlv:
        request = rsp.CancelSessionRequest(transaction_id=self.transaction_id, reason=reason)
        response = tlv.parse(self.send(request.encode()))
        contents = compact_cancellation(response) if self.minimize else response.value
        return self.call(0xBF41, tlv.encode(0x80, self.transaction_id), tlv.encode(0xA1, contents))

    def notify(self, result: bytes) -> None:
        """ESipa.HandleNotification of an installation result."""
        pending = compact_installation(result) if self.minimize else result
        assert self.server.handle_asn1(tlv.encode(0xBF3D, tlv.encode(0xA0, pending))) == b""


def compact_authentication(response: bytes, context: bool = False, certificates: bool = False) -> bytes:
    """compactAuthenticateResponseOk: without what the eIM knows; with ctxParams1 and certificates if asked."""
    signed, signature, euicc, eum = tlv.parse(tlv.parse(response).value).children()
    resource = signed.find(0xBF22, 0x84) or b""
    own = tlv.encode(0xA2, tlv.encode(0xA0, signed.find(0xA0) or b"")) if context else b""
    kept = (tlv.encode(0xA1, euicc.value), tlv.encode(0xA2, eum.value)) if certificates else ()
    compacted = tlv.encode(0xA0, tlv.encode(0x84, resource), own)
    return tlv.encode(0xBF38, tlv.encode(0xA2, compacted, signature.encoded, *kept))


def compact_preparation(response: bytes, otpk: bool = True) -> bytes:
    """compactDownloadResponseOk."""
    signed, signature = tlv.parse(tlv.parse(response).value).children()
    kept = [each.encoded for each in signed.children() if each.tag in ((0x5F49, 0x04) if otpk else (0x04,))]
    return tlv.encode(0xBF21, tlv.encode(0xA2, tlv.encode(0x30, *kept), signature.encoded))


def compact_cancellation(response: tlv.Tlv, reason: bool = True) -> bytes:
    """compactCancelSessionResponseOk, the contents of BF41."""
    signed, signature = tlv.parse(response.value).children()
    kept = tlv.encode(0x80, signed.find(0x82) or b"") if reason else b""
    return tlv.encode(0xA2, tlv.encode(0x30, kept), signature.encoded)


def compact_installation(result: bytes) -> bytes:
    """compactProfileInstallationResult of a success."""
    data, signature = tlv.parse(result).children()
    aid = data.find(0xA2, 0xA0, 0x4F) or b""
    sima = data.find(0xA2, 0xA0, 0x04)
    simas = b"" if sima == bytes.fromhex("3007A0053003800100") else tlv.encode(0x04, sima or b"")
    success = tlv.encode(0xA2, tlv.encode(0xA0, tlv.encode(0x4F, aid[13:15]), simas))
    kept = tlv.encode(0x80, data.find(0x80) or b"") + tlv.encode(0x02, data.find(0xBF2F, 0x80) or b"")
    return tlv.encode(0xA0, tlv.encode(0xA0, kept, success), signature.encoded)


SMDP, SMDS = "smdp.example.com", "smds.example.com"


def ipa(*, minimize: bool = False, **options: Any) -> Ipa:
    """A card, its IPA and its eIM, which reaches an SM-DP+ and an SM-DS."""
    smdp, smds = SmDpPlus(PKI, SMDP), SmDs(PKI, SMDS)
    options.setdefault("servers", LocalServers(smdp, smds))
    return Ipa(eim(**options), smdp, minimize=minimize)


PACKAGE = profile().package
