"""An application of one's own on the card: a counter that survives a reset, selected by its AID."""

from __future__ import annotations

from collections.abc import Iterable

from apdu import Command, StatusError, status
from euicc import Card
from euicc.runtime.nvm import Key, Nvm

AID = bytes.fromhex("F000000001")
COUNT = 0x50
COUNTER: Key[int] = Key("example-counter", lambda value: str(value).encode(), int, 0)


class Counter:
    """The application: what it keeps is in the card's memory."""

    def __init__(self, nvm: Nvm) -> None:
        self.nvm = nvm

    def aids(self) -> Iterable[bytes]:
        return (AID,)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Counting, bytes]:
        return Counting(self.nvm), b""


class Counting:
    """The application as selected on one logical channel."""

    def __init__(self, nvm: Nvm) -> None:
        self._nvm = nvm

    def process(self, command: Command) -> bytes:
        if command.ins != COUNT:
            raise StatusError(status.INS_NOT_SUPPORTED)
        with self._nvm.transaction():
            self._nvm.set(COUNTER, self._nvm.get(COUNTER) + 1)
        return self._nvm.get(COUNTER).to_bytes(1, "big")

    def closed(self) -> None:
        """Nothing volatile to forget."""


def main() -> None:
    card = Card.manufacture()
    card.register(Counter(card.nvm))
    for _ in range(3):
        card.reset()
        card.transmit(bytes.fromhex("00A4040005F000000001"))
        print(card.transmit(bytes.fromhex("8050000000")).hex())


if __name__ == "__main__":
    main()
