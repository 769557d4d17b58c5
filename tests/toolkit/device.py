"""A card with applets, and the terminal around it: bytes in hexadecimal, answers as a test likes to read them."""

from __future__ import annotations

from apdu import StatusError
from apdu.cat import Envelope, GeneralResult, ProactiveCommand, TerminalResponse
from apdu.cat.comprehension import Content
from euicc import Card
from euicc.toolkit import ToolkitApplet

EVERYTHING = "FF" * 30


class Device:
    """A terminal that says what it can do, and then does what the test tells it to."""

    def __init__(self, *applets: ToolkitApplet, profile: str | None = EVERYTHING) -> None:
        self.card = Card.manufacture(seed=1)
        for applet in applets:
            self.card.register(applet)
        if profile is not None:
            self.start(profile)

    def send(self, apdu: str) -> str:
        """One command; the answer."""
        return self.card.transmit(bytes.fromhex(apdu)).hex().upper()

    def start(self, profile: str = EVERYTHING) -> str:
        """TERMINAL PROFILE."""
        return self.send(f"80100000{len(profile) // 2:02X}{profile}")

    def status(self) -> str:
        """The poll: STATUS without data."""
        return self.send("80F2000C")

    def envelope(self, envelope: Envelope | str) -> str:
        """ENVELOPE, with Le."""
        data = bytes.fromhex(envelope) if isinstance(envelope, str) else envelope.encode()
        return self.send(f"80C20000{len(data):02X}{data.hex()}00")

    def fetch(self) -> ProactiveCommand:
        """The command that waits; StatusError when there is none."""
        answer = self.card.transmit(bytes.fromhex("8012000000"))
        if len(answer) == 2:
            raise StatusError(int.from_bytes(answer, "big"))
        return ProactiveCommand.parse(answer[:-2])

    def answer(
        self,
        command: ProactiveCommand,
        *contents: Content,
        general: int = GeneralResult.PERFORMED,
        additional: bytes = b"",
    ) -> str:
        """TERMINAL RESPONSE."""
        data = TerminalResponse.to(command, general, *contents, additional=additional).encode()
        return self.send(f"80140000{len(data):02X}{data.hex()}")

    def fetched(self) -> list[ProactiveCommand]:
        """Everything that waits, each performed."""
        found = []
        while self.status()[:2] == "91":
            found.append(self.fetch())
            self.answer(found[-1])
        return found
