"""An eUICC changes hands, SGP.32 3.5.1: the old eIM adds the new one, tells it the token, and deletes itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asn1.generated import sgp32
from euicc.testing.eim.operations import add_eim, delete_eim
from euicc.testing.eim.orders import Order, OrderState, PackageOrder

if TYPE_CHECKING:
    from euicc.testing.eim.server import Eim

_OK = sgp32.AddEimResult.AddEimResultCode.OK


@dataclass(eq=False)
class Handover:
    """Two packages, one after the other: a result that got lost after the second would be nobody's any more."""

    old: Eim = field(repr=False)
    new: Eim = field(repr=False)
    eid: bytes
    options: dict[str, Any]
    addition: PackageOrder
    deletion: PackageOrder | None = None

    @classmethod
    def begin(cls, old: Eim, eid: bytes, new: Eim, options: dict[str, Any]) -> Handover:
        """Queues addEim; the rest follows from its result."""
        addition = old.queue(eid, add_eim(new.configuration(**options)))
        handover = cls(old, new, eid, options, addition)
        addition.then = handover.added
        return handover

    def added(self, order: Order) -> None:
        """The result of addEim: if the new eIM is associated, it gets the eUICC, and the old one goes."""
        result = self._result(order)
        if result is None or result.add_eim_result_code not in (None, _OK):
            return
        known = self.old.euiccs[self.eid]
        certificates = (known.eum_certificate, known.euicc_certificate)
        self.new.associate(
            self.eid,
            counter=self.options.get("counter", 0),
            token=result.association_token,
            certificates=None if None in certificates else certificates,  # type: ignore[arg-type]
            ci_ski=self.options.get("ci_ski"),
        )
        self.deletion = self.old.queue(self.eid, delete_eim(self.old.identity.eim_id))

    @property
    def is_complete(self) -> bool:
        """Whether the eUICC is the new eIM's alone."""
        return self.deletion is not None and not self.old.euiccs[self.eid].associated

    def _result(self, order: Order) -> sgp32.AddEimResult | None:
        if not isinstance(order, PackageOrder) or order.state is not OrderState.DONE or not order.results:
            return None
        decoded = order.results[0].decoded
        return None if decoded is None else decoded.add_eim_result
