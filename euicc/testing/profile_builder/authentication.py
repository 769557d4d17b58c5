"""PE-AKAParameter of the USIM and of the ISIM of a test profile, TCA 8.6."""

from __future__ import annotations

from typing import Any

from asn1.generated import pe
from euicc.testing.profile_builder.identifiers import USIM_AID
from euicc.testing.profile_builder.subscription import Aka, Subscription

EVERYTHING_OF_ANOTHER = b"\x06"
MILENAGE, TUAK, USIM_TEST_ALGORITHM = 1, 2, 3
LONG_KEY = 32


def usim_aka(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """The algorithm, key and sequence numbers of the USIM."""
    return _element(subscription, subscription.aka, header)


def isim_aka(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """Those of the ISIM, or that they are the USIM's."""
    if subscription.isim_aka is not None:
        return _element(subscription, subscription.isim_aka, header)
    mapping = pe.MappingParameter(mapping_options=EVERYTHING_OF_ANOTHER, mapping_source=USIM_AID)
    configuration = pe.PEAKAParameter.AlgoConfiguration(mapping_parameter=mapping)
    element = pe.PEAKAParameter(aka_header=header, algo_configuration=configuration)
    return pe.ProfileElement(aka_parameter=element)


def _element(subscription: Subscription, aka: Aka, header: pe.PEHeader) -> pe.ProfileElement:
    given = {
        "rotation_constants": aka.rotation_constants,
        "xoring_constants": aka.xoring_constants,
        "auth_counter_max": _number(aka.auth_counter_max, 3),
        "number_of_keccak": aka.number_of_keccak,
    }
    algorithm = pe.AlgoParameter(
        algorithm_id=aka.algorithm,
        algorithm_options=bytes([aka.options]),
        key=subscription.k,
        opc=subscription.opc,
        **_given(given),
    )
    sequence = {
        "sqn_options": _number(aka.sqn_options, 1),
        "sqn_delta": _number(aka.sqn_delta, 6),
        "sqn_age_limit": _number(aka.sqn_age_limit, 6),
        "sqn_init": None if aka.sqn_init is None else tuple(seq.to_bytes(6, "big") for seq in aka.sqn_init),
    }
    element = pe.PEAKAParameter(
        aka_header=header,
        algo_configuration=pe.PEAKAParameter.AlgoConfiguration(algo_parameter=algorithm),
        **_given(sequence),
    )
    return pe.ProfileElement(aka_parameter=element)


def _number(value: int | None, length: int) -> bytes | None:
    return None if value is None else value.to_bytes(length, "big")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def services(subscription: Subscription) -> dict[str, bool]:
    """What euicc-mandatory-services says of authentication, TCA 8.1.3: names of ServicesList that are set."""
    used = [subscription.aka, *([subscription.isim_aka] if subscription.isim_aka else [])]
    tuak = "tuak256" if len(subscription.k) == LONG_KEY else "tuak128"
    names = {MILENAGE: "milenage", TUAK: tuak, USIM_TEST_ALGORITHM: "usim_test_algorithm"}
    found = {names[aka.algorithm]: True for aka in used}
    if subscription.gba:
        found["gba_usim"] = True
        if subscription.isim:
            found["gba_isim"] = True
    return found
