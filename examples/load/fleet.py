"""The devices of one worker, made one after the other from its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from euicc import Card
from euicc.testing.pki import Pki
from examples.load.device import IotDevice, Network, Phone, bootstrap
from examples.load.identities import Place, share
from examples.load.material import codes_in, configurations_in, pki_in, trusted_in
from examples.load.observed import Report
from examples.load.platform_device import PlatformDevice, Reached, parties_for_tests, parties_in
from ipa.commands.options import connections


class Fleet:
    """Gives out the devices of worker `worker` of `workers`, each once; `options` are those of `options.add_to`."""

    def __init__(self, options: argparse.Namespace, worker: int, workers: int, report: Report) -> None:
        self._options = options
        self._pki = pki_in(Path(options.pki)) if options.pki else Pki.default()
        self._configurations = configurations_in(Path(options.eim)) if options.eim else ()
        self._codes = codes_in(Path(options.codes)) if options.codes else ()
        self._platform = _platform(options, report)
        self._places = share(worker, workers, options.devices)
        bootstrap()  # made before anything is measured
        self._network = Network(
            trusted_in(Path(options.ci)) if options.ci else self._pki.ci_certificates,
            report,
            json=options.binding == "json",
            connect_to=connections(options.connect_to or []),
        )

    def next(self) -> IotDevice | Phone | PlatformDevice | None:
        """Another device, fresh from the factory; None when there are no more."""
        place = next(self._places, None)
        if place is None:
            return None
        if self._platform is not None:
            return self._of_platform(place, self._platform)
        return self._iot(place) if self._configurations else self._phone(place)

    def _of_platform(self, place: Place, platform: Reached) -> PlatformDevice:
        options = self._options
        number = options.batch * options.devices + place.number
        return PlatformDevice(number, platform, options.polls, options.every)

    def _iot(self, place: Place) -> IotDevice:
        options = self._options
        card = self._card(place, options.variant)
        return IotDevice(card, self._network, self._configurations, options.polls, options.every)

    def _phone(self, place: Place) -> Phone:
        return Phone(self._card(place, "sgp22"), self._network, self._codes[place.number])

    def _card(self, place: Place, variant: str) -> Card:
        return Card.manufacture(eid=place.eid(self._options.batch), pki=self._pki, variant=variant)


def _platform(options: argparse.Namespace, report: Report) -> Reached | None:
    if options.platform is None:
        return None
    parties = parties_in(Path(options.parties)) if options.parties else parties_for_tests()
    return Reached(options.platform, parties, report)
