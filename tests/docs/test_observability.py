"""The dashboard and the page about metrics name what a simulator has, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.core import HistogramMetricFamily, Metric

from simulator.app import build
from simulator.config import ServerSettings
from simulator.observing.counts import Counts
from simulator.observing.exposition import registry_of

ROOT = Path(__file__).parents[2]
LABELS_OF_A_SCRAPE = {"instance", "job"}
METRIC = re.compile(r"\b(?:smsim|process|python)_\w+")
_PART_OF = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}


@pytest.fixture(scope="module")
def families() -> dict[str, Metric]:
    """Every family of a simulator of which everything was asked once."""
    counts = Counts()
    for kind in (counts.commands, counts.events):
        kind["x"] = 1
    system = build(ServerSettings())
    return {family.name: family for family in registry_of(counts, system.accounts).collect()}


def _names(families: dict[str, Metric]) -> dict[str, set[str]]:
    """The names samples go by, with their labels."""
    names = {}
    for family in families.values():
        labels = set(getattr(family, "_labelnames", ()))
        if isinstance(family, HistogramMetricFamily):
            labels.add("le")
        for ending in _PART_OF.get(family.type, ("",)):
            names[f"{family.name}{ending}"] = labels
    return names


@pytest.fixture(scope="module")
def dashboard() -> Any:
    return json.loads((ROOT / "docs/grafana/smsim.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def queries(dashboard: Any) -> list[str]:
    """What the panels and the variables ask a Prometheus."""
    asked = [item["expr"] for panel in dashboard["panels"] for item in panel.get("targets", ())]
    variables = [item["definition"] for item in dashboard["templating"]["list"][1:]]
    return [*asked, *variables]


def test_a_dashboard_asks_for_metrics_there_are(
    queries: list[str], families: dict[str, Metric]
) -> None:
    """Each name in a query is a sample's, and each label there is one of its own or of a scrape."""
    names = _names(families)
    assert len(queries) > 30
    for query in queries:
        found = METRIC.findall(query)
        assert found, query
        assert [name for name in found if name not in names] == []
        labels = set().union(*(names[name] for name in found)) | LABELS_OF_A_SCRAPE
        grouped = re.findall(r"(?:by|on) \(([^)]*)\)", query)
        used = {word.strip() for group in grouped for word in group.split(",")}
        used |= set(re.findall(r"(\w+)=~?\"", query))
        assert used <= labels, query


def test_every_metric_of_ours_is_on_the_dashboard(
    queries: list[str], families: dict[str, Metric]
) -> None:
    """No family is left to be found by chance."""
    shown = " ".join(queries)
    ours = [name for name in families if name.startswith("smsim_")]
    assert [name for name in ours if name not in shown] == []


def test_a_dashboard_can_be_imported(dashboard: Any) -> None:
    """It has a uid, asks the datasource that is chosen, and no two panels share an id or a place."""
    assert (dashboard["uid"], dashboard["title"]) == ("smsim", "smsim")
    assert "id" not in dashboard
    chosen, instance = dashboard["templating"]["list"]
    assert (chosen["name"], chosen["type"], chosen["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    source = {"type": "prometheus", "uid": "${datasource}"}
    shown = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    sources = [instance["datasource"], *(panel["datasource"] for panel in shown)]
    sources += [target["datasource"] for panel in shown for target in panel["targets"]]
    assert all(one == source for one in sources)
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_the_page_has_each_metric_with_its_labels(families: dict[str, Metric]) -> None:
    """A row for each family of ours, and for no other, with the labels it has."""
    page = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(smsim_\w+)` \| (.*?) \|", page, re.MULTILINE))
    ours = {
        f"{name}_total" if family.type == "counter" else name: family
        for name, family in families.items()
        if name.startswith("smsim_")
    }
    assert set(rows) == set(ours)
    for name, family in ours.items():
        assert re.findall(r"`(\w+)`", rows[name]) == list(getattr(family, "_labelnames", ()))
