"""One question: chosen from the gallery, worded in both languages, its answers set with the dials of its type."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from starlette.responses import Response

from consultation.core import bounds
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.language import Language, M, say
from consultation.forms import editing
from consultation.forms.collisions import demand_same_question, fingerprint
from consultation.forms.definition import Form as Questionnaire
from consultation.forms.definition import FormField, Question
from consultation.forms.sentences import sentence
from consultation.http import Form, Pages, PostedForm, page, see_other
from consultation.questions import FAMILIES, TYPES, Family, QuestionType, Refused, Texts
from consultation.questions.dials import knobs
from consultation.questions.setup import Typed, built, line, plain_types, rearranged, shown, typed, typed_words
from consultation.web.planners.building import AT, SAVED, AtForm, Bench
from consultation.web.planners.frame import problems_of
from consultation.web.planners.trying import drawn

router = Pages(prefix=AT)
FLAGS = {
    "core": (M("Auf dem kurzen Weg"), M("Wird auch gestellt, wenn jemand nur die wichtigsten Fragen beantwortet.")),
    "makes_points": (
        M("Texte werden zu Einzelpunkten"),
        M("Was hier geschrieben wird, kommt in die Arbeitsliste der Auswertung."),
    ),
    "explanation": (M("Erläuterung anbieten"), M("Unter der Frage steht ein freiwilliges Textfeld.")),
    "confidential": (M("Vertraulich"), M("Wird höchstens als Zahl veröffentlicht, nie mit Namen.")),
    "personal": (
        M("Personenbezogen"),
        M("Steht in keinem Dokument und wird gelöscht, sobald es nicht mehr gebraucht wird."),
    ),
    "group_by": (
        M("Auswertung danach aufteilen"),
        M("Die Ergebnisse werden auch nach den Antworten auf diese Frage gezeigt."),
    ),
    "with_nil_return": (
        M("Auch bei Fehlanzeige fragen"),
        M("Wird auch gestellt, wenn jemand nur eine Fehlanzeige abgibt."),
    ),
}
NAME = "q"
_NONE = M("Eine Frage braucht mindestens eine Angabe. Löschen Sie sonst die ganze Frage.")
MOST_FIELDS = editing.MOST_FIELDS


# -- gallery ---------------------------------------------------------------------------------------------------------
@router.get("/add")
def gallery(bench: AtForm, part: str = "", to: str = "") -> Response:
    """All types by family. `to`: the question that gets one more answer, instead of a new question in `part`."""
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        here = M("Weitere Angabe") if to else M("Neue Frage")
        data = bench.surroundings(programme, version, here)
    onward = (
        f"questions/{editing.question_of(data['form'], to).key}?more="
        if to
        else f"questions/new?part={_part(data['form'], part)}&kind="
    )
    data |= {
        "families": [(title, _kinds(family, bench.language)) for family, title in FAMILIES.items()],
        "onward": onward, "to": to, "disclosing": data["form"].disclosure_key is not None,
    }  # fmt: skip
    return page(bench.request, "planners/builder/gallery.html", data)


def _kinds(family: Family, language: Language) -> list[QuestionType]:
    """The plain ones first."""
    kinds = [kind for kind in TYPES.values() if kind.family is family]
    return sorted(kinds, key=lambda kind: (kind.itemised, say(kind.title, language)))


def _part(form: Questionnaire, key: str) -> str:
    return editing.part_of(form, key).key if key else form.parts[-1].key


# -- a new question, a question ----------------------------------------------------------------------------------------
@router.get("/questions/{question_key}")
def question(
    bench: AtForm, question_key: str, part: str = "", kind: str = "", more: str = ""
) -> Response:  # fmt: skip
    return _page(bench, question_key, part, kind=kind, more_kind=more)


def _page(
    bench: Bench, key: str, part: str, status: int = 200,
    *, kind: str = "", more_kind: str = "", **more: Any,
) -> Response:  # fmt: skip
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Neue Frage") if key == "new" else M("Frage ändern"))
        context = bench.context(session, programme, version)
    form, language = data["form"], data["language"]
    if key == "new":
        stored, at = _blank(_kind(kind)), f"{data['at']}/questions/new?part={_part(form, part)}&kind={_kind(kind)}"
    else:
        stored, at = editing.question_of(form, key), f"{data['at']}/questions/{key}"
    given = typed_of(stored, language)
    if more_kind:
        given["fields"].append(_blank_field(_kind(more_kind), language))
    data |= {
        "question": stored, "new": key == "new", "action": at, "seen": "" if key == "new" else fingerprint(stored),
        "flags": FLAGS, "when": sentence(stored.when, form, language) if stored.when else "", "typed": given, "theirs": None,
        "drawn": None if key == "new" else drawn(context, stored), "title": context.asked_as(stored),
        "hint": context.say(stored.hint),
        "part": part, "part_key": next((p.key for p in form.parts if stored in p.questions), part), "focus": "",
    } | more  # fmt: skip
    data |= {
        "knobs": {name: knobs(one.Settings) for name, one in TYPES.items()},
        "kinds": TYPES,
        "plain": plain_types(),
    }
    return page(bench.request, "planners/builder/question.html", data, status)


def _kind(key: str) -> str:
    if key not in TYPES:
        raise NotFound(M("Diese Art von Frage gibt es nicht."))
    return key


def _blank(kind: str) -> Question:
    return Question(
        key="new", title=Texts(de=""), fields=(FormField(type=kind),), core=True, makes_points=TYPES[kind].demands
    )


def _blank_field(kind: str, language: Language) -> Typed:
    return {"key": "", "type": kind, "de": "", "en": "", "required": False,
            "makes_points": TYPES[kind].demands, "settings": shown(TYPES[kind], {}, language)}  # fmt: skip


@router.post("/questions/{question_key}")
def save(bench: AtForm, question_key: str, form: Form, part: str = "") -> Response:
    """Saves; with `do` a row moves or goes first, and one stays on the page."""
    language = bench.language
    given = typed_from(form)
    focus = rearranged(given, form.line("do"), NAME)
    kind = given["fields"][0]["type"] if given["fields"] else ""
    made: list[str] = []
    try:
        bench.do("add_question" if question_key == "new" else "edit_question",
           _operation(question_key, part, form.line("seen"), given, language, made), about=given["title"]["de"])  # fmt: skip
    except (Invalid, Conflict) as refused:
        return _page(bench, question_key, part, refused.status, kind=kind or _first(), typed=given,
                     problems=problems_of(refused), focus=focus, theirs=refused.status == 409)  # fmt: skip
    at = bench.at
    if focus or form.line("then") == "stay":
        return see_other(f"{at}/questions/{made[0]}" + (f"#{focus}" if focus else ""), SAVED)
    if form.line("then") == "field":
        return see_other(f"{at}/add?to={made[0]}", SAVED)
    if form.line("then") == "condition":
        return see_other(f"{at}/questions/{made[0]}/condition", SAVED)
    return see_other(f"{at}#q-{made[0]}", SAVED)


def _first() -> str:
    return plain_types()[0]


def _operation(
    key: str, part: str, seen: str, given: Typed, language: Language, made: list[str]
) -> Callable[[Questionnaire], Questionnaire]:  # fmt: skip
    def add(old: Questionnaire) -> Questionnaire:
        new = editing.add_question(old, _part(old, part), question_from(given, _blank(_first()), language))
        made.append(next(one.key for one in new.questions if one.key not in {q.key for q in old.questions}))
        return new

    def change(old: Questionnaire) -> Questionnaire:
        made.append(key)
        demand_same_question(old, key, seen)
        return editing.edit_question(old, key, question_from(given, editing.question_of(old, key), language))

    return add if key == "new" else change


# -- a question as a page holds it -------------------------------------------------------------------------------------
def typed_of(question: Question, language: Language) -> Typed:
    return {
        "title": question.title.model_dump(), "hint": _words(question.hint), "number": question.number,
        **{flag: getattr(question, flag) for flag in FLAGS},
        "fields": [
            {"key": field.key, "type": field.type, **_words(field.label), "required": field.required,
             "makes_points": field.makes_points, "settings": shown(TYPES[field.type], field.settings, language)}
            for field in question.fields
        ],
    }  # fmt: skip


def _words(texts: Texts | None) -> dict[str, str]:
    return {"de": "", "en": ""} if texts is None else texts.model_dump()


def typed_from(form: PostedForm) -> Typed:
    return {
        "title": typed_words(form, f"{NAME}.title"), "hint": {code: form.text(f"{NAME}.hint.{code}") for code in ("de", "en")},
        "number": line(form, f"{NAME}.number")[:20], **{flag: form.checked(f"{NAME}.{flag}") for flag in FLAGS},
        "fields": list(_typed_fields(form)),
    }  # fmt: skip


def _typed_fields(form: PostedForm) -> Iterable[Typed]:
    for place in range(MOST_FIELDS + 1):
        name = f"{NAME}.fields.{place}"
        kind = TYPES.get(line(form, f"{name}.type"))
        if kind is not None:
            yield {
                "key": line(form, f"{name}.key"), "type": kind.key, **typed_words(form, name),
                "required": form.checked(f"{name}.required"), "makes_points": form.checked(f"{name}.makes_points"),
                "settings": typed(kind, form, f"{name}.settings"),
            }  # fmt: skip


def question_from(given: Typed, old: Question, language: Language) -> Question:
    """Raises `Invalid` with every problem; what no page shows is taken from `old`."""
    problems: list[Problem] = []
    for name, missing in (
        ("title", M("Geben Sie an, was gefragt wird.")),
        ("hint", M("Geben Sie auch den deutschen Text an.")),
    ):
        if not given[name]["de"] and (name == "title" or given[name]["en"]):
            problems.append(Problem(f"{NAME}.{name}.de", missing))
        problems += _too_long(f"{NAME}.{name}", given[name])
    if not given["fields"]:
        problems.append(Problem(f"{NAME}.title.de", _NONE))
    known = {field.key: field for field in old.fields}
    fields = [_field(row, place, given, known, language, problems) for place, row in enumerate(given["fields"])]
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return old.model_copy(update={
        "title": Texts(**given["title"]), "hint": Texts(**given["hint"]) if given["hint"]["de"] else None,
        "number": given["number"], **{flag: given[flag] for flag in FLAGS}, "fields": tuple(one for one in fields if one),
    })  # fmt: skip


def _too_long(name: str, texts: Typed) -> Iterator[Problem]:
    for code in ("de", "en"):
        yield from bounds.FORM_TEXT.problems(f"{name}.{code}", texts[code])


def _field(
    row: Typed, place: int, given: Typed, known: dict[str, FormField], language: Language, problems: list[Problem]
) -> FormField | None:  # fmt: skip
    name, kind = f"{NAME}.fields.{place}", TYPES[row["type"]]
    before = known.get(row["key"])
    several = len(given["fields"]) > 1
    if not row["de"] and (row["en"] or (several and place)):
        problems.append(Problem(f"{name}.de", M("Sagen Sie, was hier anzugeben ist.")))
    problems += _too_long(name, row)
    raw = before.settings if before is not None and before.type == kind.key else {}
    try:
        settings = built(kind, row["settings"], raw, f"{name}.settings", language)
    except Refused as refused:
        problems += refused.problems
        return None
    key = row["key"] if before is not None else ""
    label = Texts(de=row["de"], en=row["en"]) if row["de"] else None
    return FormField(
        key=key,
        type=kind.key,
        label=label,
        settings=settings,
        required=row["required"],
        makes_points=row["makes_points"],
    )
