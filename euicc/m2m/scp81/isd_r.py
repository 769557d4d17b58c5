"""Administration sessions of the ISD-R, SGP.02 2.4.3 and 3.15: with its SM-SR, for itself and for its ISD-Ps.

It keeps the parameters that ES5.UpdateSMSRAddressingParameters brought, and of the enabled profile how its network is
reached. What a script has asked for to happen afterwards, a switch of profiles above all, happens when the session is
over: until then the SM-SR can still be answered.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from apdu import aid as aids
from apdu.cat.bearer import NetworkAccessName
from apdu.cat.comprehension import wrap
from apdu.cat.objects import TextString
from euicc.m2m import connectivity
from euicc.m2m.scp81.applet import AdministrationAgent
from euicc.m2m.scp81.http import ScriptStatus
from euicc.m2m.scp81.parameters import (
    ConnectionParameters,
    ParametersError,
    SessionParameters,
    addressing,
    trigger,
)
from euicc.m2m.scp81.session import NotExecuted
from euicc.m2m.target import IsdPTarget, IsdRTarget
from euicc.ota import action, answer, expanded
from euicc.ota.script import Chains, Execution, Executor
from euicc.ota.target import Protected
from euicc.toolkit.procedure import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.key_ring import KeyRing
    from euicc.m2m.scp81.psk import KeyName
    from euicc.ota.target import Target

_NO_TEMPLATE = expanded.not_begun(False, expanded.BAD_FORMAT, expanded.UNKNOWN_TAG)


def agent_of(isdr: M2mIsdR) -> AdministrationAgent:
    """The agent of an ISD-R, registered with the toolkit of its card.

    ToolkitError when other applets have all timers or channels.
    """
    agent = AdministrationAgent(IsdRAdministration(isdr))
    try:
        isdr.card.toolkit.add(agent)
    except ValueError as error:
        raise ToolkitError(str(error)) from None
    return agent


def taken(isdr: M2mIsdR, data: bytes) -> Sequence[Callable[[], None]] | None:
    """As `euicc.ota.target.DataTarget.take`: a session as data that are a trigger want it.

    Nothing happens for a trigger that cannot be read, and where there is no room for a session.
    """
    try:
        parameters = trigger(data)
    except ParametersError:
        return ()
    if parameters is None:
        return None
    return (partial(_request, isdr, parameters),)


def _request(isdr: M2mIsdR, parameters: SessionParameters) -> None:
    with suppress(ToolkitError):
        isdr.administration.request(parameters)


class IsdRAdministration:
    """As `euicc.m2m.scp81.session.Administration`."""

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr
        self._executed: list[Execution] = []

    @property
    def eid(self) -> bytes:
        """As `Administration.eid`."""
        return self._isdr.m2m_identity.eid

    @property
    def keys(self) -> KeyRing:
        """As `Administration.keys`."""
        return self._isdr.key_ring

    def kept(self) -> SessionParameters:
        """As `Administration.kept`; addressing parameters that mean nothing here are passed over."""
        network = SessionParameters(_network(self._isdr))
        block = self._isdr.smsr_address.https
        if block is None:
            return network
        try:
            return addressing(block).over(network)
        except ParametersError:
            return network

    def random(self, count: int) -> bytes:
        """As `Administration.random`."""
        return self._isdr.card.env.random(count)

    def begin(self) -> None:
        """As `Administration.begin`."""
        self._executed.clear()

    def execute(self, script: bytes, target: bytes | None, key: KeyName) -> bytes:
        """As `Administration.execute`: scripts are in expanded format. For the ISD-R, or one of its ISD-Ps."""
        found = self._target(target)
        if not expanded.is_expanded(script):
            return _NO_TEMPLATE
        executor = Executor(found, found.tars[0], Chains(), self._accepts)
        execution = executor.execute(script, Protected(authenticated=True, ciphered=True, key_version=key[0]))
        self._executed.append(execution)
        return execution.response

    def end(self) -> None:
        """As `Administration.end`."""
        executed, self._executed = self._executed, []
        for execution in executed:
            answer.carry_out(self._isdr.card.uicc.running, execution)

    def _target(self, aid: bytes | None) -> Target:
        if aid is None or aid == aids.ISD_R:
            return IsdRTarget(self._isdr)
        isd_p = self._isdr.isd_ps.by_aid(aid)
        if isd_p is None:
            raise NotExecuted(ScriptStatus.UNKNOWN_APPLICATION)
        return IsdPTarget(self._isdr, isd_p)

    def _accepts(self, given: bytes) -> bool:
        return action.acceptable(given, self._isdr.card.uicc.running)


def _network(isdr: M2mIsdR) -> ConnectionParameters:
    """Connectivity parameters of the enabled profile, as OPEN CHANNEL has them."""
    given = connectivity.https(isdr)
    name = None if given.network_access_name is None else NetworkAccessName(given.network_access_name)
    login = [None if text is None else TextString.of(text) for text in (given.user, given.password)]
    return ConnectionParameters(wrap((given.bearer, name, *login)))
