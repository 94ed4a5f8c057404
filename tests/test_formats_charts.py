"""Charts: what is drawn agrees with the numbers and can be read."""

import itertools
from itertools import pairwise

import pytest
from lxml import etree

from consultation.documents import charts
from consultation.documents.outline import Chart, ChartRow
from tests.documents import golden

CHARTS = [node for node in golden.nodes() if isinstance(node, Chart)]
SCALE, BARS = CHARTS[0], CHARTS[1]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
def test_a_chart_is_a_picture_with_title_and_description(chart: Chart):
    tree = etree.fromstring(charts.svg(chart, "de", "Fira Sans").encode())
    assert tree.get("role") == "img"
    title, description = tree[0], tree[1]
    assert tree.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == (chart.caption, chart.alt or chart.caption)


def test_the_steps_of_a_scale_are_as_wide_as_their_shares():
    made = charts.drawing(SCALE, "de")
    bars = [box for box in made.boxes if box.height == charts.BAR]
    first = bars[: sum(1 for value in SCALE.rows[0].values if value > 0)]
    unit = first[0].width / SCALE.rows[0].values[0]
    for box, share in zip(first, SCALE.rows[0].values, strict=True):
        assert abs(box.width - share * unit) < 2


def test_a_scale_diverges_from_the_middle_of_its_middle_step():
    made = charts.drawing(SCALE, "de")
    (middle,) = [mark.x for mark in made.marks if mark.strong]
    neutral = [box for box in made.boxes if box.height == charts.BAR and box.fill == "#e4e6ea"]
    assert len(neutral) == sum(1 for row in SCALE.rows if row.values[2] > 0)
    assert all(abs(box.x + box.width / 2 - middle) < 0.2 for box in neutral)


def test_everything_stays_within_the_picture_and_numbers_do_not_touch():
    for chart, canvas in itertools.product((SCALE, BARS), (charts.PAGE, charts.TELEPHONE)):
        made = charts.drawing(chart, "de", canvas)
        assert all(box.x >= 0 and box.x + box.width <= canvas.width for box in made.boxes)
        assert all(box.y + box.height <= made.height for box in made.boxes)
        lines: dict[float, list[charts.Label]] = {}
        for label in (label for label in made.labels if label.anchor == "middle"):
            lines.setdefault(label.y, []).append(label)
        for line in lines.values():
            for left, right in pairwise(sorted(line, key=lambda label: label.x)):
                assert right.x - left.x > charts.LETTER * (len(left.text) + len(right.text)) / 2


@pytest.mark.parametrize("steps", [2, 3, 4, 5])
def test_neighbouring_steps_of_a_scale_differ_in_greyscale(steps: int):
    fills = charts._DIVERGING[steps]
    greys = [sum(weight * int(fill[i : i + 2], 16) for weight, i in ((0.3, 1), (0.59, 3), (0.11, 5))) for fill in fills]
    assert all(abs(a - b) > 20 for a, b in pairwise(greys))


def test_a_scale_of_many_steps_is_drawn_too():
    options = tuple(str(step) for step in range(11))
    chart = Chart("k", "Elf", "Elf Stufen", "stacked", options, (ChartRow("Alle", 3, (1 / 11,) * 11),), scale=True)
    assert charts.drawing(chart, "en").height > 0


def test_numbers_speak_the_language_of_the_reader():
    assert "n = 10.000" in charts.svg(SCALE, "de", "x")
    assert "n = 10,000" in charts.svg(SCALE, "en", "x")


@pytest.mark.parametrize("canvas", [charts.PAGE, charts.TELEPHONE])
def test_an_axis_ends_soon_behind_the_longest_bar(canvas: charts.Canvas):
    for percent in range(10, 101):
        chart = Chart("k", "Anteile", "Anteile", "bars", ("Anteil",), (ChartRow("Alle", 9, (percent / 100,)),))
        made = charts.drawing(chart, "de", canvas)
        (bar,) = made.boxes
        assert canvas.left + bar.width <= canvas.right + 0.1
        assert (canvas.right - canvas.left) / bar.width <= 1.4, f"{percent} %"
        assert made.marks[-1].x == canvas.right, "it ends on a line"
        assert len(made.marks) <= 9


def test_a_scale_runs_no_further_than_a_twentieth_beyond_what_was_answered():
    rows = (ChartRow("Alle", 9, (0.11, 0.02, 0.04, 0.2, 0.63)),)
    chart = Chart("k", "Skala", "Skala", "stacked", ("1", "2", "3", "4", "5"), rows, scale=True)
    made = charts.drawing(chart, "de")
    bars = [box for box in made.boxes if box.height == charts.BAR]
    unit = bars[0].width / 0.11
    assert bars[0].x - charts.PAGE.left <= 0.05 * unit + 0.1
    assert charts.PAGE.right - (bars[-1].x + bars[-1].width) <= 0.05 * unit + 0.1
