"""SUSPEND UICC, TS 102 221 11.1.22: the power may go, and the terminal goes on where it was.

A suspended UICC that kept its power takes RESUME and nothing else. After the power came back there may be TERMINAL
CAPABILITY before RESUME; with any other command the stored status is deleted, and it is a card after an ordinary reset.
A token serves once; a wrong one changes nothing.

Resumed are: open channels with their current files and record pointers, the active applications, verified PINs, and
what the terminal declared. An RSP session is not, as after any reset. Toolkit applets are told of the TERMINAL PROFILE
once more. While an application other than those of the profile is selected, or a proactive command waits or is out,
there is no suspending.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status
from euicc.runtime import keys
from euicc.runtime.suspension import ChannelState, Suspension
from euicc.runtime.terminal import Terminal
from euicc.uicc.applet import FileSelection
from euicc.uicc.authority import UserAuthentication
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Df, Ef

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.runtime.channels import LogicalChannel
    from euicc.uicc.uicc import Uicc

SUSPEND, RESUME = 0x00, 0x01
DURATIONS_LENGTH = 4
TOKEN_LENGTH = 8
UNITS = {
    0x00: timedelta(seconds=1),
    0x01: timedelta(minutes=1),
    0x02: timedelta(hours=1),
    0x03: timedelta(days=1),
    0x04: timedelta(days=10),
}
NOTHING_WAITS = status.SUCCESS.to_bytes(2, "big")
BEFORE_RESUME = (instruction.GET_RESPONSE, instruction.TERMINAL_CAPABILITY)
LONGEST = b"\x03\x1e"
"""The longest duration that the card agrees to: 30 days."""


class Suspending:
    """The suspension of one card. `boot` is called at a reset that finds it suspended."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._powered = True

    def boot(self) -> None:
        """The power is back: the next commands decide."""
        self._powered = False
        self._card.runtime.gate = self._gate

    def execute(self, command: Command) -> bytes:
        """SUSPEND UICC: P1 00 and two durations, answered by the accepted one and the token; P1 01 and the token.

        StatusError: 6A86, 6700, 6A80 (durations), 9864, 6985 (cannot be suspended, or is not), 6982 (wrong token).
        """
        run = {SUSPEND: self._suspend, RESUME: self._resume}.get(command.p1)
        if run is None or command.p2:
            raise StatusError(status.INCORRECT_P1_P2)
        return run(command.data)

    def _gate(self, command: Command) -> None:
        """Lets only RESUME pass, and what may come before it; another command means that nobody goes on."""
        if command.ins in BEFORE_RESUME or _is_resume(command):
            return
        if self._powered:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        self._end()

    def _end(self) -> None:
        with self._card.nvm.transaction():
            self._card.nvm.delete(keys.SUSPENSION)
        self._card.runtime.gate = None

    def _suspend(self, durations: bytes) -> bytes:
        accepted = _accepted(durations)
        if self._card.proactive.session_running or self._card.proactive.success != NOTHING_WAITS:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        token = self._card.env.random(TOKEN_LENGTH)
        state = self._state(token, accepted)
        with self._card.nvm.transaction():
            self._card.nvm.set(keys.SUSPENSION, state)
        self._powered = True
        self._card.runtime.gate = self._gate
        return accepted + token

    def _state(self, token: bytes, accepted: bytes) -> Suspension:
        card, uicc = self._card, self._card.uicc.running
        profile = card.proactive.terminal_profile
        return Suspension(
            token=sha256(token).digest(),
            until=(card.env.now() + _duration(accepted)).timestamp(),
            isd_p=uicc.profile.isd_p,
            verified=uicc.pins.verified,
            lpad=card.runtime.terminal.lpad,
            ipad=card.runtime.terminal.ipad,
            terminal_profile=None if profile is None else bytes(profile),
            channels=tuple(_channel_state(channel) for channel in card.runtime.channels),
        )

    def _resume(self, token: bytes) -> bytes:
        if len(token) != TOKEN_LENGTH:
            raise StatusError(status.WRONG_LENGTH)
        state = self._card.nvm.get(keys.SUSPENSION)
        if state is None:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        if not compare_digest(sha256(token).digest(), state.token):
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
        self._end()
        if not self._powered:
            self._restore(state)
        return b""

    def _restore(self, state: Suspension) -> None:
        card, uicc = self._card, self._card.uicc.running
        if card.env.now().timestamp() > state.until or uicc.profile.isd_p != state.isd_p:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        uicc.pins.restore(state.verified)
        card.runtime.reopen(
            (each.number, FileSelection(card.uicc, _context(uicc, each)), each.adf or b"")
            for each in state.channels
        )
        card.runtime.terminal = Terminal(state.lpad, state.ipad)
        if state.terminal_profile is not None:
            card.proactive.take_terminal_profile(state.terminal_profile)


def _is_resume(command: Command) -> bool:
    return command.ins == instruction.SUSPEND_UICC and command.proprietary and command.p1 == RESUME


def _accepted(durations: bytes) -> bytes:
    """The duration that the card agrees to, of the shortest and the longest that the terminal proposes."""
    if len(durations) != DURATIONS_LENGTH:
        raise StatusError(status.WRONG_LENGTH)
    shortest, longest = durations[:2], durations[2:]
    if _duration(shortest) > _duration(longest):
        raise StatusError(status.INCORRECT_DATA)
    if _duration(shortest) > _duration(LONGEST):
        raise StatusError(status.MINIMUM_SUSPENSION_TOO_LONG)
    return min(longest, LONGEST, key=_duration)


def _duration(coded: bytes) -> timedelta:
    """A unit and how many of it; StatusError 6A80 for an unknown unit."""
    unit = UNITS.get(coded[0])
    if unit is None:
        raise StatusError(status.INCORRECT_DATA)
    return unit * coded[1]


def _channel_state(channel: LogicalChannel) -> ChannelState:
    if not isinstance(channel.selection, FileSelection):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    context = channel.selection.current_context()
    adf = None if context.adf is None else context.adf.aid
    ef = None if context.ef is None else context.ef.path
    return ChannelState(channel.number, context.df.path, adf, ef, context.record)


def _context(uicc: Uicc, state: ChannelState) -> Context:
    filesystem = uicc.profile.filesystem
    df = filesystem.by_package_path(state.df)
    ef = None if state.ef is None else filesystem.by_package_path(state.ef)
    return Context(
        uicc,
        df if isinstance(df, Df) else filesystem.mf,
        UserAuthentication(uicc),
        None if state.adf is None else filesystem.adfs.get(state.adf),
        ef if isinstance(ef, Ef) else None,
        state.record,
    )
