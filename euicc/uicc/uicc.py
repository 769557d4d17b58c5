"""The enabled profile as a running UICC: what its package made it, and what changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from euicc.runtime import keys
from euicc.uicc.access import FileRules
from euicc.uicc.filesystem import Ef, File
from euicc.uicc.memory import ProfileMemory
from euicc.uicc.pins import Pins

if TYPE_CHECKING:
    from apdu import Command
    from euicc.config import Config
    from euicc.env import Env
    from euicc.runtime.nvm import Nvm
    from euicc.runtime.proactive import Proactive
    from euicc.uicc.filesystem import Body
    from euicc.uicc.profile_data import UiccProfile


class Platform(Protocol):
    """What a card gives to whatever profile it runs; `euicc.Card` is one."""

    nvm: Nvm
    env: Env
    config: Config
    proactive: Proactive


class Uicc:
    """One run of a profile: it begins with a reset, or with the profile being enabled.

    profile: as installed, and never changed. memory: what differs by now, in the NVM; files are read through it, so
    that there is one truth. pins: its PINs, and what was verified since the reset. rules: who may access its files.
    executing: the command that is being executed, if known. env, config, proactive: the card's.
    """

    def __init__(self, profile: UiccProfile, platform: Platform) -> None:
        self.profile = profile
        self.memory = ProfileMemory(platform.nvm, profile.isd_p)
        self.pins = Pins(profile, self.memory)
        self.rules = FileRules(self, platform.nvm)
        self.executing: Command | None = None
        self.env = platform.env
        self.config = platform.config
        self.proactive = platform.proactive
        self._written = bool(self.memory.names(keys.FILE_CONTENT))
        self._life_cycles = bool(self.memory.names(keys.FILE_LIFE_CYCLE))
        self._names: dict[Body, str] = {}

    def content(self, ef: Ef) -> bytes:
        """The bytes in the body of `ef` as they are now."""
        if self._written:
            content = self.memory.get(keys.FILE_CONTENT, self._name(ef))
            if content is not None:
                return content
        return ef.body.content

    def size(self, ef: Ef) -> int:
        """Bytes in the body of `ef`."""
        return len(self.content(ef)) if self._written else ef.body.size

    def record_count(self, ef: Ef) -> int:
        """Records in the body of `ef`; 0 for an EF without records."""
        return self.size(ef) // ef.body.record_length if ef.body.record_length else 0

    def record(self, ef: Ef, number: int) -> bytes:
        """Record `number` of `ef`, counted from 1; IndexError outside 1..record_count."""
        if not 1 <= number <= self.record_count(ef):
            raise IndexError(number)
        start = (number - 1) * ef.body.record_length
        return self.content(ef)[start : start + ef.body.record_length]

    def write(self, ef: Ef, content: bytes) -> None:
        """Replace the body of `ef`, and of every EF linked to it; durable on return unless in a transaction."""
        with self.memory.transaction():
            self._written = True
            self.memory.set(keys.FILE_CONTENT, content, self._name(ef))

    def lcsi(self, file: File) -> int:
        """Life cycle status of `file`, TS 102 221 11.1.1.4.9."""
        if self._life_cycles:
            stored = self.memory.get(keys.FILE_LIFE_CYCLE, file.path.hex())
            if stored is not None:
                return stored
        return file.lcsi

    def set_lcsi(self, file: File, lcsi: int) -> None:
        """Change the life cycle status of `file`; durable on return unless inside a transaction."""
        with self.memory.transaction():
            self._life_cycles = True
            self.memory.set(keys.FILE_LIFE_CYCLE, lcsi, file.path.hex())

    def _name(self, ef: Ef) -> str:
        """Under which name the content of `ef` is kept: the path of the first EF that has its body."""
        name = self._names.get(ef.body)
        if name is None:
            for file in self.profile.filesystem.files():
                if isinstance(file, Ef):
                    self._names.setdefault(file.body, file.path.hex())
            name = self._names.setdefault(ef.body, ef.path.hex())
        return name
