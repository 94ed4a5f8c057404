"""Every code with its German and English name."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import OPEN, resource
from consultation.api.replies import reply
from consultation.api.shapes import Shape
from consultation.core.errors import NotFound
from consultation.core.language import M, Message, say
from consultation.core.workflow import Workflow
from consultation.documents.labels import DECISIONS
from consultation.evaluation.codebook import tags
from consultation.http.programs import AnyProgram
from consultation.people.kinds import KIND_TITLES, PARTNER_TITLES
from consultation.people.tokens import SCOPE_TITLES
from consultation.questions import CANNOT_JUDGE, TYPES
from consultation.questions.amendments import KINDS, PRIORITIES
from consultation.questions.disclosure import LEVELS
from consultation.questions.scales import SCALES, Scale
from consultation.register import kinds as register
from consultation.register.states import STATE_TITLES
from consultation.responses.models import RepresentationKind
from consultation.responses.titles import CHANNEL_TITLES
from consultation.rulebook import WORKFLOWS
from consultation.states import Audience, Purpose, Visibility

router = resource("Codelisten")

LEVEL = {"federal": M("Bund"), "state": M("Land"), "foundation": M("Stiftung"), "cooperation": M("Verbund")}
DRAFT_KIND = {
    "guideline": M("Förderrichtlinie"), "call": M("Förderaufruf"), "key_points": M("Eckpunktepapier"),
    "law": M("Gesetzentwurf"), "administrative_agreement": M("Verwaltungsvereinbarung"),
}  # fmt: skip
PARAMETER = {
    "rate": M("Quote (Bruch)"), "money": M("Geldbetrag (Cent)"), "months": M("Monate"), "weeks": M("Wochen"),
    "date": M("Datum"),
}  # fmt: skip
VISIBILITY = {Visibility.INVITED_ONLY: M("nur Eingeladene"), Visibility.PUBLIC: M("öffentlich")}
PURPOSE = {Purpose.FOR_COMMENT: M("zur Stellungnahme"), Purpose.FOR_INFORMATION: M("nachrichtlich")}
AUDIENCE = {Audience.INTERNAL: M("intern"), Audience.PUBLIC: M("öffentlich")}
UNIT = {"municipality": M("jede Gemeinde"), "administration": M("jede Verwaltung")}
REPRESENTATION = {
    RepresentationKind.REPRESENTED: M("vertreten"), RepresentationKind.SUPPORTER: M("unterstützt"),
}  # fmt: skip


class Label(Shape):
    """Bezeichnung je Sprache."""

    de: str
    en: str


class Entry(Shape):
    """Ein Code mit seiner Bezeichnung."""

    code: str
    label: Label


class Codelist(Shape):
    """Codeliste, in fester Reihenfolge."""

    key: str = Field(examples=["size_class"])
    entries: list[Entry]


class Codelists(Shape):
    """Alle Codelisten."""

    data: list[Codelist]
    links: dict[str, str] = {}


@router.get("/codelists", response_model=Codelists, summary="Alle Codelisten", openapi_extra=OPEN)
def codelists(request: Request, actor: AnyProgram) -> Response:
    return reply(request, Codelists(data=list(_all().values())))


@router.get("/codelists/{key}", response_model=Codelist, summary="Eine Codeliste", openapi_extra=OPEN)
def codelist(request: Request, actor: AnyProgram, key: str) -> Response:
    if key not in _all():
        raise NotFound(M("Diese Codeliste gibt es nicht."))
    return reply(request, _all()[key])


@cache
def _all() -> dict[str, Codelist]:
    plain: dict[str, Mapping[Any, Message]] = {
        "programme_level": LEVEL, "draft_kind": DRAFT_KIND, "parameter_type": PARAMETER, "visibility": VISIBILITY,
        "purpose": PURPOSE, "audience": AUDIENCE, "audience_unit": UNIT, "channel": CHANNEL_TITLES, "decision": DECISIONS,
        "representation": REPRESENTATION, "disclosure": LEVELS, "amendment_kind": KINDS, "priority": PRIORITIES,
        "organisation_kind": KIND_TITLES, "partner_kind": PARTNER_TITLES, "register_kind": register.KIND_TITLES,
        "size_class": register.SIZE_CLASS_TITLES, "state": STATE_TITLES, "scope": SCOPE_TITLES,
        "question_type": {key: found.title for key, found in TYPES.items()},
    }  # fmt: skip
    found = [_codelist(key, titles) for key, titles in plain.items()]
    for workflow in WORKFLOWS:
        found += _of_workflow(workflow)
    found += [_scale(name) for name in SCALES]
    tagged = (
        Entry(code=tag.key, label=Label(de=tag.label.de, en=tag.label.en or tag.label.de)) for tag in tags().values()
    )
    return {made.key: made for made in [*found, Codelist(key="tag", entries=list(tagged))]}


def _of_workflow(workflow: Workflow[Any, Any]) -> Iterable[Codelist]:
    yield _codelist(f"{workflow.name}_state", workflow.states)
    yield _codelist(f"{workflow.name}_action", {action: row.title for action, row in workflow.rows.items()})


def _codelist(key: str, titles: Mapping[Any, Message]) -> Codelist:
    return Codelist(key=key, entries=[_entry(str(code), title) for code, title in titles.items()])


def _entry(code: str, title: Message) -> Entry:
    return Entry(code=code, label=Label(de=say(title, "de"), en=say(title, "en")))


def _scale(name: Scale) -> Codelist:
    steps = [Entry(code=str(n), label=Label(de=t.de, en=t.en)) for n, t in enumerate(SCALES[name], start=1)]
    return Codelist(key=f"scale_{name}", entries=[*steps, _entry(CANNOT_JUDGE, M("kann ich nicht beurteilen"))])
