"""ES8.UpdateConnectivityParameters, SGP.02 4.1.3.4, through the SM-SR: SCP03 of C-APDUs in two messages."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, instruction, status, tlv
from euicc.testing.m2m import es3
from euicc.testing.m2m.es3 import (
    R_APDU,
    Procedure,
    Response,
    SendData,
    SendDataResponse,
    UpdateConnectivityParameters,
    call,
)
from euicc.testing.m2m.key_establishment import dgi
from euicc.testing.scp03 import C_ENC, C_MAC, R_ENC, R_MAC, HostKeys, Scp03Error, Scp03Host
from euicc.testing.smdp_m2m import failure
from euicc.testing.smdp_m2m.failure import Failure
from euicc.testing.smdp_m2m.sending import answered

_CHALLENGE = 8
_LEVEL = C_MAC | C_ENC | R_MAC | R_ENC
_PARAMETERS = 0x3A07
_ALONE = 0x88


def update(
    eid: bytes,
    iccid: str,
    isd_p: bytes,
    keys: HostKeys,
    parameters: bytes,
    random: Callable[[int], bytes],
) -> Procedure[Response]:
    """Have the card keep these blocks (A0 to A2, at most some 200 bytes); Failure."""
    host = Scp03Host(_nowhere, keys)
    opening = es3.apdus(host.initialize_update(random(_CHALLENGE)))
    _, challenge = _answers((yield from call(SendData(eid, isd_p, opening, more_to_do=True))), 1)[0]
    try:
        host.take_initialize_update(challenge)
        data = dgi(_PARAMETERS, parameters)
        command = Command(0x80, instruction.STORE_DATA, _ALONE, 0x00, data, 256)
        script = es3.apdus(host.external_authenticate(_LEVEL), host.wrap(command.encode()))
        response = yield from call(UpdateConnectivityParameters(eid, iccid, script))
        (_, _), (sw, data) = _answers(SendDataResponse(response.status, data=response.euicc_response), 2)
        host.unwrap(data, sw)
    except Scp03Error as error:
        raise Failure(failure.CARD) from error
    return Response(euicc_response=response.euicc_response)


def _answers(response: SendDataResponse, count: int) -> list[tuple[int, bytes]]:
    """Status word and data of as many C-APDUs, all of them executed; Failure."""
    found = [each.value for each in answered(response) if each.tag == R_APDU and len(each.value) >= 2]
    results = [(int.from_bytes(value[-2:], "big"), value[:-2]) for value in found]
    if len(results) != count or any(sw != status.SUCCESS for sw, _ in results):
        raise Failure(failure.REFUSED, euicc_response=tlv.encode(R_APDU, found[-1]) if found else b"")
    return results


def _nowhere(command: bytes) -> bytes:
    raise AssertionError("commands go through the SM-SR")
