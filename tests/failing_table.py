"""Every form of the service with something wrong in it: who sends it, where, and what they typed.

A new route that posts needs a row here, or a line in `NOTHING_TYPED` that says why nothing typed can be wrong in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PLANNER, TOWN = "planner", "town"
LONG = "x" * 300
ANSWERS, PEOPLE = "POST /o/{organisation_id}/answers/{slug}", "POST /o/{organisation_id}/people"
PROGRAMME, CONSULTATION = (
    "POST /o/{organisation_id}/programmes/{slug}",
    "POST /o/{organisation_id}/consultations/{slug}",
)
FORM = PROGRAMME + "/forms/{form_id}"


@dataclass(frozen=True)
class Wrong:
    """`sent`: what a person typed or chose. `unseen`: what the page sends along. `at`: other path parameters than usual."""

    caller: str
    filling: str
    sent: Mapping[str, str]
    unseen: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)


WRONG: dict[str, Wrong] = {
    # -- accounts --------------------------------------------------------------------------------------------------------
    "POST /login": Wrong("anonymous", "", {"email": "niemand@ort.example"}, {"password": "falsch"}),
    "POST /login/code/enter": Wrong("anonymous", "", {"email": "niemand@ort.example", "code": "AAAA-AAAA"}),
    "POST /password/code": Wrong(
        "anonymous", "", {"email": "niemand@ort.example", "code": "AAAA-AAAA"}, {"password": "kurz"}
    ),
    "POST /claim": Wrong("anonymous", "", {"code": "AAAA-BBBB-CCCC-DDDD"}),
    "POST /claim/{code}": Wrong(
        "anonymous", "town", {"name": "", "email": "keine Adresse", "function": "Amtsleitung"}, {"password": "kurz"}
    ),
    "POST /claim/{code}/pass-on": Wrong("anonymous", "town", {"other": "keine Adresse"}),
    "POST /account": Wrong(TOWN, "", {"name": "", "language": "en"}),
    "POST /account/password": Wrong(TOWN, "", {}, {"current_password": "falsch", "password": "kurz"}),
    "POST /account/second-step/begin": Wrong(TOWN, "", {}, {"current_password": "falsch"}),
    "POST /account/second-step/recovery-codes": Wrong(TOWN, "", {}, {"current_password": "falsch"}),
    "POST /account/second-step/remove": Wrong(TOWN, "", {}, {"current_password": "falsch"}),
    "POST /account/tokens": Wrong(TOWN, "", {"token_name": "", "days": "365"}, {"organisation": "{organisation_id}"}),
    # -- people ----------------------------------------------------------------------------------------------------------
    PEOPLE + "/invite": Wrong(
        TOWN, "town", {"email": "keine Adresse", "name": "Nina Neu", "function": "Referentin", "roles": "contributor"}
    ),
    PEOPLE + "/hand-over": Wrong(TOWN, "town", {"successor": "", "then": "leave"}),
    PEOPLE + "/{membership_id}/roles": Wrong(TOWN, "town", {}),
    "POST /operator/organisations": Wrong("operator", "town", {"name": "", "kind": "state_body", "state": "SH"}),
    "POST /operator/organisations/{organisation_id}/manager": Wrong(
        "operator", "town", {"email": "keine Adresse", "name": "Nina Neu"}
    ),
    "POST /operator/privacy/person": Wrong("operator", "town", {"email": "niemand@ort.example"}),
    "POST /operator/people/{person_id}/forget": Wrong(
        "operator", "town", {"email": "niemand@ort.example", "force": "yes"}
    ),
    # -- answering -------------------------------------------------------------------------------------------------------
    ANSWERS + "/comments": Wrong(TOWN, "town", {"text": "x" * 6000}, {"question": "message"}),
    ANSWERS + "/comments/{comment_id}/answer": Wrong(TOWN, "town", {"text": "x" * 6000}),
    ANSWERS + "/disclosure": Wrong(TOWN, "town", {"disclosure.A": "figures"}, {"disclosure.participant": "alle"}),
    ANSWERS + "/draft/{section_key}": Wrong(
        "union",
        "union",
        {"amendments.1.kind": "replace", "amendments.1.locator": "x" * 500, "amendments.1.rationale": "Darum."},
        {"amendments.1.section": "{section_key}", "present.amendments": "1", "present.amendments.1": "1"},
    ),
    ANSWERS + "/extension": Wrong(TOWN, "town", {"until": "bald", "reason": "Der Rat tagt."}),
    ANSWERS + "/part/{part_key}": Wrong(
        "union", "union", {"need_fit": "4", "message": "x" * 5001}, {"present.need_fit": "1", "present.message": "1"}
    ),
    ANSWERS + "/review/disclosure": Wrong(
        TOWN, "town", {"disclosure.A": "figures"}, {"disclosure.participant": "alle"}
    ),
    ANSWERS + "/submit": Wrong(TOWN, "town", {"name": "", "function": "Dezernentin", "order": "i. V."}),
    # -- programmes ------------------------------------------------------------------------------------------------------
    "POST /o/{organisation_id}/programmes/new": Wrong(
        PLANNER,
        "programme",
        {"title": "", "level": "state", "reference": "AZ 1", "description": "Worum", "postal": "Weg 1"},
    ),
    PROGRAMME + "/edit": Wrong(
        PLANNER,
        "programme",
        {"title": "", "level": "state", "reference": "AZ 2", "description": "Anders", "postal": "Weg 2"},
    ),
    PROGRAMME + "/members": Wrong(PLANNER, "programme", {"organisation": "", "land": "NI"}),
    PROGRAMME + "/parameters": Wrong(
        PLANNER,
        "programme",
        {"label": "Quote", "label_en": "Rate", "type": "rate", "value": "viel", "section_number": "§ 1"},
    ),
    PROGRAMME + "/terms": Wrong(PLANNER, "programme", {"term": "Teilhabe", "definition": ""}),
    PROGRAMME + "/consultations/new": Wrong(PLANNER, "programme", {"title": "Anhörung", "round": "erste"}),
    PROGRAMME + "/drafts/import": Wrong(PLANNER, "programme", {}),
    PROGRAMME + "/drafts/{draft_id}/cover": Wrong(
        PLANNER, "open", {"title": "", "kind": "guideline", "date": "2026-02-01", "language": "en"}, {"seen": "x"}
    ),
    PROGRAMME + "/drafts/{draft_id}/sections/new": Wrong(
        PLANNER, "open", {"number": "", "heading": "", "text": "Ein Satz.", "after": "{section_key}"}
    ),
    PROGRAMME + "/drafts/{draft_id}/sections/{section_key}": Wrong(
        PLANNER, "open", {"number": "", "heading": "", "text": "Ein Satz."}, {"seen": "1"}
    ),
    # -- forms -----------------------------------------------------------------------------------------------------------
    PROGRAMME + "/forms/new": Wrong(
        PLANNER,
        "programme",
        {"template": "json", "title.de": "Fragen", "title.en": "Questions", "definition": "{kein JSON"},
    ),
    FORM + "/basics": Wrong(
        PLANNER,
        "open",
        {"title.de": "", "title.en": "Questions", "intro.de": "Bitte antworten.", "intro.en": "Please."},
    ),
    FORM + "/json": Wrong(PLANNER, "open", {"definition": "{kein JSON"}, {"seen": "0"}),
    FORM + "/parts/{part_key}": Wrong(
        PLANNER, "open", {"title.de": "", "title.en": "Needs", "hint.de": "Kurz, bitte."}
    ),
    FORM + "/parts/{part_key}/delete": Wrong(PLANNER, "open", {}, {"title": "Bedarf"}),
    FORM + "/preview": Wrong(
        PLANNER, "open", {"need_fit": "4", "message": "x" * 5001}, {"from": "A", "go": "B", "present.message": "1"}
    ),
    FORM + "/questions/{question_key}": Wrong(
        PLANNER,
        "open",
        {"q.title.de": "", "q.title.en": "Does it fit?", "q.hint.de": "Nach heutigem Stand."},
        {"q.fields.0.type": "likert", "q.fields.0.key": "", "q.fields.0.settings.scale": "agreement"},
    ),
    FORM + "/questions/{question_key}/condition": Wrong(
        PLANNER, "open", {"operator": "is"}, {"field": "need_fit"}, {"question_key": "message"}
    ),
    # -- preparing a consultation ----------------------------------------------------------------------------------------
    CONSULTATION + "/basics": Wrong(
        PLANNER,
        "preparing",
        {
            "title": "",
            "visibility": "public",
            "notice": "Vorläufig",
            "introduction": "Worum es geht",
            "contact": "Referat 1",
            "minimum_cell": "5",
        },
    ),
    CONSULTATION + "/dates": Wrong(PLANNER, "preparing", {"deadline_on": "bald", "opens_on": "2026-03-01"}),
    CONSULTATION + "/versions": Wrong(PLANNER, "preparing", {"draft": ""}),
    CONSULTATION + "/audience/list": Wrong(PLANNER, "preparing", {"list": "", "purpose": "for_information"}),
    CONSULTATION + "/audience/single": Wrong(PLANNER, "preparing", {"purpose": "for_information"}),
    CONSULTATION + "/addresses": Wrong(PLANNER, "preparing", {}),
    CONSULTATION + "/announce": Wrong(PLANNER, "preparing", {}),
    # -- while it runs ---------------------------------------------------------------------------------------------------
    CONSULTATION + "/cancel": Wrong(PLANNER, "consultation", {"reason": ""}),
    CONSULTATION + "/correct": Wrong(
        PLANNER, "consultation", {"draft": "{draft_id}", "form": "{form_id}", "reason": "Ein Fehler im Text."}
    ),
    CONSULTATION + "/extend": Wrong(PLANNER, "consultation", {"until": "bald", "reason": "Viele baten darum."}),
    CONSULTATION + "/extensions/together": Wrong(
        PLANNER, "consultation", {"chosen": "{extension_id}", "answer": "Leider nicht."}, {"decision": "vielleicht"}
    ),
    CONSULTATION + "/extensions/{extension_id}/{decision}": Wrong(
        PLANNER, "consultation", {"until": "bald", "answer": "Gern."}, at={"decision": "grant"}
    ),
    CONSULTATION + "/invitations/posted": Wrong(PLANNER, "consultation", {"day": "bald"}, {"which": ""}),
    CONSULTATION + "/invitations/{invitation_id}/address": Wrong(
        PLANNER, "consultation", {"email": "keine Adresse", "contact": "Frau Amt", "postal": "Markt 1"}
    ),
    CONSULTATION + "/invitations/{invitation_id}/extend": Wrong(
        PLANNER, "consultation", {"until": "bald", "reason": "Der Rat tagt."}
    ),
    CONSULTATION + "/invitations/{invitation_id}/ask": Wrong(
        PLANNER, "consultation", {"until": "bald"}, at={"invitation_id": "{informed_invitation_id}"}
    ),
    CONSULTATION + "/invitations/new": Wrong(
        PLANNER,
        "consultation",
        {
            "purpose": "for_information",
            "email": "keine Adresse",
            "contact": "Frau Amt",
            "postal": "Markt 1",
            "until": "bald",
        },
        {"body": "register:010585888002"},
    ),
    CONSULTATION + "/invitations/{invitation_id}/intake": Wrong(
        PLANNER,
        "consultation",
        {"channel": "letter", "received_on": "bald", "reference": "AZ 2", "original": "Guten Tag."},
        at={"invitation_id": "{silent_invitation_id}"},
    ),
    CONSULTATION + "/intake/{intake_id}": Wrong(
        PLANNER, "consultation", {"message": "x" * 5001}, {"version": "1", "present.message": "1"}
    ),
    CONSULTATION + "/intake/{intake_id}/letter": Wrong(
        PLANNER,
        "consultation",
        {"channel": "letter", "received_on": "bald", "reference": "AZ 2", "original": "Guten Tag."},
        {"version": "1"},
    ),
    CONSULTATION + "/intake/{intake_id}/review": Wrong(
        PLANNER,
        "consultation",
        {"name": "", "function": "Bürgermeister"},
        {"version": "1"},
        at={"intake_id": "{silent_intake_id}"},
    ),
    CONSULTATION + "/reminders/plan": Wrong(PLANNER, "consultation", {"days": "bald"}),
    CONSULTATION + "/responses/{response_id}/reopen": Wrong(
        PLANNER, "consultation", {"until": "bald", "reason": "Anlage fehlt."}, at={"response_id": "{sent_response_id}"}
    ),
    CONSULTATION + "/responses/{response_id}/texts": Wrong(
        PLANNER,
        "consultation",
        {"passage": "steht nicht da", "reason": "rights", "note": "Weil."},
        {"place": "message"},
    ),
    # -- weighing --------------------------------------------------------------------------------------------------------
    CONSULTATION + "/points/bulk": Wrong(
        PLANNER, "consultation", {"decision": "noted", "reply": "Danke."}, {"action": "decide", "scope": "chosen"}
    ),
    CONSULTATION + "/points/{point_id}/{verb}": Wrong(
        PLANNER, "consultation", {"into": "999"}, {"version": "1"}, {"verb": "merge"}
    ),
    CONSULTATION + "/replies": Wrong(
        PLANNER, "consultation", {"title": "", "text": "Wir danken.", "decision": "noted"}
    ),
    CONSULTATION + "/replies/{template_id}": Wrong(PLANNER, "consultation", {"title": "", "text": "Wir danken."}),
    CONSULTATION + "/editions": Wrong(PLANNER, "consultation", {"language": "en"}, {"audience": "alle"}),
}

BUTTON = "a button, nothing is typed"
IN_ITS_STATE = "a test of its own in tests/test_failed_forms.py"
NOTHING_TYPED: dict[str, str] = {
    "POST /account/second-step": "needs the page before it; tests/browser/test_second_step.py types a wrong code there",
    "POST /login/second-step": "comes after a right password only; tests/test_second_step.py types wrong codes there",
    "POST /operator/organisations/{organisation_id}/people/{membership_id}/invite-again": BUTTON,
    "POST /operator/organisations/{organisation_id}/people/{membership_id}/withdraw": BUTTON,
    "POST /operator/organisations/{organisation_id}/people/{membership_id}/let-in": BUTTON,
    "POST /operator/organisations/{organisation_id}/people/{membership_id}/reset-second-step": BUTTON,
    "POST /logout": BUTTON,
    "POST /login/code": "any address gets the same answer: nobody learns who has an account",
    "POST /password": "any address gets the same answer: nobody learns who has an account",
    "POST /account/sessions/end-others": BUTTON,
    "POST /account/sessions/{session_id}/end": BUTTON,
    "POST /account/tokens/{token_id}/revoke": BUTTON,
    "POST /invited/{membership_id}/accept": BUTTON,
    "POST /invited/{membership_id}/refuse": BUTTON,
    PEOPLE + "/four-eyes": BUTTON,
    PEOPLE + "/{membership_id}/invite-again": BUTTON,
    PEOPLE + "/{membership_id}/remove": BUTTON,
    "POST /operator/jobs/{job_id}/repeat": BUTTON,
    "POST /operator/privacy/retention": BUTTON,
    "POST /operator/organisations/{organisation_id}/may-plan": BUTTON,
    ANSWERS + "/start": BUTTON,
    ANSWERS + "/ready": BUTTON,
    ANSWERS + "/reopen": BUTTON,
    ANSWERS + "/resolution": BUTTON,
    ANSWERS + "/presence": "the page says by itself that somebody is there",
    ANSWERS + "/reference": "any words do; what is too long is cut",
    ANSWERS + "/withdraw": "the reason is voluntary",
    ANSWERS + "/decline": "the reason is voluntary",
    ANSWERS + "/comments/{comment_id}/{verb}": BUTTON,
    ANSWERS + "/representation": "for associations alone; tests/test_pasted_list.py pastes what cannot be read",
    ANSWERS + "/return": IN_ITS_STATE,
    ANSWERS + "/nil-return": IN_ITS_STATE,
    PROGRAMME + "/drafts": "confirms what was read from a file; tests/test_web_planners_drafts.py",
    PROGRAMME + "/drafts/{draft_id}/continue": BUTTON,
    PROGRAMME + "/drafts/{draft_id}/move": BUTTON,
    PROGRAMME + "/delete": BUTTON,
    PROGRAMME + "/drafts/{draft_id}/publish": BUTTON,
    PROGRAMME + "/drafts/{draft_id}/sections/{section_key}/remove": BUTTON,
    FORM + "/copy": BUTTON,
    FORM + "/parts/{part_key}/place": BUTTON,
    FORM + "/questions/{question_key}/delete": BUTTON,
    FORM + "/questions/{question_key}/duplicate": BUTTON,
    FORM + "/questions/{question_key}/place": BUTTON,
    FORM + "/renumber": BUTTON,
    FORM + "/restore": BUTTON,
    CONSULTATION + "/addresses/discard": BUTTON,
    CONSULTATION + "/addresses/known": "only boxes that the page offers can be ticked",
    CONSULTATION + "/addresses/proposed": BUTTON,
    CONSULTATION + "/addresses/rows": "only boxes that the page offers can be ticked",
    CONSULTATION + "/addresses/rows/invite": BUTTON,
    CONSULTATION + "/addresses/take-over": BUTTON,
    CONSULTATION + "/archive": BUTTON,
    CONSULTATION + "/audience": "saves what was tried out and refused before, by GET",
    CONSULTATION + "/audience/take-back": BUTTON,
    CONSULTATION + "/audience/{invitation_id}/remove": BUTTON,
    CONSULTATION + "/claims/{claim_id}/revoke": BUTTON,
    CONSULTATION + "/editions/{number}/publish": BUTTON,
    CONSULTATION + "/editions/{number}/texts": "boxes that are ticked or not",
    CONSULTATION + "/editions/{number}/retry": BUTTON,
    CONSULTATION + "/evaluate": BUTTON,
    CONSULTATION + "/intake/{intake_id}/discard": BUTTON,
    CONSULTATION + "/mails/test": BUTTON,
    CONSULTATION + "/points/undo": BUTTON,
    CONSULTATION + "/redactions/{redaction_id}/lift": "only reasons that the page offers can be chosen",
    CONSULTATION + "/reminders/now": BUTTON,
    CONSULTATION + "/replies/{template_id}/remove": BUTTON,
}
"""Route → why nothing that a person typed can be wrong in it."""
