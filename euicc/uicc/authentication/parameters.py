"""Whose key, algorithm and sequence numbers an application authenticates with, and their change over the air."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apdu import tlv
from euicc.runtime import keys
from euicc.uicc.authentication.algorithms import USIM_TEST_ALGORITHM, algorithm
from euicc.uicc.authentication.sequence import PLACES, SEQ_LENGTH, SEQ_RANGE
from euicc.uicc.profile_data import AkaParameters

if TYPE_CHECKING:
    from euicc.uicc.uicc import Uicc

COUNTER_LENGTH = 3

# How AkaParameters lie in the NVM, in the order of its fields
TAG_ALGORITHM, TAG_KEY, TAG_OPC, TAG_OPTIONS = 0x80, 0x81, 0x82, 0x83
TAG_ROTATIONS, TAG_CONSTANTS, TAG_COUNTER_MAX, TAG_KECCAK = 0x84, 0x85, 0x86, 0x87
TAG_SQN_OPTIONS, TAG_SQN_DELTA, TAG_SQN_AGE_LIMIT, TAG_SQN_INIT = 0x88, 0x89, 0x8A, 0x8B


class Subscription(NamedTuple):
    """`parameters`, and the name under which the profile remembers what belongs to them."""

    name: str
    parameters: AkaParameters

    @property
    def tests_freshness(self) -> bool:
        """The USIM test algorithm ignores sequence numbers and authCounterMax, TCA profile package 8.6."""
        return self.parameters.algorithm_id != USIM_TEST_ALGORITHM

    def __repr__(self) -> str:
        return f"Subscription({self.name!r})"


def find(uicc: Uicc, aid: bytes) -> Subscription | None:
    """What the application `aid` authenticates with; None when it has no key.

    An application that maps to another one (PE-AKAParameter with a mappingParameter) shares everything with it: key,
    algorithm, sequence numbers and counter, whatever its mappingOptions say.
    """
    seen: set[bytes] = set()
    while aid not in seen:
        changed = uicc.memory.get(keys.AKA_PARAMETERS, aid.hex())
        given = changed or uicc.profile.aka.get(aid)
        if given is None or isinstance(given, AkaParameters):
            return None if given is None else Subscription(aid.hex(), given)
        seen.add(aid)
        aid = given.source_aid
    return None


def change_keys(uicc: Uicc, adf_aid: bytes, parameters: AkaParameters) -> None:
    """Give the application `adf_aid` another key, algorithm and sequence numbers, for good; durable on return.

    Its sequence numbers start anew from sqnInit and its counter from 0; what GBA derived from the old key is gone. An
    application that shared the parameters of another has its own from then on; those that share its own follow.
    ValueError, and nothing changes, when the profile has no key for that application, or for parameters that no
    algorithm takes.
    """
    if adf_aid not in uicc.profile.aka:
        raise ValueError(f"no network access application {adf_aid.hex()}")
    _check(parameters)
    name = adf_aid.hex()
    with uicc.memory.transaction():
        uicc.memory.set(keys.AKA_PARAMETERS, parameters, name)
        uicc.memory.delete(keys.AKA_SEQUENCE_NUMBERS, name)
        uicc.memory.delete(keys.AKA_RUNS, name)
        for sharing in _sharing(uicc, adf_aid):
            uicc.memory.delete(keys.GBA_BOOTSTRAPPED, sharing)
            uicc.memory.delete(keys.GBA_NAF_KEYS, sharing)


def _sharing(uicc: Uicc, aid: bytes) -> list[str]:
    """The applications that authenticate with the parameters of `aid`, by name."""
    found = [(other, find(uicc, other)) for other in uicc.profile.aka]
    return [other.hex() for other, subscription in found if subscription and subscription.name == aid.hex()]


def _check(parameters: AkaParameters) -> None:
    algorithm(parameters)
    numbers = (parameters.sqn_delta, parameters.sqn_age_limit, *parameters.sqn_init)
    if len(parameters.sqn_init) != PLACES or any(len(number) != SEQ_LENGTH for number in numbers):
        raise ValueError("lengths of sequence numbers")
    if max(int.from_bytes(number, "big") for number in numbers) >= SEQ_RANGE:
        raise ValueError("sequence number out of range")


def encode(parameters: AkaParameters) -> bytes:
    """The parameters as data objects, for the NVM."""
    counter = parameters.auth_counter_max
    fields = {
        TAG_ALGORITHM: bytes([parameters.algorithm_id]),
        TAG_KEY: parameters.key,
        TAG_OPC: parameters.opc,
        TAG_OPTIONS: bytes([parameters.algorithm_options]),
        TAG_ROTATIONS: parameters.rotation_constants,
        TAG_CONSTANTS: parameters.xoring_constants,
        TAG_COUNTER_MAX: b"" if counter is None else counter.to_bytes(COUNTER_LENGTH, "big"),
        TAG_KECCAK: bytes([parameters.number_of_keccak]),
        TAG_SQN_OPTIONS: bytes([parameters.sqn_options]),
        TAG_SQN_DELTA: parameters.sqn_delta,
        TAG_SQN_AGE_LIMIT: parameters.sqn_age_limit,
        TAG_SQN_INIT: b"".join(parameters.sqn_init),
    }
    return b"".join(tlv.encode(tag, value) for tag, value in fields.items())


def decode(data: bytes) -> AkaParameters:
    """The reverse of `encode`."""
    fields = {each.tag: each.value for each in tlv.parse_all(data)}
    init = fields[TAG_SQN_INIT]
    return AkaParameters(
        algorithm_id=fields[TAG_ALGORITHM][0],
        key=fields[TAG_KEY],
        opc=fields[TAG_OPC],
        algorithm_options=fields[TAG_OPTIONS][0],
        rotation_constants=fields[TAG_ROTATIONS],
        xoring_constants=fields[TAG_CONSTANTS],
        auth_counter_max=int.from_bytes(fields[TAG_COUNTER_MAX], "big") if fields[TAG_COUNTER_MAX] else None,
        number_of_keccak=fields[TAG_KECCAK][0],
        sqn_options=fields[TAG_SQN_OPTIONS][0],
        sqn_delta=fields[TAG_SQN_DELTA],
        sqn_age_limit=fields[TAG_SQN_AGE_LIMIT],
        sqn_init=tuple(init[start : start + SEQ_LENGTH] for start in range(0, len(init), SEQ_LENGTH)),
    )
