"""What becomes of one command packet, TS 102 225 5.1: security first, then the script, then the response.

Nobody is answered who was not recognised: while no key authenticates a packet, an unknown TAR, an insufficient security
level or whatever is wrong with its security is met with silence (TS 31.111 7.1.1.1). Older cards told the status; so
does this one with `Config.answer_unauthenticated`, without cipher and check, so that no key works on what a stranger
sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from euicc.ota import counter
from euicc.ota.packet import CommandPacket, PacketError, ProofOfReceipt
from euicc.ota.script import Chains, Execution, Executor
from euicc.ota.security import UNPROTECTED, KeySource, Opened, Response, ResponseProtection, open_command
from euicc.ota.status import PacketRefused, ResponseStatus
from euicc.ota.target import Protected, Target, find

NOT_COUNTED = 0
"""CNTR of a response when that of the command could not be trusted."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What to answer, and what to do afterwards.

    command: None when the bytes were no packet. response: None when the sender wants none, or gets none. protection: of
    the response; None: it cannot be protected as asked, and is not sent. execution: None when nothing was executed.
    """

    command: CommandPacket | None = None
    response: Response | None = None
    protection: ResponseProtection | None = None
    execution: Execution | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Receives packets for some targets.

    targets: asked for each packet. unknown_tar: whose keys tell whether a packet for no target is authentic; None:
    nobody's. accepts: whether an action of a script can be carried out. answer_unauthenticated: as in Config.
    """

    targets: Callable[[], Iterable[Target]]
    unknown_tar: Callable[[], KeySource | None]
    chains: Chains
    accepts: Callable[[bytes], bool]
    answer_unauthenticated: bool = False

    def receive(self, encoded: bytes, identifier: bytes = b"") -> Reception:
        """A packet from CPL on; `identifier` as for `CommandPacket.parse`."""
        try:
            packet = CommandPacket.parse(encoded, identifier)
        except PacketError:
            return Reception()
        target = find(self.targets(), packet.tar)
        domain = target.domain if target else self.unknown_tar()
        if domain is None:
            return self._to_stranger(packet, ResponseStatus.TAR_UNKNOWN)
        try:
            opened = open_command(packet, domain)
        except PacketRefused as refused:
            return self._to_stranger(packet, refused.status)
        protection = ResponseProtection.asked_for(packet, domain)
        if target is not None and packet.spi.reaches(target.minimum_security_level):
            return self._execute(packet, target, opened, protection)
        reason = ResponseStatus.INSUFFICIENT_SECURITY_LEVEL if target else ResponseStatus.TAR_UNKNOWN
        if opened.authenticated:
            return _answer(packet, opened, protection, reason)
        return self._to_stranger(packet, reason)

    def _execute(
        self,
        packet: CommandPacket,
        target: Target,
        opened: Opened,
        protection: ResponseProtection | None,
    ) -> Reception:
        part, spi = opened.part, packet.spi
        if part.padding > len(part.data):
            return _answer(packet, opened, protection, ResponseStatus.CIPHERING_ERROR)
        try:
            counter.accept(target.memory, target.domain, opened.key_version, spi.counter_mode, part.counter)
        except PacketRefused as refused:
            return _answer(packet, opened, protection, refused.status)
        protected = Protected(opened.authenticated, spi.ciphered, opened.key_version)
        executor = Executor(target, packet.tar, self.chains, self.accepts)
        script = part.data[: len(part.data) - part.padding]
        execution = executor.execute(script, protected)
        return _answer(packet, opened, protection, ResponseStatus.POR_OK, execution)

    def _to_stranger(self, packet: CommandPacket, status: ResponseStatus) -> Reception:
        if not self.answer_unauthenticated or not _wanted(packet, status):
            return Reception(packet)
        return Reception(packet, Response(packet.tar, NOT_COUNTED, status), UNPROTECTED)


def _answer(
    packet: CommandPacket,
    opened: Opened,
    protection: ResponseProtection | None,
    status: ResponseStatus,
    execution: Execution | None = None,
) -> Reception:
    """The reception of a packet whose sender may be answered."""
    if not _wanted(packet, status):
        return Reception(packet, None, protection, execution)
    response = Response(packet.tar, opened.part.counter, status, execution.response if execution else b"")
    return Reception(packet, response, protection, execution)


def _wanted(packet: CommandPacket, status: ResponseStatus) -> bool:
    wish = packet.spi.proof_of_receipt
    return wish is ProofOfReceipt.ALWAYS or (
        wish is ProofOfReceipt.ON_ERROR and status is not ResponseStatus.POR_OK
    )
