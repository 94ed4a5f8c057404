"""Which body a row of an address list means, and whether its address can be used. Pure: nothing is read or written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consultation.consultations.address_bodies import Bodies
from consultation.consultations.models import RowState
from consultation.core import bounds
from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.core.text import search_key
from consultation.people.addresses import mail_address

Row = dict[str, Any]
"""The columns of an `AddressRow`; organisations by their id as text."""
EMAIL, BODY = "email", "meant"
REGISTER, ORGANISATION = "register:", "organisation:"
"""So the choices of a body that is not invited begin: it may have no organisation yet."""
_NOT_INVITED = M("Diese Stelle ist nicht eingeladen.")


@dataclass(frozen=True)
class Verdict:
    state: RowState
    why: Message | None = None
    field: str = ""
    """What has to be mended: the address, or the name and key."""
    one: str | None = None
    title: str = ""
    choices: Sequence[tuple[str, str]] = ()
    proposed: bool = False

    def columns(self) -> Row:
        said = {"text": self.why.text, "parameters": dict(self.why.parameters), "field": self.field} if self.why else {}
        return {
            "state": self.state, "reason": said, "organisation_id": self.one, "title": self.title,
            "choices": [list(choice) for choice in self.choices], "proposed": self.proposed,
        }  # fmt: skip


def judged(rows: Iterable[Row], bodies: Bodies) -> list[Row]:
    """Every row with its state; of several rows for one body the first counts."""
    taken: dict[str, int] = {}
    found = []
    for one in rows:
        row = {**one, "email": mail_address(one["email"]) or one["email"]}
        verdict = _judge(row, bodies)
        if verdict.state is RowState.MATCHED and verdict.one in taken:
            twice = M("Diese Stelle steht schon in Zeile {number}. Lassen Sie eine der Zeilen weg.",
                      number=taken[verdict.one])  # fmt: skip
            verdict = Verdict(RowState.ERROR, twice, "left-out", one=verdict.one, title=verdict.title)
        elif verdict.state is RowState.MATCHED and verdict.one:
            taken[verdict.one] = row["number"]
        found.append({**row, **verdict.columns()})
    return found


def _judge(row: Row, bodies: Bodies) -> Verdict:
    if row["left_out"]:
        return Verdict(RowState.LEFT_OUT, M("So wie zuletzt von Ihnen weggelassen.") if row["remembered"] else None)
    who = who_is_meant(row, bodies)
    if who.state in (RowState.ERROR, RowState.NOT_INVITED):
        return who
    if wrong := _wrong_address(row):
        return Verdict(RowState.ERROR, wrong.message, wrong.field, one=who.one, title=who.title, choices=who.choices)
    return who


def _wrong_address(row: Row) -> Problem | None:
    if row["email"] and mail_address(row["email"]) is None:
        return Problem(EMAIL, M(
            "„{email}“ ist keine E-Mail-Adresse. Beispiel: poststelle@musterstadt.example", email=row["email"][:100]
        ))  # fmt: skip
    if not row["email"] and not row["postal"]:
        return Problem(EMAIL, M("Es fehlt eine E-Mail-Adresse oder eine Postanschrift."))
    if len(row["postal"]) > (most := bounds.POSTAL.most):
        return Problem(
            "postal", M("Die Postanschrift ist zu lang. Erlaubt sind {most} Zeichen; kürzen Sie sie.", most=most)
        )
    if len(row["contact"]) > (most := bounds.CONTACT_PERSON.most):
        return Problem(
            "contact", M("Die Ansprechperson ist zu lang. Erlaubt sind {most} Zeichen; kürzen Sie sie.", most=most)
        )
    return None


def who_is_meant(row: Row, bodies: Bodies) -> Verdict:
    """By what was chosen or typed for it, by its key, by its name; whatever its address is."""
    if row["chosen"] in bodies.titles:
        said = M("So wie zuletzt von Ihnen berichtigt.") if row["remembered"] else None
        return Verdict(RowState.MATCHED, said, one=row["chosen"], title=bodies.titles[row["chosen"]])
    if row["chosen"] and row["remembered"]:
        known = (f"{ORGANISATION}{row['chosen']}", row["name"] or row["key"])
        return Verdict(RowState.NOT_INVITED, _NOT_INVITED, title=row["name"], choices=[known])
    if row["meant"]:
        digits = "".join(row["meant"].split())
        instead = {"key": digits, "name": ""} if digits.isdigit() else {"key": "", "name": row["meant"]}
        row = {**row, **instead}
    return _by_key(row, bodies) if row["key"] else _by_name(row, bodies)


def _by_key(row: Row, bodies: Bodies) -> Verdict:
    digits = "".join(sign for sign in row["key"] if not sign.isspace())
    one, repaired = found_key(digits, bodies.by_key)
    if one is None:
        return _by_other_key(row, digits, bodies)
    title = bodies.titles[one]
    if row["name"] and not set(search_key(row["name"]).split()) & bodies.words[one]:
        why = M("Der Schlüssel gehört zu „{title}“, in der Zeile steht „{name}“. Welche Stelle ist gemeint?",
                title=title, name=row["name"][:100])  # fmt: skip
        return Verdict(RowState.DOUBT, why, BODY, title=title, choices=_titled({one} | _named(row, bodies), bodies))
    if not repaired:
        return Verdict(RowState.MATCHED, one=one, title=title)
    added = M("Die führende Null fehlte; gelesen wurde 0{key}.", key=digits)
    if row["name"]:
        return Verdict(RowState.MATCHED, added, one=one, title=title)
    return Verdict(RowState.DOUBT, added, BODY, title=title, choices=[(one, title)], proposed=True)


def _by_other_key(row: Row, digits: str, bodies: Bodies) -> Verdict:
    """The key is that of no invited body: of one that ended, of one that is not asked, or of none."""
    if (successor := found_key(digits, bodies.ended)[0]) is not None:
        title = bodies.titles[successor]
        why = M("Der Schlüssel {key} gilt nicht mehr. Nachfolgerin ist „{title}“.", key=digits[:20], title=title)
        return Verdict(RowState.DOUBT, why, BODY, title=title, choices=[(successor, title)], proposed=True)
    if (stranger := found_key(digits, bodies.strangers)[0]) is not None:
        title = bodies.stranger_titles[stranger]
        return Verdict(RowState.NOT_INVITED, _NOT_INVITED, title=title, choices=[(f"{REGISTER}{stranger}", title)])
    why = M("Unter dem Schlüssel {key} ist keine Stelle eingeladen. Prüfen Sie den Schlüssel, oder nehmen Sie die "
            "Stelle in den Adressatenkreis auf.", key=row["key"][:20])  # fmt: skip
    return Verdict(RowState.ERROR, why, BODY, choices=_titled(_named(row, bodies), bodies))


def found_key(digits: str, by_key: Mapping[str, str]) -> tuple[str | None, bool]:
    """What a key stands for, and whether a leading zero had to be added: spreadsheets take keys for numbers."""
    if digits in by_key:
        return by_key[digits], False
    return by_key.get(f"0{digits}"), True


def _named(row: Row, bodies: Bodies) -> set[str]:
    return bodies.by_name.get(search_key(row["name"]), set()) if row["name"] else set()


def _titled(ones: Iterable[str], bodies: Bodies) -> list[tuple[str, str]]:
    return sorted(((one, bodies.titles[one]) for one in ones), key=lambda choice: choice[1])


def _by_name(row: Row, bodies: Bodies) -> Verdict:
    """A name is sure only if nobody else has it, invited or not: a code in the wrong house is worse than a question."""
    named, others = _named(row, bodies), bodies.stranger_names.get(search_key(row["name"]), set())
    if len(named) == 1 and not others:
        one = next(iter(named))
        return Verdict(RowState.MATCHED, one=one, title=bodies.titles[one])
    if named:
        return _namesakes(row, named, bodies)
    if others:
        choices = sorted(((f"{REGISTER}{key}", bodies.stranger_titles[key]) for key in others), key=lambda one: one[1])
        title = choices[0][1] if len(choices) == 1 else row["name"]
        return Verdict(RowState.NOT_INVITED, _NOT_INVITED, title=title, choices=choices)
    why = M("Keine eingeladene Stelle heißt „{name}“. Prüfen Sie die Schreibweise, oder ergänzen Sie den AGS.",
            name=row["name"][:100])  # fmt: skip
    return Verdict(RowState.ERROR, why, BODY, choices=_titled(bodies.similar(row["name"]), bodies))


def _namesakes(row: Row, named: set[str], bodies: Bodies) -> Verdict:
    there = set(re.findall(r"\b[0-9]{5}\b", row["postal"]))
    near = [one for one in named if bodies.postcodes.get(one) in there]
    if len(near) == 1:
        title = bodies.titles[near[0]]
        why = M("Mehrere Stellen heißen „{name}“. Die Postleitzahl passt zu „{title}“.", name=row["name"][:100],
                title=title)  # fmt: skip
        others = _titled(named - {near[0]}, bodies)
        return Verdict(RowState.DOUBT, why, BODY, title=title, choices=[(near[0], title), *others], proposed=True)
    if len(named) > 1:
        why = M("Mehrere eingeladene Stellen heißen „{name}“. Welche ist gemeint?", name=row["name"][:100])
    else:
        why = M("Mehrere Stellen heißen „{name}“, eingeladen ist eine davon. Ist sie gemeint? Sonst lassen Sie die Zeile "
                "weg.", name=row["name"][:100])  # fmt: skip
    return Verdict(RowState.DOUBT, why, BODY, choices=_titled(named, bodies))
