"""The page of campaign results shows what the marts say, and proves no more."""

import pytest

from streamlit_app import warehouse

PAGE = "dashboards/campaigns.py"


@pytest.mark.slow
def test_the_results_are_those_of_the_mart(filled):
    """3.11, B14: takers and margin as in the mart that ties to the vouchers."""
    at = filled.open(PAGE, campaign="half")
    mart = warehouse.read(
        "select taker_count, margin_minor from campaign_results"
        " where campaign_id = 'half'"
    ).frame.row(0, named=True)
    cards = {metric.label: metric.value for metric in at.metric}
    assert cards["Har tagit"] == str(mart["taker_count"])
    shown = int("".join(filter(str.isdigit, cards["Marginal"])))
    assert abs(shown * 100 - mart["margin_minor"]) <= 50
    assert at.selectbox(key="campaign").value == "half"


@pytest.mark.slow
def test_a_campaign_without_control_cannot_show_uplift(filled):
    """3.11: who chose a campaign is no proof of what it brought about."""
    at = filled.open(PAGE, campaign="half")
    assert any("kontrollgrupp" in info.value for info in at.info)
    survival = at.table[-1].value
    assert len(survival.columns) == 2
