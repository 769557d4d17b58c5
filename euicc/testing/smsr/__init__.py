"""The SM-SR of SGP.02: it has the keys of a fleet's cards, and does with them what operators and SM-DPs ask for.

    identity = SmsrIdentity("SM-SR", "+491700000001", M2mPki().sm_sr(), (M2mPki().ci,))
    smsr = Smsr(identity, Registry("smsr.sqlite"))
    smsr.register(eum.register(issued, pki.eum(eid), profiles), now)     the EIS of a card, from its EUM

    reference = smsr.submit("operator", EnableProfile(eid, iccid), now)  a function of ES3, ES4 or ES7
    smsr.receive_sms(tpdu, now); smsr.receive_report(number, data, now)  from the network
    smsr.receive("other SM-SR", call_or_answer, now)                     from another server
    smsr.advance(now)                                                    at `smsr.next_due` at the latest

    for number, tpdu in smsr.take_sms(): network.submit(identity.number, number, tpdu, now)
    for message in smsr.messages():                                      Outgoing: Call, Answer or a notification
        ...; smsr.acknowledge(message)

Nothing here waits or does I/O but the registry, one SQLite file; `euicc.testing.lab.m2m.M2mWorld` hands messages
over, in simulated time. What an operation is at, is in its generator (`procedures`); what must not be forgotten is in
the registry: each of the calls above is one transaction. An operation whose SM-SR was killed begins anew, and first
asks the card what became of it. Cards are reached by short message (`euicc.testing.m2m.sms_network`), or by whatever
`transports` there are besides (`https`). Messages are typed; SOAP, in which SGP.02 wraps them, is left out, and so is
CAT_TP.

Patience says how long it waits for whom. What a card does not answer in time is Expired, and nothing is known of it;
whatever the card does nevertheless, it tells later, and the EIS follows. While a card is being handed over, one of
the two SM-SRs manages it (`Smsr.manages`) or, where the old one must not know yet, none: see
`procedures.handover_out`.
"""

from __future__ import annotations

from euicc.testing.m2m.eis import Eis, EisError
from euicc.testing.m2m.messages import Answer, Call, Outgoing
from euicc.testing.m2m.registry import Registry
from euicc.testing.smsr.identity import Patience, SmsrIdentity
from euicc.testing.smsr.smsr import Smsr

__all__ = [
    "Answer",
    "Call",
    "Eis",
    "EisError",
    "Outgoing",
    "Patience",
    "Registry",
    "Smsr",
    "SmsrIdentity",
]
