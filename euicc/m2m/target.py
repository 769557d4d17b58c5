"""The ISD-R and the ISD-Ps under their TARs: scripts of ES5 and ES8, under the ISD-R's SCP80 keys, SGP.02 2.4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, instruction, status
from apdu.tlv import read_header
from euicc.m2m.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apdu.tlv import Tlv
    from euicc.m2m.es8 import Es8
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.key_ring import KeyRing
    from euicc.ota.target import Protected
    from euicc.uicc.memory import ProfileMemory

TAR = bytes.fromhex("000001")
MINIMUM_SECURITY_LEVEL = 0x16
"""Cryptographic checksum, ciphered, counter higher than the last: SGP.02 2.4.3.1."""
CLASSES = (0x00, 0x80)
"""Neither logical channels nor secure messaging: the packet is both."""
_TRIGGER, _TEMPLATE = b"\x81", b"\xaa"
_TAR_IN_AID = slice(12, 15)
_SECURE_MESSAGING = 0x84
_SECURE_CHANNEL = (instruction.INITIALIZE_UPDATE, instruction.EXTERNAL_AUTHENTICATE)
_SCP03T = range(0x84, 0x88)
"""Tags of SCP03t, which is not loaded until somebody uses it."""


class IsdRTarget:
    """As `euicc.ota.target.TlvTarget`: what INSTALL [for personalization] named is reached through it, too."""

    tars = (TAR,)
    minimum_security_level = MINIMUM_SECURITY_LEVEL
    further_tags = _SCP03T

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr

    @property
    def domain(self) -> KeyRing:
        """As `Target.domain`."""
        return self._isdr.key_ring

    @property
    def memory(self) -> ProfileMemory:
        """As `Target.memory`: counters go neither with a profile nor with its ISD-P."""
        return self._isdr.memory

    def open(self, protected: Protected) -> IsdRScript:
        """A conversation as well protected as the packet."""
        return IsdRScript(self._isdr, self._isdr.conversation(protected))

    def resume(self, state: bytes, protected: Protected) -> None:
        """Script chaining is not supported: what spans packets stays in the conversation."""

    def take(self, data: bytes, protected: Protected) -> Sequence[Callable[[], None]] | None:
        """As `euicc.ota.target.DataTarget`: the trigger of an administration session by SCP81."""
        if not _may_trigger(data):
            return None
        from euicc.m2m.scp81.isd_r import taken

        return taken(self._isdr, data)


def _may_trigger(data: bytes) -> bool:
    """Whether it begins with a trigger, in a template or not; immediate actions have the same tag."""
    start = 0
    if data[:1] == _TEMPLATE:
        try:
            _, start, _ = read_header(data)
        except TlvError:
            return False
    return data[start : start + 1] == _TRIGGER


class IsdRScript:
    """A script for the ISD-R; as `euicc.ota.target.TlvSession`."""

    changed: tuple[bytes, ...] = ()
    application: bytes | None = None

    def __init__(self, isdr: M2mIsdR, conversation: Conversation) -> None:
        self._isdr = isdr
        self._conversation = conversation

    @property
    def afterwards(self) -> Sequence[Callable[[], None]]:
        """As `Session.afterwards`."""
        return tuple(self._conversation.afterwards)

    def execute(self, command: Command) -> bytes:
        """As `Session.execute`; the commands of SCP03 are for the ISD-P that was named, 6985 without one."""
        from euicc.m2m.commands import execute

        if command.cla == _SECURE_MESSAGING or command.ins in _SECURE_CHANNEL:
            return self._es8().execute(command)
        if command.cla not in CLASSES:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        return execute(self._isdr, self._conversation, command)

    def tlv(self, element: Tlv) -> tuple[bytes, bool]:
        """As `TlvSession.tlv`: SCP03t, for the ISD-P that was named."""
        try:
            return self._es8().tlv(element)
        except StatusError:
            from euicc.m2m.scp03t import Error, refusal

            return refusal(element.tag, Error.NOT_FOUND), False

    def _es8(self) -> Es8:
        isd_p = self._isdr.target_of(self._conversation)
        if isd_p is None:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        return self._isdr.es8(isd_p)

    def state(self) -> None:
        """As `Session.state`: not possible."""


class IsdPTarget:
    """An ISD-P under bytes 13 to 15 of its AID; as `euicc.ota.target.TlvTarget`."""

    minimum_security_level = MINIMUM_SECURITY_LEVEL
    further_tags = _SCP03T

    def __init__(self, isdr: M2mIsdR, isd_p: IsdP) -> None:
        self._isdr = isdr
        self._isd_p = isd_p

    @property
    def tars(self) -> tuple[bytes, ...]:
        """As `Target.tars`."""
        return (self._isd_p.aid[_TAR_IN_AID],)

    @property
    def domain(self) -> KeyRing:
        """As `Target.domain`: the SM-SR carries what the SM-DP has to say."""
        return self._isdr.key_ring

    @property
    def memory(self) -> ProfileMemory:
        """As `Target.memory`: the counters are those of the ISD-R."""
        return self._isdr.memory

    def open(self, protected: Protected) -> IsdPScript:
        """The SM-DP's conversations, wherever they stand."""
        return IsdPScript(self._isdr.es8(self._isd_p))

    def resume(self, state: bytes, protected: Protected) -> None:
        """Script chaining is not supported: what spans packets stays in the conversations."""


class IsdPScript:
    """A script for an ISD-P; as `euicc.ota.target.TlvSession`."""

    changed: tuple[bytes, ...] = ()
    application: bytes | None = None
    afterwards: tuple[Callable[[], None], ...] = ()

    def __init__(self, es8: Es8) -> None:
        self._es8 = es8

    def execute(self, command: Command) -> bytes:
        """As `Session.execute`."""
        return self._es8.execute(command)

    def tlv(self, element: Tlv) -> tuple[bytes, bool]:
        """As `TlvSession.tlv`."""
        return self._es8.tlv(element)

    def state(self) -> None:
        """As `Session.state`: not possible."""
