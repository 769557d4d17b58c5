"""Servers that do not prove who they are, SGP.22 3.0.1 and 5.6: the device stops."""

from __future__ import annotations

from asn1.generated import rsp
from euicc.check.expect import require
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import Bench
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.smdp.faults import Piece

area = Area("refusals", "download", relies_on="download/installed")
areas = (area,)


@area.case("server-signature", "a wrong serverSignature1 ends the download", "SGP.22 3.0.1; 5.7.13")
def _server_signature(bench: Bench) -> None:
    bench.order()
    bench.smdp.faults[Piece.SERVER_SIGNATURE1] = _wrong
    bench.run("download")
    require(bench.talk.of(duties.AUTHENTICATE_SERVER), "the card is not asked to authenticate the server")
    require(not bench.talk.of(duties.PREPARE_DOWNLOAD), "it goes on after the card has refused the server")
    duties.nothing_loaded(bench)


@area.case("download-signature", "a wrong smdpSignature2 ends the download", "SGP.22 3.1.3; 5.7.5")
def _download_signature(bench: Bench) -> None:
    bench.order()
    bench.smdp.faults[Piece.SMDP_SIGNATURE2] = _wrong
    bench.run("download")
    require(bench.talk.of(duties.PREPARE_DOWNLOAD), "the card is not asked to prepare the download")
    duties.nothing_loaded(bench)


@area.case(
    "server-address",
    "a server that signs with another address is not presented to the card",
    "SGP.22 3.0.1; 5.6.1",
)
def _server_address(bench: Bench) -> None:
    bench.order()
    bench.smdp.faults[Piece.SERVER_SIGNED1] = lambda data: (
        rsp.ServerSigned1.decode(data).replace(server_address="other.example.com").encode()
    )
    bench.run("download")
    require(bench.talk.to(duties.SMDP, "initiateAuthentication"), "the server is not asked")
    require(not bench.talk.of(duties.AUTHENTICATE_SERVER), "it presents the server to the card")
    duties.nothing_loaded(bench)


@area.case(
    "server-oid", "a server that is not the one of the activation code's OID is refused", "SGP.22 3.0.1; 4.1"
)
def _server_oid(bench: Bench) -> None:
    bench.order()
    bench.run("download", activation_code=f"{bench.values['activation_code']}$2.999.7.7")
    require(bench.talk.to(duties.SMDP, "initiateAuthentication"), "the server is not asked")
    require(not bench.talk.to(duties.SMDP, "authenticateClient"), "it shows the card to another server")
    duties.nothing_loaded(bench)


@area.case("unknown-code", "a MatchingID that the server refuses ends the download", "SGP.22 5.6.3")
def _unknown_code(bench: Bench) -> None:
    bench.order()
    bench.run("download", activation_code=f"LPA:1${bench.smdp.address}$NOT-THERE")
    heard = bench.talk.to(duties.SMDP, "authenticateClient")
    require(heard, "the server is not asked for the profile")
    duties.at_most(heard, 3, "it asks for a profile that is refused")
    require(not bench.talk.of(duties.PREPARE_DOWNLOAD), "it goes on after the server has refused")
    duties.nothing_loaded(bench)


def _wrong(signature: bytes) -> bytes:
    return signature[:-1] + bytes((signature[-1] ^ 1,))
