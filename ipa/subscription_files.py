"""Which files of a card say what of a subscription, and how they are read: tolerant of all that a card lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apdu import ApduChannel, StatusError, aid
from apdu.ef import identity, location, messages, multimedia, networks, numbers, operator, services
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from ipa import files
from ipa.subscription import EmergencyCode, ImsIdentity, PreferredNetwork, ServiceProvider, Subscription

ACCESS_POINT_CONTROL = 35
ENABLED_ACCESS_POINT_CONTROL = 3
"""Its numbers in EF.UST and in EF.EST, TS 31.102 4.2.8 and 4.2.47."""

MNC_LENGTHS = (2, 3)
SERVICE_CENTRES = ("ADF.USIM/EF.SMSP", "MF/DF.TELECOM/EF.SMSP")
KEPT = (
    "MF/EF.ICCID",
    *(
        f"ADF.USIM/EF.{name}"
        for name in (
            "IMSI",
            "AD",
            "SPN",
            "SMSP",
            "UST",
            "EST",
            "ACL",
            "HPLMNwAcT",
            "OPLMNwAcT",
            "PLMNwAcT",
            "EHPLMN",
            "FPLMN",
            "ACC",
            "MSISDN",
            "ECC",
        )
    ),
)
"""The files that a `Subscription` is made from, those of the ISIM apart."""


def select_usim(channel: ApduChannel) -> bytes:
    """Selects the USIM; its full AID. StatusError without one."""
    return files.enter(channel, aid.USIM).aid or aid.USIM


def kept_paths() -> frozenset[bytes]:
    """File identifiers of KEPT, from the one below the MF on."""
    return frozenset(files.file_identifiers(path) for path in KEPT)


class SubscriptionFiles:
    """Reads a subscription over a channel on which its USIM is selected."""

    def __init__(self, channel: ApduChannel) -> None:
        self._channel = channel

    def read(self) -> Subscription:
        """All of it; the USIM is selected again at the end if the ISIM was read. TransportError."""
        enabled = self._services("EST")
        offered = self._services("UST")
        return Subscription(
            iccid=self._binary("MF/EF.ICCID", identity.iccid) or "",
            imsi=self._usim("IMSI", identity.imsi) or "",
            mnc_length=self._mnc_length(),
            service_provider=_provider(self._usim("SPN", operator.service_provider_name)),
            smsc=self._service_centre(),
            access_points=tuple(self._usim("ACL", operator.access_points) or ()),
            access_points_in_force=ACCESS_POINT_CONTROL in offered
            and ENABLED_ACCESS_POINT_CONTROL in enabled,
            home_networks=self._preferred("HPLMNwAcT"),
            operator_networks=self._preferred("OPLMNwAcT"),
            user_networks=self._preferred("PLMNwAcT"),
            equivalent_homes=self._networks("EHPLMN"),
            forbidden=self._networks("FPLMN"),
            access_classes=tuple(self._usim("ACC", location.access_classes) or ()),
            numbers=tuple(self._numbers()),
            emergency_codes=tuple(self._emergency_codes()),
            services=offered,
            ims=self._ims(),
        )

    def _mnc_length(self) -> int | None:
        """Of EF.AD, where it is one."""
        length = (self._usim("AD", location.administrative) or {}).get("mnc_length")
        return length if length in MNC_LENGTHS else None

    def _service_centre(self) -> str:
        """The first there is, in the USIM or where older cards have it."""
        found = (
            _centre(record) for path in SERVICE_CENTRES for record in self._records(path, messages.parameters)
        )
        return next((number for number in found if number), "")

    def _services(self, name: str) -> frozenset[int]:
        found = self._usim(name, services.CODECS[f"EF.{name}"]) or ()
        return frozenset(each["service"] for each in found)

    def _preferred(self, name: str) -> tuple[PreferredNetwork, ...]:
        entries = self._usim(name, networks.networks_with_technology) or ()
        return tuple(preferred_network(entry) for entry in entries if entry is not None)

    def _networks(self, name: str) -> tuple[str, ...]:
        return tuple(plmn for plmn in self._usim(name, networks.networks) or () if plmn is not None)

    def _numbers(self) -> Iterator[str]:
        for record in self._records("ADF.USIM/EF.MSISDN", numbers.dialling_number):
            if record["dialled"]["number"]:
                yield record["dialled"]["number"]

    def _emergency_codes(self) -> Iterator[EmergencyCode]:
        for record in self._records("ADF.USIM/EF.ECC", numbers.emergency_number):
            yield EmergencyCode(record["number"], record["name"], tuple(record["category"]))

    def _ims(self) -> ImsIdentity | None:
        """Of the ISIM, if the card has one; the USIM is selected again."""
        try:
            files.enter(self._channel, aid.ISIM)
        except StatusError:
            return None
        found = ImsIdentity(
            private=self._binary("ADF.ISIM/EF.IMPI", multimedia.text) or "",
            public=tuple(self._records("ADF.ISIM/EF.IMPU", multimedia.text)),
            domain=self._binary("ADF.ISIM/EF.DOMAIN", multimedia.text) or "",
        )
        select_usim(self._channel)
        return found

    def _usim(self, name: str, codec: Codec) -> Any:
        return self._binary(f"ADF.USIM/EF.{name}", codec)

    def _binary(self, path: str, codec: Codec) -> Any:
        """The value of a transparent file; None when there is none, it may not be read, or is not as it should be."""
        try:
            return codec.decode(files.read_binary(self._channel, path))
        except (StatusError, ContentError):
            return None

    def _records(self, path: str, codec: Codec) -> list[Any]:
        """The values of the records that can be read and are not empty."""
        try:
            records = files.read_records(self._channel, path)
        except StatusError:
            return []
        return [value for value in (_decoded(record, codec) for record in records) if value is not None]


def preferred_network(entry: dict[str, Any]) -> PreferredNetwork:
    """An entry of a list of preferred networks, as its codec has it."""
    return PreferredNetwork(entry["plmn"], tuple(entry["technologies"]))


def _decoded(record: bytes, codec: Codec) -> Any:
    try:
        return codec.decode(record)
    except ContentError:
        return None


def _centre(record: dict[str, Any]) -> str:
    centre = record["parameters"].get("service_centre")
    return str(centre["number"]) if centre else ""


def _provider(value: dict[str, Any] | None) -> ServiceProvider | None:
    if value is None:
        return None
    display = value["display"]
    return ServiceProvider(value["name"], display["show_network_at_home"], display["hide_name_when_roaming"])


def update_smsc(channel: ApduChannel, number: str) -> None:
    """Writes a service centre into record 1 of the USIM's EF.SMSP, and nothing else. StatusError, ContentError."""
    path, codec = SERVICE_CENTRES[0], messages.parameters
    record = files.read_records(channel, path)[0]
    value = _decoded(record, codec) or {"name": "", "parameters": {}}
    value["parameters"]["service_centre"] = {"number": number}
    files.update_record(channel, path, 1, codec.encode(value, len(record)))
