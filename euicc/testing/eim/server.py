"""The eIM, without a socket: ESipa messages in, ESipa messages out; and its owner's side of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from apdu import TlvError, tlv
from asn1.generated import sgp32
from euicc.testing.eim import asn1_binding, json_binding
from euicc.testing.eim.delivery import take_transferred
from euicc.testing.eim.handover import Handover
from euicc.testing.eim.identity import EimIdentity, Signer
from euicc.testing.eim.memory import from_text, to_text
from euicc.testing.eim.operations import Operation, package_of
from euicc.testing.eim.orders import DataOrder, DownloadOrder, Order, PackageOrder
from euicc.testing.eim.polling import dispatch
from euicc.testing.eim.received import Unreadable
from euicc.testing.eim.records import AcceptsMetadata, Euicc, State, certificate_request
from euicc.testing.eim.rsp_servers import RspServers
from euicc.testing.pki import Pki


class Eim:
    """An eIM for tests, SGP.32 2.11 and 6.3: signs, hands out, verifies and acknowledges; its memory is in process.

    `address` is what IPAs call it ("eim.example.com"); when empty, `euicc.testing.http.serve` fills it in. `signer`:
    its key, by default one that the first CI of `pki` certifies for this eimId. `servers`: how it reaches SM-DP+ and
    SM-DS; without, it relays nothing, and leaves notifications to the devices. `accepts_metadata`: its judgement on
    what a download would install (pprNotAllowed otherwise). `identity`: further fields of EimIdentity.
    """

    path = json_binding.PATH
    """Where its functions are in the JSON binding, below the address."""
    asn1_path = asn1_binding.PATH
    admin_protocol = "gsma/rsp/v2.1.0"

    def __init__(
        self,
        pki: Pki,
        eim_id: str = "eim1",
        address: str = "",
        *,
        signer: Signer | None = None,
        servers: RspServers | None = None,
        random: Callable[[int], bytes] = os.urandom,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        accepts_metadata: AcceptsMetadata = lambda euicc, metadata: True,
        transaction_ids: bool = True,
        **identity: Any,
    ) -> None:
        identity.setdefault("tls_trust", pki.ci_certificates[0])
        self._state = State(
            identity=EimIdentity(eim_id, signer or pki.authority().issue_eim(eim_id), **identity),
            address=address,
            trusted=pki.trusted,
            servers=servers,
            random=random,
            now=now,
            accepts_metadata=accepts_metadata,
            transaction_ids=transaction_ids,
        )

    @property
    def identity(self) -> EimIdentity:
        """Who it is."""
        return self._state.identity

    @property
    def address(self) -> str:
        """What IPAs call it: eimFqdn."""
        return self._state.address

    @address.setter
    def address(self, address: str) -> None:
        self._state.address = address

    @property
    def euiccs(self) -> Mapping[bytes, Euicc]:
        """The eUICCs it knows, by EID."""
        return self._state.euiccs

    def configuration(self, **options: Any) -> sgp32.EimConfigurationData:
        """What to associate it with; options: counter, token, ci_ski, indirect of `EimIdentity.configuration`."""
        return self.identity.configuration(self.address, **options)

    def add_initial_eim(self, **options: Any) -> sgp32.AddInitialEimRequest:
        """ES10b.AddInitialEim for this eIM alone, SGP.32 5.9.4; options as for `configuration`."""
        return sgp32.AddInitialEimRequest(eim_configuration_data_list=(self.configuration(**options),))

    def associate(
        self,
        eid: bytes,
        *,
        counter: int = 0,
        token: int | None = None,
        certificates: tuple[bytes, bytes] | None = None,
        ci_ski: bytes | None = None,
    ) -> Euicc:
        """An eUICC that this eIM is associated with from now on; what was known of an earlier time is forgotten.

        counter: as in the configuration it got. token: what AddInitialEim or addEim gave. certificates: of EUM and
        eUICC, DER; without, the eIM asks for them once there is a result to verify.
        """
        euicc = Euicc(eid, counter, token, ci_ski)
        if certificates is not None:
            self._state.learn_certificates(euicc, *certificates)
        self._state.euiccs[eid] = euicc
        return euicc

    def forget(self, eid: bytes) -> None:
        """It knows nothing of this eUICC any more."""
        self._state.euiccs.pop(eid, None)

    def remembered(self) -> str:
        """All it knows of its eUICCs, as text; sessions and handovers in progress are not in it."""
        return to_text(self.euiccs.values())

    def remember(self, text: str) -> None:
        """Knows what `remembered` gave, and nothing else; EimFileError. Sessions go on."""
        self._state.euiccs = {each.eid: each for each in from_text(text)}
        for session in self._state.sessions.values():
            euicc = session.euicc and self.euiccs.get(session.euicc.eid)
            transaction_id = session.order and session.order.transaction_id
            order = euicc.order(transaction_id, DownloadOrder) if euicc and transaction_id else None
            session.euicc, session.order = euicc, order if isinstance(order, DownloadOrder) else None

    # What it wants from an eUICC.

    def queue(self, eid: bytes, *operations: Operation) -> PackageOrder:
        """An eUICC Package of these PSMOs, or of these eCOs, for the IPA to ask for; ValueError when they are mixed."""
        order = PackageOrder(self._state.new_transaction_id(), package=package_of(operations))
        self.euiccs[eid].orders.append(order)
        return order

    def request_data(
        self, eid: bytes, *tags: int, request: sgp32.IpaEuiccDataRequest | None = None
    ) -> DataOrder:
        """An IpaEuiccDataRequest for these data objects, by tag (0xBF20, 0xA5, ...); `request`: further criteria."""
        listed = b"".join(each.to_bytes((each.bit_length() + 7) // 8, "big") for each in tags)
        transaction_id = self._state.new_transaction_id()
        asked = request or sgp32.IpaEuiccDataRequest(tag_list=listed)
        order = DataOrder(transaction_id, wanted=asked.replace(eim_transaction_id=transaction_id))
        self.euiccs[eid].orders.append(order)
        return order

    def request_certificates(self, eid: bytes) -> DataOrder:
        """A data request for the certificates that verify its results, ahead of what is queued."""
        order = certificate_request(self._state, self.euiccs[eid])
        self.euiccs[eid].first(order)
        return order

    def download(
        self, eid: bytes, activation_code: str, *, confirmation_code: str | None = None
    ) -> DownloadOrder:
        """A download by activation code ("1$smdp.example.com$ID"); the confirmation code stays with the eIM."""
        source = sgp32.ProfileDownloadData(activation_code=activation_code.removeprefix("LPA:"))
        return self._download(eid, source, confirmation_code)

    def download_from_default(self, eid: bytes) -> DownloadOrder:
        """A download from the eUICC's default SM-DP+."""
        return self._download(eid, sgp32.ProfileDownloadData(contact_default_smdp=True))

    def download_by_smds(self, eid: bytes, smds_address: str | None = None) -> DownloadOrder:
        """A download by what an SM-DS has; None: the eUICC's root SM-DS."""
        contact = sgp32.ProfileDownloadData.ContactSmds(smds_address=smds_address)
        return self._download(eid, sgp32.ProfileDownloadData(contact_smds=contact))

    def _download(
        self, eid: bytes, source: sgp32.ProfileDownloadData, confirmation_code: str | None = None
    ) -> DownloadOrder:
        order = DownloadOrder(
            self._state.new_transaction_id(), source=source, confirmation_code=confirmation_code
        )
        self.euiccs[eid].orders.append(order)
        return order

    def hand_over(self, eid: bytes, to: Eim, **options: Any) -> Handover:
        """Hand an eUICC over to another eIM: addEim, and once that is done, deleteEim of itself.

        options: counter, token, ci_ski, indirect of the other's association.
        """
        return Handover.begin(self, eid, to, options)

    def send(self, eid: bytes, order: Order) -> bytes:
        """The message of an order (BF51, BF52, BF54), for somebody who carries it another way."""
        return dispatch(self._state, self.euiccs[eid], order)

    # ESipa.

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """One function in the JSON binding, SGP.32 6.4; an empty answer stands for no body.

        BadRequest: the request is not one of this function. UnknownFunction.
        """
        return json_binding.run(self._state, function, request)

    def handle_asn1(self, body: bytes) -> bytes:
        """One message in the ASN.1 binding, SGP.32 6.3: EsipaMessageFromIpaToEim in, EsipaMessageFromEimToIpa out.

        Nothing out for notifications. BadRequest when it is no such message.
        """
        return asn1_binding.run(self._state, body)

    def transfer(self, eid: bytes) -> bytes | None:
        """TransferEimPackageRequest (BF4E) to inject, SGP.32 6.3.3.1; None when nothing is wanted of the eUICC."""
        euicc = self.euiccs[eid]
        order = euicc.outstanding
        if order is None:
            return None
        return tlv.encode(sgp32.TransferEimPackageRequest.TAG, dispatch(self._state, euicc, order))

    def transferred(self, eid: bytes, response: bytes) -> bytes | None:
        """Takes the TransferEimPackageResponse; what to send then: the acknowledgement, None without any."""
        try:
            numbers = take_transferred(self._state, self.euiccs[eid], tlv.parse(response))
        except (Unreadable, TlvError):
            return None
        if not numbers:
            return None
        return sgp32.TransferEimPackageRequest(eim_acknowledgements=tuple(numbers)).encode()
