"""A security domain on a logical channel: SCP03, and the commands of `euicc.globalplatform.commands`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, instruction, status, tlv
from apdu.command import FURTHER
from euicc.globalplatform import scp03
from euicc.globalplatform.commands import execute
from euicc.globalplatform.domain import Domain, conversation_domain, domain
from euicc.globalplatform.get_data import CARD_RECOGNITION_DATA, diversification
from euicc.globalplatform.scp03 import SecureChannel, SecurityError
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.uicc.uicc import Uicc

_MANAGEMENT_DATA = 0x73
_GLOBALPLATFORM_FORMAT = 1
_EXTERNAL_AUTHENTICATE_P2 = 0x00


def management_data(of: Domain) -> bytes:
    """Security domain management data, GPCS table 11-74: 73 of the card recognition data, empty without.

    A profile package may bring any bytes as such.
    """
    recognition = of.data_object(CARD_RECOGNITION_DATA) or b""
    try:
        found = tlv.find(recognition, CARD_RECOGNITION_DATA, _MANAGEMENT_DATA)
    except TlvError:
        return b""
    return b"" if found is None else tlv.encode(_MANAGEMENT_DATA, found)


class SecurityDomainSelection:
    """A security domain on one logical channel, and its secure channel.

    A secure channel that was broken off (a command not protected as agreed, a wrong MAC) refuses every command with
    6982 until INITIALIZE UPDATE or another SELECT, GPCS 10.2.3 and Amendment D 5.6. Status words 91xx, which the
    runtime puts in place of 9000, are outside the R-MAC: that covers 9000.
    """

    secure_messaging = True

    def __init__(self, of: Domain, running: Callable[[], Uicc]) -> None:
        self._domain = self._owner = of
        self._running = running
        self._channel: SecureChannel | None = None
        self._session = Session()
        self._aborted = False
        self._version = 0

    def process(self, command: Command) -> bytes:
        """One command, protected as the session demands; StatusError as `execute`, 6982 where protection fails."""
        self._check_still_there()
        if command.ins == instruction.INITIALIZE_UPDATE:
            return self._initialize_update(command)
        if command.ins == instruction.EXTERNAL_AUTHENTICATE:
            return self._external_authenticate(command)
        if self._aborted:
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
        if not self._session.level:
            _check_plain(command)
            return execute(self._domain, self._session, command)
        return self._secured(command)

    def closed(self) -> None:
        """The session ends with the selection."""

    def _check_still_there(self) -> None:
        """6985 when the profile or the domain went away while it was selected, or another took its AID."""
        uicc = self._running()
        found = domain(uicc, self._domain.aid)
        if self._domain.uicc is not uicc or found is None or found.sd.keys != self._domain.sd.keys:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)

    def _end(self, aborted: bool = False) -> None:
        self._channel, self._session, self._aborted = None, Session(), aborted

    def _initialize_update(self, command: Command) -> bytes:
        """INITIALIZE UPDATE, Amendment D 7.1.1: P1 key version, 00 for the first SCP03 key set.

        Ends the session before it. StatusError 6E00, 6A86, 6700 for a host challenge that is not of the domain's mode,
        6A88 when there is no such key set.
        """
        self._end()
        if not command.proprietary or _is_secured(command):
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if command.p2:
            raise StatusError(status.INCORRECT_P1_P2)
        owner = self._owner = conversation_domain(self._domain)
        option = owner.scp03_option
        length = scp03.S16 if option & scp03.OPTION_S16 else scp03.S8
        if len(command.data) != length:
            raise StatusError(status.WRONG_LENGTH)
        found = owner.scp03_keys(command.p1)
        if found is None:
            raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
        self._version, static = found
        challenge, counter = self._challenge(owner, static, option, length)
        self._channel = SecureChannel(static, command.data, challenge)
        return b"".join(
            (
                tlv.parse(diversification(owner)).value,
                bytes((self._version, scp03.PROTOCOL, option)),
                challenge,
                self._channel.card_cryptogram,
                counter,
            )
        )

    def _challenge(
        self, owner: Domain, static: scp03.StaticKeys, option: int, length: int
    ) -> tuple[bytes, bytes]:
        """Card challenge, and the sequence counter that it was made with, Amendment D 6.2.2.1.

        The counter is raised before it is used, so that no challenge comes twice, whatever becomes of the session.
        """
        uicc = owner.uicc
        if not option & scp03.OPTION_PSEUDO_RANDOM:
            return uicc.env.random(length), b""
        name = f"{owner.aid.hex()}/{self._version:02X}"
        counter = uicc.memory.get(keys.SCP03_COUNTER, name) + 1
        if counter >> 8 * scp03.SEQUENCE_COUNTER_LENGTH:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        with uicc.memory.transaction():
            uicc.memory.set(keys.SCP03_COUNTER, counter, name)
        challenge = scp03.pseudo_random_challenge(static.enc, counter, self._domain.aid, length)
        return challenge, counter.to_bytes(scp03.SEQUENCE_COUNTER_LENGTH, "big")

    def _external_authenticate(self, command: Command) -> bytes:
        """EXTERNAL AUTHENTICATE, Amendment D 7.1.2: P1 the level, data host cryptogram and C-MAC.

        StatusError 6E00, 6985 without INITIALIZE UPDATE before it, 6A86 for a level that the domain does not offer,
        6700, 6300 for a wrong cryptogram, 6982 for a wrong C-MAC. Whatever fails, the session has to begin anew.
        """
        channel, version = self._channel, self._version
        pending = channel is not None and not self._session.level
        self._end()
        if not command.proprietary or not _is_secured(command):
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if channel is None or not pending:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        option = self._owner.scp03_option
        if not scp03.supports(option, command.p1) or command.p2 != _EXTERNAL_AUTHENTICATE_P2:
            raise StatusError(status.INCORRECT_P1_P2)
        if len(command.data) != 2 * channel.mac_length:
            raise StatusError(status.WRONG_LENGTH)
        if not channel.is_host(command.data[: channel.mac_length]):
            raise StatusError(status.WARNING_CHANGED)
        try:
            channel.verify(command)
        except SecurityError:
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED) from None
        channel.level = SecurityLevel(command.p1)
        self._channel = channel
        level = SecurityLevel.AUTHENTICATED | channel.level
        self._session = Session(level, version, self._owner.aid)
        return b""

    def _secured(self, command: Command) -> bytes:
        """A command in an open session: unprotect, run, protect the answer."""
        assert self._channel is not None
        channel = self._channel
        try:
            plain = _unwrapped(channel, command)
        except SecurityError:
            self._end(aborted=True)
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED) from None
        try:
            data = execute(self._domain, self._session, plain)
        except StatusError as error:
            raise StatusError(error.sw, channel.wrap(error.data, error.sw)) from None
        return channel.wrap(data)


def _is_secured(command: Command) -> bool:
    """GlobalPlatform's secure messaging; the further classes cannot say which."""
    return bool(command.secure_messaging) and (
        bool(command.cla & FURTHER) or command.secure_messaging == _GLOBALPLATFORM_FORMAT
    )


def _check_plain(command: Command) -> None:
    """Without a session nothing can be protected: 6982, or 6882 for the format of ISO/IEC 7816-4."""
    if _is_secured(command):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    if command.secure_messaging:
        raise StatusError(status.SECURE_MESSAGING_NOT_SUPPORTED)


def _unwrapped(channel: SecureChannel, command: Command) -> Command:
    """The plain command; SecurityError unless it is protected as agreed."""
    if not channel.level:
        if command.secure_messaging:
            raise SecurityError("protected without agreement")
        return command
    if not _is_secured(command):
        raise SecurityError("not protected")
    return channel.unwrap(command)
