"""How an SM-SR reaches its cards: secured packets in short messages, and whatever other transport there is."""

from __future__ import annotations

from collections import deque

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.registry import Registry
from euicc.testing.m2m.short_message import Reassembly, ShortMessageError, Whole, parse_deliver
from euicc.testing.ota import KeySet
from euicc.testing.smsr import es5, refusals
from euicc.testing.smsr.errand import Exchange, Transport
from euicc.testing.smsr.exchange import SmsExchange, seal
from euicc.testing.smsr.identity import Patience, SmsrIdentity
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Send, Silence

_TO_ISD_R = Send(b"")


class Air:
    """The air side of one SM-SR. sms: short messages to be sent, number and SMS-DELIVER TPDU."""

    def __init__(
        self,
        identity: SmsrIdentity,
        registry: Registry,
        patience: Patience,
        transports: tuple[Transport, ...],
    ) -> None:
        self.sms: deque[tuple[str, bytes]] = deque()
        self._identity = identity
        self._registry = registry
        self._patience = patience
        self._transports = transports
        self._reassembly = Reassembly()
        self._expected: dict[str, bytes] = {}

    def begin(self, eid: bytes, send: Send, until: float, now: float) -> Exchange:
        """A script on its way to a card; Refusal for a card that is not here, Silence for one that is nowhere."""
        eis = self._registry.card(eid)
        if eis is None:
            raise Refusal(refusals.UNKNOWN_EID)
        for transport in self._transports:
            if transport.takes(eis, send):
                return transport.begin(
                    eis, send, lambda content: self._packet(eis, _TO_ISD_R, content, until, now), now
                )
        return self._packet(eis, send, es5.script(send.script), until, now)

    def whole(self, tpdu: bytes) -> Whole | None:
        """The message that an SMS-DELIVER TPDU completes; None for a part, and for what is none."""
        try:
            return self._reassembly.add(parse_deliver(tpdu))
        except ShortMessageError:
            return None

    def at(self, number: str) -> bytes | None:
        """EID of the card that answers from this number."""
        return self._expected.get(number) or self._registry.at(number)

    def keys(self, eid: bytes, version: int) -> KeySet | None:
        """The SCP80 keys that a card and this SM-SR have under this version."""
        eis = self._registry.card(eid)
        found = _scp80(eis) if eis else None
        return found if found and found.version == version else None

    def _packet(self, eis: Eis, send: Send, content: bytes, until: float, now: float) -> SmsExchange:
        """A secured packet on its way. Its counter is counted in the transaction that has to end before it is sent."""
        keys, numbers = _scp80(eis), tuple(dict.fromkeys((*send.to, *_numbers(eis))))
        if not numbers:
            raise Silence
        packet = seal(keys, send.target, self._registry.count(eis.eid, keys.version), content)
        for number in numbers:
            self._expected[number] = eis.eid
        end = until if send.patient else None
        return SmsExchange(packet, self._identity.number, numbers, self._submit, self._patience, now, end)

    def _submit(self, number: str, tpdu: bytes) -> None:
        self.sms.append((number, tpdu))


def _scp80(eis: Eis) -> KeySet:
    return next(each for each in eis.isd_r.key_sets if each.counter is not None).scp80()


def _numbers(eis: Eis) -> list[str]:
    """Where a card may be: at the number of its enabled profile first."""
    enabled = eis.enabled
    ordered = ([enabled] if enabled else []) + [each for each in eis.profiles if each is not enabled]
    return [each.subscription.msisdn for each in ordered if each.subscription.msisdn]
