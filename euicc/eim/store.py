"""The Associated eIMs in NVM, and what must hold before one comes in or changes, SGP.32 5.9.4 and 2.11.1.1.

Rule 1: everything that says which eIM may be added or changed stands in this file, as tables of small checks.
Rule 2: an association token is given out once in the life of the card, whatever is deleted or reset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from euicc.eim.configuration import (
    GENERATE_TOKEN,
    AssociatedEim,
    changes_anything,
    completed,
    public_key,
    updated,
)
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from asn1.generated import sgp32
    from euicc.config import Config
    from euicc.identity import Identity
    from euicc.runtime.nvm import Nvm


class EimStore:
    """The eIMs in the order of their association; every method that writes needs an open NVM transaction."""

    def __init__(self, nvm: Nvm, config: Config, identity: Callable[[], Identity]) -> None:
        self._nvm = nvm
        self._config = config
        self._identity = identity

    @property
    def counter_max(self) -> int:
        """The largest counterValue that the card can keep."""
        return self._config.eim_counter_max

    def all(self) -> list[AssociatedEim]:
        """Every Associated eIM."""
        return [eim for index in self._nvm.indexes(keys.EIM) if (eim := self._nvm.get(keys.EIM, index))]

    def get(self, eim_id: str) -> AssociatedEim | None:
        """The eIM of this identifier."""
        return next((eim for eim in self.all() if eim.eim_id == eim_id), None)

    def counter(self, eim: AssociatedEim) -> int:
        """Its replay counter: packages must have a larger counterValue."""
        return self._nvm.get(keys.EIM_COUNTER, _index(eim))

    def set_counter(self, eim: AssociatedEim, counter: int) -> None:
        """A package of this eIM was accepted."""
        self._nvm.set(keys.EIM_COUNTER, counter, _index(eim))

    def add(self, request: sgp32.EimConfigurationData) -> AssociatedEim:
        """Associate an eIM; Refused by `ADD_CHECKS`."""
        self._check(_ADD_CHECKS, _Situation(self, request))
        signing = self._identity().credentials
        token = self._next_token() if request.association_token == GENERATE_TOKEN else None
        eim = AssociatedEim(self._next_number(), completed(request, token, signing[0].ci_ski))
        self._nvm.set(keys.EIM, eim, _index(eim))
        self.set_counter(eim, request.counter_value or 0)
        return eim

    def update(self, eim: AssociatedEim, request: sgp32.EimConfigurationData) -> None:
        """Change what is known of an eIM; Refused by `UPDATE_CHECKS`."""
        self._check(_UPDATE_CHECKS, _Situation(self, request, eim))
        self._nvm.set(keys.EIM, AssociatedEim(eim.number, updated(eim.data, request)), _index(eim))
        if request.counter_value is not None:
            self.set_counter(eim, request.counter_value)

    def delete(self, eim: AssociatedEim) -> None:
        """The eIM is no longer associated."""
        self._nvm.delete(keys.EIM, _index(eim))
        self._nvm.delete(keys.EIM_COUNTER, _index(eim))

    def signs_under(self, ci_ski: bytes) -> bool:
        """Whether the card has a credential under this CI."""
        return self._identity().credential(ci_ski) is not None

    @property
    def full(self) -> bool:
        """Whether there is no room for another eIM."""
        return len(self._nvm.indexes(keys.EIM)) >= self._config.eims

    def _check(self, checks: tuple[_Check, ...], situation: _Situation) -> None:
        for fault, reason in checks:
            if fault(situation):
                raise Refused(reason)

    def _next_number(self) -> int:
        indexes = self._nvm.indexes(keys.EIM)
        return int(indexes[-1], 16) + 1 if indexes else 0

    def _next_token(self) -> int:
        token = self._nvm.get(keys.ASSOCIATION_TOKEN) + 1
        self._nvm.set(keys.ASSOCIATION_TOKEN, token)
        return token


def _index(eim: AssociatedEim) -> str:
    """Fixed width, so that the sorted indexes of the NVM are in the order of association."""
    return f"{eim.number:08x}"


@dataclass(frozen=True)
class _Situation:
    """What a check may look at; eim: the one to be updated."""

    eims: EimStore
    request: sgp32.EimConfigurationData
    eim: AssociatedEim | None = None

    @property
    def new_key(self) -> bool:
        """Whether the request brings another key than the eIM has."""
        assert self.eim is not None
        offered = public_key(self.request)
        return offered is not None and offered != self.eim.key


_Check = tuple[Callable[[_Situation], bool], Reason]


def _incomplete(situation: _Situation) -> bool:
    return situation.request.counter_value is None or public_key(situation.request) is None


def _exists(situation: _Situation) -> bool:
    return situation.eims.get(situation.request.eim_id) is not None


def _token_chosen(situation: _Situation) -> bool:
    return situation.request.association_token not in (None, GENERATE_TOKEN)


def _token_given(situation: _Situation) -> bool:
    return situation.request.association_token is not None


def _ci_unknown(situation: _Situation) -> bool:
    ci_ski = situation.request.euicc_ci_pk_id
    return ci_ski is not None and not situation.eims.signs_under(ci_ski)


def _counter_out_of_range(situation: _Situation) -> bool:
    return not 0 <= (situation.request.counter_value or 0) <= situation.eims.counter_max


def _no_room(situation: _Situation) -> bool:
    return situation.eims.full


def _changes_nothing(situation: _Situation) -> bool:
    return not changes_anything(situation.request)


def _key_unusable(situation: _Situation) -> bool:
    public_key(situation.request)  # Refused(INCORRECT_INPUT) when it is
    return False


def _counter_lower(situation: _Situation) -> bool:
    """Packages that were executed would count again, unless nobody can have signed them with the new key."""
    assert situation.eim is not None
    wanted = situation.request.counter_value
    return wanted is not None and wanted < situation.eims.counter(situation.eim) and not situation.new_key


_ADD_CHECKS: tuple[_Check, ...] = (
    (_incomplete, Reason.INCORRECT_INPUT),
    (_exists, Reason.ALREADY_EXISTS),
    (_token_chosen, Reason.TOKEN),
    (_ci_unknown, Reason.CI_UNKNOWN),
    (_counter_out_of_range, Reason.COUNTER_OUT_OF_RANGE),
    (_no_room, Reason.MEMORY),
)
_UPDATE_CHECKS: tuple[_Check, ...] = (
    (_token_given, Reason.INCORRECT_INPUT),
    (_changes_nothing, Reason.INCORRECT_INPUT),
    (_key_unusable, Reason.INCORRECT_INPUT),
    (_ci_unknown, Reason.CI_UNKNOWN),
    (_counter_out_of_range, Reason.COUNTER_OUT_OF_RANGE),
    (_counter_lower, Reason.INCORRECT_INPUT),
)
"""What refuses a request, in the order in which the reasons take precedence."""
