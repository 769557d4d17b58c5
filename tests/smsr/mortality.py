"""SM-SRs that are killed at a commit of their registry: just before it, or just after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from euicc.testing.m2m.registry import Registry


class Killed(BaseException):
    """The process is gone; what was committed is in the file."""


class MortalRegistry(Registry):
    """Kills its SM-SR at the commit with this number, counted from `begin_counting` on.

    point: 2 n - 1 is before commit n, 2 n after it. commits: so far.
    """

    point: int | None = None
    commits = 0
    counting = False
    died = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        outermost = self._depth == 0
        with super().transaction():
            yield
            if outermost and self._strikes(1):
                raise Killed
        if outermost and self._strikes(0):
            raise Killed

    def _strikes(self, before: int) -> bool:
        if not self.counting:
            return False
        self.commits += before
        struck = self.point is not None and self.point == 2 * self.commits - before
        if struck:
            self.died = True
        return struck
