"""WHO may do WHAT, WHEN. Read this file and you know the service; nothing here touches a database, a clock or the web.

The tables at the end are the only way a state changes. Guards, buttons, the API's `actions`, refusals, the diagrams of the
documentation, the procedure log and the jobs that follow all come from them.
"""

import uuid
from collections.abc import Iterable

from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.core.workflow import Rule, Transition, Workflow
from consultation.states import (
    ANSWERING,
    PLANNING,
    Audience,
    CommentState,
    ConsultationState,
    DraftVersionState,
    EditionState,
    ExtensionState,
    FormVersionState,
    InvitationState,
    PointState,
    RedactionState,
    ResponseState,
    Role,
    Visibility,
)
from consultation.subjects import (
    Actor,
    CommentLike,
    ConsultationLike,
    DraftVersionLike,
    EditionLike,
    ExtensionLike,
    FormVersionLike,
    InvitationLike,
    Planned,
    PointLike,
    RedactionLike,
    ResponseLike,
)


# -- who -------------------------------------------------------------------------------------------------------------
def _plans(actor: Actor, subject: Planned, role: Role) -> bool:
    """With a role in an organisation of the programme that is not limited to one Land; or the command line."""
    if actor.is_system:
        return True
    if not (actor.may_plan and role in actor.roles and actor.organisation_id):
        return False
    return actor.organisation_id in subject.planners and subject.planners[actor.organisation_id] is None


def _reads(actor: Actor, subject: Planned) -> bool:
    return actor.is_system or (
        actor.may_plan and bool(actor.roles & PLANNING) and actor.organisation_id in subject.planners
    )


def _own(actor: Actor, organisation_id: uuid.UUID, role: Role) -> bool:
    return actor.organisation_id == organisation_id and role in actor.roles


editor = Rule[Actor, Planned](M("Bearbeitung (Planung) des Programms"), lambda a, s: _plans(a, s, Role.EDITOR))
publisher = Rule[Actor, Planned](
    M("Veröffentlichung (Planung) des Programms"), lambda a, s: _plans(a, s, Role.PUBLISHER)
)
planner = editor | publisher
the_system = Rule[Actor, object](M("der Dienst selbst"), lambda a, s: a.is_system)
last_hand = Rule[Actor, PointLike](
    M("wer den letzten Schritt an dem Punkt getan hat"),
    lambda a, p: a.is_system or (a.person_id is not None and p.last_by == a.person_id),
)

contributor = Rule[Actor, ResponseLike](
    M("Bearbeitung der antwortenden Stelle"), lambda a, r: _own(a, r.organisation_id, Role.CONTRIBUTOR)
)
releaser = Rule[Actor, ResponseLike](
    M("Freigabe der antwortenden Stelle"), lambda a, r: _own(a, r.organisation_id, Role.RELEASER)
)
member = contributor | releaser
colleague = Rule[Actor, CommentLike](
    M("Bearbeitung oder Freigabe der antwortenden Stelle"),
    lambda a, c: _own(a, c.organisation_id, Role.CONTRIBUTOR) or _own(a, c.organisation_id, Role.RELEASER),
)
invited_body = Rule[Actor, InvitationLike](
    M("die eingeladene Stelle"), lambda a, i: a.organisation_id == i.organisation_id
)


# -- when ------------------------------------------------------------------------------------------------------------
def is_open(actor: Actor, response: ResponseLike) -> bool:
    """Computed at the actor's moment, never stored: so no timer can be late."""
    if response.consultation_state not in (ConsultationState.ANNOUNCED, ConsultationState.EVALUATING):
        return False
    if response.opens_at is None or actor.moment < response.opens_at:
        return False
    ends = [moment for moment in (response.own_deadline, response.reopened_until) if moment is not None]
    return bool(ends) and actor.moment < max(ends)


