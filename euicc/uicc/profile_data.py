"""What a profile holds: its file system, PINs, PUKs and authentication parameters.

Built by the installer from the ProfileElements of the profile package; these are the values as installed.
What changes later (tries left, verified PINs, sequence numbers) is kept elsewhere, under the keys used
here. Secrets never appear in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.uicc.application_data import Application, Rfm, SecurityDomain
    from euicc.uicc.filesystem import Df, FileSystem

LOCAL_PIN = 0x80
"""Key references with this bit belong to the ADF or DF they were defined in, TS 102 221 9.5.1."""
UNIVERSAL_PIN = 0x11
"""The key reference of the PIN that may replace application PINs, TS 102 221 9.4.1."""
PIN_ENABLED = 0x01
PIN_CHANGEABLE = 0x02
PIN_MAY_BE_DISABLED = 0x04


@dataclass(frozen=True, slots=True)
class Pin:
    """PINConfiguration of PE-PINCodes: `value` is 8 bytes padded with FF."""

    reference: int
    value: bytes = field(repr=False)
    unblocking_reference: int | None = None
    attributes: int = PIN_ENABLED | PIN_CHANGEABLE | PIN_MAY_BE_DISABLED
    maximum_tries: int = 3
    tries_left: int = 3

    @property
    def enabled(self) -> bool:
        """Whether the PIN must be verified to satisfy an access rule that names it."""
        return bool(self.attributes & PIN_ENABLED)


@dataclass(frozen=True, slots=True)
class Puk:
    """PUKConfiguration of PE-PUKCodes: `value` is 8 bytes."""

    reference: int
    value: bytes = field(repr=False)
    maximum_tries: int = 10
    tries_left: int = 10


@dataclass(frozen=True, slots=True)
class PinContext:
    """The PINs that one PE-PINCodes defined; `directory` (`Df.path` of its DF) identifies it."""

    directory: bytes
    pins: dict[int, Pin]


@dataclass(frozen=True, slots=True)
class AkaParameters:
    """PE-AKAParameter: `algorithm_id` 1 Milenage, 2 TUAK, 3 USIM test algorithm; SEQs are 6 bytes each."""

    algorithm_id: int
    key: bytes = field(repr=False)
    opc: bytes = field(repr=False)
    algorithm_options: int = 0
    rotation_constants: bytes = bytes.fromhex("4000204060")
    xoring_constants: bytes = b"".join(bytes(15) + bytes([c]) for c in (0, 1, 2, 4, 8))
    auth_counter_max: int | None = None
    number_of_keccak: int = 1
    sqn_options: int = 0x02
    sqn_delta: bytes = bytes.fromhex("000010000000")
    sqn_age_limit: bytes = bytes.fromhex("000010000000")
    sqn_init: tuple[bytes, ...] = (bytes(6),) * 32


@dataclass(frozen=True, slots=True)
class AkaMapping:
    """PE-AKAParameter that shares the algorithm of another application, named by its AID."""

    options: int
    source_aid: bytes


@dataclass(eq=False, slots=True)
class UiccProfile:
    """Everything the card serves of one profile. Compared by identity: a rebuilt profile is another one.

    `pins` maps the path of a DF (`Df.path`) to its PIN context; a DF that shares the PINs of another has
    the same PinContext object. `aka` maps the AID of a NAA to its authentication parameters. `iccid` is 10
    bytes as in the header of the package.
    """

    filesystem: FileSystem
    iccid: bytes = b""
    isd_p: bytes = b""
    """AID of the ISD-P it is installed in, 16 bytes; empty: none."""
    pins: dict[bytes, PinContext] = field(default_factory=dict)
    puks: dict[int, Puk] = field(default_factory=dict)
    aka: dict[bytes, AkaParameters | AkaMapping] = field(default_factory=dict)
    cdma: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    """PE-CDMAParameter as it came (the whole element), by AID of the CSIM."""
    security_domains: list[SecurityDomain] = field(default_factory=list)
    rfm: list[Rfm] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    minimal: bool = False
    """An IoT minimal profile: its default access rules name PINs that it need not have."""
    pol: bytes | None = None
    """POL1 of SGP.02, 1 byte; only M2M eUICCs look at it."""
    connectivity_parameters: bytes | None = None
    """How an M2M eUICC reaches its SM-SR with this profile, coded as in SGP.02."""

    def pin_context(self, reference: int, df: Df) -> PinContext | None:
        """Where the key that `reference` means in `df` was defined: the MF if global, else the nearest DF with it."""
        directories = df.ancestors() if reference & LOCAL_PIN else (self.filesystem.mf,)
        for directory in directories:
            context = self.pins.get(directory.path)
            if context is not None and reference in context.pins:
                return context
        return None

    def pin(self, reference: int, df: Df) -> Pin | None:
        """The key that `reference` means in `df`, as the package has it."""
        context = self.pin_context(reference, df)
        return None if context is None else context.pins[reference]
