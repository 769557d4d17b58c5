"""The enabled profile as a running UICC: what its package made it, and what changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

from euicc.runtime import keys
from euicc.uicc.access import FileRules
from euicc.uicc.filesystem import (
    SPECIAL_USABLE_WHEN_DEACTIVATED,
    Df,
    Ef,
    File,
    is_deactivated,
    is_terminated,
)
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from apdu import Command
    from euicc.config import Config
    from euicc.env import Env
    from euicc.ota.receive import Inbox
    from euicc.runtime.nvm import Nvm
    from euicc.runtime.proactive import Proactive
    from euicc.uicc.context import Context
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

    profile: as installed, but for files created and deleted. memory: what differs by now, in the NVM; files are read
    through it, so that there is one truth. pins: its PINs, and what was verified since the reset. rules: who may access
    its files.
    executing: the command that is being executed, if known. env, config, proactive: the card's.
    contexts: whoever uses it. is_terminated: TERMINATE CARD USAGE was carried out. inbox: what short messages left
    behind, None before the first.
    """

    def __init__(self, profile: UiccProfile, platform: Platform) -> None:
        from euicc.uicc.pins import Pins

        self.profile = profile
        self.memory = ProfileMemory(platform.nvm, profile.isd_p)
        self.pins = Pins(profile, self.memory)
        self.rules = FileRules(self, platform.nvm)
        self.executing: Command | None = None
        self.inbox: Inbox | None = None
        self.env = platform.env
        self.config = platform.config
        self.proactive = platform.proactive
        self._nvm = platform.nvm
        self._generation = -1
        self._contents: dict[Body, bytes] = {}
        self._lcsis: dict[File, int] = {}
        self._templates: dict[File, bytes] = {}
        self._written = bool(self.memory.names(keys.FILE_CONTENT))
        self._life_cycles = bool(self.memory.names(keys.FILE_LIFE_CYCLE))
        self._names: dict[Body, str] = {}
        self.contexts: WeakSet[Context] = WeakSet()
        of_tree = (keys.FILE_CREATED, keys.FILE_DELETED, keys.FILE_LIMITS)
        if profile.filesystem.created or any(map(self.memory.names, of_tree)):
            self._change_tree()
        self.is_terminated = is_terminated(self.lcsi(profile.filesystem.mf))

    def content(self, ef: Ef) -> bytes:
        """The bytes in the body of `ef` as they are now."""
        if self._generation != self._nvm.generation:
            self._look_again()
        content = self._contents.get(ef.body)
        if content is None:
            stored = self._stored(ef)
            content = self._contents[ef.body] = ef.body.content if stored is None else stored
        return content

    def size(self, ef: Ef) -> int:
        """Bytes in the body of `ef`."""
        stored = self._stored(ef)
        return ef.body.size if stored is None else len(stored)

    def _stored(self, ef: Ef) -> bytes | None:
        """The content of `ef` if it was written, otherwise None: the body has it."""
        return self.memory.get(keys.FILE_CONTENT, self.content_name(ef)) if self._written else None

    def _look_again(self) -> None:
        """The memory or the tree changed: nothing that was derived from them counts any more."""
        self._contents.clear()
        self._lcsis.clear()
        self._templates.clear()
        self._generation = self._nvm.generation

    def template(self, file: File, build: Callable[[File, Uicc], bytes]) -> bytes:
        """The FCP template of `file`, built once for as long as nothing in the memory changes."""
        if self._generation != self._nvm.generation:
            self._look_again()
        found = self._templates.get(file)
        if found is None:
            found = self._templates[file] = build(file, self)
        return found

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
            self.memory.set(keys.FILE_CONTENT, content, self.content_name(ef))

    def lcsi(self, file: File) -> int:
        """Life cycle status of `file`, TS 102 221 11.1.1.4.9."""
        if not self._life_cycles:
            return file.lcsi
        if self._generation != self._nvm.generation:
            self._look_again()
        lcsi = self._lcsis.get(file)
        if lcsi is None:
            stored = self.memory.get(keys.FILE_LIFE_CYCLE, file.path.hex())
            lcsi = self._lcsis[file] = file.lcsi if stored is None else stored
        return lcsi

    def set_lcsi(self, file: File, lcsi: int) -> None:
        """Change the life cycle status of `file`; durable on return unless inside a transaction."""
        with self.memory.transaction():
            self._life_cycles = True
            self.memory.set(keys.FILE_LIFE_CYCLE, lcsi, file.path.hex())

    def is_usable(self, ef: Ef) -> bool:
        """Whether the content of `ef` may be used: it is neither deactivated nor terminated, nor is a DF above it."""
        lcsi = self.lcsi(ef)
        if is_terminated(lcsi):
            return False
        if is_deactivated(lcsi) and not ef.special & SPECIAL_USABLE_WHEN_DEACTIVATED:
            return False
        return ef.parent is None or self.is_open(ef.parent)

    def is_open(self, df: Df) -> bool:
        """Whether neither `df` nor a DF above it is terminated."""
        return not self._life_cycles or not any(is_terminated(self.lcsi(each)) for each in df.ancestors())

    def is_enabled(self) -> bool:
        """Whether its profile is still the enabled one; the files shown without a profile count as one."""
        from euicc.profiles.store import ProfileStore

        enabled = ProfileStore(self._nvm).enabled()
        return (enabled.aid if enabled else b"") == self.profile.isd_p

    def free_memory(self) -> int:
        """Bytes that new files may take, of what the profiles of the card share."""
        from euicc.profiles.store import free_memory

        return free_memory(self.memory.nvm, self.config)

    def tree_changed(self) -> None:
        """Files came or went, and with them what the names of contents were derived from."""
        self._names.clear()
        self._look_again()

    def _change_tree(self) -> None:
        from euicc.uicc import tree

        tree.apply(self)

    def content_name(self, ef: Ef) -> str:
        """Under which name the content of `ef` is kept: the path of the first EF that has its body."""
        name = self._names.get(ef.body)
        if name is None:
            for file in self.profile.filesystem.files():
                if isinstance(file, Ef):
                    self._names.setdefault(file.body, file.path.hex())
            name = self._names.setdefault(ef.body, ef.path.hex())
        return name
