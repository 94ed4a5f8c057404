"""The form builder: the whole form on one page, its parts and questions in order, every step saved at once."""

from typing import Any

from starlette.responses import Response

from consultation.core.errors import Invalid
from consultation.core.language import Language, M
from consultation.core.times import BERLIN
from consultation.forms import actions, editing, queries
from consultation.forms.checks import form_of
from consultation.forms.definition import Form as Questionnaire
from consultation.forms.definition import Question
from consultation.forms.estimate import minutes
from consultation.forms.inspection import FORM, PART, Finding
from consultation.forms.sentences import sentence
from consultation.forms.steps import told
from consultation.http import Form, Pages, page, see_other
from consultation.people.queries import names
from consultation.questions import TYPES
from consultation.web.planners.building import AT, AtForm, address, findings, others

router = Pages(prefix=AT)


@router.get("")
def show(bench: AtForm) -> Response:
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version)
        context = bench.context(session, programme, version)
        steps = queries.steps(session, bench.actor, version.id, limit=1)
        data |= {
            "others": others(session, bench.actor, version),
            "last": told(steps[0].step, steps[0].about) if steps else None,
        }
        data["last_revision"] = steps[0].revision if steps else 0
    form = context.form
    data |= {
        "parts": [(part, [_row(form, one, data["language"]) for one in part.questions]) for part in form.parts],
        "short": minutes(context, everything=False), "long": minutes(context, everything=True),
        "asked": sum(len(part.questions) for part in form.parts), "core": sum(one.core for one in form.questions),
        "counted": editing.counts_by_itself(form),
        "findings": [(one, _where(one, data["at"])) for one in findings(context)],
        "checking": bench.request.query_params.get("check") == "yes",
    }  # fmt: skip
    return page(bench.request, "planners/builder/overview.html", data)


def _row(form: Questionnaire, question: Question, language: Language) -> dict[str, Any]:
    kinds = [TYPES[field.type].title for field in question.fields]
    marks = [
        (question.core, M("kurzer Weg")), (any(field.required for field in question.fields), M("Pflicht")),
        (question.makes_points or any(f.makes_points for f in question.fields), M("wird zu Einzelpunkten")),
        (question.confidential, M("vertraulich")), (question.personal, M("personenbezogen")),
        (question.explanation, M("mit Erläuterung")), (question.with_nil_return, M("auch bei Fehlanzeige")),
    ]  # fmt: skip
    return {
        "question": question, "kinds": kinds, "marks": [mark for holds, mark in marks if holds],
        "when": sentence(question.when, form, language) if question.when else "",
    }  # fmt: skip


def _where(finding: Finding, at: str) -> str:
    if finding.place == FORM:
        return f"{at}/basics"
    if finding.place.startswith(PART):
        return f"{at}/parts/{finding.place.removeprefix(PART)}"
    return f"{at}/questions/{finding.place}"


# -- order -----------------------------------------------------------------------------------------------------------
@router.post("/questions/{question_key}/place")
def place(bench: AtForm, question_key: str, form: Form) -> Response:
    go, at = form.line("go") or form.line("part"), bench.at

    def move(old: Questionnaire) -> Questionnaire:
        if go in STEPS:
            return editing.move_question(old, question_key, STEPS[go])
        return editing.move_to(old, question_key, go)

    try:
        bench.do("move_question", move, about=_title(bench, question_key))
    except Invalid as refused:
        return see_other(f"{at}#q-{question_key}", refused.problems[0].message, "warning")
    return see_other(f"{at}#q-{question_key}")


STEPS = {"up": editing.UP, "down": editing.DOWN}


def _title(bench: AtForm, key: str) -> str:
    """Of a question, for the history; raises `NotFound`."""
    with bench.db.reader() as session:
        _, version = bench.found(session)
        return editing.question_of(form_of(version), key).title.de


@router.post("/questions/{question_key}/duplicate")
def duplicate(bench: AtForm, question_key: str) -> Response:
    title = _title(bench, question_key)
    bench.do("duplicate_question", lambda old: editing.duplicate(old, question_key), about=title)
    return see_other(f"{bench.at}#q-{question_key}", M("Die Frage ist verdoppelt. Die Kopie steht dahinter."))


@router.post("/parts/{part_key}/place")
def place_part(bench: AtForm, part_key: str, form: Form) -> Response:
    at, step = bench.at, STEPS.get(form.line("go"), editing.DOWN)
    try:
        bench.do("move_part", lambda old: editing.move_part(old, part_key, step), about=bench.part_title(part_key))
    except Invalid as refused:
        return see_other(f"{at}#part-{part_key}", refused.problems[0].message, "warning")
    return see_other(f"{at}#part-{part_key}")


@router.post("/renumber")
def renumber(bench: AtForm) -> Response:
    bench.do("renumber", editing.renumber)
    return see_other(bench.at, M("Die Fragen sind neu nummeriert."))


# -- deleting --------------------------------------------------------------------------------------------------------
@router.get("/questions/{question_key}/delete")
def ask_delete(bench: AtForm, question_key: str) -> Response:
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Frage löschen"))
    form = data["form"]
    question = editing.question_of(form, question_key)
    left = editing.remove_question(form, question_key)
    data |= {
        "question": question,
        "hanging": [
            one
            for one in form.questions
            if one.key != question_key and one.when != editing.question_of(left, one.key).when
        ],
        "reservation": form.reservation is not None and left.reservation is None,
    }
    return page(bench.request, "planners/builder/delete.html", data)


@router.post("/questions/{question_key}/delete")
def delete(bench: AtForm, question_key: str) -> Response:
    title = _title(bench, question_key)
    bench.do("remove_question", lambda old: editing.remove_question(old, question_key), about=title)
    told_ = M("Die Frage ist gelöscht. Unter „Letzter Schritt“ können Sie das rückgängig machen.")
    return see_other(bench.at, told_)


# -- history ---------------------------------------------------------------------------------------------------------
@router.get("/history")
def history(bench: AtForm) -> Response:
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Bearbeitungsverlauf"))
        steps = queries.steps(session, bench.actor, version.id)
        people = names(session, {one.person_id for one in steps if one.person_id})
    data["steps"] = [
        (one.revision, told(one.step, one.about), people.get(one.person_id, "") if one.person_id else "",
         one.moment.astimezone(BERLIN))
        for one in steps
    ]  # fmt: skip
    return page(bench.request, "planners/builder/history.html", data)


@router.post("/restore")
def restore(bench: AtForm, form: Form) -> Response:
    typed = form.line("revision")
    at = bench.at
    try:
        with bench.db.transaction() as session:
            bench.found(session)
            actions.restore(
                session,
                bench.actor,
                bench.form_id,
                int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1,
            )
    except Invalid as refused:
        return see_other(at, refused.message, "warning")
    return see_other(at, M("Der frühere Stand ist wiederhergestellt. Auch das lässt sich rückgängig machen."))


@router.post("/copy")
def copy(bench: AtForm) -> Response:
    with bench.db.transaction() as session:
        bench.found(session)
        made = actions.copy(session, bench.actor, bench.slug, bench.form_id)
    return see_other(
        address(bench.actor, bench.slug, made.id), M("Die Kopie ist angelegt. Sie können sie jetzt bearbeiten.")
    )
