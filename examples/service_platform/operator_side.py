"""The operator's side: a home network whose subscribers get what the network state of their subscription allows.

The operator knows the keys of its subscribers, and the platform never does: it only says which subscription is in
which state, and with which device it is paired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from euicc.crypto.aka import AkaAlgorithm
from euicc.crypto.milenage import Milenage
from euicc.testing.network import Admission, Answer, HomeNetwork
from euicc.testing.profile_builder import Subscription as Personalisation
from examples.service_platform.states import NetworkState

TEST_ACCESS_POINT, SERVICE_ACCESS_POINT = "test", "service"
ACCESS_POINTS: dict[NetworkState, tuple[str, ...]] = {
    NetworkState.INACTIVE: (),
    NetworkState.TEST: (TEST_ACCESS_POINT,),
    NetworkState.ACTIVE: (TEST_ACCESS_POINT, SERVICE_ACCESS_POINT),
    NetworkState.SUSPENDED: (),
    NetworkState.TERMINATED: (),
}
"""Where a subscriber gets to. Test access is limited: it leads to the test server and nowhere else."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an attempt to attach ended, and the access points that are open after it."""

    admission: Admission
    access_points: tuple[str, ...] = ()


def personalisation(imsi: str, iccid: str) -> Personalisation:
    """What the operator puts on a card. The key is a test key, made of the IMSI: never for anything real."""
    return Personalisation(imsi=imsi, iccid=iccid, k=sha256(f"TEST K {imsi}".encode()).digest()[:16])


def algorithm_for_tests(imsi: str) -> AkaAlgorithm:
    """The same key, in the operator's authentication centre."""
    made = personalisation(imsi, "")
    return Milenage(made.k, made.opc)


class OperatorSide:
    """The home network behind the platform. algorithm: of a subscriber, by the IMSI."""

    def __init__(self, algorithm: Callable[[str], AkaAlgorithm] = algorithm_for_tests) -> None:
        self._algorithm = algorithm
        self._network = HomeNetwork()
        self._states: dict[str, NetworkState] = {}
        self._lock = Lock()

    def follow(self, imsi: str, state: NetworkState, imei: str | None) -> None:
        """From now on this subscription is in this state, and paired with this device. It may be said again."""
        with self._lock:
            if state is NetworkState.TERMINATED:
                if self._states.pop(imsi, None) is not None:
                    self._network.unsubscribe(imsi)
                return
            if imsi not in self._states:
                self._network.subscribe(imsi, self._algorithm(imsi))
            self._states[imsi] = state
            self._network.pair(imsi, imei)
            self._network.bar(imsi, barred=not ACCESS_POINTS[state])

    def attach(self, imsi: str, answer: Answer, imei: str) -> Access:
        """A card attaches with this IMSI in this device; see HomeNetwork.attach.

        The card takes its time, and the platform does not wait for it: what counts in the end is the state by then.
        """
        try:
            admission = self._network.attach(imsi, answer, imei)
        except KeyError:
            if imsi in self._states:
                raise
            return Access(Admission.UNKNOWN)  # terminated between two challenges
        if admission is not Admission.ADMITTED:
            return Access(admission)
        with self._lock:
            state = self._states.get(imsi)
        if state is None:
            return Access(Admission.UNKNOWN)
        open_now = ACCESS_POINTS[state]
        return Access(admission, open_now) if open_now else Access(Admission.BARRED)
