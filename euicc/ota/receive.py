"""SMS-PP data download, TS 31.111 7.1.1: from an ENVELOPE to the response in the report or in messages of the card.

The answer to the ENVELOPE is
    9000 with the response packet (from 02 71 00 on)   it goes back in the SMS-DELIVER-REPORT
    9000 without data                                  a part that waits for others; or executed and no response asked
                                                       for; or the response follows by SEND SHORT MESSAGE
    6200                                               nothing was executed, and nobody is told why
    6A80                                               no SMS-PP download: the terminal's fault

The response is out before anything that a script asks for, REFRESH above all, is announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status
from apdu.cat import Envelope, EnvelopeTag
from apdu.cat.objects import SmsTpdu
from euicc.globalplatform.domain import conversation_domain, domains
from euicc.globalplatform.registry import Registry
from euicc.ota import action
from euicc.ota.answer import answer
from euicc.ota.ram import RamTarget
from euicc.ota.reception import Receiver
from euicc.ota.rfm import RfmTarget
from euicc.ota.script import Chains
from euicc.ota.sms import COMMAND_PACKET, Deliver, Reassembly, ShortMessageError

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.ota.target import Target
    from euicc.uicc.uicc import Uicc


@dataclass(slots=True)
class Inbox:
    """What a run of a profile keeps between two short messages: incomplete ones, and chains of scripts."""

    reassembly: Reassembly = field(default_factory=Reassembly)
    chains: Chains = field(default_factory=Chains)


def sms_pp_download(card: Card, data: bytes) -> bytes:
    """ENVELOPE (SMS-PP DOWNLOAD), TS 31.111 7.1.1.2: the data of the command; user data for the delivery report.

    StatusError 6A80, 6200 as above.
    """
    tpdu = _tpdu(data)
    uicc = card.uicc.running
    inbox = _inbox(uicc)
    try:
        received = inbox.reassembly.add(Deliver.parse(tpdu))
    except ShortMessageError:
        raise StatusError(status.WARNING_UNCHANGED) from None
    if received is None:
        return b""
    if COMMAND_PACKET not in received.elements:
        raise StatusError(status.WARNING_UNCHANGED)
    reception = _receiver(card, uicc, inbox).receive(received.payload)
    return answer(uicc, received.originator, reception)


def _tpdu(data: bytes) -> bytes:
    try:
        envelope = Envelope.parse(data)
        found = envelope.find(SmsTpdu)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if envelope.tag != EnvelopeTag.SMS_PP_DOWNLOAD or found is None:
        raise StatusError(status.INCORRECT_DATA)
    return found.value


def _inbox(uicc: Uicc) -> Inbox:
    if uicc.inbox is None:
        uicc.inbox = Inbox()
    return uicc.inbox


def _receiver(card: Card, uicc: Uicc, inbox: Inbox) -> Receiver:
    return Receiver(
        targets=lambda: (*card.isdr.targets(), *targets(uicc)),
        unknown_tar=lambda: next(iter(domains(uicc)), None),
        chains=inbox.chains,
        accepts=lambda given: action.acceptable(given, uicc),
        answer_unauthenticated=uicc.config.answer_unauthenticated,
    )


def targets(uicc: Uicc) -> Iterator[Target]:
    """What the enabled profile has under a TAR: its RFM instances, and its security domains; not what is locked."""
    registry = Registry(uicc)
    found = {domain.aid: domain for domain in domains(uicc) if not domain.entry.locked}
    for rfm in uicc.profile.rfm:
        entry = registry.find(rfm.instance_aid)
        if entry is not None and not entry.locked and entry.domain in found:
            yield RfmTarget(uicc, rfm, conversation_domain(found[entry.domain]))
    yield from map(RamTarget, found.values())
