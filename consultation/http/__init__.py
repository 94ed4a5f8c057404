"""What routes may ask for and how they answer; everything between the wire and a room.

A page: `def show(request: Request, db: Db) -> Response: … return page(request, "room/name.html", {...})`
A change: `def save(request: Request, db: Db, form: Form) -> Response: … return see_other("/…", M("Gespeichert."))`
Tokens, headers, limits and refusals are put around every route by the app; a route does nothing for them.
"""

from consultation.http.asked import Configured, Db, Number, client_address, key_of, settings_of
from consultation.http.forms import Form, PostedForm, Upload
from consultation.http.language import Spoken, language_of
from consultation.http.pages import page, safe_path, see_other
from consultation.http.routers import Pages, Site

__all__ = [
    "Configured", "Db", "Form", "Number", "Pages", "PostedForm", "Site", "Spoken", "Upload", "client_address", "key_of",
    "language_of", "page", "safe_path", "see_other", "settings_of",
]  # fmt: skip
