"""What the devices get from files: certificates, the configuration of their eIM, activation codes."""

from __future__ import annotations

from pathlib import Path

from asn1.generated import sgp32
from euicc.testing.pki import Pki
from ipa.activation_code import ActivationCode
from ipa.commands.iot import read_configurations
from ipa.errors import RequestInvalid
from ipa.trust import load_ci_certificates


def configurations_in(file: Path) -> tuple[sgp32.EimConfigurationData, ...]:
    """EimConfigurationData, as for `ipa eim add-initial`; RequestInvalid, Asn1Error, OSError."""
    found = read_configurations(file)
    if not found:
        raise RequestInvalid("AddInitialEim", "the file holds no EimConfigurationData")
    return found


def codes_in(file: Path) -> tuple[str, ...]:
    """Activation codes, one in a line; InvalidActivationCode, UnicodeDecodeError, OSError."""
    codes = tuple(filter(None, map(str.strip, file.read_text("utf-8").splitlines())))
    for code in codes:
        ActivationCode.parse(code)
    return codes


def pki_in(directory: Path) -> Pki:
    """A tree of certificates and keys, see `euicc.testing.pki.files`; PkiError."""
    return Pki.load(directory)


def trusted_in(path: Path) -> tuple[bytes, ...]:
    """CI certificates, DER; NoTrustedIssuer."""
    return load_ci_certificates(path)
