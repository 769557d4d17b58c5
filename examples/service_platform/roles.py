"""Who has to do with the platform. The device and the platform itself act, too, and have no token of a party."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


class Role(StrEnum):
    EQUIPMENT_PROVIDER = "equipment_provider"
    DEVICE_MAKER = "device_maker"
    SERVICE_PROVIDER = "service_provider"
    OPERATOR = "operator"
    DEVICE = "device"
    PLATFORM = "platform"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


PARTIES = (Role.EQUIPMENT_PROVIDER, Role.DEVICE_MAKER, Role.SERVICE_PROVIDER, Role.OPERATOR)
"""The roles that companies have."""


@dataclass(frozen=True, slots=True)
class Party:
    """A company: what the others call it, its role, its API token. There may be several of one role."""

    name: str
    role: Role
    token: str = field(repr=False)


def party_for_tests(name: str, role: Role) -> Party:
    """A party whose token everybody can guess: for tests and demonstrations, never for anything real."""
    return Party(name, role, f"TEST-TOKEN-{name}")


TEST_PARTIES = (
    party_for_tests("vehicles", Role.EQUIPMENT_PROVIDER),
    party_for_tests("modems", Role.DEVICE_MAKER),
    party_for_tests("telematics", Role.SERVICE_PROVIDER),
    party_for_tests("network", Role.OPERATOR),
)


def read_parties(text: str) -> tuple[Party, ...]:
    """Parties as JSON, a list of {"name", "role", "token"}; ValueError."""
    listed = json.loads(text)
    if not isinstance(listed, list) or not listed:
        raise ValueError('it is a list of {"name", "role", "token"}')
    return tuple(_party(each) for each in listed)


def _party(value: object) -> Party:
    match value:
        case {"name": str(name), "role": str(role), "token": str(token), **others} if not others and token:
            if role not in PARTIES:
                raise ValueError(f"{role} is no role of a party: {', '.join(PARTIES)}")
            return Party(name, Role(role), token)
    raise ValueError('each party is {"name", "role", "token"}, all of them text')


def digest(token: str) -> bytes:
    """What is kept of a token. They are long and random, so one pass is enough."""
    return sha256(token.encode()).digest()


class Directory:
    """The parties by name and token; ValueError when two share one of these or a role is none of a party."""

    def __init__(self, parties: Iterable[Party]) -> None:
        known = tuple(parties)
        self._by_name = {each.name: each for each in known}
        self._by_token = {digest(each.token): each for each in known}
        if not len(known) == len(self._by_name) == len(self._by_token):
            raise ValueError("two parties share a name or a token")
        if any(each.role not in PARTIES for each in known):
            raise ValueError("a party has one of the roles " + ", ".join(PARTIES))

    def holder(self, token: str) -> Party | None:
        """Whose token this is."""
        return self._by_token.get(digest(token))

    def has(self, name: str, role: Role) -> bool:
        found = self._by_name.get(name)
        return found is not None and found.role is role
