"""An SM-SR that carries out at once what an SM-DP asks for, on a real card, and may go wrong at any step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from apdu import Command, instruction, tlv
from apdu import aid as aids
from euicc import Card
from euicc import eid as eids
from euicc.m2m.isdr import M2mIsdR
from euicc.testing.m2m import es3
from euicc.testing.m2m.es3 import (
    CreateIsdp,
    CreateIsdpResponse,
    DeleteIsdp,
    EisPart,
    EisResponse,
    EnableProfile,
    GetEis,
    ProfileDownloadCompleted,
    ProfileInfo,
    ProfileState,
    Request,
    Response,
    SendData,
    SendDataResponse,
    UpdateConnectivityParameters,
    failed,
)
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp_m2m import Manner, Order, Smdp, SmdpIdentity
from tests.m2m.es8_scene import OverTheAir
from tests.m2m_keys.scene import random_of

OPERATOR, SMSR, SMDP = "2.999.1", "2.999.2", "2.999.3"
EID = eids.DEFAULT
ICCID = "8900101234567890131"
LOST = failed("8.4", "4.2", "the answer of the eUICC is lost")
PKI = M2mPki()
PACKAGE = build(Subscription(iccid=ICCID, imsi="001010123456071")).package

Fault = Callable[[SendData, SendDataResponse], SendDataResponse]


def lost(request: SendData, response: SendDataResponse) -> SendDataResponse:
    """The card did it, and nobody heard."""
    return SendDataResponse(LOST)


@dataclass
class StandIn:
    """faults: by the number of a SendData, counted from 1: what becomes of its response. asked: every request."""

    card: Card
    faults: dict[int, Fault] = field(default_factory=dict)
    instead: dict[type, Response] = field(default_factory=dict)
    asked: list[Request[Any]] = field(default_factory=list)
    profiles: list[ProfileInfo] = field(default_factory=list)
    eis: EisPart | None = None
    sent: int = 0

    def __post_init__(self) -> None:
        self.air = OverTheAir(self.card)
        issued = PKI.issue(EID)
        self.eis = EisPart(
            eid=EID,
            ecasd_certificate=issued.ecasd_certificate,
            eum_certificate=issued.eum_certificate,
            sin=issued.sin,
            sdin=issued.sdin,
            isd_p_load_file=aids.ISD_P_LOAD_FILE,
            isd_p_module=aids.ISD_P_MODULE,
            available_memory=0,
        )

    def handle(self, request: Request[Any]) -> Response:
        self.asked.append(request)
        if type(request) in self.instead:
            return self.instead[type(request)]
        return HANDLERS[type(request)](self, request)

    def names(self) -> list[str]:
        return [type(request).__name__ for request in self.asked]

    def _get_eis(self, request: GetEis) -> EisResponse:
        assert self.eis is not None
        return EisResponse(eis=replace(self.eis, profiles=tuple(self.profiles)))

    def _create(self, request: CreateIsdp) -> CreateIsdpResponse:
        aid = aids.isd_p(0x20)
        fields = (
            aids.ISD_P_LOAD_FILE,
            aids.ISD_P_MODULE,
            aid,
            b"\x80\xc0\x00",
            bytes.fromhex("C90481020370"),
        )
        data = b"".join(bytes((len(each),)) + each for each in fields) + b"\x00"
        self._isd_r(Command(0x80, instruction.INSTALL, 0x0C, 0x00, data))
        self.profiles.append(ProfileInfo(request.iccid, aid, ProfileState.CREATED, request.operator, SMDP))
        return CreateIsdpResponse(isd_p=aid)

    def _delete(self, request: DeleteIsdp) -> Response:
        (profile,) = self.profiles
        self._isd_r(Command(0x80, instruction.DELETE, 0x00, 0x40, tlv.encode(0x4F, profile.isd_p)))
        self.profiles.remove(profile)
        return Response()

    def _send_data(self, request: SendData) -> SendDataResponse:
        self.sent += 1
        answers = self.air.elements(request.aid, request.data)
        response = SendDataResponse(data=b"".join(each.encoded for each in answers))
        fault = self.faults.get(self.sent)
        return response if fault is None else fault(request, response)

    def _connectivity(self, request: UpdateConnectivityParameters) -> Response:
        (profile,) = self.profiles
        answers = self.air.elements(profile.isd_p, request.script)
        return Response(euicc_response=b"".join(each.encoded for each in answers))

    def _completed(self, request: ProfileDownloadCompleted) -> Response:
        (profile,) = self.profiles
        self.profiles = [replace(profile, state=ProfileState.DISABLED, profile_type=request.profile_type)]
        return Response()

    def _enable(self, request: EnableProfile) -> Response:
        return Response(euicc_response=b"\x90\x00")

    def _isd_r(self, command: Command) -> None:
        (answer,) = self.air.elements(aids.ISD_R, es3.apdus(command.encode()))
        assert answer.value[-2:] == b"\x90\x00"


HANDLERS: dict[type, Callable[[StandIn, Any], Response]] = {
    GetEis: StandIn._get_eis,
    CreateIsdp: StandIn._create,
    DeleteIsdp: StandIn._delete,
    SendData: StandIn._send_data,
    UpdateConnectivityParameters: StandIn._connectivity,
    ProfileDownloadCompleted: StandIn._completed,
    EnableProfile: StandIn._enable,
}


@dataclass
class World:
    """A card, an SM-SR, an SM-DP with one order, and an operator."""

    manner: Manner = field(default_factory=Manner)
    package: bytes = PACKAGE
    faults: dict[int, Fault] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.card = Card.manufacture(variant="sgp02", seed=1)
        self.card.preload(build(Subscription()).package, enabled=True)
        self.card.reset()
        self.smsr = StandIn(self.card, self.faults)
        self.restart()

    def restart(self, pki: M2mPki = PKI) -> None:
        """Another SM-DP of the same name, which remembers nothing."""
        identity = SmdpIdentity(SMDP, pki.sm_dp(), (PKI.ci,))
        self.smdp = Smdp(identity, manner=self.manner, random=random_of("SM-DP"))
        self.order = self.smdp.orders.add(Order(self.package, profile_type="vehicle"))

    @property
    def isdr(self) -> M2mIsdR:
        assert isinstance(self.card.isdr, M2mIsdR)
        return self.card.isdr

    def run(self, request: Request[Any]) -> Any:
        """A function of ES2, to the end; the response."""
        reference = self.smdp.submit(OPERATOR, request)
        while True:
            (message,) = self.smdp.messages()
            self.smdp.acknowledge(message)
            if isinstance(message.content, Answer):
                assert (message.recipient, message.content.reference) == (OPERATOR, reference)
                return message.content.response
            assert message.recipient == SMSR
            assert isinstance(message.content, Call)
            response = self.smsr.handle(message.content.request)
            self.smdp.receive(SMSR, Answer(message.content.reference, response))
