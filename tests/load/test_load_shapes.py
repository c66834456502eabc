"""Load shapes: how many users there are, as the run goes on."""

from __future__ import annotations

import pytest

from harness.load.charts import Point, page
from harness.load.shapes import SHAPES, UnknownShape, points_of, users_at


@pytest.mark.parametrize(
    ("name", "users"),
    [
        ("ramp", [1, 25, 50, 75, 100, 100]),
        ("spike", [20, 20, 20, 100, 20, 20]),
        ("soak", [1, 100, 100, 100, 100, 100]),
    ],
)
def test_users_follow_the_shape(name: str, users: list[int]) -> None:
    """Of 100 users in 100 s, at 0, 20, 40, 60, 80 and 99 s; never none."""
    points = points_of(name)
    assert [users_at(points, 100, at, 100) for at in (0, 20, 40, 60, 80, 99)] == users


def test_a_shape_ends_with_its_time() -> None:
    """At its very end, and after it, the run is over; just before it is not."""
    for points in SHAPES.values():
        assert users_at(points, 10, 59.9, 60) is not None
        assert users_at(points, 10, 60, 60) is None
        assert users_at(points, 10, 61, 60) is None


def test_a_shape_that_is_none_is_told() -> None:
    """A close name, or all there are."""
    with pytest.raises(UnknownShape, match='no load shape "sook"; did you mean "soak"'):
        points_of("sook")
    with pytest.raises(UnknownShape, match="there are ramp, spike, soak"):
        points_of("wall")


def test_the_chart_shows_each_metric_to_its_top() -> None:
    """A line for the median and one for the 95th percentile, from the first look to the last."""
    points = [
        Point("callback <delay>", 2.0, 10, 5, 50),
        Point("callback <delay>", 4.0, 30, 10, 100),
    ]
    shown = page(points)
    assert "<h2>callback &lt;delay&gt;</h2><p>40 measured; the top is 100 ms" in shown
    assert '<path class="p95" d="M360.0 92.0L720.0 4.0"/>' in shown
    assert "Nothing was measured" in page([])
