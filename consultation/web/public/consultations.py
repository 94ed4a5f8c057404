"""Consultations and the drafts they are about, for whoever may see them; for everybody else they do not exist."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries
from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.documents import queries as documents
from consultation.documents.numbering import jumps
from consultation.http import Db, Pages, Spoken, page
from consultation.http.actors import Seen, moment_of
from consultation.programmes.queries import consulted_draft
from consultation.programmes.reading import reading
from consultation.programmes.titles import DRAFT_KIND_TITLES, LEVEL_TITLES
from consultation.rulebook import reads_programme
from consultation.states import EditionState, Visibility
from consultation.subjects import Actor
from consultation.web.public.phases import phase
from consultation.web.public.readers import find

router = Pages()
Crumbs = list[tuple[Message | str, str]]


@router.get("/consultations")
def overview(request: Request, db: Db) -> Response:
    moment = moment_of(request)
    with db.reader() as session:
        found = [(one, phase(one, moment)) for one in queries.public(session)]
        found.sort(key=lambda pair: not pair[1].running)
        data = {
            "consultations": found,
            "levels": LEVEL_TITLES,
            "demo": any(one.demo for one, _ in found),
            "breadcrumbs": crumbs(),
        }
        return page(request, "public/consultations.html", data)


@router.get("/consultations/{slug}")
def show(request: Request, db: Db, viewer: Seen, slug: str) -> Response:
    with db.reader() as session:
        actor, consultation = find(session, request, viewer, slug)
        editions = documents.of_consultation(session, actor, consultation.id)
        published = [edition for edition in editions if edition.state == EditionState.PUBLISHED]
        others = queries.beside(session, actor, consultation)
        data = {
            **surroundings(actor, consultation),
            "phase": phase(consultation, actor.moment),
            "versions": queries.versions(session, consultation.id),
            "others": [(one, phase(one, actor.moment)) for one in others],
            "before": queries.round_before(consultation, others),
            "editions": published,
            "numbers_jump": jumps(edition.number for edition in published),
            "draft": consultation.draft_version,
            "levels": LEVEL_TITLES,
            "kinds": DRAFT_KIND_TITLES,
            "breadcrumbs": crumbs(consultation),
        }
        return page(request, "public/consultation.html", data)


@router.get("/consultations/{slug}/draft")
def draft(request: Request, db: Db, viewer: Seen, language: Spoken, slug: str, version: int | None = None) -> Response:
    """The draft of the consultation as it stands, or that of an earlier version (`?version=1`)."""
    with db.reader() as session:
        actor, consultation = find(session, request, viewer, slug)
        versions = queries.versions(session, consultation.id)
        chosen = _chosen(versions, version)
        draft_version_id = chosen.draft_version_id if chosen else consultation.draft_version_id
        if draft_version_id is None:
            raise NotFound(M("Zu dieser Konsultation gibt es keinen Entwurf."))
        found = consulted_draft(session, draft_version_id)
        others = queries.beside(session, actor, consultation)
        data = {
            **surroundings(actor, consultation),
            "phase": phase(consultation, actor.moment),
            "draft": found,
            "reading": reading(found, language),
            "kinds": DRAFT_KIND_TITLES,
            "chosen": chosen,
            "latest": versions[-1] if versions else None,
            "before": queries.round_before(consultation, others),
            "breadcrumbs": crumbs(consultation, M("Entwurf")),
        }
        return page(request, "public/draft.html", data)


def _chosen(versions: Sequence[ConsultationVersion], number: int | None) -> ConsultationVersion | None:
    """The latest unless another one is asked for. Raises NotFound for one that never was."""
    if number is None:
        return versions[-1] if versions else None
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound(M("Diese Fassung gibt es nicht."))
    return found


def surroundings(actor: Actor, consultation: Consultation) -> dict[str, object]:
    """What every page of a consultation shows around itself."""
    at = f"/consultations/{consultation.slug}"
    home = f"/o/{actor.organisation_id}" if actor.organisation_id else ""
    return {
        "consultation": consultation,
        "programme": consultation.programme,
        "at": at,
        "demo": consultation.demo,
        "confidential": consultation.visibility != Visibility.PUBLIC,
        "desk": f"{home}/answers/{consultation.slug}" if actor.organisation_id in consultation.invited else "",
        "workbench": f"{home}{at}" if home and reads_programme(actor, consultation) else "",
    }


def crumbs(consultation: Consultation | None = None, *more: Message | str) -> Crumbs:
    way: Crumbs = [(M("Start"), "/"), (M("Konsultationen"), "/consultations")]
    if consultation is not None:
        way.append((consultation.title, f"/consultations/{consultation.slug}"))
    return [*way, *((text, "") for text in more)]
