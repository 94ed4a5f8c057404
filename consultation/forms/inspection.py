"""What a planner should know of a form before anybody is asked: what must be settled, and what may stay."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import LANGUAGES, M, Message
from consultation.core.text import search_key
from consultation.forms.checks import PLACEHOLDER
from consultation.forms.conditions import fields_of
from consultation.forms.definition import Asked, Form, Question
from consultation.forms.reachability import unreachable
from consultation.questions import Texts
from consultation.questions.dials import Dial, knobs

FORM, PART = "form", "part "
"""Places that are no question: the form, and "part KEY"."""


@dataclass(frozen=True)
class Finding:
    """`place` is the key of a question, `part KEY` or `form`. A soft one does not keep from announcing."""

    place: str
    message: Message
    soft: bool = False


def inspect(form: Form, sections: Collection[str], parameters: Collection[str]) -> list[Finding]:
    """Everything, what blocks first. `sections` are keys and numbers of the draft, `parameters` names of figures."""
    found = [
        Finding(_question(form, problem.field), problem.message) for problem in shortcomings(form, sections, parameters)
    ]
    return list(dict.fromkeys([*found, *(Finding(place, message, soft=True) for place, message in _soft(form))]))


def _question(form: Form, field: str) -> str:
    return form.by_key[field].question.key if field in form.by_key else field


# -- must be settled ---------------------------------------------------------------------------
def shortcomings(form: Form, sections: Collection[str], parameters: Collection[str]) -> Iterator[Problem]:
    """What must be settled before announcing, each thing once; each problem names a field, a question or the form."""
    yield from {problem.message: problem for problem in _shortcomings(form, sections, parameters)}.values()


def _shortcomings(form: Form, sections: Collection[str], parameters: Collection[str]) -> Iterator[Problem]:
    """What a question with two fields asks of its title is found with each of them."""
    if not form.asked:
        yield Problem(FORM, M("Das Formular hat noch keine Frage."))
    if form.disclosure_key is None:
        yield Problem(FORM, M("Es fehlt die Frage zur Veröffentlichungsfreigabe. Fügen Sie sie am Ende hinzu."))
    yield from _unknown_names(FORM, form.title.de, _said(form.title, form.intro), sections, parameters)
    for part in form.parts:
        said = _said(part.title, part.hint)
        yield from _unknown_names(f"{PART}{part.key}", part.title.de, said, sections, parameters)
    for asked in form.asked:
        said = [*_said(asked.question.title, asked.question.hint, asked.field.label), *_texts_in(asked.field.settings)]
        yield from _unknown_names(asked.key, _called(asked.question), said, sections, parameters)
        if asked.type.needs_sections and not sections:
            told = M("{question}: braucht einen Entwurf mit Abschnitten.", question=_called(asked.question))
            yield Problem(asked.key, told)
        yield from _doubled(asked)
    for question in unreachable(form):
        yield Problem(question.key, M("{question}: wird nie gezeigt, denn ihre Bedingung kann nicht eintreten.",
                                      question=_called(question)))  # fmt: skip
    yield from _reservation(form)


def _unknown_names(
    field: str, question: str, said: Sequence[Mapping[str, str]], sections: Collection[str], parameters: Collection[str]
) -> Iterator[Problem]:
    """`question`: what the place is called; `said`: its texts, language by language."""
    german, english = (
        {name for text in said for name in PLACEHOLDER.findall(text.get(language, ""))} for language in LANGUAGES
    )
    for name in sorted(german | english):
        called = question if name in german else M("{question}, englischer Text", question=question)
        section = name.removeprefix("section:")
        if section != name and section not in sections:
            told = M("{question}: den Abschnitt „{name}“ gibt es im Entwurf nicht.", question=called, name=section)
            yield Problem(field, told)
        elif section == name and name not in parameters:
            told = M("{question}: den Programmwert „{name}“ gibt es nicht. Legen Sie ihn am Programm an, "
                     "bevor der Entwurf festgeschrieben wird.", question=called, name=name)  # fmt: skip
            yield Problem(field, told)


def _said(*texts: Texts | None) -> list[Mapping[str, str]]:
    return [text.model_dump() for text in texts if text]


def _texts_in(settings: Any) -> Iterator[dict[str, str]]:
    """Planners' texts in settings: whatever is a text per language there."""
    if isinstance(settings, dict):
        if isinstance(settings.get("de"), str) and settings.keys() <= {"de", "en"}:
            yield settings
        else:
            for value in settings.values():
                yield from _texts_in(value)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from _texts_in(value)


