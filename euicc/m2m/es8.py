"""ES8, what an SM-DP can ask an ISD-P for once it has keys there, SGP.02 4.1.3: over SCP03t, or over SCP03.

    TLVs 84 to 87 (SCP03t)                        DownloadAndInstallation
    STORE DATA with 3A07, in SCP03 of level 33    UpdateConnectivityParameters

Sessions are volatile; they span packets, and end with a reset, or when the ISD-P or its keys go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, instruction, status, tlv
from euicc.globalplatform.dgi import DgiError
from euicc.globalplatform.scp03 import SecureChannel, SecurityError
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.globalplatform.store_data import DGI_FORMAT, LAST_BLOCK, append
from euicc.m2m import connectivity
from euicc.m2m.commands.data_groups import parse_all
from euicc.m2m.download import Download, begin
from euicc.m2m.scp03t import CHALLENGE, LEVEL, MAC, Channels, Loaded, NoSuchKeys, Scp03t

if TYPE_CHECKING:
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR

CONNECTIVITY_PARAMETERS = 0x3A07
_PLAIN, _SECURED = 0x80, 0x84


class Es8:
    """The SM-DP's conversations with one ISD-P.

    As a security domain: a secure channel that was broken off refuses everything until INITIALIZE UPDATE.
    """

    def __init__(self, isdr: M2mIsdR, isd_p: IsdP) -> None:
        self._isdr = isdr
        self._aid = isd_p.aid
        self._channels = Channels(isd_p.aid, isdr.isd_ps.key_ring(isd_p), isdr.isd_ps.memory(isd_p))
        self._scp03t = Scp03t(self._channels, self._load, self._give_up)
        self._download: Download | None = None
        self._channel: SecureChannel | None = None
        self._session = Session()
        self._keys = self._channels.ring.keys

    @property
    def valid(self) -> bool:
        """Whether the ISD-P has the keys with which these conversations began."""
        return self._channels.ring.keys == self._keys

    def tlv(self, element: tlv.Tlv) -> tuple[bytes, bool]:
        """As `Scp03t.process`."""
        return self._scp03t.process(element)

    def execute(self, command: Command) -> bytes:
        """A C-APDU of SCP03: response data, StatusError.

        6E00 class, 6D00 INS, 6985 or 6982 out of a session, 6A86, 6700, 6A88 (no such key set), 6300 (cryptogram),
        6982 (C-MAC), and those of the command inside, its data protected where there are any.
        """
        if command.ins == instruction.INITIALIZE_UPDATE:
            return self._initialize_update(command)
        if command.ins == instruction.EXTERNAL_AUTHENTICATE:
            return self._external_authenticate(command)
        return self._secured(command)

    def _load(self, data: bytes) -> Loaded:
        if self._download is None:
            isd_p = self._isdr.isd_ps.by_aid(self._aid)
            assert isd_p is not None  # whoever is deleted has no keys any more
            self._download = begin(self._isdr, isd_p)
        loaded = self._download.feed(data)
        if loaded.ended:
            self._give_up()
        return loaded

    def _give_up(self) -> None:
        self._download = None

    def _end(self) -> None:
        self._channel, self._session = None, Session()

    def _initialize_update(self, command: Command) -> bytes:
        self._end()
        if command.cla != _PLAIN:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if len(command.data) != CHALLENGE:
            raise StatusError(status.WRONG_LENGTH)
        try:
            self._channel, response = self._channels.open(command.p1, command.p2, command.data)
        except NoSuchKeys:
            raise StatusError(status.REFERENCED_DATA_NOT_FOUND) from None
        return response

    def _external_authenticate(self, command: Command) -> bytes:
        channel = self._channel
        self._end()
        if command.cla != _SECURED:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if channel is None or channel.level:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        if (command.p1, command.p2) != (LEVEL, 0x00):
            raise StatusError(status.INCORRECT_P1_P2)
        if len(command.data) != 2 * MAC:
            raise StatusError(status.WRONG_LENGTH)
        if not channel.is_host(command.data[:MAC]):
            raise StatusError(status.WARNING_CHANGED)
        try:
            channel.verify(command)
        except SecurityError:
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED) from None
        channel.level = LEVEL
        self._channel, self._session = channel, Session(SecurityLevel.AUTHENTICATED | LEVEL)
        return b""

    def _secured(self, command: Command) -> bytes:
        channel = self._channel
        if channel is None or not channel.level or command.cla != _SECURED:
            self._end()
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
        try:
            plain = channel.unwrap(command)
        except SecurityError:
            self._end()
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED) from None
        if plain.ins != instruction.STORE_DATA:
            raise StatusError(status.INS_NOT_SUPPORTED)
        try:
            self._store_data(plain)
        except StatusError:
            self._session.chain = None
            raise
        return channel.wrap(b"")

    def _store_data(self, command: Command) -> None:
        """STORE DATA in DGIs, in one block or several; StatusError as in the ISD-R, 6985 without a profile."""
        chain = append(self._session, command)
        if chain.structure != DGI_FORMAT:
            raise StatusError(status.INCORRECT_P1_P2)
        if not command.p1 & LAST_BLOCK:
            return
        self._session.chain = None
        try:
            groups = parse_all(bytes(chain.data))
        except DgiError:
            raise StatusError(status.INCORRECT_DATA) from None
        if [group.identifier for group in groups] != [CONNECTIVITY_PARAMETERS]:
            raise StatusError(status.INCORRECT_DATA)
        if self._isdr.profiles.by_aid(self._aid) is None:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        try:
            with self._isdr.nvm.transaction():
                connectivity.update(self._isdr, self._aid, groups[0].value)
        except TlvError:
            raise StatusError(status.INCORRECT_DATA) from None
