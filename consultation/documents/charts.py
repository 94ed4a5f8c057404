"""Charts as one SVG template: geometry here, drawing in `templates/print/chart.svg`.

Scales are stacked bars that diverge from the middle of the scale; everything else is stacked from the left or one bar
per option. Segments carry their numbers and differ in lightness, the rejecting half of a scale is hatched: a chart
can be read in greyscale. A chart is drawn as broad as a page, or as narrow as a telephone with its row labels above the bars.
"""

import textwrap
from dataclasses import dataclass, field

from consultation.core import language as spoken
from consultation.core.language import Language
from consultation.core.markup import render
from consultation.documents.outline import Chart, ChartRow

BAR, GAP, LINE = 20, 9, 14
LETTER = 6.3
"""Mean width of a letter at 12 px."""
DARK, LIGHT = "#16202e", "#ffffff"

_DIVERGING = {
    1: ("#1f4e8c",),
    2: ("#b5541c", "#1f4e8c"),
    3: ("#b5541c", "#dfe1e6", "#1f4e8c"),
    4: ("#a3430f", "#f3c39b", "#86b4e0", "#173e75"),
    5: ("#a3430f", "#eba36a", "#e4e6ea", "#86b4e0", "#173e75"),
}
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
"""Between the lines of an axis."""
_SERIES = ("#173e75", "#86b4e0", "#4f7f6b", "#c9dccf", "#6b5b95", "#d6cfe6", "#8a6d3b", "#ecdcb9")


@dataclass(frozen=True)
class Canvas:
    """`left` and `right`: where the plot begins and ends. Row labels stand before it and totals behind, or both `above`."""

    width: int
    left: int
    right: int
    above: bool = False


PAGE = Canvas(700, 190, 628)
TELEPHONE = Canvas(300, 14, 280, above=True)


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "start"
    fill: str = DARK


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    fill: str
    hatched: bool = False


@dataclass(frozen=True)
class Mark:
    """A vertical line; the strong one is the middle of a scale."""

    x: float
    strong: bool


@dataclass
class Drawing:
    key: str
    title: str
    desc: str
    canvas: Canvas = PAGE
    height: float = 0
    top: float = 0
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


def svg(chart: Chart, language: Language, font: str) -> str:
    """A complete SVG file. `font` is a list of families as CSS has it."""
    return render("print/chart.svg", {"drawing": drawing(chart, language), "font": font}, language)


def size(chart: Chart, language: Language) -> tuple[float, float]:
    """Width and height in px; pictures keep this proportion."""
    return PAGE.width, drawing(chart, language).height


def drawing(chart: Chart, language: Language, canvas: Canvas = PAGE) -> Drawing:
    key = chart.key if canvas == PAGE else f"{chart.key}-narrow"
    made = Drawing(key, chart.caption, chart.alt or chart.caption, canvas)
    if chart.kind == "bars":
        _bars(made, chart, language)
    else:
        _stacked(made, chart, language)
    return made


def _colour(chart: Chart, number: int) -> tuple[str, bool]:
    """Fill, and whether it is hatched."""
    count = len(chart.options)
    if chart.scale and count in _DIVERGING:
        return _DIVERGING[count][number], number < count // 2
    return _SERIES[number % len(_SERIES)], False


def _ink(fill: str) -> str:
    """White on dark, dark on light."""
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return LIGHT if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else DARK


def _legend(made: Drawing, chart: Chart) -> float:
    """Returns where the plot may begin."""
    margin = 0.0 if made.canvas.above else 10.0
    x, y, under = margin, 10.0, 0
    for number, option in enumerate(chart.options):
        lines = _legend_lines(option, made.canvas)
        needed = 20 + max(map(len, lines)) * LETTER + 14
        if x > margin and x + needed > made.canvas.width:
            x, y, under = margin, y + 20 + LINE * under, 0
        fill, hatched = _colour(chart, number)
        made.boxes.append(Box(x, y, 13, 13, fill, hatched))
        made.labels += [Label(x + 19, y + 11 + LINE * at, line) for at, line in enumerate(lines)]
        x, under = x + needed, max(under, len(lines) - 1)
    return y + LINE * under + 32


def _legend_lines(option: str, canvas: Canvas) -> list[str]:
    if canvas.above:
        return textwrap.wrap(option, int((canvas.width - 24) / LETTER), max_lines=3, placeholder=" …") or [""]
    return [option if len(option) <= 90 else option[:88] + " …"]


def _row_label(made: Drawing, text: str, y: float) -> tuple[float, float]:
    """Writes the label of a row that begins at `y`; returns where its bars may begin and how high they stand at least."""
    canvas = made.canvas
    if canvas.above:
        lines = textwrap.wrap(text, int((canvas.width - canvas.left - 5) / LETTER), max_lines=4, placeholder=" …")
        made.labels += [Label(canvas.left + 5, y + 11 + number * LINE, line) for number, line in enumerate(lines)]
        return y + LINE * len(lines) + 3, BAR
    lines = textwrap.wrap(text, 28, max_lines=3, placeholder=" …") or [""]
    height = max(BAR, LINE * len(lines))
    first = y + height / 2 - LINE * (len(lines) - 1) / 2 + 4
    for number, line in enumerate(lines):
        made.labels.append(Label(canvas.left - 10, round(first + number * LINE, 1), line, "end"))
    return y, height


