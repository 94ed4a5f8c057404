"""Which column holds what of people: the table that access, erasure, retention and the documentation are made from.

Every column of every table stands here; a test refuses one that does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from consultation.core.language import M, Message


class Bearing(StrEnum):
    """What a column says of a person."""

    NAMED = "nennt eine Person"
    MAIL = "Mailadresse"
    REFERENCE = "verweist auf eine Person (zufällige Kennung)"
    FREE = "Freitext, kann Personen nennen"
    HASHED = "Geheimnis einer Person, nur als Prüfsumme"
    NONE = "kein Personenbezug"


@dataclass(frozen=True)
class Holding:
    """One table. The names of columns are divided by blanks; `plain` are those without any person."""

    table: str
    purpose: Message
    kept: Message
    """How long."""
    plain: str
    named: str = ""
    mail: str = ""
    reference: str = ""
    free: str = ""
    hashed: str = ""

    def columns(self) -> Iterator[tuple[str, Bearing]]:
        for bearing in Bearing:
            names = self.plain if bearing == Bearing.NONE else getattr(self, bearing.name.lower())
            yield from ((name, bearing) for name in names.split())

    def of(self, bearing: Bearing) -> list[str]:
        return [name for name, found in self.columns() if found == bearing]


ALWAYS = M("dauerhaft: gehört zum Verfahren")
ACCOUNT = M("bis das Konto gelöscht wird")
ENDED = M("bis zur Frist RETAIN_CONTACTS nach dem Ende der Konsultation")
WORDS = M("wie die Konsultation")

HOLDINGS: tuple[Holding, ...] = (
    # -- people
    Holding("person", M("Konto, mit dem sich jemand anmeldet"), ACCOUNT, "id operator active created_at language erased_at",
            named="name", mail="email email_key", hashed="password_hash"),
    Holding("membership", M("wer für welche Organisation handelt"), ACCOUNT,
            "id organisation_id roles waiting invited_at created_at", reference="person_id", named="invited_name", free="function"),
    Holding("login_session", M("angemeldeter Browser"), M("14 Tage, ohne Benutzung 8 Stunden"),
            "id created_at last_seen_at expires_at", reference="person_id", named="device", hashed="token_hash"),
    Holding("second_factor", M("zweite Stufe der Anmeldung; das Geheimnis selbst steht nirgends"), ACCOUNT,
            "id last_step created_at",
            reference="person_id", hashed="salt"),
    Holding("recovery_code", M("Ersatzcodes der zweiten Stufe"), ACCOUNT, "id used_at", reference="person_id", hashed="code_hash"),
    Holding("one_time_code", M("Code per Mail"), M("bis er abläuft"), "id purpose made_at expires_at attempts used_at",
            reference="person_id", hashed="code_hash"),
    Holding("api_token", M("Zugangsschlüssel für Programme"), ACCOUNT,
            "id organisation_id scopes created_at expires_at revoked_at last_used_at", reference="person_id",
            free="name", hashed="token_hash hint"),
    Holding("rate_limit", M("Zähler gegen Missbrauch; der Schlüssel ist eine Prüfsumme"), M("bis das Zeitfenster endet"),
            "window_ends_at count", hashed="key"),
    Holding("organisation", M("planende oder antwortende Stelle"), ALWAYS,
            "id kind partner_kind name sort_key register_key state may_plan four_eyes demo created_at"),
    # -- what is asked
    Holding("programme", M("Förderprogramm"), ALWAYS, "id slug title level reference owner_id demo created_at",
            free="description postal"),
    Holding("programme_member", M("beteiligte Häuser"), ALWAYS, "id programme_id organisation_id state"),
    Holding("programme_parameter", M("Eckwerte"), ALWAYS, "id programme_id name type label value section_number"),
    Holding("glossary_term", M("Begriffe"), ALWAYS, "id programme_id term definition version"),
    Holding("draft_version", M("Entwurfsfassung"), ALWAYS,
            "id programme_id number date kind title language state facts frozen content_hash created_at published_at"),
    Holding("section", M("Abschnitt des Entwurfs"), ALWAYS,
            "id draft_version_id key parent_key position level number heading blocks text version"),
    Holding("form_version", M("Formularfassung"), ALWAYS,
            "id programme_id number template_key definition revision state content_hash created_at frozen_at"),
    Holding("form_step", M("Schritte am Formular, zum Zurücknehmen"), WORDS,
            "id form_version_id revision step about definition moment", reference="person_id"),
    Holding("consultation", M("Konsultation"), ALWAYS,
            "id slug programme_id title round state visibility draft_version_id form_version_id unit audience opens_at "
            "deadline notice minimum_cell demo created_at announced_at", free="introduction contact"),
    Holding("consultation_version", M("was wann gefragt war"), ALWAYS,
            "id consultation_id number draft_version_id form_version_id effective_at", free="reason"),
    # -- who is asked
    Holding("address", M("Adressbuch des planenden Hauses"), M("bis das Haus sie ändert"), "id owner_id organisation_id updated_at",
            named="contact", mail="email", free="postal"),
    Holding("address_alias", M("gemerkte Berichtigungen von Adresslisten"), M("bis das Haus sie ändert"),
            "id owner_id organisation_id updated_at", named="contact", mail="email given_email", free="text postal"),
    Holding("address_omission", M("Zeilen, die aus Adresslisten weggelassen wurden"), M("bis das Haus sie ändert"),
            "id owner_id kept updated_at",
            mail="given_email", free="text"),
    Holding("address_upload", M("hochgeladene Adressliste"), M("bis zur Frist RETAIN_ADDRESS_LISTS"),
            "id consultation_id created_at taken_over_at", free="file_name"),
    Holding("address_row", M("Zeile einer Adressliste"), M("bis zur Frist RETAIN_ADDRESS_LISTS"),
            "id upload_id number key chosen remembered left_out state organisation_id choices proposed",
            named="contact", mail="email given_email", free="name postal meant title reason"),
    Holding("invitation", M("Einladung einer Stelle"), ENDED,
            "id consultation_id organisation_id purpose state by_filter selector code_counter extended_until sent_at opened_at "
            "letter_at", named="contact", mail="email", free="postal failure"),
    Holding("claim", M("wer mit dem Code der Einladung kam"), ALWAYS, "id invitation_id consultation_id claimed_at revoked_at",
            reference="person_id"),
    Holding("deadline_extension", M("Bitten um mehr Zeit"), ALWAYS,
            "id invitation_id consultation_id organisation_id until state requested_at decided_at", free="reason answer"),
    Holding("reminder", M("Erinnerungen"), ALWAYS, "id invitation_id consultation_id stage day made_at sent_at withheld",
            free="failure"),
    Holding("reminder_stage", M("wann erinnert wird"), ALWAYS, "consultation_id days_before"),
    # -- what is answered
    Holding("response", M("Stellungnahme einer Stelle"), ALWAYS,
            "id consultation_id organisation_id invitation_id state counted_revision_id channel own_reference reopened_until "
            "confirmed_at started_at revision_count", reference="author_id"),
    Holding("draft_answer", M("Antworten in Bearbeitung"), M("bis zur Frist RETAIN_DRAFTS nach dem Ende der Konsultation"),
            "response_id question_key item_key version edited_at writer", reference="editor_id", free="value"),
    Holding("presence", M("wer gerade welche Seite offen hat"), M("zwei Minuten"), "response_id page seen_at",
            reference="person_id"),
    Holding("revision", M("abgegebene Fassung; Personen nur als gesalzene Prüfsumme"), ALWAYS,
            "id response_id consultation_id organisation_id consultation_version_id number nil_return content_hash "
            "receipt_number submitted_at late reserved channel idempotency_key entry_hash sealed_head",
            reference="person_id", free="document"),
    Holding("personal_value", M("Name und Funktion der Freigabe, Ansprechpersonen"),
            M("bis zur Frist RETAIN_CONTACTS nach dem Ende der Konsultation"), "id revision_id key", named="value", hashed="salt"),
    Holding("answer_fact", M("zählbare Angaben"), ALWAYS,
            "id revision_id consultation_id question item option number size_class state kind once"),
    Holding("representation", M("für wen eine Stelle spricht"), ALWAYS, "response_id register_key kind"),
    Holding("revision_representation", M("für wen eine abgegebene Fassung spricht"), ALWAYS, "revision_id register_key kind"),
    Holding("disclosure_choice", M("Veröffentlichungsfreigabe"), ALWAYS, "seq response_id part level moment",
            reference="person_id"),
    Holding("response_note", M("Gründe im Haus"), M("wie die Kommentare im Haus"), "id response_id moment", reference="person_id",
            free="text"),
    Holding("answer_comment", M("Kommentare im Haus"), M("bis zum Archivieren oder Abbruch, höchstens zwei Jahre"),
            "id response_id organisation_id question_key item_key parent_id moment state", reference="person_id", free="text"),
    Holding("intake", M("Antwort, die per Brief, Mail oder Werkstatt kam"), ALWAYS,
            "id consultation_id invitation_id organisation_id channel received_on reference original_hash version created_at "
            "revision_id", reference="person_id", free="original answers"),
    # -- how it is weighed
    Holding("contribution", M("Beitrag, wörtlich"), ALWAYS,
            "id consultation_id revision_id response_id organisation_id question_key item_key part draft_version_id section_key "
            "locator kind priority text_hash point_id made_at", free="original_text rationale search"),
    Holding("point", M("Einzelpunkt der Auswertung"), ALWAYS,
            "id consultation_id number public_number section_key state decision decided_at source_id merged_into_id version "
            "last_step created_at", reference="assignee_id last_by", free="text reply vote vote_by note search"),
    Holding("point_step", M("Schritte der Auswertung"), ALWAYS, "seq consultation_id moment action moved undone_at",
            reference="person_id"),
    Holding("point_before", M("Stand vor einem Schritt, zum Zurücknehmen"), ALWAYS, "step point_id", free="before"),
    Holding("point_tag", M("Schlagworte"), ALWAYS, "point_id tag"),
    Holding("reply_template", M("Textbausteine"), ALWAYS, "id consultation_id title decision created_at", free="text"),
    Holding("redaction", M("geschwärzte Stelle: wo und warum, nie der Wortlaut"), ALWAYS,
            "id consultation_id response_id revision_id place begins ends text_hash passage_hash reason state made_at lifted_at",
            reference="person_id lifted_by", free="note"),
    Holding("checked_passage", M("vor der Veröffentlichung geprüfte Stelle"), ALWAYS,
            "consultation_id text_hash begins ends moment", reference="person_id"),
    Holding("edition", M("Ausgabe; enthält keine Personen"), ALWAYS,
            "id consultation_id number audience state language filters data_cut created_at compiled_at published_at progress "
            "snapshot_hash outline_hash counts problems error texts_checked_at"),
    Holding("edition_file", M("Dateien einer Ausgabe"), ALWAYS, "id edition_id format name size sha256 volume holds"),
    # -- underneath
    Holding("history_entry", M("Verfahrensprotokoll: Kennungen, nie Namen"), ALWAYS,
            "seq moment action subject_type subject_id consultation_id organisation_id old new hash", reference="person_id",
            free="details"),
    Holding("history_seal", M("Kette des Protokolls"), ALWAYS, "position entry_seq chain"),
    Holding("job", M("Aufträge; der Inhalt sind Kennungen"), M("erledigt 30 Tage"),
            "id kind payload unique_key state urgency run_at attempts locked_until", free="last_error"),
    Holding("job_pause", M("wann Aufträge ruhten"), ALWAYS, "id since ended_at", free="reason"),
    Holding("register_body", M("amtliches Gemeindeverzeichnis"), ALWAYS,
            "key kind ags name short_name state county_key association_key population area seat postcode text_key size_class "
            "sort_key search_key as_of valid_to successor_key"),
    Holding("register_import", M("Einlesen des Verzeichnisses"), ALWAYS, "id as_of source sha256 counts imported_at"),
)  # fmt: skip
BY_TABLE = {holding.table: holding for holding in HOLDINGS}


def markdown() -> str:
    """The table of the documentation."""
    rows = ["| Tabelle | Zweck | Spalten mit Personenbezug | Aufbewahrung |", "|---|---|---|---|"]
    for holding in HOLDINGS:
        said = [
            f"{bearing.value}: {', '.join(f'`{name}`' for name in holding.of(bearing))}"
            for bearing in Bearing
            if bearing != Bearing.NONE and holding.of(bearing)
        ]
        rows.append(f"| `{holding.table}` | {holding.purpose} | {'; '.join(said) or '–'} | {holding.kept} |")
    return "\n".join(rows)
