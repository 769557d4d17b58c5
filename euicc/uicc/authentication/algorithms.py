"""algorithmID of PE-AKAParameter -> algorithm, TCA profile package 8.6."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from euicc.crypto.aka import AkaAlgorithm

if TYPE_CHECKING:
    from euicc.uicc.profile_data import AkaParameters

MILENAGE, TUAK, USIM_TEST_ALGORITHM = 1, 2, 3

# algorithmOptions: b1-b3 RES, b4-b6 MAC, b7 CK and IK of 256 bits
LONG_KEYS = 0x40
RES_LENGTHS = {0: 4, 1: 8, 2: 16, 4: 32}
MAC_LENGTHS = {0: 8, 1: 8, 2: 16, 4: 32}
TEST_RES_LENGTHS = {0: 4, 1: 8, 2: 16}
EXPANDED_KEYS = 256
"""How many subscriptions keep their expanded key at hand."""


class AlgorithmError(ValueError):
    """No algorithm takes these parameters: unknown algorithmID or algorithmOptions, or wrong lengths."""


def algorithm(parameters: AkaParameters) -> AkaAlgorithm:
    """The algorithm with key and constants of a subscription; AlgorithmError when there is none."""
    return _made(
        parameters.algorithm_id,
        parameters.key,
        parameters.opc,
        parameters.algorithm_options,
        parameters.rotation_constants,
        parameters.xoring_constants,
        parameters.number_of_keccak,
    )


@lru_cache(EXPANDED_KEYS)
def _made(
    number: int, key: bytes, opc: bytes, options: int, r: bytes, c: bytes, iterations: int
) -> AkaAlgorithm:
    build = ALGORITHMS.get(number)
    if build is None:
        raise AlgorithmError(f"algorithm {number}")
    return build(key, opc, options, r, c, iterations)


def _milenage(key: bytes, opc: bytes, options: int, r: bytes, c: bytes, iterations: int) -> AkaAlgorithm:
    from euicc.crypto.milenage import Milenage

    if (len(key), len(opc), len(r), len(c)) != (16, 16, 5, 80):
        raise AlgorithmError("lengths of Milenage")
    return Milenage(key, opc, r, c)


def _tuak(key: bytes, topc: bytes, options: int, r: bytes, c: bytes, iterations: int) -> AkaAlgorithm:
    from euicc.crypto.tuak import Tuak

    if len(key) not in (16, 32) or len(topc) != 32 or iterations < 1:
        raise AlgorithmError("lengths of TUAK")
    res, mac = RES_LENGTHS.get(options & 7), MAC_LENGTHS.get(options >> 3 & 7)
    if res is None or mac is None:
        raise AlgorithmError("algorithmOptions of TUAK")
    keys = 32 if options & LONG_KEYS else 16
    return Tuak(key, topc, iterations, res, mac, keys, keys)


def _usim_test_algorithm(
    key: bytes, opc: bytes, options: int, r: bytes, c: bytes, iterations: int
) -> AkaAlgorithm:
    from euicc.crypto.usim_test_algorithm import UsimTestAlgorithm

    res = TEST_RES_LENGTHS.get(options & 7)
    if len(key) != 16 or res is None:
        raise AlgorithmError("parameters of the USIM test algorithm")
    return UsimTestAlgorithm(key, res)


ALGORITHMS: dict[int, Callable[[bytes, bytes, int, bytes, bytes, int], AkaAlgorithm]] = {
    MILENAGE: _milenage,
    TUAK: _tuak,
    USIM_TEST_ALGORITHM: _usim_test_algorithm,
}
"""algorithmID -> what makes it from key, OPc, algorithmOptions, rotation and xoring constants, iterations."""
