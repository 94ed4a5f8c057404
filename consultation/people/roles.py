"""What users call the roles, and which of them an organisation can give."""

from collections.abc import Collection

from consultation.core.language import M, Message
from consultation.people.models import Organisation
from consultation.states import Role

ROLE_TITLES: dict[Role, Message] = {
    Role.MANAGER: M("Verwaltung"),
    Role.EDITOR: M("Bearbeitung (Planung)"),
    Role.PUBLISHER: M("Veröffentlichung (Planung)"),
    Role.CONTRIBUTOR: M("Bearbeitung"),
    Role.RELEASER: M("Freigabe"),
}
ROLE_HINTS: dict[Role, Message] = {
    Role.MANAGER: M("lädt Personen ein und vergibt Rechte"),
    Role.EDITOR: M("liest Entwürfe ein, baut Fragebögen, wertet aus, erstellt Dokumente"),
    Role.PUBLISHER: M("kündigt an, verlängert Fristen, entscheidet, veröffentlicht"),
    Role.CONTRIBUTOR: M("beantwortet Fragen und schlägt Änderungen vor"),
    Role.RELEASER: M("gibt die Stellungnahme frei und ab"),
}
_ANSWERING = (Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER)
_PLANNING = (Role.MANAGER, Role.EDITOR, Role.PUBLISHER)


def titles_of(roles: Collection[str]) -> tuple[Message, ...]:
    """In their usual order."""
    return tuple(title for role, title in ROLE_TITLES.items() if role in roles)


def roles_in(organisation: Organisation) -> tuple[Role, ...]:
    """Whoever plans can be asked too, so planning organisations have all five."""
    return tuple(Role) if organisation.may_plan else _ANSWERING


def usual_roles(organisation: Organisation) -> tuple[Role, ...]:
    """What the first person of an organisation gets."""
    return _PLANNING if organisation.may_plan else _ANSWERING
