"""What a test profile is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

# TS 35.208 test set 1: public values, known to every test network.
TEST_K = bytes.fromhex("465B5CE8B199B49FAA5F0A2EE238A6BC")
TEST_OPC = bytes.fromhex("CD63CB71954A9F4E48A5994E37A02BAF")
TEST_OTA_KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")

_ROAMING_PLMNS = (
    "20404 20408 20601 20801 20810 21401 21403 21670 22201 22210 22801 23003 23201 23410 23415 23801 24001 24201 "
    "24405 26001 26201 26202 26806 27201 302720 310260 310410 334020 44010 45005 46000 50501 52501 72402"
)
ROAMING_PLMNS = tuple(_ROAMING_PLMNS.split())


@dataclass(frozen=True, slots=True)
class Aka:
    """PE-AKAParameter besides K and OPc, TCA 8.6; what is None is left out of the package, so that its default counts.

    `algorithm` is algorithmID (1 Milenage, 2 TUAK, 3 USIM test algorithm), `options` algorithmOptions.
    """

    algorithm: int = 1
    options: int = 0x01
    rotation_constants: bytes | None = None
    xoring_constants: bytes | None = None
    auth_counter_max: int | None = None
    number_of_keccak: int | None = None
    sqn_options: int | None = None
    sqn_delta: int | None = None
    sqn_age_limit: int | None = None
    sqn_init: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription with test values for everything that is not given.

    Numbers are str of digits (`msisdn` and `service_centre` with "+" for international ones; an empty
    MSISDN leaves the record free). PINs and PUKs are str of up to 8 digits, `adm` is 8 bytes. Without
    `pin1` PIN1 is "0000" and disabled. `k` and `opc` are those of Milenage, 16 bytes each, or what `aka` says. The ISIM
    shares them unless `isim_aka` gives it an algorithm of its own, with the same K and OPc. `gba` adds the service and
    files of GBA to USIM and ISIM; without `gsm_access` the USIM has no GSM context. `ota_keys` are KIc, KID and KIK of
    the MNO-SD, 16 bytes each: key version 1 triple DES, 2 AES. `remote_security_level` is what the RFM instances demand
    of packets at least, coded as the first byte of SPI. `apns` other than empty switches the APN control list on.
    """

    imsi: str = "001010123456063"
    iccid: str = "8900101234567890123"
    k: bytes = field(default=TEST_K, repr=False)
    opc: bytes = field(default=TEST_OPC, repr=False)
    aka: Aka = Aka()
    isim_aka: Aka | None = None
    gba: bool = False
    gsm_access: bool = True
    spn: str = "Test Operator"
    profile_name: str = "Test Profile"
    mnc_length: int = 2
    msisdn: str = "+882000000001"
    service_centre: str = "+882000000099"
    language: str = "en"
    pin1: str | None = field(default=None, repr=False)
    pin2: str = field(default="9999", repr=False)
    puk1: str = field(default="11111111", repr=False)
    puk2: str = field(default="22222222", repr=False)
    adm: bytes = field(default=b"55555555", repr=False)
    ota_keys: tuple[bytes, bytes, bytes] = field(default=(TEST_OTA_KEY,) * 3, repr=False)
    apns: tuple[str, ...] = ()
    roaming_plmns: tuple[str, ...] = ROAMING_PLMNS
    fivegs: bool = True
    suci_key: bytes | None = None
    """Public key (X25519, 32 bytes) of the home network: SUCI with profile A, calculated by the USIM (DF.SAIP)."""
    suci_calc_info: bytes | None = None
    """EF_SUCI_Calc_Info of DF.SAIP as a whole, instead of one made from `suci_key`."""
    routing_indicator: str = "0"
    supi_nai: str | None = None
    """Network specific identifier, username@realm; None: the SUPI is the IMSI."""
    isim: bool = True
    remote_management: bool = True
    remote_security_level: int = 0x06
    pol1: int | None = None
    """POL1 of SGP.02 in the header: 01 disabling not allowed, 02 deletion not allowed, 04 deleted when disabled."""
    connectivity: bytes | None = None
    """Connectivity parameters of SGP.02 in the header: the blocks A0 to A2."""

    @property
    def suci_by_usim(self) -> bool:
        """Whether the USIM calculates the SUCI."""
        return self.fivegs and (self.suci_key is not None or self.suci_calc_info is not None)

    @property
    def mcc(self) -> str:
        """Mobile country code, 3 digits."""
        return self.imsi[:3]

    @property
    def mnc(self) -> str:
        """Mobile network code, 2 or 3 digits."""
        return self.imsi[3 : 3 + self.mnc_length]

    @property
    def plmn(self) -> str:
        """Home PLMN: MCC and MNC."""
        return self.mcc + self.mnc

    @property
    def ims_domain(self) -> str:
        """Home network domain of the IMS, TS 23.003 13.2."""
        return f"ims.mnc{self.mnc:0>3}.mcc{self.mcc}.3gppnetwork.org"
