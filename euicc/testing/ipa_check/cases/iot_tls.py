"""The key of an eIM that the card knows, SGP.32 2.11.1.1.1: another one is refused, whoever certifies it."""

from __future__ import annotations

from asn1.generated import pkix, sgp32
from euicc.check.expect import require
from euicc.testing.eim import Eim
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area

area = Area("pinned", "poll", relies_on="poll/all-packages")
areas = (area,)
Trust = sgp32.EimConfigurationData.TrustedPublicKeyDataTls


def _another_key(eim: Eim, configuration: sgp32.EimConfigurationData) -> sgp32.EimConfigurationData:
    """The key with which the eIM signs is not the one of its TLS certificate."""
    key = pkix.SubjectPublicKeyInfo.decode(eim.identity.signer.parsed.public_key_info)
    return configuration.replace(trusted_public_key_data_tls=Trust(trusted_eim_pk_tls=key))


@area.case(
    "other-key",
    "an eIM whose TLS key is not the one that the card knows hears nothing",
    "H11; SGP.32 2.11.1.1.1; 6.1",
    Setting(IOT, configured=_another_key),
)
def _other_key(bench: Bench) -> None:
    bench.run("poll")
    require(not bench.talk.heard, "it talks to an eIM with another key than the card knows")
