"""What the fixtures give."""

from __future__ import annotations

import pytest

from tests.plugin.runs import PLUGIN, run, text


def test_a_card(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from apdu import aid, open_channel, Transport
        from euicc import Card
        from euicc.runtime.atr import ATR

        def test_it_is_new_and_has_its_power_on(euicc_card):
            assert isinstance(euicc_card, Card) and isinstance(euicc_card, Transport)
            assert euicc_card.config.variant == "sgp22"
            open_channel(euicc_card).select(aid.ISD_R)
            assert euicc_card.isdr.profiles.all() == []
            assert euicc_card.reset() == ATR

        def test_it_is_a_card_in_every_respect(euicc_card, tmp_path):
            euicc_card.save(tmp_path / "card")
            with Card.open(tmp_path / "card") as again:
                assert again.identity == euicc_card.identity
            euicc_card.close()
        """,
    )
    result.assert_outcomes(passed=2)


def test_any_number_of_cards_of_any_variant(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.mark.parametrize("variant", ["sgp22", "sgp32", "sgp32-v1.0"])
        def test_variants(euicc_factory, variant):
            card = euicc_factory(variant, profiles=2, enabled=1)
            assert card.config.variant == variant
            assert [each.enabled for each in card.isdr.profiles.all()] == [False, True]
            assert card.transmit(bytes.fromhex("00A40004022FE2"))[0] == 0x61

        def test_many(euicc_factory):
            cards = [euicc_factory() for _ in range(5)]
            assert len({each.identity.eid for each in cards}) == 5
            assert euicc_factory.made == cards

        def test_the_next_test_begins_anew(euicc_factory):
            assert euicc_factory.made == []
        """,
    )
    result.assert_outcomes(passed=5)


def test_a_laboratory(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def download(lab):
            card, order = lab.card(), lab.order()
            with lab.lpa(card) as lpa:
                lpa.download(lab.activation_code(order))
                assert [each.iccid for each in lpa.profiles()] == [order.iccid]

        def test_in_process(euicc_lab):
            download(euicc_lab)

        def test_over_https(euicc_lab):
            with euicc_lab.serve():
                download(euicc_lab)
        """,
    )
    result.assert_outcomes(passed=2)


def test_an_ipa_with_its_card_and_eim(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from euicc.testing.eim import OrderState

        def test_ipa(euicc_ipa, euicc_lab):
            (card,) = euicc_lab.cards.made
            wanted = euicc_lab.eim.download(card.identity.eid, euicc_lab.activation_code(euicc_lab.order()))
            euicc_ipa.poll()
            assert wanted.state is OrderState.DONE
            assert len(card.isdr.profiles.all()) == 1
        """,
    )
    result.assert_outcomes(passed=1)


def test_new_cards_for_each_example_of_hypothesis(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from hypothesis import given, settings, strategies as st

        drawn = set()

        @settings(max_examples=20, deadline=None)
        @given(st.integers())
        def test_examples(euicc_factory, number):
            card = euicc_factory("sgp32", profiles=1)
            assert euicc_factory.made == [card]
            drawn.add((card.identity.eid, card.env.random(8)))
            drawn.add(euicc_factory.lab().order().matching_id)

        def test_they_were_the_same_each_time(euicc_factory):
            assert len(drawn) == 2
        """,
    )
    result.assert_outcomes(passed=2)


def test_the_first_example_is_not_slower_than_the_others(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        from hypothesis import given, strategies as st

        @given(st.just(1))
        def test_loads_nothing(euicc_factory, number):
            before = set(sys.modules)
            card = euicc_factory("sgp32", profiles=1, enabled=0)
            card.transmit(bytes.fromhex("00A40004023F00"))
            euicc_factory.lab().card("sgp32")
            assert set(sys.modules) == before
        """
    )
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)


def test_the_fixtures_are_in_the_list(pytester: pytest.Pytester) -> None:
    listed = text(run(pytester, "", "--fixtures"))
    for fixture in ("euicc_card", "euicc_factory", "euicc_lab", "euicc_ipa"):
        assert fixture in listed
    of_ours = [section for section in listed.split("fixtures defined from ") if "euicc_card" in section]
    assert len(of_ours) == 1
    assert "no docstring available" not in of_ours[0]


@pytest.mark.parametrize(
    "line",
    [
        "--euicc-reader=NAME|N Test the card in this PC/SC reader: name or number.",
        "--euicc-tcp=HOST:PORT Test the card behind this TCP port.",
        "--euicc-modem=PATH Test the card in this modem, by AT+CSIM.",
        "--euicc-seed=N Make the random choices of the run with this seed.",
        "--euicc-trace=DIR Write a decoded trace of each failed test, text and HTML.",
    ],
)
def test_the_options_are_in_the_help(pytester: pytest.Pytester, line: str) -> None:
    shown = " ".join(text(run(pytester, "", "--help")).split())
    assert line in shown
