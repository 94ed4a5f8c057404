"""Results per question from live figures: shares with bars, medians, by any group; one part of the form at a time."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import Language, M, Message, number, percent, say
from consultation.documents import by_question
from consultation.documents.formats import FORMATS
from consultation.documents.labels import kind_label, size_label
from consultation.evaluation.coverage import NON_RESPONSE, sentence
from consultation.evaluation.figures import (
    KIND,
    NOT_STATED,
    SIZE_CLASS,
    STATE,
    TOTAL,
    FieldFigures,
    Row,
    Statistics,
)
from consultation.evaluation.statistics import for_page, form_context, groupings_of, parts_of
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked
from consultation.http import Db, Pages, page
from consultation.http.language import language_of
from consultation.programmes.parameters import figures_of
from consultation.questions import CANNOT_JUDGE, Tally
from consultation.register.states import STATE_TITLES, State
from consultation.responses import participation
from consultation.web.planners.frame import PREFIX, Planning, planned, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/results")
GROUPING_TITLES = {
    TOTAL: M("Insgesamt"), SIZE_CLASS: M("Größenklasse und Art"), STATE: M("Land"), KIND: M("Art der Stelle"),
}  # fmt: skip


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """?part=KEY and ?by=GROUPING; without them the first part, in total."""
    language = language_of(request)
    asked = request.query_params
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        taking_part = participation.for_planner(session, actor, consultation)
        context = form_context(session, consultation)
        groupings, parts = groupings_of(context), parts_of(context)
        by = asked["by"] if asked.get("by") in groupings else TOTAL
        part = asked["part"] if asked.get("part") in parts else next(iter(parts), "")
        statistics = for_page(session, actor, consultation, context, part, by)
    figures = figures_of(consultation.draft_version, language)
    reader = Reader(context.in_language(language, figures), statistics)
    data = surroundings(actor, consultation, M("Ergebnisse")) | {
        "base": statistics.base,
        "covered": (sentence(taking_part), NON_RESPONSE),
        "parts": [(key, reader.context.say(title)) for key, title in parts.items()],
        "groupings": [(grouping, reader.grouping(grouping)) for grouping in groupings],
        "typed": {"part": part, "by": by},
        "by": reader.grouping(by),
        "total": by == TOTAL,
        "questions": reader.questions(by),
    }
    return page(request, "planners/results.html", data)


@router.get("/export")
def export(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """All questions as a workbook, a sheet for each, or one alone (?question=KEY); internal."""
    question = request.query_params.get("question", "")
    with tempfile.TemporaryDirectory(prefix="export-") as folder, db.reader() as session:
        consultation, target = planned(session, actor, slug), Path(folder) / "questions.xlsx"
        by_question.write(session, actor, consultation, question, target)
        content = target.read_bytes()
    mark, about = (
        "beispieldaten-" if consultation.demo else "",
        f"frage-{question.replace('_', '-')}" if question else "fragen",
    )
    name = f"{mark}{slug}-{about}-intern.xlsx"
    return Response(content, media_type=FORMATS["xlsx"].media_type,
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is, how often, which share of those who count."""

    label: str
    count: int
    share: Fraction | None

    @property
    def width(self) -> float:
        """Of the bar, in percent."""
        return round(float(self.share or 0) * 100, 1)


@dataclass(frozen=True)
class Shown:
    """A field or an item of one: in total as lines, by groups as a table."""

    id: str
    title: str
    row: Row
    lines: Sequence[Line]
    numbers: Sequence[tuple[Message, str]]
    cannot_judge: bool
    head: Sequence[str]
    groups: Sequence[tuple[str, Sequence[str]]]
    conditional: bool


@dataclass(frozen=True)
class Reader:
    """Puts names to figures, in the reader's language."""

    context: FormContext
    statistics: Statistics

    @property
    def language(self) -> Language:
        return self.context.language

    def grouping(self, grouping: str) -> Message | str:
        if grouping in GROUPING_TITLES:
            return GROUPING_TITLES[grouping]
        _, key, item = f"{grouping}:".split(":")[:3]
        asked = self.context.form.by_key[key]
        title = self.context.asked_as(asked.question)
        return f"{title} – {self.context.item(asked, item)}" if item else title

    def group(self, grouping: str, group: str) -> str:
        if grouping == TOTAL:
            return say(GROUPING_TITLES[TOTAL], self.language)
        if group == NOT_STATED:
            return say(M("ohne Angabe"), self.language)
        if grouping == STATE:
            return say(STATE_TITLES[State(group)], self.language)
        if grouping in (KIND, SIZE_CLASS):
            label = kind_label if grouping == KIND else size_label
            return label(group, self.language)
        return self.options(self.context.form.by_key[grouping.split(":")[1]]).get(group, group)

    def options(self, asked: Asked) -> dict[str, str]:
        return {option.key: option.label for option in asked.type.options(asked.settings, self.language)}

    def questions(self, by: str) -> list[tuple[str, str, list[Shown]]]:
        """(key, title) of a question → its fields and items, in the order of the form."""
        found: dict[tuple[str, str], list[Shown]] = {}
        for place, field in enumerate(self.statistics.fields):
            asked = self.context.form.by_key[field.key]
            shown = self._shown(f"figure-{place}", asked, field, by)
            found.setdefault((asked.question.key, self.context.asked_as(asked.question)), []).append(shown)
        return [(*question, fields) for question, fields in found.items()]

    def _shown(self, id_: str, asked: Asked, field: FieldFigures, by: str) -> Shown:
        row = field.total
        assert row is not None  # nothing is hidden from planners
        options = self.options(asked)
        table = field.table(by)
        lines = [Line(options.get(o.key, o.key), o.count, o.share) for o in row.options]
        return Shown(
            id_, self._title(asked, field.item), row, lines, self._numbers(asked, row), CANNOT_JUDGE in options,
            self._head(field.tally, options),
            [(self.group(by, r.group), self._cells(asked, field.tally, r)) for r in table.rows] if table else [],
            field.conditional,
        )  # fmt: skip

    def _title(self, asked: Asked, item: str) -> str:
        label = self.context.say(asked.field.label) if asked.field.label else ""
        return " – ".join(part for part in (label, self.context.item(asked, item)) if part)

    def _numbers(self, asked: Asked, row: Row) -> list[tuple[Message, str]]:
        found: list[tuple[Message, str]] = []
        if row.quartiles is not None:
            for title, value in (
                (M("Median"), row.quartiles.median),
                (M("unteres Quartil"), row.quartiles.lower),
                (M("oberes Quartil"), row.quartiles.upper),
            ):
                found.append((title, asked.type.figure(float(value), asked.settings, self.language)))
        if row.lower_median is not None:
            median = self.options(asked).get(str(row.lower_median), str(row.lower_median))
            found.append((M("Median"), median))
        return found

    def _head(self, tally: Tally, options: dict[str, str]) -> list[str]:
        if tally is Tally.NUMBER:
            return [say(title, self.language) for title in (M("Median"), M("unteres Quartil"), M("oberes Quartil"))]
        return [label for key, label in options.items() if not (tally is Tally.SCALE and key == CANNOT_JUDGE)]

    def _cells(self, asked: Asked, tally: Tally, row: Row) -> list[str]:
        from_row = [percent(option.share, self.language) for option in row.options]
        if tally is Tally.NUMBER:
            from_row = [text for _, text in self._numbers(asked, row)] or ["–"] * 3
        return [number(row.valid, self.language), *from_row, number(row.not_answered, self.language)]
