"""The draft for reading, and beside each section what one's house says about it. A section is saved on its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from consultation.core.blocks import Block, from_json
from consultation.core.errors import NotFound, Problem
from consultation.core.language import M, Message, say
from consultation.forms.context import infos_of
from consultation.forms.definition import Asked
from consultation.http import Form, Pages, see_other
from consultation.programmes import named
from consultation.programmes.models import Section
from consultation.programmes.queries import sections_of
from consultation.questions import Field
from consultation.responses.desk import Desk
from consultation.web.municipalities.asking import Mark, errors_of, lacks, mark, new_entry_key
from consultation.web.municipalities.colleagues import DRAFT, Colleague, sit_down
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, changes, desk_page
from consultation.web.municipalities.glossary import Term, marked
from consultation.web.municipalities.part import saved_piece
from consultation.web.municipalities.saving import Outcome, save, without_shells

router = Pages(prefix=PREFIX + "/draft")


@dataclass(frozen=True)
class Entry:
    """Something said about a section: the fields of one amendment, without the choice of the section."""

    name: str
    fields: tuple[Field, ...]
    text: str
    """Empty for a new one."""
    lacks: tuple[Message, ...]


@dataclass(frozen=True)
class Reading:
    section: Section
    blocks: tuple[Block, ...]
    terms: tuple[Term, ...]
    choices: tuple[Field, ...]
    entries: tuple[Entry, ...]
    marks: tuple[Mark, ...]
    keys: tuple[str, ...]

    @property
    def heading(self) -> str:
        return f"{self.section.number} {self.section.heading}".strip()

    @property
    def commented(self) -> bool:
        return any(entry.text for entry in self.entries) or any(field.value for field in self.choices)


@router.get("")
def show(here: Here) -> Response:
    at, colleagues = sit_down(here, DRAFT)
    return _page(here, at, None, here.request.query_params.get("saved", ""), colleagues)


@router.get("/{section_key}")
def show_section(here: Here, section_key: str) -> Response:
    """Where a page that could not be saved is loaded again."""
    with here.db.reader() as session:
        at = here.arrive(session)
        known = infos_of(session, at.consultation.draft_version)
    if section_key not in known:
        raise NotFound(M("Diesen Abschnitt gibt es im Entwurf nicht."))
    return see_other(f"{at.base}/draft#{section_key}")


@router.post("/{section_key}")
def keep(here: Here, section_key: str, form: Form) -> Response:
    def asked_for(desk: Desk) -> Iterable[str]:
        if section_key not in desk.context.sections:
            raise NotFound(M("Diesen Abschnitt gibt es im Entwurf nicht."))
        return [asked.key for asked in _about_sections(desk)]

    where = f"{DRAFT}:{section_key}"
    outcome = save(here, form, asked_for, without_shells, where=where)
    if here.by_itself:
        written = [name.removesuffix(".section") for name in form.keys() if name.endswith(".section")]  # noqa: SIM118 -- no mapping
        lacking = [(name, lacks(outcome.at.desk, name, outcome.problems)) for name in written]
        return saved_piece(here.request, outcome, form, (), where, lacking)
    if outcome.status != 200:
        return _page(here, outcome.at, outcome, section_key, outcome.colleagues, status=outcome.status)
    return see_other(f"{outcome.at.base}/draft?saved={section_key}#{section_key}")


def _about_sections(desk: Desk) -> list[Asked]:
    """What the form asks about sections, whatever the type is called."""
    return [a for a in desk.form.asked if a.type.needs_sections and a.type.itemised and a.question.key in desk.visible]


def _page(
    here: Visit, at: At, outcome: Outcome | None, where: str, colleagues: Sequence[Colleague], *, status: int = 200
) -> Response:  # fmt: skip
    draft = at.consultation.draft_version
    if draft is None:
        raise NotFound(M("Zu dieser Konsultation gibt es keinen Entwurf."))
    typed = outcome.typed if outcome else at.begun.typed if at.begun else {}
    problems = outcome.problems if outcome else ()
    with here.db.reader() as session:
        sections = named.shown(sections_of(session, draft), named.values(draft))
    data: dict[str, Any] = {
        "changes": changes(here, at), "draft": draft, "facts": draft.facts, "where": where, "problems": problems,
        "readings": list(_readings(at, sections, typed, outcome, draft.frozen.get("terms", ()))),
        "errors": errors_of(problems, at.begun) if at.begun else {}, "quarrels": outcome.quarrels if outcome else (),
        "refused": outcome.refused if outcome else None,
        "colleagues": colleagues, "draft_place": DRAFT,
        "editable": at.may_answer or (outcome is not None and outcome.refused is not None),
    }  # fmt: skip
    return desk_page(here.request, at, "municipalities/draft.html", draft.title, data, status=status)


def _readings(
    at: At, sections: Sequence[Section], typed: dict[str, Any] | Any, outcome: Outcome | None,
    terms: Iterable[dict[str, Any]],
) -> Iterable[Reading]:  # fmt: skip
    desk, kept, problems = at.begun, outcome.kept if outcome else {}, outcome.problems if outcome else ()
    used: set[str] = set()
    base = new_entry_key(at.actor.moment)
    for number, section in enumerate(sections):
        found = marked(section.text, terms, used)
        choices: list[Field] = []
        entries: list[Entry] = []
        for asked in _about_sections(desk) if desk else ():
            value = typed.get(asked.key)
            if asked.type.items(asked.settings, desk.context):  # type: ignore[union-attr]  # there is a desk if there are questions
                choices += _choice(desk, asked, value, section.key)
            else:
                entries += _entries(desk, asked, value, section.key, f"{base}-{number}", problems)
        names = [*(field.name for field in choices), *(entry.name for entry in entries)]
        marks = tuple(mark(desk, name, kept) for name in names) if desk else ()
        keys = tuple(dict.fromkeys(name.partition(".")[0] for name in names))
        yield Reading(section, from_json(section.blocks), found, tuple(choices), tuple(entries), marks, keys)


def _choice(desk: Any, asked: Asked, value: Any, section: str) -> list[Field]:
    grid = asked.type.field(asked.key, value, asked.settings, desk.context)
    several = len([one for one in _about_sections(desk) if one.type.items(one.settings, desk.context)]) > 1
    title = (
        desk.context.say(asked.question.title)
        if several
        else say(M("Ihre Haltung zu diesem Abschnitt"), desk.context.language)
    )
    return [replace(row, label=title) for row in grid.fields if row.name == f"{asked.key}.{section}"]


def _entries(
    desk: Any, asked: Asked, value: Any, section: str, new: str, problems: Sequence[Problem]
) -> list[Entry]:  # fmt: skip
    """The entries about this section, and an empty one."""
    here = {k: v for k, v in (value or {}).items() if isinstance(v, dict) and v.get("section") == section}
    found = []
    for key, entry in (here | {new: {"section": section}}).items():
        group = asked.type.field(asked.key, {key: entry}, asked.settings, desk.context).fields[0]
        fields = tuple(field for field in group.fields if field.name != f"{group.name}.section")
        text = "" if key == new else _said(desk, asked, key, entry)
        found.append(Entry(group.name, fields, text, lacks(desk, group.name, problems)))
    return found


def _said(desk: Any, asked: Asked, key: str, entry: Any) -> str:
    return asked.type.text({key: entry}, asked.settings, desk.context)
