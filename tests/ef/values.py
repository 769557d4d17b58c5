"""Any value that a content may have, by kind of file: hypothesis strategies of value and size."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from apdu.ef import alphabets, location, messages, networks, numbers, phonebook, privacy
from apdu.ef.access_rules import ACCESSES

Strategy = SearchStrategy[Any]

GSM = [*(c for c in alphabets.BASIC if c != "\x1b"), *alphabets.EXTENSION.values()]
gsm_text = st.text(st.sampled_from(GSM), max_size=8)
ucs2_text = st.text(st.characters(max_codepoint=0xFFFE, exclude_categories=["Cs"]), min_size=1, max_size=5)
texts = gsm_text | ucs2_text
ascii_text = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-@:", min_size=1, max_size=20)
label = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)
host = st.lists(label.map(lambda text: f"x{text}"), min_size=1, max_size=3).map(".".join)
address = host | st.ip_addresses().map(str)
numeral = st.sampled_from("0123456789")
byte = st.integers(0, 0xFF)
byte_or_none = st.integers(0, 0xFE) | st.none()
word = st.integers(0, 0xFFFF)
triple = st.integers(0, 0xFFFFFF)
quad = st.integers(0, 0xFFFFFFFF)


def octets(size: int) -> Strategy:
    return st.binary(min_size=size, max_size=size)


def digits(most: int, least: int = 0) -> Strategy:
    return st.text(numeral, min_size=least, max_size=most)


def row(**fields: Strategy) -> Strategy:
    return st.fixed_dictionaries(fields)


def some(**fields: Strategy) -> Strategy:
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


def chosen(names: Any) -> Strategy:
    """Names of flags, in the order in which they are decoded."""
    ordered = [name for _, name in sorted(names.items(), reverse=True)]
    return st.sets(st.sampled_from(ordered)).map(lambda found: [name for name in ordered if name in found])


def free_within(item: Strategy, most: int = 5) -> Strategy:
    """A list in which places are free, but not the last one."""
    listed = st.lists(item | st.none(), max_size=most)
    return listed.filter(lambda values: not values or values[-1] is not None)


plmn = st.tuples(digits(3, 3), digits(3, 2)).map("-".join)
status = st.sampled_from(["updated", "not updated"]) | st.integers(8, 254)
technologies = chosen(networks.TECHNOLOGIES)
network_row = row(plmn=plmn, technologies=technologies)
number = st.one_of(
    row(number=st.text("0123456789*#p", min_size=1, max_size=20)),
    row(number=digits(20, 1).map(lambda text: f"+{text}")),
    row(number=digits(20, 1), type=st.sampled_from([0xA1, 0xC0, 0x80])),
)
any_number = number | st.just({"number": ""})
linked = {"capability_record": byte_or_none, "extension_record": byte_or_none}
gsm_name = gsm_text.filter(lambda name: len(alphabets.encode_alpha(name)) <= 10)
dialling = row(name=gsm_name, dialled=number, **linked)
flag = st.booleans()
key = st.integers(0, 0xFF)


def combined(inner: Strategy) -> Strategy:
    """Several conditions in one."""
    conditions = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(*(st.fixed_dictionaries({name: conditions}) for name in ("any", "all", "not")))


named_condition = st.sampled_from(
    ["always", "never", "PIN1", "PIN2", "ADM1", "ADM10", "universal PIN", "key 33"]
)
condition = st.recursive(named_condition, combined, max_leaves=3) | row(security_condition=octets(1))
access = st.sets(st.sampled_from(list(ACCESSES.values())), min_size=1)
rule = st.one_of(
    row(
        access=access.map(lambda found: [name for name in ACCESSES.values() if name in found]),
        condition=condition,
    ),
    row(command=st.just("INCREASE"), ins=st.just(0x32), condition=condition),
    row(access=st.just(["read"]), condition=st.lists(condition, min_size=2, max_size=3)),
)
service_table = st.sets(st.integers(1, 120)).map(sorted)
network_name = row(name=texts, add_country_initials=flag)
context = {"uplink_count": quad, "downlink_count": quad, "algorithms": byte}
pbr_file = row(
    kind=st.sampled_from(list(phonebook.KINDS.values())),
    file=st.sampled_from(list(phonebook.FILES.values())),
    fid=word,
    sfi=st.integers(1, 30) | st.none(),
)
message = row(
    status=st.just("unread"),
    service_centre=any_number,
    tpdu=st.binary(min_size=1, max_size=140).filter(lambda data: data[-1] != 0xFF),
)
parameters = some(
    destination=number,
    service_centre=number,
    protocol_identifier=byte,
    data_coding_scheme=byte,
    validity_period=byte.map(messages.minutes_of),
)

figures = st.tuples(
    *(st.integers(low, high) for low, high in ((0, 99), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59)))
)
zone = st.tuples(st.sampled_from("+-"), st.integers(0, 79)).map(
    lambda pair: f"{pair[0]}{pair[1] // 4:02}:{pair[1] % 4 * 15:02}"
)
moment = st.tuples(figures, zone).map(
    lambda pair: "20{:02}-{:02}-{:02} {:02}:{:02}:{:02} {}".format(*pair[0], pair[1])
)
call = {
    "name": gsm_name,
    "dialled": any_number,
    "time": moment | st.none(),
    "duration": triple,
    "link": octets(3),
    **linked,
}

VALUES: dict[str, tuple[Strategy, int]] = {
    "EF.ICI": (row(status=st.sampled_from(["answered", "not answered", 7]), **call), 38),
    "EF.OCI": (row(**call), 37),
    "EF.CMI": (row(name=gsm_name, identifier=byte), 11),
    "EF.NIA": (row(category=st.integers(0, 0xFE), text=gsm_name), 11),
    "EF.VGCS": (free_within(digits(8, 1)), 20),
    "EF.InvScan": (chosen({1: "in limited service", 2: "after selecting a network"}), 1),
    "EF.ICCID": (digits(20, 18), 10),
    "EF.IMSI": (digits(15, 1), 9),
    "EF.PL": (free_within(st.text("abcdefghij", min_size=2, max_size=2)), 12),
    "EF.DIR": (row(aid=st.binary(min_size=5, max_size=16), label=ascii_text), 60),
    "EF.UMPC": (
        row(
            maximum_current=byte,
            start_up_time=byte,
            features=row(suspend_uicc=flag, increased_idle_current=flag),
        ),
        5,
    ),
    "EF.FPLMN": (free_within(plmn), 18),
    "EF.PLMNwAcT": (free_within(network_row), 30),
    "EF.RPLMNAcTD": (free_within(technologies), 12),
    "EF.HPPLMN": (st.integers(0, 80).map(lambda steps: 6 * steps), 1),
    "EF.EHPLMNPI": (st.sampled_from(["no preference", "all", 77]), 1),
    "EF.LRPLMNSI": (st.sampled_from(["home network", 77]), 1),
    "EF.OPL": (row(plmn=plmn, first_lac=word, last_lac=word, pnn_record=byte), 8),
    "EF.OPL5G": (row(plmn=plmn, first_tac=triple, last_tac=triple, pnn_record=byte), 10),
    "EF.SPDI": (free_within(plmn), 30),
    "EF.CNL": (
        free_within(
            row(plmn=plmn, network_subset=byte_or_none, service_provider=byte_or_none, corporate=byte_or_none)
        ),
        30,
    ),
    "EF.DCK": (
        row(network=digits(8, 1), network_subset=digits(8), service_provider=digits(8), corporate=digits(8)),
        16,
    ),
    "EF.ePDGId": (address, 60),
    "EF.ePDGSelection": (
        st.lists(
            row(plmn=plmn, priority=word, fqdn=st.sampled_from(["location", 9])), min_size=1, max_size=3
        ),
        40,
    ),
    "EF.PWS": (chosen({1: "ignored in the home network", 2: "ignored in visited networks"}), 1),
    "EF.CPBCCH": (free_within(st.integers(0, 0xFFFE)), 14),
    "EF.NASCONFIG": (some(attach_with_imsi=octets(1), timer_t3245_behaviour=octets(1)), 12),
    "EF.LOCI": (row(tmsi=octets(4), plmn=plmn, lac=word, status=status), 11),
    "EF.PSLOCI": (
        row(p_tmsi=octets(4), signature=octets(3), plmn=plmn, lac=word, rac=byte, status=status),
        14,
    ),
    "EF.EPSLOCI": (row(guti=octets(12), plmn=plmn, tac=word, status=status), 18),
    "EF.5GS3GPPLOCI": (row(guti=octets(13), plmn=plmn, tac=triple, status=status), 20),
    "EF.ACC": (st.sets(st.integers(0, 15)).map(sorted), 2),
    "EF.AD": (
        row(
            mode=st.sampled_from([*location.MODES.values(), 3]),
            features=chosen({1: "ciphering indicator"}),
            mnc_length=byte,
        ),
        4,
    ),
    "EF.START-HFN": (row(cs=triple, ps=st.integers(0, 0xFFFFFE)), 6),
    "EF.THRESHOLD": (st.integers(0, 0xFFFFFE) | st.none(), 3),
    "EF.UAC_AIC": (row(access_identities=row(mcs=flag, mps=flag)), 4),
    "EF.Keys": (row(ksi=st.integers(0, 7), ck=octets(16), ik=octets(16)), 33),
    "EF.Kc": (row(kc=octets(8), cksn=st.integers(0, 7)), 9),
    "EF.EPSNSC": (some(ksi=key, k_asme=octets(32), **context), 80),
    "EF.5GS3GPPNSC": (some(ng_ksi=key, k_amf=octets(32), eps_algorithms=byte, **context), 80),
    "EF.5GAUTHKEYS": (some(k_ausf=octets(32), k_seaf=octets(32)), 90),
    "EF.GBABP": (row(rand=octets(16), b_tid=ascii_text, key_lifetime=ascii_text), 80),
    "EF.GBANL": (some(naf_id=st.binary(max_size=20), b_tid=ascii_text), 80),
    "EF.NAFKCA": (ascii_text, 40),
    "EF.UST": (service_table, 17),
    "EF.SPN": (
        row(
            display=row(hide_name_when_roaming=flag, show_network_at_home=flag),
            name=texts.filter(lambda name: len(alphabets.encode_alpha(name)) <= 16),
        ),
        17,
    ),
    "EF.PNN": (some(full=network_name, short=network_name, additional=st.binary(max_size=4)), 80),
    "EF.ACL": (st.lists(host | st.just(""), max_size=3), 150),
    "EF.AAS": (texts.filter(bool), 40),
    "EF.ADN": (dialling, 24),
    "EF.BDN": (row(name=gsm_name, dialled=number, comparison_record=byte_or_none, **linked), 25),
    "EF.ECC": (row(number=digits(6, 1), name=gsm_name, category=chosen(numbers.EMERGENCY)), 14),
    "EF.EXT1": (
        row(type=st.sampled_from(["free", "additional data", 9]), data=octets(11), next_record=byte_or_none),
        13,
    ),
    "EF.CFIS": (
        row(profile=st.integers(1, 4), active=chosen({1: "voice", 2: "fax"}), dialled=any_number, **linked),
        16,
    ),
    "EF.MBI": (
        row(voicemail=byte, fax=byte, electronic_mail=byte, other=byte, videomail=st.integers(0, 254)),
        5,
    ),
    "EF.SMSP": (row(name=gsm_name, parameters=parameters), 38),
    "EF.SMS": (message | st.just({"status": "free"}), 176),
    "EF.SMSS": (row(last_reference=byte, capacity=st.sampled_from(["available", "exceeded", 3])), 2),
    "EF.SMSR": (row(record=st.integers(0, 0xFE), report=octets(29)), 30),
    "EF.CBMI": (free_within(st.integers(0, 0xFFFE)), 10),
    "EF.CBMIR": (free_within(row(first=word, last=st.integers(0, 0xFFFE))), 20),
    "EF.MWIS": (
        row(
            indicated=byte,
            voicemail=byte,
            fax=byte,
            electronic_mail=byte,
            other=byte,
            videomail=st.integers(0, 254),
        ),
        6,
    ),
    "EF.ACM": (triple, 3),
    "EF.PSISMSC": (ascii_text, 40),
    "EF.SUCI_Calc_Info": (
        some(
            schemes=st.lists(
                row(scheme=st.sampled_from([*privacy.SCHEMES.values(), 7]), key=st.integers(0, 3)), max_size=3
            ),
            keys=st.lists(row(identifier=byte, key=octets(32)), max_size=2),
        ),
        120,
    ),
    "EF.Routing_Indicator": (row(digits=digits(4, 1)), 4),
    "EF.SUPI_NAI": (some(network_specific=ascii_text, global_line=ascii_text), 60),
    "EF.IMPI": (ascii_text, 40),
    "EF.P-CSCF": (address, 60),
    "EF.ARR": (st.lists(rule, min_size=1, max_size=4), 600),
    "EF.PBR": (
        st.lists(pbr_file, min_size=1, max_size=4).map(
            lambda files: sorted(files, key=lambda each: str(each["kind"]))
        ),
        60,
    ),
    "EF.PBC": (row(flags=chosen({1: "changed by the user", 2: "hidden"}), hidden_key=byte), 2),
    "EF.GRP": (st.lists(st.integers(1, 254), max_size=6), 6),
    "EF.IAP": (free_within(st.integers(0, 254)), 5),
    "EF.UID": (word, 2),
    "EF.PSC": (quad, 4),
}
