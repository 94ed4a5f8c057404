"""What groups, options, sections and decisions are called in documents."""

from consultation.core.language import Language, M, Message, say
from consultation.documents.frozen import Frozen
from consultation.documents.senders import described_kind
from consultation.evaluation.figures import KIND, NOT_STATED, SIZE_CLASS, SMALL_TOWNS, STATE
from consultation.evaluation.models import Decision, LiftReason, RedactionReason
from consultation.evaluation.signs import Sign
from consultation.forms.definition import Asked
from consultation.people.kinds import KIND_TITLES, OrganisationKind
from consultation.questions.wording import fill
from consultation.register.kinds import SizeClass
from consultation.register.states import STATE_TITLES, State
from consultation.responses.models import RepresentationKind

SIZES: dict[str, Message] = {
    SizeClass.LARGE_CITY: M("Großstadt"),
    SizeClass.MEDIUM_TOWN: M("Mittelstadt"),
    SMALL_TOWNS: M("Kleinstadt insgesamt"),
    SizeClass.LARGER_SMALL_TOWN: M("größere Kleinstadt"),
    SizeClass.SMALL_SMALL_TOWN: M("kleine Kleinstadt"),
    SizeClass.RURAL_MUNICIPALITY: M("Landgemeinde"),
}
KINDS: dict[str, Message] = {kind.value: title for kind, title in KIND_TITLES.items()} | {
    OrganisationKind.MUNICIPALITY: M("Gemeinde")
}
DECISIONS: dict[str, Message] = {
    Decision.ACCEPTED: M("wird berücksichtigt"),
    Decision.PARTLY_ACCEPTED: M("wird teilweise berücksichtigt"),
    Decision.NOT_ACCEPTED: M("wird nicht berücksichtigt"),
    Decision.NOTED: M("wird zur Kenntnis genommen"),
    Decision.ALREADY_COVERED: M("ist bereits enthalten"),
    Decision.OUT_OF_SCOPE: M("liegt außerhalb des Regelungsbereichs"),
    Decision.TO_BE_EXAMINED: M("wird weiter geprüft"),
}
AMENDMENT_KINDS: dict[str, Message] = {
    "delete": M("streichen"),
    "replace": M("ersetzen"),
    "insert": M("ergänzen"),
}
REDACTION_REASONS: dict[str, Message] = {
    RedactionReason.PERSON: M("Angaben zu einer Person"),
    RedactionReason.SINGLE_CASE: M("Einzelfall, in dem jemand erkennbar ist"),
    RedactionReason.CONFIDENTIAL: M("vertrauliche Angabe"),
    RedactionReason.RIGHTS: M("Rechte Dritter"),
    RedactionReason.OTHER: M("anderer Grund"),
}
LIFT_REASONS: dict[str, Message] = {
    LiftReason.MISTAKE: M("Die Schwärzung war ein Versehen"),
    LiftReason.AGREED: M("Die betroffene Person oder Stelle ist einverstanden"),
    LiftReason.KNOWN: M("Die Angabe ist öffentlich bekannt"),
    LiftReason.REPLACED: M("Eine andere Schwärzung tritt an ihre Stelle"),
    LiftReason.GONE: M("Der Grund ist entfallen"),
}
SIGN_TITLES: dict[Sign, Message] = {
    Sign.ELSEWHERE: M("anderswo geschwärzt"),
    Sign.OWN_NAME: M("verrät den Absender"),
    Sign.NAME: M("Name"),
    Sign.MAIL: M("Mailadresse"),
    Sign.PHONE: M("Telefonnummer"),
    Sign.IBAN: M("Bankverbindung"),
    Sign.ADDRESS: M("Anschrift"),
    Sign.PLATE: M("Kfz-Kennzeichen"),
    Sign.CASE_NUMBER: M("Aktenzeichen"),
    Sign.SINGLE_CASE: M("Einzelfall"),
}
GROUPINGS: dict[str, Message] = {
    SIZE_CLASS: M("Größenklasse oder Art"),
    STATE: M("Land"),
    KIND: M("Art der Stelle"),
}
SPOKEN: dict[str, Message] = {
    RepresentationKind.REPRESENTED: M("vertreten"),
    RepresentationKind.SUPPORTER: M("unterstützt"),
}
TOTAL_LABEL = M("Insgesamt")


def group_label(grouping: str, group: str, frozen: Frozen) -> str:
    """A row of a table: a Land, a size class (or the kind of a body that has none), an option of a grouping question."""
    language = frozen.language
    match grouping:
        case "total":
            return say(TOTAL_LABEL, language)
        case "state":
            return say(STATE_TITLES[State(group)] if group else M("ohne Land"), language)
        case "kind":
            return kind_label(group, language)
        case "size_class":
            return size_label(group, language)
        case _:
            return _answered(grouping, group, frozen)


def _answered(grouping: str, group: str, frozen: Frozen) -> str:
    if group == NOT_STATED:
        return say(M("ohne Angabe"), frozen.language)
    asked = frozen.form.by_key[grouping.split(":")[1]]
    return dict(options_of(asked, frozen)).get(group, group)


def kind_label(kind: str, language: Language) -> str:
    return say(KINDS.get(kind, M("{kind}", kind=kind)), language)


def size_label(size: str, language: Language) -> str:
    """A size class, or the kind of a body that has none."""
    return say(SIZES[size], language) if size in SIZES else kind_label(size, language)


def description(kind: str, size_class: str | None, language: Language) -> str:
    """What a described sender is called: "Gemeinde, kleine Kleinstadt"."""
    label = kind_label(described_kind(kind), language)
    return f"{label}, {say(SIZES[size_class], language)}" if size_class else label


def options_of(asked: Asked, frozen: Frozen) -> list[tuple[str, str]]:
    """(key, label) of the options statistics show."""
    options = asked.type.options(asked.settings, frozen.language)
    return [(option.key, fill(option.label, frozen.context)) for option in options]


def item_label(asked: Asked, item: str, frozen: Frozen) -> str:
    """A row of a matrix, or a section."""
    return frozen.context.item(asked, item) or frozen.say(M("ohne Abschnitt"))


def field_title(asked: Asked, frozen: Frozen) -> str:
    """Short enough for a caption: "Frage 27 – Aufwand"."""
    number = asked.question.number
    label = frozen.context.say(asked.field.label) if asked.field.label else ""
    return " – ".join(
        part for part in (frozen.say(M("Frage {number}", number=number)) if number else "", label) if part
    )
