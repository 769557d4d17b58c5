"""GetCerts, GetConnectivityParameters and the IPAe (SGP.32 5.9.10, 5.9.24, 3.8.4)."""

from __future__ import annotations

from apdu import TlvError, tlv
from asn1.generated import sgp32
from euicc.check.catalogue import Area, Finding
from euicc.check.expect import one_of, require, result_is, same
from euicc.check.needs import IOT, ISDR, LATER, TEST_KEYS
from euicc.check.subject import Subject
from euicc.crypto.certificates import Certificate
from euicc.crypto.chain import verify_euicc

area = Area("certificates", ISDR, IOT, section="G8; SGP.32 5.9.10")
GET_CERTS, CONNECTIVITY = 0xBF56, 0xBF5F
EUM, EUICC = 0xA5, 0xA6


def found(subject: Subject, ski: bytes = b"") -> tuple[Certificate, Certificate]:
    """EUM and eUICC certificate under a CI, by default the card's first."""
    asked = tlv.encode(GET_CERTS, tlv.encode(0x80, ski) if ski else b"")
    answer = subject.es10(asked)
    parts = [tlv.find(answer, GET_CERTS, 0xA0, tag) for tag in (EUM, EUICC)]
    if None in parts:
        raise Finding("GetCerts does not give eumCertificate (A5) and euiccCertificate (A6)")
    eum, euicc = (Certificate.parse(tlv.encode(0x30, part or b"")) for part in parts)
    return eum, euicc


@area.case("default", "GetCerts gives both certificates, with implicit tags")
def default(subject: Subject) -> None:
    eum, euicc = found(subject)
    same("the issuer of the eUICC's", euicc.aki, eum.ski)


@area.case("eid", "The eUICC certificate is about this EID")
def eid(subject: Subject) -> None:
    _, euicc = found(subject)
    same("serialNumber", euicc.subject_value("2.5.4.5"), subject.facts.eid.hex())


@area.case("each-ci", "GetCerts knows every CI for signing")
def each_ci(subject: Subject) -> None:
    for ski in subject.facts.signing:
        eum, _ = found(subject, ski)
        same("the CI of the EUM's", eum.aki, ski)


@area.case("unknown-ci", "A CI that is not there: 1")
def unknown(subject: Subject) -> None:
    result_is(subject.es10(tlv.encode(GET_CERTS, tlv.encode(0x80, bytes(20)))), GET_CERTS, 1, 0x81)


@area.case("chain", "The certificates hold under the CI", TEST_KEYS)
def chain(subject: Subject) -> None:
    trusted = {each.ski for each in subject.pki.trusted}
    ski = next((each for each in subject.facts.signing if each in trusted), b"")
    eum, euicc = found(subject, ski)
    same("the EID", verify_euicc(euicc, eum, subject.pki.trusted), subject.facts.eid)


@area.case(
    "connectivity", "Connectivity parameters, or 1 where there are none", LATER, section="G8; SGP.32 5.9.24"
)
def connectivity(subject: Subject) -> None:
    try:
        (arm,) = tlv.parse(subject.es10(tlv.encode(CONNECTIVITY, b""))).children()
    except (TlvError, ValueError):
        raise Finding("the answer is not one of its two arms") from None
    one_of("the arm", arm.tag, (0xA0, 0x81))
    require(arm.tag != 0x81 or arm.value == b"\x01", "the error is not parametersNotAvailable")
    if subject.facts.enabled is None:
        same("the arm without an enabled profile", arm.tag, 0x81)


@area.case("ipae", "Activating the IPAe: done, or not supported", LATER, section="SGP.32 3.8.4")
def ipae(subject: Subject) -> None:
    request = sgp32.IpaeActivationRequest.TAG
    info2 = subject.es10(bytes.fromhex("BF2200"))
    if tlv.find(info2, 0xBF22, 0x90) == b"\x00":
        answer = subject.es10(tlv.encode(request, bytes.fromhex("80020780")))
        one_of("the result", tlv.find(answer, request, 0x80), (b"\x00", b"\x01"))
