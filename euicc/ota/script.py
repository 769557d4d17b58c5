"""Running a remote script for a target, in whatever format it is written, TS 102 226 5; script chaining.

A chain keeps between its scripts what `Session.state` says, and nothing else: each script is executed with the
protection of its own packet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from euicc.ota import compact, expanded
from euicc.ota.expanded import BadFormat, ExpandedScript
from euicc.ota.target import further_tags, taken
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.ota.target import Protected, Session, Target


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of a script.

    response: additional response data. actions: values of the actions to be carried out once the response is out.
    changed: full paths of the files written to; application: AID of the ADF that 7FFF means in them.
    afterwards: what its commands left to be done once the response is out, after the actions.
    """

    response: bytes
    actions: Sequence[bytes] = ()
    changed: Sequence[bytes] = ()
    application: bytes | None = None
    afterwards: Sequence[Callable[[], None]] = ()


class Chains:
    """Where chains of scripts stand, by TAR: those that a reset ends are here, the others in the memory."""

    def __init__(self) -> None:
        self._volatile: dict[bytes, bytes] = {}

    def take(self, target: Target, tar: bytes) -> tuple[bytes | None, bool]:
        """The state to go on from, which is gone now, and whether it would have survived a reset."""
        kept = target.memory.get(keys.SCRIPT_CHAIN, tar.hex())
        state = self._volatile.pop(tar, kept)
        if kept is not None:
            with target.memory.transaction():
                target.memory.delete(keys.SCRIPT_CHAIN, tar.hex())
        return state, kept is not None

    def put(self, target: Target, tar: bytes, state: bytes, kept: bool) -> None:
        """Remember where the next script goes on."""
        if not kept:
            self._volatile[tar] = state
            return
        with target.memory.transaction():
            target.memory.set(keys.SCRIPT_CHAIN, state, tar.hex())


@dataclass(frozen=True, slots=True)
class Executor:
    """Executes the scripts of one target. tar: under which it was addressed; accepts: as for `expanded.Run`."""

    target: Target
    tar: bytes
    chains: Chains
    accepts: Callable[[bytes], bool]

    def execute(self, script: bytes, protected: Protected) -> Execution:
        """Run a script; errors are in its response."""
        afterwards = taken(self.target, script, protected)
        if afterwards is not None:
            return Execution(b"", afterwards=afterwards)
        if expanded.is_expanded(script):
            return self._expanded(script, protected)
        self.chains.take(self.target, self.tar)
        session = self.target.open(protected)
        response = compact.run(script, session)
        return Execution(response, (), session.changed, session.application, session.afterwards)

    def _expanded(self, encoded: bytes, protected: Protected) -> Execution:
        indefinite = encoded[0] == expanded.INDEFINITE
        state, kept = self.chains.take(self.target, self.tar)
        try:
            script = ExpandedScript.parse(encoded, further_tags(self.target))
        except BadFormat as error:
            return Execution(expanded.not_begun(indefinite, expanded.BAD_FORMAT, error.reason))
        session = self._session(script, state, protected)
        if isinstance(session, int):
            return Execution(expanded.not_begun(indefinite, expanded.SCRIPT_CHAINING, session))
        run = expanded.Run(session, self.accepts)
        run.carry_out(script)
        if not run.failed:
            self._remember(script, session, kept)
        response = run.response(script)
        return Execution(response, run.actions, session.changed, session.application, session.afterwards)

    def _session(self, script: ExpandedScript, state: bytes | None, protected: Protected) -> Session | int:
        """The session of a script, or the value of the script chaining response."""
        if script.chaining in (expanded.NEXT_SCRIPT, expanded.LAST_SCRIPT):
            if state is None:
                return expanded.NO_PREVIOUS_SCRIPT
            return self.target.resume(state, protected) or expanded.UNABLE_TO_PROCESS
        session = self.target.open(protected)
        if script.chaining is not None and session.state() is None:
            return expanded.CHAINING_NOT_SUPPORTED
        return session

    def _remember(self, script: ExpandedScript, session: Session, kept: bool) -> None:
        state = session.state()
        if script.chaining in (None, expanded.LAST_SCRIPT) or state is None:
            return
        stays = script.chaining == expanded.FIRST_SCRIPT_KEPT_OVER_RESET
        stays = stays or (kept and script.chaining == expanded.NEXT_SCRIPT)
        self.chains.put(self.target, self.tar, state, stays)
