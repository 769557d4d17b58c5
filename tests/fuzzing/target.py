"""What can be fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from random import Random

Mutate = Callable[[Random, bytes], bytes]

NAMES = (
    "asn1",
    "tlv",
    "cat",
    "ef",
    "sgp22",
    "sgp32",
    "life",
    "installer",
    "ota",
    "m2m",
    "scp81",
    "smdp",
    "smds",
    "eim",
    "modem",
    "modem_client",
    "ipa_procedures",
    "ipa_card",
    "traces",
    "files",
)
"""In the order in which `make fuzz` takes them."""


@dataclass(frozen=True)
class Target:
    """One target, loaded."""

    name: str
    fuzzed: tuple[str, ...]
    fuzz_one: Callable[[bytes], None]
    corpus: tuple[bytes, ...]
    mutate: Mutate


def packages(name: str) -> tuple[str, ...]:
    """The packages that a target is about, by their dotted names; imports none of them."""
    return PACKAGES[name]


def load(name: str) -> Target:
    """The target of this name, its corpus made."""
    module = import_module(f"tests.fuzzing.targets.{name}")
    corpus: Iterable[bytes] = module.corpus()
    return Target(name, packages(name), module.fuzz_one, tuple(dict.fromkeys(corpus)), module.mutate)


PACKAGES: dict[str, tuple[str, ...]] = {
    "asn1": ("asn1.codec", "asn1.constructed", "asn1.elements", "asn1.der", "asn1.bitstring", "asn1.message"),
    "tlv": ("apdu.tlv", "apdu.command", "apdu.response", "apdu.fcp", "apdu.explain", "apdu.store_data"),
    "cat": ("apdu.cat",),
    "ef": ("apdu.ef",),
    "sgp22": ("euicc.runtime", "euicc.isdr", "euicc.uicc", "euicc.profiles", "euicc.toolkit"),
    "sgp32": ("euicc.runtime", "euicc.isdr", "euicc.eim", "euicc.profiles"),
    "life": ("euicc.runtime", "euicc.isdr", "euicc.isdp", "euicc.profiles", "euicc.crypto"),
    "installer": ("euicc.isdp", "euicc.preloading", "euicc.profiles", "euicc.uicc"),
    "ota": ("euicc.ota", "euicc.globalplatform"),
    "m2m": ("euicc.m2m", "euicc.crypto.gp_certificate", "euicc.ota"),
    "scp81": ("euicc.crypto.tls_psk", "euicc.m2m.scp81"),
    "smdp": ("euicc.testing.smdp",),
    "smds": ("euicc.testing.smds", "euicc.testing.smdp.authentication"),
    "eim": ("euicc.testing.eim",),
    "modem": ("apdu.transport.modem",),
    "modem_client": ("apdu.transport.modem.client", "apdu.transport.modem.dialogue", "ipa.modem"),
    "ipa_procedures": ("ipa.servers", "ipa.procedures", "ipa.es10", "ipa.eim"),
    "ipa_card": (
        "ipa.file_tree",
        "ipa.files",
        "ipa.subscription",
        "ipa.terminal",
        "ipa.toolkit",
        "apdu.channel",
    ),
    "traces": ("apdu.trace", "apdu.explain", "euicc.traces"),
    "files": ("euicc.runtime.keys", "euicc.runtime.card_file", "euicc.testing.eim.memory", "ipa.state"),
}
"""What is instrumented, and whose lines are counted."""