def _doubled(asked: Asked) -> Iterator[Problem]:
    """Two options, rows or fields with the same words."""
    for knob in knobs(asked.type.Settings):
        if knob.dial not in (Dial.CHOICES, Dial.PARTS):
            continue
        seen: set[str] = set()
        for row in asked.field.settings.get(knob.name, ()):
            said = search_key(row["label"]["de"])
            if said in seen:
                yield Problem(asked.key, M("{question}: „{label}“ kommt zweimal vor.",
                                           question=_called(asked.question), label=row["label"]["de"]))  # fmt: skip
            seen.add(said)


def _reservation(form: Form) -> Iterator[Problem]:
    if (reservation := form.reservation) is None:
        return
    named = {*fields_of(reservation.when), *(fields_of(reservation.unneeded) if reservation.unneeded else ())}
    for key in {*named, *([reservation.date] if reservation.date else [])} - form.by_key.keys():
        yield Problem(FORM, M("Der Gremienvorbehalt verweist auf „{key}“. Dieses Feld gibt es nicht.", key=key))


def notices(form: Form) -> list[Message]:
    """What may stay, told in few lines for the checklist before announcing."""
    lacking = [place for place, _ in _without_english(form)] if _speaks_english(form) else []
    told = [message for _, message in _soft(form, english=False)]
    return [
        *told,
        *(
            [
                M(
                    "An {count} Stellen des Formulars fehlt der englische Text.",
                    one="An 1 Stelle des Formulars fehlt der englische Text.",
                    count=len(lacking),
                )
            ]
            if lacking
            else []
        ),
    ]


# -- may stay, but should be known -------------------------------------------------------------
def _soft(form: Form, *, english: bool = True) -> Iterator[tuple[str, Message]]:
    for part in form.parts:
        if not part.questions:
            yield f"{PART}{part.key}", M("Der Teil „{title}“ ist leer und wird niemandem gezeigt.", title=part.title.de)
    if form.asked and not any(question.core for question in form.questions):
        yield FORM, M("Keine Frage steht auf dem kurzen Weg. Wer wenig Zeit hat, sieht dann nichts.")
    yield from _without_points(form)
    if sum(asked.type.settles_disclosure for asked in form.asked) > 1:
        yield FORM, M("Die Frage zur Veröffentlichungsfreigabe kommt mehrmals vor. Einmal genügt.")
    if english:
        yield from _without_english(form)


def _without_points(form: Form) -> Iterator[tuple[str, Message]]:
    """A form of numbers and ticks alone has none to make, and says so without blame."""
    if not form.asked or form.makes_points:
        return
    if could := next((asked.question for asked in form.asked if asked.could_make_points), None):
        yield (
            could.key,
            M(
                "Aus keiner Antwort entstehen Einzelpunkte. Setzen Sie bei den Fragen nach Texten den Haken "
                "„Texte werden zu Einzelpunkten“."
            ),
        )
    else:
        yield FORM, M("Aus keiner Antwort entstehen Einzelpunkte: Das Formular fragt nicht nach Texten.")


def _without_english(form: Form) -> Iterator[tuple[str, Message]]:
    if any(text and not text.en for text in (form.title, form.intro)):
        yield FORM, M("Titel oder Einleitung fehlen auf Englisch.")
    for part in form.parts:
        if any(text and not text.en for text in (part.title, part.hint)):
            yield f"{PART}{part.key}", M("Der Teil „{title}“ hat keine englische Überschrift.", title=part.title.de)
    for question in form.questions:
        if not all(text.get("en") for text in _all_texts(question)):
            yield (
                question.key,
                M("{question}: der englische Text fehlt oder ist unvollständig.", question=_called(question)),
            )


def _speaks_english(form: Form) -> bool:
    """Where no title is there in English, nobody means to ask in it."""
    titles = (form.title, *(part.title for part in form.parts), *(question.title for question in form.questions))
    return any(text.en for text in titles)


def _all_texts(question: Question) -> Iterator[dict[str, str]]:
    texts: list[Texts | None] = [question.title, question.hint, *(field.label for field in question.fields)]
    yield from (text.model_dump() for text in texts if text and text.de)
    for field in question.fields:
        yield from _texts_in(field.settings)


def _called(question: Question) -> str:
    return f"{question.number}. {question.title.de}" if question.number else question.title.de
