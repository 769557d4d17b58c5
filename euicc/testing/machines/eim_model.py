"""What SGP.32 says becomes of the wishes of several eIMs, and no more: the model of `EimMachine`."""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1.generated import sgp32
from euicc.testing.eim import Order

OPERATORS, HOLDER = (1, 2), 9
OK, NOT_FOUND, WRONG_STATE = range(3)
AWAITED = sgp32.DeleteProfileResult.RETURN_FALLBACK_PROFILE
NOT_ALLOWED = sgp32.SetFallbackAttributeResult.FALLBACK_NOT_ALLOWED
NO_ROLLBACK = sgp32.EnableProfileResult.ROLLBACK_NOT_AVAILABLE


@dataclass(frozen=True)
class Task:
    """What an eIM wants. number: of the profile; eim: of an eCO; way_back: rollbackFlag."""

    kind: str
    number: int = 0
    eim: str = ""
    way_back: bool = False


Wanted = tuple[Task, Order]


@dataclass
class EimModel:
    """What SGP.32 says becomes of it. Profile 0 is none; `dark` has no network; `returns`: where a fallback came from.

    wanted, done: of each eIM since it was associated; done with the result code, None where there is none.
    """

    present: set[int] = field(default_factory=lambda: {HOLDER})
    enabled: int = 0
    dark: int = -1
    holder: int = 0
    returns: int = 0
    eims: list[str] = field(default_factory=list)
    wanted: dict[str, list[Wanted]] = field(default_factory=dict)
    done: dict[str, list[tuple[Order, int | None]]] = field(default_factory=dict)

    def meet(self, name: str) -> None:
        """The eIM begins with an empty queue."""
        self.wanted[name], self.done[name] = [], []

    def associate(self, name: str) -> None:
        """The card has this eIM from now on."""
        self.eims.append(name)
        self.meet(name)

    @property
    def connected(self) -> bool:
        """Whether the enabled profile has a network."""
        return self.enabled != self.dark

    def poll(self) -> None:
        """Every associated eIM is asked, in their order, until it wants nothing more."""
        visited = set[str]()
        while waiting := [name for name in self.eims if name not in visited]:
            visited.add(waiting[0])
            while self.connected and waiting[0] in self.eims and self.wanted[waiting[0]]:
                task, order = self.wanted[waiting[0]].pop(0)
                self.done[waiting[0]].append((order, getattr(self, task.kind)(task)))

    def switch(self, number: int) -> int:
        """Another profile is enabled; 0: none."""
        self.enabled, self.returns = number, 0
        return OK

    def enable(self, task: Task) -> int | None:
        """Result of enable, 3.3.1."""
        if task.number not in self.present:
            return NOT_FOUND
        if task.way_back and not self.enabled:
            return NO_ROLLBACK
        if task.number == self.enabled:
            return WRONG_STATE
        if task.way_back and task.number == self.dark:
            self.returns = 0
            return None  # the result of the rollback takes the place of the code
        return self.switch(task.number)

    def disable(self, task: Task) -> int:
        """Result of disable, 3.3.2."""
        if task.number not in self.present:
            return NOT_FOUND
        return self.switch(0) if task.number == self.enabled else WRONG_STATE

    def delete(self, task: Task) -> int:
        """Result of delete, 3.3.3."""
        rules = (
            (task.number not in self.present, NOT_FOUND),
            (task.number == self.enabled, WRONG_STATE),
            (task.number == self.returns, AWAITED),
        )
        code = next((code for applies, code in rules if applies), OK)
        self.present -= {task.number} if code == OK else set()
        return code

    def set_fallback_attribute(self, task: Task) -> int:
        """Result of setFallbackAttribute, which only HOLDER may have."""
        if task.number not in self.present:
            return NOT_FOUND
        self.holder = HOLDER if task.number == HOLDER else self.holder
        return OK if task.number == HOLDER else NOT_ALLOWED

    def list_profile_info(self, task: Task) -> None:
        """It has no code."""
        return

    def download(self, task: Task) -> None:
        """The profile comes."""
        self.present.add(task.number)

    def add_eim(self, task: Task) -> None:
        """It has no code."""
        if task.eim not in self.eims:
            self.associate(task.eim)

    def delete_eim(self, task: Task) -> int:
        """Result of deleteEim, 5.9.18."""
        if task.eim not in self.eims:
            return NOT_FOUND
        self.eims.remove(task.eim)
        return OK if self.eims else sgp32.DeleteEimResult.LAST_EIM_DELETED

    @property
    def may_fall_back(self) -> bool:
        """Whether ExecuteFallbackMechanism has an effect."""
        return bool(self.enabled and self.holder) and self.enabled != self.holder

    @property
    def may_return(self) -> bool:
        """Whether ReturnFromFallback has an effect."""
        return bool(self.returns) and self.enabled == self.holder
