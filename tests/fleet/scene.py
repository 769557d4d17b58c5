"""One vehicle with a factory-new card, and the world around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.sms_network import SmsNetwork
from examples.fleet.factory import Factory
from examples.fleet.operators import Operator, operators
from examples.fleet.vehicle import Air, Vehicle

ROOT = Path(__file__).resolve().parents[2]
SMSR = "+882990000001"
NUMBER = 7


@dataclass
class Scene:
    a: Operator
    b: Operator
    factory: Factory
    air: Air
    vehicle: Vehicle
    now: float = 0.0


def scene() -> Scene:
    """At home in B's network, and not started yet."""
    a, b = operators(Random(1).randbytes)
    factory = Factory(M2mPki(), b, SMSR, seed=1)
    air = Air(SmsNetwork(), {a.plmn: a.network, b.plmn: b.network}, lambda: made.now, HttpsAdmin(bytes))
    vehicle = Vehicle(factory.vin(NUMBER), factory.imei(NUMBER), factory.card(NUMBER), air)
    for operator in (a, b):
        operator.subscribe(NUMBER)
        subscription = operator.subscription(NUMBER)
        air.sms.subscribe(subscription.imsi, subscription.msisdn)
    made = Scene(a, b, factory, air, vehicle)
    return made
