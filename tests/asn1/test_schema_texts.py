"""The ASN.1 texts themselves, against an independent compiler (asn1tools) and the GSMA's public data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asn1tools
import pytest

from apdu import tlv
from tests.data import SGP26, needs_sgp26, needs_ts48, ts48_packages

SCHEMAS = Path(__file__).resolve().parents[2] / "asn1" / "schemas"
TEXTS = sorted(str(path) for path in SCHEMAS.glob("*.asn"))

EXTENSION_TYPES = {
    "2.5.29.14": "SubjectKeyIdentifier",
    "2.5.29.15": "KeyUsage",
    "2.5.29.17": "SubjectAltName",
    "2.5.29.19": "BasicConstraints",
    "2.5.29.30": "NameConstraints",
    "2.5.29.31": "CRLDistributionPoints",
    "2.5.29.32": "CertificatePolicies",
    "2.5.29.35": "AuthorityKeyIdentifier",
    "2.5.29.37": "ExtKeyUsageSyntax",
}

HEADER = {"identification": 1}
OPTIONAL_TEMPLATE = {"templateID": "2.23.143.1.2.5"}
ICCID = bytes.fromhex("98001032547698103214")

# Messages whose nested types carry no tag of their own: asn1tools writes those twice.
SGP32_MESSAGES: list[tuple[str, Any, str]] = [
    ("ProfileRollbackRequest", {"refreshFlag": True}, "BF5803 8001FF"),
    ("EuiccMemoryResetRequest", {"resetOptions": (b"\x04", 6)}, "BF6404 82020204"),
    ("EuiccMemoryResetResponse", {"resetResult": 0, "resetEimResult": 1}, "BF6406 800100 810101"),
    ("RetrieveNotificationsListRequest", {"searchCriteria": ("seqNumber", 9)}, "BF2B05 A003800109"),
    (
        "RetrieveNotificationsListRequest",
        {"searchCriteria": ("euiccPackageResults", None)},
        "BF2B04 A0028200",
    ),
    ("GetEimConfigurationDataRequest", {"searchCriteria": ("eimId", "a")}, "BF5505 A003800161"),
    ("GetCertsRequest", {"euiccCiPKId": bytes(20)}, "BF5616 8014" + 40 * "0"),
    (
        "AddInitialEimResponse",
        ("addInitialEimOk", [("associationToken", 1), ("addOk", None)]),
        "BF5707 A005 840101 0500",
    ),
    ("AddInitialEimResponse", ("addInitialEimError", 2), "BF5703 810102"),
    (
        "ConfigureImmediateProfileEnablingRequest",
        {"immediateEnableFlag": None, "defaultSmdpAddress": "a"},
        "BF5905 8000 820161",
    ),
    ("ImmediateEnableResponse", {"immediateEnableResult": 4}, "BF5A03 800104"),
    ("GetConnectivityParametersResponse", ("connectivityParametersError", 1), "BF5F03 810101"),
    ("SetDefaultDpAddressResponse", {"setDefaultDpAddressResult": 0}, "BF6503 800100"),
    (
        "EuiccPackage",
        ("psmoList", [("enable", {"iccid": ICCID, "rollbackFlag": None})]),
        "A010 A30E 5A0A98001032547698103214 0500",
    ),
    ("EuiccPackage", ("ecoList", [("listEim", {})]), "A102 AB00"),
    ("EuiccResultData", ("rollbackResult", 0), "8C0100"),
    ("EuiccResultData", ("processingTerminated", 2), "020102"),
    ("AddEimResult", ("addEimResultCode", 0), "020100"),
    (
        "IpaEuiccDataRequest",
        {
            "tagList": b"\xbf\x20",
            "searchCriteriaNotification": ("seqNumber", 3),
            "eimTransactionId": b"\x01",
        },
        "BF520C 5C02BF20 A103800103 830101",
    ),
    (
        "ProfileDownloadTriggerRequest",
        {"profileDownloadData": ("contactSmds", {})},
        "BF5404 A002 A200",
    ),
    (
        "ProfileDownloadTriggerResult",
        {
            "profileDownloadTriggerResultData": (
                "profileDownloadError",
                {"profileDownloadErrorReason": 127},
            )
        },
        "BF5405 3003 80017F",
    ),
    (
        "GetEimPackageRequest",
        {
            "eidValue": bytes(16),
            "notifyStateChange": None,
            "stateChangeCause": 1,
            "rPLMN": b"\x62\xf2\x10",
        },
        "BF4F1C 5A10" + 32 * "0" + " 8000 810101 820362F210",
    ),
    ("GetEimPackageResponse", ("eimPackageError", 1), "BF4F03 020101"),
    (
        "ProvideEimPackageResultResponse",
        ("emptyResponse", {}),
        "BF5002 3000",
    ),
    ("TransferEimPackageResponse", ("eimPackageReceived", None), "BF4E02 0500"),
    ("AuthenticateClientResponseEsipa", ("authenticateClientErrorEsipa", 50), "BF3B03 820132"),
]

PROFILE_ELEMENTS: list[tuple[str, Any, str]] = [
    ("end", {"end-header": {"mandated": None, "identification": 99}}, "AA07 A005 8000 810163"),
    ("rfu1", {}, "AB00"),
    ("rfu5", {}, "AF00"),
    ("opt-usim", {"optusim-header": HEADER, **OPTIONAL_TEMPLATE}, "B40D A003 810101 810667810F010205"),
    ("opt-isim", {"optisim-header": HEADER, **OPTIONAL_TEMPLATE}, "B60D A003 810101 810667810F010205"),
    ("opt-csim", {"optcsim-header": HEADER, **OPTIONAL_TEMPLATE}, "BA0D A003 810101 810667810F010205"),
    ("opt-iot", {"optiot-header": HEADER, **OPTIONAL_TEMPLATE}, "BF210D A003 810101 810667810F010205"),
    (
        "genericFileManagement",
        {
            "gfm-header": {"mandated": None, "identification": 50},
            "fileManagementCMD": [[("filePath", b"\x7f\x10")]],
        },
        "A10F A005 8000 810132 A106 3004 80027F10",
    ),
]


@pytest.fixture(scope="module")
def specification() -> Any:
    return asn1tools.compile_files(TEXTS, "der")


def test_every_name_that_a_module_imports_is_defined_where_it_says() -> None:
    modules = asn1tools.parse_files(TEXTS)
    assert set(modules) == {
        "PEDefinitions",
        "PKIX1Explicit88",
        "PKIX1Implicit88",
        "RSPDefinitions",
        "SGP32Definitions",
    }
    for module in modules.values():
        for origin, names in module["imports"].items():
            assert set(names) <= set(modules[origin]["types"])


@pytest.mark.parametrize(("name", "value", "expected"), SGP32_MESSAGES)
def test_sgp32_message(specification: Any, name: str, value: Any, expected: str) -> None:
    message = specification.modules["SGP32Definitions"][name]
    assert message.encode(value) == bytes.fromhex(expected)
    assert message.decode(bytes.fromhex(expected)) == value


@pytest.mark.parametrize(("name", "value", "expected"), PROFILE_ELEMENTS)
def test_profile_element(specification: Any, name: str, value: Any, expected: str) -> None:
    assert specification.encode("ProfileElement", (name, value)) == bytes.fromhex(expected)
    assert specification.decode("ProfileElement", bytes.fromhex(expected)) == (name, value)


def test_euicc_response_of_an_installation_that_was_aborted(specification: Any) -> None:
    response = {
        "peStatus": [{"status": 9, "identification": 8}],
        "profileInstallationAborted": None,
    }
    encoded = bytes.fromhex("300C A008 3006 800109 810108 8100")
    assert specification.encode("EUICCResponse", response) == encoded
    assert specification.decode("EUICCResponse", encoded) == response


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages(), ids=lambda path: path.stem)
def test_profile_package_comes_out_as_it_went_in(specification: Any, package: Path) -> None:
    elements = [element.encoded for element in tlv.parse_all(package.read_bytes())]
    assert 28 <= len(elements) <= 30
    decoded = [specification.decode("ProfileElement", element) for element in elements]
    assert [decoded[0][0], decoded[1][0], decoded[-1][0]] == ["header", "mf", "end"]
    assert [specification.encode("ProfileElement", value) for value in decoded] == elements


@needs_sgp26
@pytest.mark.parametrize("path", sorted(SGP26.rglob("*.der")), ids=lambda path: path.stem)
def test_certificate_comes_out_as_it_went_in(specification: Any, path: Path) -> None:
    certificate = path.read_bytes()
    decoded = specification.decode("Certificate", certificate)
    assert specification.encode("Certificate", decoded) == certificate
    for extension in decoded["tbsCertificate"]["extensions"]:
        name = EXTENSION_TYPES[extension["extnID"]]
        value = specification.decode(name, extension["extnValue"])
        assert specification.encode(name, value) == extension["extnValue"]
