"""What a consultation asks, to read: for whoever may read the consultation itself, not only for those who answer."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.evaluation.statistics import form_context
from consultation.forms.context import FormContext
from consultation.forms.definition import Question
from consultation.forms.estimate import minutes
from consultation.http import Db, Pages, Spoken, page
from consultation.http.actors import Seen
from consultation.programmes.parameters import figures_of
from consultation.programmes.queries import consulted_draft
from consultation.questions import Field
from consultation.web.public.consultations import crumbs, surroundings
from consultation.web.public.readers import find

router = Pages()


@router.get("/consultations/{slug}/questions")
def show(request: Request, db: Db, viewer: Seen, language: Spoken, slug: str) -> Response:
    with db.reader() as session:
        actor, consultation = find(session, request, viewer, slug)
        if consultation.form_version is None:
            raise NotFound(M("Diese Konsultation hat noch kein Formular."))
        draft = consultation.draft_version_id
        figures = dict(figures_of(consulted_draft(session, draft), language)) if draft else {}
        context = form_context(session, consultation).in_language(language, figures)
        data = {
            **surroundings(actor, consultation),
            "context": context,
            "parts": [(part, [(one, _fields(context, one)) for one in part.questions]) for part in context.form.parts],
            "short": minutes(context, everything=False),
            "long": minutes(context, everything=True),
            "breadcrumbs": crumbs(consultation, M("Fragen")),
        }
        return page(request, "public/questions.html", data)


def _fields(context: FormContext, question: Question) -> list[tuple[str, Field]]:
    """(What a field asks beyond the title of its question, the control as respondents get it)."""
    asked = [one for one in context.form.asked if one.question.key == question.key]
    return [(context.say(one.field.label), one.type.field(one.key, None, one.settings, context)) for one in asked]
