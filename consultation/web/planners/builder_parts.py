"""Parts of a form, and what it says of itself: added, named, deleted."""

from typing import Any

from starlette.responses import Response

from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.language import M
from consultation.forms import editing
from consultation.forms.collisions import demand_same_head, demand_same_part, fingerprint
from consultation.forms.definition import Form as Questionnaire
from consultation.http import Form, Pages, PostedForm, page, see_other
from consultation.web.planners.building import AT, SAVED, AtForm, Bench, optional_texts, posted_texts
from consultation.web.planners.frame import problems_of

router = Pages(prefix=AT)
NEW = "new"


def _typed(form: PostedForm, *names: str) -> dict[str, str]:
    return {f"{name}.{code}": form.text(f"{name}.{code}") for name in names for code in ("de", "en")}


def _of(title: Any, hint: Any, second: str) -> dict[str, str]:
    texts = {"title": title, second: hint}
    return {f"{name}.{code}": getattr(text, code, "") for name, text in texts.items() for code in ("de", "en")}


# -- the form itself -------------------------------------------------------------------------------------------------
@router.get("/basics")
def basics(bench: AtForm) -> Response:
    return _basics(bench)


def _basics(bench: Bench, status: int = 200, **more: Any) -> Response:
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Titel und Einleitung"))
    form = data["form"]
    data |= {"typed": _of(form.title, form.intro, "intro"), "seen": fingerprint(form)}
    return page(bench.request, "planners/builder/basics.html", data | more, status)


@router.post("/basics")
def save_basics(bench: AtForm, form: Form) -> Response:
    def operation(old: Questionnaire) -> Questionnaire:
        demand_same_head(old, form.line("seen"))
        title = posted_texts(form, "title", M("Geben Sie dem Formular einen Titel."))
        return editing.describe(old, title, optional_texts(form, "intro"))

    try:
        bench.do("describe", operation)
    except (Invalid, Conflict) as refused:
        return _basics(bench, refused.status, typed=_typed(form, "title", "intro"),
                       problems=problems_of(refused))  # fmt: skip
    return see_other(bench.at, SAVED)


# -- parts -----------------------------------------------------------------------------------------------------------
@router.get("/parts/{part_key}")
def part(bench: AtForm, part_key: str) -> Response:
    return _part(bench, part_key)


def _part(
    bench: Bench, key: str, status: int = 200, **more: Any
) -> Response:  # fmt: skip
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        here = M("Neuer Teil") if key == NEW else M("Teil ändern")
        data = bench.surroundings(programme, version, here)
    part = None if key == NEW else editing.part_of(data["form"], key)
    data |= {
        "part": part, "typed": _of(part and part.title, part and part.hint, "hint"),
        "seen": fingerprint(part) if part else "",
    }  # fmt: skip
    return page(bench.request, "planners/builder/part.html", data | more, status)


@router.post("/parts/{part_key}")
def save_part(bench: AtForm, part_key: str, form: Form) -> Response:
    def operation(old: Questionnaire) -> Questionnaire:
        title = posted_texts(form, "title", M("Geben Sie dem Teil eine Überschrift."))
        if part_key == NEW:
            return editing.add_part(old, title, optional_texts(form, "hint"))
        demand_same_part(old, part_key, form.line("seen"))
        return editing.edit_part(old, part_key, title, optional_texts(form, "hint"))

    step = "add_part" if part_key == NEW else "edit_part"
    try:
        bench.do(step, operation, about=form.line("title.de"))
    except (Invalid, Conflict) as refused:
        return _part(bench, part_key, refused.status, typed=_typed(form, "title", "hint"),
                     problems=problems_of(refused))  # fmt: skip
    at = bench.at
    return see_other(at if part_key == NEW else f"{at}#part-{part_key}", SAVED)


@router.post("/parts/{part_key}/delete")
def delete_part(bench: AtForm, part_key: str, form: Form) -> Response:
    """An empty part goes at once; of a full one it is said what becomes of its questions."""

    def operation(old: Questionnaire) -> Questionnaire:
        part = editing.part_of(old, part_key)
        if part.questions and not form.line("to"):
            raise Invalid.about("to", M("Wählen Sie, was mit den Fragen dieses Teils geschehen soll."))
        to = "" if form.line("to") in ("", "delete") else form.line("to")
        return editing.remove_part(old, part_key, to=to)

    try:
        bench.do("remove_part", operation, about=bench.part_title(part_key))
    except Invalid as refused:
        problems = [Problem("to", problem.message) for problem in problems_of(refused)]
        return _part(bench, part_key, 422, problems=problems)
    told = M("Der Teil ist gelöscht. Unter „Letzter Schritt“ können Sie das rückgängig machen.")
    return see_other(bench.at, told)