def in_time(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    if not is_open(actor, response):
        yield Problem(
            "",
            M("Die Konsultation nimmt von Ihrer Stelle keine Antwort mehr an. Ihr Text bleibt gespeichert. "
              "Bitten Sie die ausschreibende Stelle um eine Fristverlängerung."),
            "deadline",
        )


def is_complete(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    return response.shortcomings


def nil_return_is_complete(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    return response.nil_return_shortcomings


def another_pair_of_eyes(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    if response.four_eyes and response.author_id is not None and actor.person_id == response.author_id:
        yield Problem(
            "",
            M("Wer zuletzt bearbeitet hat, gibt nicht selbst frei. Bitten Sie eine andere Person mit dem Recht "
              "„Freigabe“, oder lassen Sie das Vier-Augen-Prinzip unter „Personen“ ausschalten."),
            "four_eyes",
        )


def two_for_what_counts(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    """What the house has submitted is not taken away by whoever edited last, as little as it was released so."""
    if response.counts and list(another_pair_of_eyes(actor, response)):
        yield Problem(
            "",
            M("Ihre abgegebene Fassung zählt, und Sie haben zuletzt bearbeitet. Die Teilnahme lehnt dann eine andere Person "
              "mit dem Recht „Freigabe“ ab, oder Sie lassen das Vier-Augen-Prinzip unter „Personen“ ausschalten."),
            "four_eyes",
        )


def until_deadline_or_planner(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    """The organisation reopens until its deadline, afterwards the planner for it, as long as answers are taken at all."""
    return takes_answers(actor, response) if planner(actor, response) else in_time(actor, response)


def takes_answers(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    if response.consultation_state not in (ConsultationState.ANNOUNCED, ConsultationState.EVALUATING):
        yield Problem("consultation", M("Die Konsultation läuft nicht; es werden keine Antworten mehr aufgenommen."))


def own_answer_wins(actor: Actor, response: ResponseLike) -> Iterable[Problem]:
    """What the organisation submitted itself is never replaced by what somebody enters for it."""
    if response.answered_itself:
        yield Problem(
            "own",
            M("Die Stelle hat selbst geantwortet; das gilt. Öffnen Sie ihre Stellungnahme wieder, damit sie ändern kann."),
        )


def can_be_announced(actor: Actor, consultation: ConsultationLike) -> Iterable[Problem]:
    return consultation.shortcomings


def deadline_is_over(actor: Actor, consultation: ConsultationLike) -> Iterable[Problem]:
    if consultation.deadline is not None and actor.moment < consultation.deadline:
        yield Problem("deadline", M("Die Frist läuft noch bis {deadline}.", deadline=consultation.deadline))


def has_sections(actor: Actor, draft: DraftVersionLike) -> Iterable[Problem]:
    if not draft.section_count:
        yield Problem("sections", M("Der Entwurf hat noch keinen Abschnitt. Lesen Sie zuerst ein Dokument ein."))


def has_decision(actor: Actor, point: PointLike) -> Iterable[Problem]:
    if not point.decision:
        yield Problem("decision", M("Wählen Sie eine Entscheidung."))


def may_be_published(actor: Actor, edition: EditionLike) -> Iterable[Problem]:
    if edition.audience != Audience.PUBLIC:
        yield Problem("audience", M("Eine interne Ausgabe wird nicht veröffentlicht. Erstellen Sie eine öffentliche."))
    if edition.consultation_state not in (ConsultationState.EVALUATING, ConsultationState.PUBLISHED):
        yield Problem(
            "consultation", M("Veröffentlicht wird erst in der Auswertung. Beginnen Sie zuerst die Auswertung.")
        )
    yield from edition.refusals


# -- what ------------------------------------------------------------------------------------------------------------
C, N, R, D = ConsultationState, InvitationState, ResponseState, DraftVersionState
F, E, X, P, K = FormVersionState, EditionState, ExtensionState, PointState, CommentState
H = RedactionState
# action, title, from, to, who, ready when, causes
# fmt: off

CONSULTATION = Workflow[Actor, ConsultationLike](
    "consultation",
    M("Konsultation"),
    {C.DRAFT: M("in Vorbereitung"), C.ANNOUNCED: M("angekündigt"), C.EVALUATING: M("in Auswertung"), C.PUBLISHED: M("veröffentlicht"), C.ARCHIVED: M("archiviert"), C.CANCELLED: M("abgebrochen")},
    [
        Transition("announce",          M("Ankündigen"),                     frozenset({C.DRAFT}),             C.ANNOUNCED,  publisher,                 (can_be_announced,),                          ("invitations.send",)),
        Transition("evaluate",          M("Auswertung beginnen"),            frozenset({C.ANNOUNCED}),         C.EVALUATING, planner | the_system,      (deadline_is_over,)),
        Transition("publish",           M("Veröffentlichen"),                frozenset({C.EVALUATING}),        C.PUBLISHED,  publisher),
        Transition("archive",           M("Archivieren"),                    frozenset({C.PUBLISHED}),         C.ARCHIVED,   publisher),
        Transition("cancel",            M("Abbrechen"),                      frozenset({C.DRAFT, C.ANNOUNCED, C.EVALUATING}),C.CANCELLED,  publisher,                 (),                                           ("consultation.cancelled",)),
    ],
)
INVITATION = Workflow[Actor, InvitationLike](
    "invitation",
    M("Einladung"),
    {N.PLANNED: M("geplant"), N.SENT: M("versandt"), N.OPENED: M("geöffnet"), N.FAILED: M("nicht zustellbar")},
    [
        Transition("send",              M("Versenden"),                      frozenset({N.PLANNED, N.FAILED}), N.SENT,       publisher | the_system),
        Transition("send_again",        M("Erneut versenden"),               frozenset({N.SENT, N.OPENED}),    N.SENT,       publisher),
        Transition("open",              M("Öffnen"),                         frozenset({N.SENT, N.FAILED}),    N.OPENED,     invited_body | the_system),
        Transition("fail",              M("Als nicht zustellbar vermerken"), frozenset({N.PLANNED, N.SENT}),   N.FAILED,     planner | the_system),
    ],
)
RESPONSE = Workflow[Actor, ResponseLike](
    "response",
    M("Stellungnahme"),
    {R.DRAFTING: M("in Bearbeitung"), R.READY: M("bereit zur Freigabe"), R.SUBMITTED: M("abgegeben"), R.DECLINED: M("Teilnahme abgelehnt"), R.WITHDRAWN: M("zurückgenommen")},
    [
        Transition("mark_ready",        M("Zur Freigabe vorlegen"),          frozenset({R.DRAFTING}),          R.READY,      contributor,               (is_complete,),                               ("response.ready",)),
        Transition("return_for_rework", M("Zur Überarbeitung zurückgeben"),  frozenset({R.READY}),             R.DRAFTING,   releaser,                  (),                                           ("response.returned",)),
        Transition("submit",            M("Freigeben und abgeben"),          frozenset({R.DRAFTING, R.READY}), R.SUBMITTED,  releaser,                  (in_time, another_pair_of_eyes, is_complete), ("response.submitted",)),
        Transition("submit_nil_return", M("Fehlanzeige abgeben"),            frozenset({R.DRAFTING, R.READY}), R.SUBMITTED,  releaser,                  (in_time, another_pair_of_eyes, nil_return_is_complete),("response.submitted",)),
        Transition("decline",           M("Teilnahme ablehnen"),             frozenset({R.DRAFTING, R.READY}), R.DECLINED,   releaser,                  (in_time, two_for_what_counts)),
        Transition("reopen",            M("Wieder öffnen"),                  frozenset({R.SUBMITTED, R.DECLINED, R.WITHDRAWN}),R.DRAFTING,   releaser | planner,        (until_deadline_or_planner,)),
        Transition("enter",             M("Für die Stelle erfassen"),        frozenset({R.DRAFTING, R.SUBMITTED}),R.SUBMITTED,  editor,                    (takes_answers, own_answer_wins),             ("response.entered",)),
        Transition("withdraw",          M("Zurücknehmen"),                   frozenset({R.SUBMITTED}),         R.WITHDRAWN,  releaser,                  (),                                           ("response.withdrawn",)),
    ],
)
COMMENT = Workflow[Actor, CommentLike](
    "comment",
    M("Kommentar im Haus"),
    {K.OPEN: M("offen"), K.RESOLVED: M("erledigt")},
    [
        Transition("resolve",           M("Als erledigt vermerken"),         frozenset({K.OPEN}),              K.RESOLVED,   colleague),
        Transition("reopen",            M("Wieder aufnehmen"),               frozenset({K.RESOLVED}),          K.OPEN,       colleague),
    ],
)
DRAFT_VERSION = Workflow[Actor, DraftVersionLike](
    "draft_version",
    M("Entwurfsfassung"),
    {D.DRAFT: M("in Bearbeitung"), D.PUBLISHED: M("festgeschrieben")},
    [Transition("publish", M("Festschreiben"), frozenset({D.DRAFT}), D.PUBLISHED, planner, (has_sections,))],
)
FORM_VERSION = Workflow[Actor, FormVersionLike](
    "form_version",
    M("Formularfassung"),
    {F.DRAFT: M("in Bearbeitung"), F.FROZEN: M("festgeschrieben")},
    [Transition("freeze", M("Festschreiben"), frozenset({F.DRAFT}), F.FROZEN, planner)],
)
EDITION = Workflow[Actor, EditionLike](
    "edition",
    M("Ausgabe"),
    {E.COMPILING: M("wird erstellt"), E.COMPILED: M("erstellt"), E.PUBLISHED: M("veröffentlicht"), E.FAILED: M("fehlgeschlagen")},
    [
        Transition("finish",            M("Fertigstellen"),                  frozenset({E.COMPILING}),         E.COMPILED,   the_system),
        Transition("fail",              M("Als fehlgeschlagen vermerken"),   frozenset({E.COMPILING}),         E.FAILED,     the_system),
        Transition("retry",             M("Erneut erstellen"),               frozenset({E.FAILED}),            E.COMPILING,  planner,                   (),                                           ("edition.compile",)),
        Transition("publish",           M("Veröffentlichen"),                frozenset({E.COMPILED}),          E.PUBLISHED,  publisher,                 (may_be_published,),                          ("edition.published",)),
    ],
)
DEADLINE_EXTENSION = Workflow[Actor, ExtensionLike](
    "deadline_extension",
    M("Fristverlängerung"),
    {X.REQUESTED: M("erbeten"), X.GRANTED: M("gewährt"), X.REFUSED: M("abgelehnt")},
    [
        Transition("grant",             M("Gewähren"),                       frozenset({X.REQUESTED}),         X.GRANTED,    publisher,                 (),                                           ("extension.decided",)),
        Transition("refuse",            M("Ablehnen"),                       frozenset({X.REQUESTED}),         X.REFUSED,    publisher,                 (),                                           ("extension.decided",)),
    ],
)
POINT = Workflow[Actor, PointLike](
    "point",
    M("Einzelpunkt"),
    {P.NEW: M("neu"), P.IN_REVIEW: M("in Prüfung"), P.DECIDED: M("entschieden")},
    [
        Transition("review",            M("Prüfen"),                         frozenset({P.NEW}),               P.IN_REVIEW,  planner),
        Transition("decide",            M("Entscheiden"),                    frozenset({P.NEW, P.IN_REVIEW}),  P.DECIDED,    publisher,                 (has_decision,)),
        Transition("reopen",            M("Wieder aufnehmen"),               frozenset({P.DECIDED}),           P.IN_REVIEW,  planner),
        Transition("back_to_new",       M("Rückgängig machen: neu"),         frozenset({P.IN_REVIEW, P.DECIDED}),P.NEW,        last_hand & planner),
        Transition("back_to_review",    M("Rückgängig machen: in Prüfung"),  frozenset({P.DECIDED}),           P.IN_REVIEW,  last_hand & planner),
        Transition("back_to_decided",   M("Rückgängig machen: entschieden"), frozenset({P.IN_REVIEW}),         P.DECIDED,    last_hand & publisher,     (has_decision,)),
    ],
)
REDACTION = Workflow[Actor, RedactionLike](
    "redaction",
    M("Schwärzung"),
    {H.IN_FORCE: M("in Kraft"), H.LIFTED: M("aufgehoben")},
    [Transition("lift", M("Aufheben"), frozenset({H.IN_FORCE}), H.LIFTED, planner)],
)
# fmt: on
WORKFLOWS = (
    CONSULTATION, INVITATION, RESPONSE, COMMENT, DRAFT_VERSION, FORM_VERSION, EDITION, DEADLINE_EXTENSION, POINT, REDACTION,
)  # fmt: skip

# -- who may see -----------------------------------------------------------------------------------------------------
# Each has an SQL twin `visible(actor)` in the room's queries; a test proves them equal over every state and owner.
RUNNING = frozenset({C.ANNOUNCED, C.EVALUATING})
"""Somebody may still have time to answer."""
OVER = frozenset({C.PUBLISHED, C.ARCHIVED, C.CANCELLED})
IN_SIGHT = RUNNING | {C.PUBLISHED, C.ARCHIVED}

reads_programme = Rule[Actor, Planned](M("Mitglied des Programms"), _reads)
VIEW_PROGRAMME = reads_programme

is_invited = Rule[Actor, ConsultationLike](
    M("eingeladene Stelle"),
    lambda a, c: a.organisation_id in c.invited and bool(a.roles & ANSWERING) and c.state in IN_SIGHT | {C.CANCELLED},
)
is_public = Rule[Actor, ConsultationLike](
    M("öffentliche Konsultation"), lambda a, c: c.visibility == Visibility.PUBLIC and c.state in IN_SIGHT
)
VIEW_CONSULTATION = is_invited | is_public | reads_programme

_sees_land = Rule[Actor, ResponseLike](
    M("zuständig für dieses Land"),
    lambda a, r: a.organisation_id is not None and r.planners.get(a.organisation_id) in (None, r.register_state),
)
_has_replied = Rule[Actor, ResponseLike](
    M("abgegeben oder abgelehnt"), lambda a, r: r.submitted_once or r.state == R.DECLINED
)
VIEW_RESPONSE = member | (_sees_land & _has_replied & reads_programme)
"""Planners see submitted revisions, and that somebody declined, which they may reopen; never draft answers."""

ANSWER = Rule[Actor, ResponseLike](
    M("Bearbeitung der antwortenden Stelle, solange die Stellungnahme in Bearbeitung und die Konsultation offen ist"),
    lambda a, r: contributor(a, r) and r.state == R.DRAFTING and is_open(a, r),
)


def why_no_answers(actor: Actor, response: ResponseLike) -> Message | None:
    """The one reason for which this person writes nothing just now; nothing where `ANSWER` says yes."""
    away: dict[ResponseState, Message] = {
        R.SUBMITTED: M("Ihre Antwort ist abgegeben. Zum Ändern muss sie wieder geöffnet werden."),
        R.DECLINED: M("Ihre Stelle nimmt nicht teil. Zum Antworten muss die Teilnahme wieder geöffnet werden."),
        R.WITHDRAWN: M("Ihre Stellungnahme ist zurückgenommen. Zum Ändern muss sie wieder geöffnet werden."),
    }
    if response.state in away:
        return away[response.state]
    if not is_open(actor, response):
        return _why_closed(actor, response)
    if not contributor(actor, response):
        return M("Sie haben in Ihrer Organisation nicht das Recht „Bearbeitung“.")
    if response.state == R.READY:
        return M("Die Stellungnahme liegt zur Freigabe vor. Wer freigeben darf, kann sie zur Überarbeitung zurückgeben.")
    return None


def _why_closed(actor: Actor, response: ResponseLike) -> Message:
    if response.consultation_state not in RUNNING:
        return M("Die Konsultation läuft nicht; es werden keine Antworten mehr aufgenommen.")
    if response.opens_at is not None and actor.moment < response.opens_at:
        return M("Antworten können Sie ab {moment}.", moment=response.opens_at)
    return M("Die Frist ist abgelaufen.")


ENTER_BESIDE = Rule[Actor, ResponseLike](
    M("Bearbeitung (Planung) des Programms, solange die Stelle ihre eigene Antwort noch nicht abgegeben hat"),
    lambda a, r: editor(a, r) and r.state in (R.DRAFTING, R.READY)
    and not [*takes_answers(a, r), *own_answer_wins(a, r)],
)  # fmt: skip
"""An answer that came by letter while the organisation writes its own: it counts until that one is submitted, and changes
nothing of it, not even its state."""
COMMENTABLE = frozenset({R.DRAFTING, R.READY})
COMMENT_ON = Rule[Actor, ResponseLike](
    M("Bearbeitung oder Freigabe der antwortenden Stelle, bis die Stellungnahme abgegeben ist"),
    lambda a, r: member(a, r) and r.state in COMMENTABLE,
)
MANAGE_PEOPLE = Rule[Actor, object](M("Verwaltung der Organisation"), lambda a, s: Role.MANAGER in a.roles)
OPERATE = Rule[Actor, object](M("Betrieb"), lambda a, s: a.operator)
