"""One's own data, as a file for oneself and for programs (Art. 15 and 20 GDPR)."""

import orjson
from starlette.responses import Response

from consultation.core.language import SOURCE
from consultation.http import Db, Pages
from consultation.http.actors import LoggedIn, Moment
from consultation.http.language import Spoken
from consultation.people import queries
from consultation.upkeep.access import everything

router = Pages()


@router.get("/account/data")
def own_data(db: Db, viewer: LoggedIn, moment: Moment, language: Spoken) -> Response:
    with db.reader() as session:
        found = everything(session, queries.person(session, viewer.person_id), moment, language)
    content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    name = "meine-daten" if language == SOURCE else "my-data"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(content, media_type="application/json", headers=headers)
