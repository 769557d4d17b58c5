"""An eIM for tests, SGP.32: sans-IO, with real signatures and real checks."""

from __future__ import annotations

from euicc.testing.eim import operations
from euicc.testing.eim.handover import Handover
from euicc.testing.eim.identity import EimIdentity
from euicc.testing.eim.memory import EimFile, EimFileError
from euicc.testing.eim.orders import (
    DataOrder,
    DownloadOrder,
    OperationResult,
    Order,
    OrderState,
    PackageOrder,
)
from euicc.testing.eim.package import sign_package, token_object
from euicc.testing.eim.records import Discard, Discarded, Euicc, EuiccData, StateChange
from euicc.testing.eim.rsp_servers import HttpsServers, LocalServers, RspServerError, RspServers
from euicc.testing.eim.server import Eim

__all__ = [
    "DataOrder",
    "Discard",
    "Discarded",
    "DownloadOrder",
    "Eim",
    "EimFile",
    "EimFileError",
    "EimIdentity",
    "Euicc",
    "EuiccData",
    "Handover",
    "HttpsServers",
    "LocalServers",
    "OperationResult",
    "Order",
    "OrderState",
    "PackageOrder",
    "RspServerError",
    "RspServers",
    "StateChange",
    "operations",
    "sign_package",
    "token_object",
]
