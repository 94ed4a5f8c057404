"""A notice of the outcome as an example, before an edition is published: that of the body with the most demands."""

from starlette.responses import Response

from consultation.documents import queries
from consultation.documents.outcome import sample_outcome
from consultation.documents.outcome_notice import outcome_notice
from consultation.http import Configured, Db, Number, Pages, Spoken
from consultation.web.downloads import as_file
from consultation.web.planners.frame import PREFIX, Planning

router = Pages(prefix=PREFIX + "/consultations/{slug}/editions/{number}")


@router.get("/notice.pdf")
def sample(db: Db, settings: Configured, actor: Planning, slug: str, number: Number, language: Spoken) -> Response:
    with db.reader() as session:
        edition = queries.by_number(session, actor, slug, number)
        found = sample_outcome(session, actor, edition, settings.documents, language)
        mark = "-beispieldaten" if found.demo else ""
        return as_file(outcome_notice(found), "pdf", f"{slug}-schlussmitteilung-{number}-vorschau{mark}")
