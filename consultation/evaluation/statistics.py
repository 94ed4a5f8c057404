"""The figures of a consultation, field by field and group by group, from live data."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import SOURCE, M
from consultation.evaluation.cube import SMALL_TOWN_CLASSES, Cell, Cube, Keys, Place, grouping_of, read
from consultation.evaluation.figures import (
    KIND,
    NOT_STATED,
    SIZE_CLASS,
    SMALL_TOWNS,
    STATE,
    TOTAL,
    FieldFigures,
    Filters,
    OptionFigure,
    Row,
    Statistics,
    Table,
)
from consultation.evaluation.quartiles import lower_median, quartiles
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, infos_of
from consultation.forms.definition import Asked, Form
from consultation.people.kinds import OrganisationKind
from consultation.programmes.models import DraftVersion
from consultation.questions import CANNOT_JUDGE, Tally, Texts
from consultation.register.kinds import SizeClass
from consultation.register.states import State
from consultation.responses.participation import land_of
from consultation.subjects import Actor

EVERYWHERE = Filters()


@dataclass(frozen=True)
class Counted:
    """A field, or one item of an itemised field, that statistics show."""

    asked: Asked
    item: str


def for_planner(
    session: Session, actor: Actor, consultation: Consultation, filters: Filters = EVERYWHERE
) -> Statistics:  # fmt: skip
    """Live figures of everything that counts now, for members of the programme; a Land unit sees its Land only."""
    return statistics(session, consultation, _seen(actor, consultation, filters))


def for_page(
    session: Session, actor: Actor, consultation: Consultation, context: FormContext, part: str, by: str
) -> Statistics:  # fmt: skip
    """As `for_planner`, of the fields of one part and, beside what the register knows, by one grouping: a page shows no more,
    and costs no more. `context` is that of `form_context`.
    """
    groups = [asked for asked in group_fields(context.form) if by.split(":")[1:2] == [asked.key]]
    only = frozenset(asked.key for asked in context.form.asked if asked.part.key == part)
    return _counted(session, consultation, context, groups, _seen(actor, consultation, EVERYWHERE), only)


def _seen(actor: Actor, consultation: Consultation, filters: Filters) -> Filters:
    land = land_of(actor, consultation)
    if land is None:
        return filters
    if filters.states and land not in filters.states:
        raise NotFound(M("Ihre Stelle sieht nur das eigene Land. Wählen Sie die anderen Länder ab."))
    return replace(filters, states=frozenset({land}))


def statistics(session: Session, consultation: Consultation, filters: Filters = EVERYWHERE) -> Statistics:
    """As `for_planner`, for whoever has checked who may see it: internal editions, the API. Nothing is suppressed."""
    context = form_context(session, consultation)
    return _counted(session, consultation, context, group_fields(context.form), filters)


def _counted(
    session: Session, consultation: Consultation, context: FormContext, groups: Sequence[Asked], filters: Filters,
    only: frozenset[str] | None = None,
) -> Statistics:  # fmt: skip
    cube = read(session, consultation.id, Keys([asked.key for asked in groups], only), filters)
    order = Order(context, groups)
    there = [counted for counted in counted_fields(context, cube) if only is None or counted.asked.key in only]
    fields = tuple(_figures(cube, counted, order) for counted in there)
    return Statistics(cube.bases[TOTAL, ""], order.groupings(), fields, filters)


def form_context(session: Session, consultation: Consultation) -> FormContext:
    """The frozen form with the sections of the draft; `consultation` has its form loaded. NotFound where it has none (yet)."""
    if consultation.form_version is None:
        raise NotFound(M("Diese Konsultation hat noch kein Formular."))
    form = form_of(consultation.form_version)
    draft = consultation.draft_version_id
    infos = infos_of(session, session.get_one(DraftVersion, draft)) if draft else {}
    moment = consultation.announced_at or consultation.created_at
    return FormContext(form, SOURCE, moment, infos, {})


def group_fields(form: Form) -> list[Asked]:
    """The first field of each grouping question, where it offers options."""
    return [
        asked
        for asked in form.asked
        if asked.question.group_by and asked.field is asked.question.fields[0] and not asked.question.personal
        and asked.type.tally in (Tally.OPTIONS, Tally.SCALE)
    ]  # fmt: skip


def counted_fields(context: FormContext, cube: Cube) -> Iterator[Counted]:
    """In the order of the form; items in the order of their matrix or draft, open-ended ones as found."""
    found: dict[str, set[str]] = {}
    for key, item in cube.cells:
        found.setdefault(key, set()).add(item)
    for asked in context.form.asked:
        yield from (Counted(asked, item) for item in counted_items(context, asked, found.get(asked.key, ())))


def parts_of(context: FormContext) -> dict[str, Texts]:
    """Key → title of the parts of the form that have figures."""
    return {asked.part.key: asked.part.title for asked in context.form.asked if _has_figures(asked)}


def groupings_of(context: FormContext) -> tuple[str, ...]:
    return Order(context, group_fields(context.form)).groupings()


def _has_figures(asked: Asked) -> bool:
    return not (asked.question.personal or asked.type.settles_disclosure or asked.type.tally is Tally.NONE)


def counted_items(context: FormContext, asked: Asked, found: Iterable[str]) -> list[str]:
    """What of a field has figures: nothing, the field itself (""), or its items."""
    if not _has_figures(asked):
        return []
    fixed = [item.key for item in asked.type.items(asked.settings, context)]
    by_place = sorted(set(found) - set(fixed), key=lambda item: _section_place(context, item))
    return [*fixed, *by_place] or ([""] if not asked.type.itemised or asked.type.tally is Tally.TEXTS else [])


def _section_place(context: FormContext, item: str) -> tuple[int, str]:
    keys = list(context.sections)
    return (keys.index(item) if item in context.sections else len(keys), item)


class Order:
    """Which groups a table has, and in which order."""

    def __init__(self, context: FormContext, groups: Sequence[Asked]) -> None:
        kinds = [kind.value for kind in OrganisationKind]
        sizes = [size.value for size in SizeClass]
        sizes.insert(sizes.index(SMALL_TOWN_CLASSES[0]), SMALL_TOWNS)
        self.known: dict[str, list[str]] = {
            TOTAL: [""], SIZE_CLASS: [*sizes, *kinds], STATE: [*(state.value for state in State), NOT_STATED], KIND: kinds,
        }  # fmt: skip
        for asked in groups:
            options = [option.key for option in asked.type.options(asked.settings, SOURCE)]
            for item in [i.key for i in asked.type.items(asked.settings, context)] or [""]:
                self.known[grouping_of(asked.key, item)] = [*options, NOT_STATED]

    def groupings(self) -> tuple[str, ...]:
        return tuple(self.known)

    def groups(self, grouping: str, bases: Mapping[Place, int]) -> list[str]:
        """Groups with at least one organisation, the total always."""
        return [group for group in self.known[grouping] if bases.get((grouping, group)) or grouping == TOTAL]


def _figures(cube: Cube, counted: Counted, order: Order) -> FieldFigures:
    cells = cube.cells.get((counted.asked.key, counted.item), {})
    return figures(counted, cells, cube.bases, order)


def figures(counted: Counted, cells: Mapping[Place, Cell], bases: Counter[Place], order: Order) -> FieldFigures:
    asked = counted.asked
    offered = _offered(asked)
    tables = []
    for grouping in order.groupings():
        if grouping.split(":")[:2] == ["by", asked.key]:
            continue
        groups = order.groups(grouping, bases)
        rows = tuple(
            _row(asked.type.tally, offered, group, cells.get((grouping, group)) or Cell(), bases[grouping, group])
            for group in groups
        )
        tables.append(Table(grouping, rows))
    return FieldFigures(
        asked.key, counted.item, asked.part.key, asked.type.tally, asked.question.when is not None, tuple(tables)
    )


def _offered(asked: Asked) -> list[str]:
    """Options with a share; "cannot judge" is an answer, but no step of a scale."""
    options = [option.key for option in asked.type.options(asked.settings, SOURCE)]
    return [key for key in options if not (asked.type.tally is Tally.SCALE and key == CANNOT_JUDGE)]


def _row(tally: Tally, offered: Sequence[str], group: str, cell: Cell, base: int) -> Row:
    apart = cell.options[CANNOT_JUDGE] if tally is Tally.SCALE else 0
    n = cell.answered - apart
    options = tuple(
        OptionFigure(
            key, cell.options[key], Fraction(cell.options[key], n) if n else None,
            cell.firsts[key] if tally is Tally.RANKS else None,
        )
        for key in offered
    )  # fmt: skip
    middle = lower_median({int(key): cell.options[key] for key in offered}) if tally is Tally.SCALE else None
    numbers = quartiles(cell.numbers) if tally is Tally.NUMBER else None
    return Row(group, base, cell.answered, apart, options, numbers, middle)