def _finish(made: Drawing, top: float, y: float, ticks: list[tuple[float, str, bool]]) -> None:
    made.top = top - 4
    made.height = round(y + 20, 1)
    for x, text, strong in ticks:
        made.marks.append(Mark(round(x, 1), strong))
        made.labels.append(Label(round(x, 1), round(y + 14, 1), text, "middle"))


# -- stacked ---------------------------------------------------------------------------------------
def _before_middle(chart: Chart, row: ChartRow) -> float:
    """The share left of the middle: the lower half of the scale and half of a neutral step."""
    half, odd = divmod(len(row.values), 2)
    return sum(row.values[:half]) + (row.values[half] / 2 if odd else 0)


def _stacked(made: Drawing, chart: Chart, language: Language) -> None:
    y = top = _legend(made, chart)
    left = max((_before_middle(chart, row) for row in chart.rows), default=0) if chart.scale else 0.0
    right = max((sum(row.values) - _before_middle(chart, row) for row in chart.rows), default=0) if chart.scale else 1.0
    canvas = made.canvas
    step = _step(left + right, canvas)
    left, right = (_up(share, min(step, 0.05)) for share in (left, max(right, 0.1)))
    unit = (canvas.right - canvas.left) / (left + right)
    for row in chart.rows:
        total = f"n = {spoken.number(row.total, language)}"
        y, height = _row_label(made, f"{row.label} ({total})" if canvas.above else row.label, y)
        start = canvas.left + (left - _before_middle(chart, row) if chart.scale else 0) * unit
        _segments(made, chart, row, (start, y + (height - BAR) / 2), unit, language)
        if not canvas.above:
            made.labels.append(Label(canvas.right + 8, round(y + height / 2 + 4, 1), total))
        y += height + GAP
    _finish(made, top, y, [(canvas.left + (left + at) * unit, spoken.percent(abs(at), language, 0), at == 0)
                           for at in _ticks(-left, right, step)])  # fmt: skip


def _segments(
    made: Drawing, chart: Chart, row: ChartRow, place: tuple[float, float], unit: float, language: Language
) -> None:
    x, y = place
    for number, share in enumerate(row.values):
        fill, hatched = _colour(chart, number)
        if share > 0:
            made.boxes.append(Box(round(x, 1), y, round(share * unit, 1), BAR, fill, hatched))
        text = spoken.percent(share, language, 0)
        if share * unit > len(text) * LETTER + 6:
            made.labels.append(Label(round(x + share * unit / 2, 1), y + 14, text, "middle", _ink(fill)))
        x += share * unit


def _step(span: float, canvas: Canvas) -> float:
    """Between the lines: so many that the axis ends soon behind what is drawn, so few that their numbers can be read."""
    most = 5 if canvas.above else 8
    return next((step for step in _STEPS if round(span / step, 6) <= most), _STEPS[-1])


def _up(share: float, step: float) -> float:
    """Rounded up to a multiple of the step."""
    return round(-(-round(share * 1000) // round(step * 1000)) * step, 2)


def _ticks(low: float, high: float, step: float) -> list[float]:
    count = range(round(low / step - 0.4999), round(high / step + 0.4999) + 1)
    return [at for at in (number * step for number in count) if low - 1e-9 <= at <= high + 1e-9]


# -- one bar per option ----------------------------------------------------------------------------
def _bars(made: Drawing, chart: Chart, language: Language) -> None:
    """Rows with one value each, or one row whose options are the bars, or groups of bars with a legend."""
    grouped = len(chart.options) > 1 and len(chart.rows) > 1
    y = top = _legend(made, chart) if grouped else 12.0
    highest = max([0.1, *(value for row in chart.rows for value in row.values)])
    step = _step(highest, made.canvas)
    highest = _up(highest, step)
    left, unit = made.canvas.left, (made.canvas.right - made.canvas.left) / highest
    for label, values in _groups(chart):
        y, height = _row_label(made, label, y)
        height = max(height, BAR * len(values))
        for number, share in enumerate(values):
            fill = _SERIES[number % len(_SERIES)]
            at = y + (height - BAR * len(values)) / 2 + number * BAR
            made.boxes.append(Box(left, at, max(round(share * unit, 1), 0.5), BAR - 2, fill))
            behind = round(left + share * unit, 1)
            made.labels.append(_behind(made.canvas, behind, at + 13, spoken.percent(share, language), fill))
        y += height + GAP
    ticks = [(left + at * unit, spoken.percent(at, language, 0), at == 0) for at in _ticks(0, highest, step)]
    _finish(made, top, y, ticks)


def _groups(chart: Chart) -> list[tuple[str, tuple[float, ...]]]:
    if len(chart.rows) == 1 and len(chart.options) > 1:
        return [(option, (value,)) for option, value in zip(chart.options, chart.rows[0].values, strict=False)]
    return [(row.label, row.values) for row in chart.rows]


def _behind(canvas: Canvas, x: float, y: float, text: str, fill: str) -> Label:
    """The number behind its bar, inside if there is no room."""
    if x + 50 > canvas.width:
        return Label(x - 5, y, text, "end", _ink(fill))
    return Label(x + 5, y, text)
