"""PE-AKAParameter and PE-CDMAParameter: the keys of network access applications, TCA profile package 8.5."""

from __future__ import annotations

from typing import NamedTuple

from asn1.generated import pe
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.filesystem import Df
from euicc.uicc.profile_data import AkaMapping, AkaParameters

Algorithm = pe.AlgoParameter.AlgorithmID
Capability = pe.UICCCapability
LARGEST_SEQ = bytes.fromhex("07FFFFFFFFFF")
NO_SEQ = (bytes(6),) * 32
ALGORITHM_ORDINAL = 1


class Lengths(NamedTuple):
    """What a key of some length needs: the capability, and the length of OPc or TOPc (None: not used)."""

    capability: int
    opc: int | None


ALGORITHMS = {
    (Algorithm.MILENAGE, 16): Lengths(Capability.AKA_MILENAGE, 16),
    (Algorithm.TUAK, 16): Lengths(Capability.AKA_TUAK128, 32),
    (Algorithm.TUAK, 32): Lengths(Capability.AKA_TUAK256, 32),
    (Algorithm.USIM_TEST_ALGORITHM, 16): Lengths(Capability.USIM_TEST_ALGORITHM, None),
}


def install_aka(area: Staging, name: str, element: pe.PEAKAParameter) -> None:
    """The parameters of the USIM or ISIM created last."""
    aid = _application(area, "usim", "isim")
    mapping = element.algo_configuration.mapping_parameter
    if mapping is not None:
        if mapping.mapping_source not in area.profile.aka:
            raise ElementRefused(Status.INVALID_PARAMETER, "no such application to map to").inside(1)
        area.profile.aka[aid] = AkaMapping(mapping.mapping_options[0], mapping.mapping_source)
        return
    algorithm = element.algo_configuration.algo_parameter
    assert algorithm is not None  # the other alternative
    _check_algorithm(area, algorithm)
    area.profile.aka[aid] = _parameters(element, algorithm)


def _application(area: Staging, *kinds: str) -> bytes:
    naa: Df | None = area.naa
    if naa is None or naa not in [area.naas.get(kind) for kind in kinds]:
        raise ElementRefused(Status.INVALID_PARAMETER, "keys without their application")
    assert naa.aid is not None  # an ADF
    return naa.aid


def _check_algorithm(area: Staging, given: pe.AlgoParameter) -> None:
    lengths = ALGORITHMS.get((given.algorithm_id, len(given.key)))
    if lengths is None:
        raise ElementRefused(Status.BAD_VALUES, "algorithm or key length").inside(ALGORITHM_ORDINAL)
    if lengths.capability not in area.capabilities:
        raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, "algorithm").inside(ALGORITHM_ORDINAL)
    if lengths.opc is not None and len(given.opc) != lengths.opc:
        raise ElementRefused(Status.BAD_VALUES, "length of OPc").inside(ALGORITHM_ORDINAL)


def _parameters(element: pe.PEAKAParameter, given: pe.AlgoParameter) -> AkaParameters:
    sqn_init = element.sqn_init or NO_SEQ
    if max(element.sqn_delta, element.sqn_age_limit, *sqn_init) > LARGEST_SEQ:
        raise ElementRefused(Status.BAD_VALUES, "sequence number out of range")
    counter = given.auth_counter_max
    return AkaParameters(
        algorithm_id=given.algorithm_id,
        key=given.key,
        opc=given.opc,
        algorithm_options=given.algorithm_options[0],
        rotation_constants=given.rotation_constants,
        xoring_constants=given.xoring_constants,
        auth_counter_max=int.from_bytes(counter, "big") if counter is not None else None,
        number_of_keccak=given.number_of_keccak,
        sqn_options=element.sqn_options[0],
        sqn_delta=element.sqn_delta,
        sqn_age_limit=element.sqn_age_limit,
        sqn_init=sqn_init,
    )


def install_cdma(area: Staging, name: str, element: pe.PECDMAParameter) -> None:
    """The keys of the CSIM created last."""
    area.profile.cdma[_application(area, "csim")] = element.encode()
