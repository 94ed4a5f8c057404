"""One's own data, as a file for oneself and for programs (Art. 15 and 20 GDPR)."""

import orjson
from starlette.responses import Response

from consultation.http import Db, Pages
from consultation.http.actors import LoggedIn, Moment
from consultation.people import queries
from consultation.upkeep.access import everything

router = Pages()


@router.get("/account/data")
def own_data(db: Db, viewer: LoggedIn, moment: Moment) -> Response:
    with db.reader() as session:
        found = everything(session, queries.person(session, viewer.person_id), moment)
    content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    headers = {"Content-Disposition": 'attachment; filename="meine-daten.json"'}
    return Response(content, media_type="application/json", headers=headers)
