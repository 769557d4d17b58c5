"""The card under test as the cases see it: reset, commands, ES10 functions, and what it said of itself."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from apdu import (
    ApduChannel,
    Command,
    Response,
    StatusError,
    Transport,
    TransportError,
    aid,
    instruction,
    open_channel,
    status,
)
from euicc.check import profiles
from euicc.check.facts import Facts, learn
from euicc.check.guard import Guard
from euicc.testing.pki import IssuerError, Pki

DECLARATION = bytes.fromhex("A906830107840101")
"""TERMINAL CAPABILITY: an LPAd and an IPAd are here, so that each kind of card opens its functions."""


NO_DATA = 0x0C


@dataclass(frozen=True)
class AkaKeys:
    """K and OPc of the enabled profile's USIM, for Milenage."""

    k: bytes = field(repr=False)
    opc: bytes = field(repr=False)


class Subject:
    """One card. `pki` is what takes the part of SM-DP+ and eIM; `keys` are those of its enabled profile if known."""

    def __init__(
        self, transport: Transport, pki: Pki, *, may_write: bool = False, keys: AkaKeys | None = None
    ) -> None:
        self.guard = Guard(transport)
        self.pki = pki
        self.may_write = may_write
        self.keys = keys
        self.facts = Facts()
        self.associated = False
        """Whether this check has put an eIM into the card."""
        self.basic = ApduChannel(self.guard)
        self._servers: dict[bytes, Pki | None] = {}
        self._isdr: ApduChannel | None = None
        self._random = random.Random(0)

    # -- known states -----------------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Ask the card what it is."""
        self.facts = learn(self)

    def begin(self, seed: str) -> None:
        """The next case: a reset card, a new trace, and random numbers of its own that are the same each time."""
        self._random = random.Random(seed)
        self.guard.begin()
        self.reset()

    def reset(self) -> bytes:
        """A reset, and the terminal's declaration; the ATR."""
        atr = self.bare_reset()
        self.exchange(Command(0x80, instruction.TERMINAL_CAPABILITY, 0, 0, DECLARATION))
        if not atr:
            # A modem tells none, and has selected what it likes.
            self.exchange(Command(0, instruction.SELECT, 0, NO_DATA, bytes.fromhex("3F00")))
        return atr

    def bare_reset(self) -> bytes:
        """A reset after which the terminal has said nothing yet; the ATR."""
        self._isdr = None
        return self.guard.reset()

    def random(self, count: int) -> bytes:
        """Random bytes that nobody has to keep secret."""
        return self._random.randbytes(count)

    @property
    def common_authorities(self) -> list[bytes]:
        """The CIs, by key identifier, that the card trusts and under which there are servers to face it."""
        return [ski for ski in self.facts.trusted if self.servers_under(ski) is not None]

    def servers_under(self, ski: bytes) -> Pki | None:
        """The PKI of one CI, if it has or can issue the certificates of an SM-DP+."""
        if ski not in self._servers:
            self._servers[ski] = _servers(self.pki, ski)
        return self._servers[ski]

    # -- APDUs ------------------------------------------------------------------------------------------------------

    def exchange(self, command: Command | bytes) -> Response:
        """One command and its answer, as it comes: neither 61xx nor 6Cxx is followed."""
        raw = command if isinstance(command, bytes) else command.encode()
        return Response.parse(self.guard.transmit(raw))

    def send(self, command: Command) -> Response:
        """One command on the channel of its class, and all of its answer."""
        return ApduChannel(self.guard, command.channel).send(command)

    def selects(self, name: bytes) -> bool:
        """Whether an application is there; it is selected on the basic channel then."""
        return self.basic.send(Command(0, instruction.SELECT, 0x04, 0x04, name, 256)).successful

    def has_channels(self) -> bool:
        """Whether it opens a channel besides the basic one."""
        self.reset()
        try:
            open_channel(self.guard)
        except (StatusError, TransportError):
            return False
        finally:
            self.reset()
        return True

    # -- ES10 -------------------------------------------------------------------------------------------------------

    @property
    def isdr(self) -> ApduChannel:
        """A channel on which the ISD-R is selected; the basic one on a card without others."""
        if self._isdr is None:
            try:
                channel = open_channel(self.guard)
            except (StatusError, TransportError):
                channel = ApduChannel(self.guard)
            channel.select(aid.ISD_R)
            self._isdr = channel
        return self._isdr

    def es10(self, request: bytes) -> bytes:
        """One ES10 function; StatusError when the card refuses it with a status word."""
        return self.isdr.store_data(request)

    def refusal(self, request: bytes) -> StatusError | None:
        """The status word with which the card refuses an ES10 function; None when it carries it out."""
        try:
            self.es10(request)
        except StatusError as error:
            return error
        return None

    def profiles(self) -> tuple[profiles.Profile, ...]:
        """The profiles on it."""
        return profiles.profiles(self.es10(profiles.request()))

    def enabled(self) -> bytes | None:
        """The ICCID of the enabled profile."""
        return next((each.iccid for each in self.profiles() if each.enabled), None)

    def has(self, iccid: bytes) -> bool:
        """Whether this profile is on it."""
        return any(each.iccid == iccid for each in self.profiles())

    def knows(self, request: bytes) -> bool:
        """Whether it has a function of this request's tag at all."""
        error = self.refusal(request)
        unknown = (status.REFERENCED_DATA_NOT_FOUND, status.FUNCTION_NOT_SUPPORTED, status.INS_NOT_SUPPORTED)
        return error is None or error.sw not in unknown


def _servers(pki: Pki, ski: bytes) -> Pki | None:
    alone = replace(pki, authorities=tuple(each for each in pki.authorities if each.ski == ski))
    try:
        return alone if ski in alone.dp_auth and ski in alone.dp_pb else None
    except IssuerError:
        return None
