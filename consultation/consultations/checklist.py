"""What has to be there before the announcement, line by line: is it, what does it mean, where is it mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from consultation.consultations import readiness, stages
from consultation.consultations.address_list import latest
from consultation.consultations.listing import Ways
from consultation.consultations.models import Consultation
from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.rulebook import planner
from consultation.states import Visibility
from consultation.subjects import Actor

ELSEWHERE = frozenset({"deadline", "opens_at", "form", "draft", "audience"})
"""What readiness says about these is a line of its own; everything else is about the form."""


BUILDER = "builder"
"""Where the questions of the chosen form are."""
PROGRAMME = "programme"
"""Where the programme says what it is called and where its letters come from."""


class Mark(StrEnum):
    DONE = "done"
    WARNING = "warning"
    """Allowed, but worth knowing."""
    MISSING = "missing"


@dataclass(frozen=True)
class Line:
    mark: Mark
    title: Message
    meaning: Message
    place: str
    """Below the consultation's address, or `BUILDER`, or `PROGRAMME`."""


def checklist(session: Session, actor: Actor, consultation: Consultation, ways: Ways) -> list[Line]:
    """In the order of the preparation; `consultation.shortcomings` are filled by the way."""
    problems = readiness.look(session, actor, consultation)
    return [
        *_basics(consultation),
        *_draft(consultation, problems),
        *(Line(Mark.WARNING, M("Entwurfsfassung"), warning, "/versions")
          for warning in readiness.draft_warnings(session, consultation)),
        *_form(consultation, problems),
        *(Line(Mark.WARNING, M("Formular"), notice, BUILDER) for notice in readiness.form_warnings(consultation)),
        *_audience(ways, problems),
        *_sender(consultation, ways),
        *(_list(session, consultation) if planner(actor, consultation) else ()),  # not for those who only read along
        *_dates(consultation, problems),
        *(Line(Mark.WARNING, M("Frist im Kalender"), warning, "/dates")
          for warning in readiness.calendar_warnings(session, actor, consultation)),
        *_reminders(stages.of_consultation(session, consultation.id)),
    ]  # fmt: skip


def _basics(consultation: Consultation) -> Iterator[Line]:
    title = M("Ansprechstelle")
    if consultation.contact:
        yield Line(Mark.DONE, title, M("Rückfragen gehen an: {contact}", contact=consultation.contact), "/basics")
    else:
        meaning = M("Ohne sie wissen die Eingeladenen nicht, wen sie fragen können.")
        yield Line(Mark.WARNING, title, meaning, "/basics")
    public = consultation.visibility == Visibility.PUBLIC
    seen = M("Entwurf und Fragen stehen öffentlich im Netz.") if public else M(
        "Entwurf und Fragen sehen nur Sie und die Eingeladenen."
    )  # fmt: skip
    yield Line(Mark.WARNING if public else Mark.DONE, M("Sichtbarkeit"), seen, "/basics")


def _draft(consultation: Consultation, problems: tuple[Problem, ...]) -> Iterator[Line]:
    title = M("Entwurfsfassung")
    if wrong := [problem for problem in problems if problem.field == "draft"]:
        yield from (Line(Mark.MISSING, title, problem.message, "/versions") for problem in wrong)
    elif consultation.draft_version is None:
        meaning = M("Keine gewählt: Die Konsultation ist eine Bedarfsabfrage ohne Entwurf.")
        yield Line(Mark.WARNING, title, meaning, "/versions")
    else:
        meaning = M(
            "„{title}“ wird festgeschrieben und ändert sich nicht mehr.", title=consultation.draft_version.title
        )
        yield Line(Mark.DONE, title, meaning, "/versions")


def _form(consultation: Consultation, problems: tuple[Problem, ...]) -> Iterator[Line]:
    title = M("Formular")
    wrong = [p for p in problems if p.field == "form" or p.field not in ELSEWHERE]
    place = "/versions#form" if consultation.form_version is None else BUILDER
    yield from (Line(Mark.MISSING, title, problem.message, place) for problem in wrong)
    if not wrong:
        meaning = M("Die Fragen sind in sich stimmig und werden festgeschrieben.")
        yield Line(Mark.DONE, title, meaning, "/versions#form")


def _audience(ways: Ways, problems: tuple[Problem, ...]) -> Iterator[Line]:
    title = M("Adressatenkreis")
    if wrong := [problem for problem in problems if problem.field == "audience"]:
        yield from (Line(Mark.MISSING, title, problem.message, "/audience") for problem in wrong)
        return
    meaning = M("{count} Stellen werden zur Stellungnahme eingeladen, {informed} nachrichtlich.",
                one="1 Stelle wird zur Stellungnahme eingeladen, {informed} nachrichtlich.",
                count=ways.asked, informed=ways.informed)  # fmt: skip
    yield Line(Mark.DONE, title, meaning, "/audience")
    if ways.unreachable:
        meaning = M(
            "{count} Stellen haben weder E-Mail- noch Postanschrift und erfahren nichts.",
            one="1 Stelle hat weder E-Mail- noch Postanschrift und erfährt nichts.",
            count=ways.unreachable,
        )
        yield Line(Mark.WARNING, M("Anschriften"), meaning, "/addresses")
    else:
        yield Line(Mark.DONE, M("Anschriften"), M("Jede Stelle ist per Mail oder Brief erreichbar."), "/addresses")


def _sender(consultation: Consultation, ways: Ways) -> Iterator[Line]:
    """Only where letters will be printed: nobody else misses it."""
    title, programme = M("Absender der Briefe"), consultation.programme
    if ways.letter and programme.postal:
        sender = ", ".join([programme.owner.name, *programme.postal.splitlines()])
        yield Line(Mark.DONE, title, M("Auf den Briefen steht: {sender}.", sender=sender), PROGRAMME)
    elif ways.letter:
        meaning = M("Auf den Briefen fehlt Ihre Anschrift: Was nicht zugestellt werden kann, kommt nicht zurück. "
                    "Eintragen kann sie: {owner}.", owner=programme.owner.name)  # fmt: skip
        yield Line(Mark.WARNING, title, meaning, PROGRAMME)


def _list(session: Session, consultation: Consultation) -> Iterator[Line]:
    """A list that was uploaded and then forgotten: after the announcement it can no longer be taken over."""
    if (upload := latest(session, consultation)) is not None:
        meaning = M("Die hochgeladene Liste „{file}“ ist noch nicht übernommen. Nach der Ankündigung geht das nicht mehr.",
                    file=upload.file_name)  # fmt: skip
        yield Line(Mark.WARNING, M("Adressliste"), meaning, "/addresses")


def _dates(consultation: Consultation, problems: tuple[Problem, ...]) -> Iterator[Line]:
    title = M("Beginn und Frist")
    wrong = [problem for problem in problems if problem.field in ("deadline", "opens_at")]
    yield from (Line(Mark.MISSING, title, problem.message, "/dates") for problem in wrong)
    if not wrong:
        meaning = M("Die Frist endet: {deadline}.", deadline=consultation.deadline)
        yield Line(Mark.DONE, title, meaning, "/dates")


def _reminders(days: list[int]) -> Iterator[Line]:
    title = M("Erinnerungen")
    if not days:
        meaning = M("Abgeschaltet: Wer nicht antwortet, hört nichts mehr von Ihnen.")
        yield Line(Mark.WARNING, title, meaning, "/reminders")
    else:
        told = ", ".join(map(str, days))
        meaning = M("Wer nicht geantwortet hat, wird so viele Tage vor seiner Frist erinnert: {days}.", days=told)
        yield Line(Mark.DONE, title, meaning, "/reminders")
