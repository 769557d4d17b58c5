"""What an IPA can do, and how patient it is: product choices of the device, SGP.32 4.1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asn1 import BitString
from asn1.generated import rsp, sgp32

Features = sgp32.IpaCapabilities.IpaFeatures
Protocols = sgp32.IpaCapabilities.IpaSupportedProtocols

# What the device says of itself unless told otherwise: LTE, SGP.22 v2.5, the TAC that test equipment uses.
DEVICE_INFO = rsp.DeviceInfo(
    tac=bytes.fromhex("35290611"),
    device_capabilities=rsp.DeviceCapabilities(
        eutran_epc_supported_release=bytes((15, 0, 0)), lpa_svn=bytes((2, 5, 0))
    ),
)


@dataclass(frozen=True)
class Settings:
    """The IPA as a product.

    `features` and `protocols`: IpaCapabilities, what the eIM is told and what is done. `attempts`: how often a
    message is sent to an eIM that cannot be reached; `first_wait`: seconds before the second time, `longer`: how many
    times longer each further wait is.
    `packages_max`: how many packages one visit to an eIM fetches at most. `immediate_enable`: whether a new profile
    is enabled at once where the card is configured for it.
    """

    device_info: rsp.DeviceInfo = DEVICE_INFO
    features: tuple[int, ...] = (
        Features.DIRECT_RSP_SERVER_COMMUNICATION,
        Features.INDIRECT_RSP_SERVER_COMMUNICATION,
    )
    protocols: tuple[int, ...] = (Protocols.IPA_RETRIEVE_HTTPS,)
    attempts: int = 3
    first_wait: float = 5.0
    longer: float = 2.0
    packages_max: int = 256
    immediate_enable: bool = True

    @property
    def capabilities(self) -> sgp32.IpaCapabilities:
        """As the eIM is told."""
        return sgp32.IpaCapabilities(
            ipa_features=BitString.of(*self.features), ipa_supported_protocols=BitString.of(*self.protocols)
        )

    @property
    def direct(self) -> bool:
        """Whether the IPA talks to SM-DP+ and SM-DS itself."""
        return Features.DIRECT_RSP_SERVER_COMMUNICATION in self.features

    @property
    def indirect(self) -> bool:
        """Whether the IPA lets the eIM talk to the SM-DP+."""
        return Features.INDIRECT_RSP_SERVER_COMMUNICATION in self.features

    @property
    def minimise(self) -> bool:
        """Whether what an eIM has already got is left out of messages to it."""
        return Features.MINIMIZE_ESIPA_BYTES in self.features

    def waits(self) -> Iterator[float]:
        """Seconds to wait before each attempt: none before the first."""
        yield 0.0
        seconds = self.first_wait
        for _ in range(self.attempts - 1):
            yield seconds
            seconds *= self.longer
