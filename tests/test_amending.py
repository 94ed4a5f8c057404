"""A changed wording told in sentences, for whoever reads on paper or listens."""

import pytest

from consultation.core.language import say
from consultation.documents import amending
from consultation.programmes.wording import words

OLD = "Die Länder tragen 10 Prozent. Der Antrag ist bis zum 31. März zu stellen, spätestens jedoch vor Beginn der Maßnahme."


@pytest.mark.parametrize(
    ("new", "sentences"),
    [
        (OLD.replace("10 Prozent", "5 Prozent"), ["„10 Prozent“ wird durch „5 Prozent“ ersetzt."]),
        (OLD.replace(", spätestens jedoch vor Beginn der Maßnahme", ""),
         ["„, spätestens jedoch vor Beginn der Maßnahme“ wird gestrichen."]),
        (OLD.replace("Die Länder", "Die Länder und Gemeinden"), ["Nach „Die Länder“ wird „und Gemeinden“ eingefügt."]),
        ("Auf Antrag gilt: " + OLD, ["Am Anfang wird „Auf Antrag gilt:“ eingefügt."]),
        (OLD.replace("Der Antrag", "Der „förmliche“ Antrag"),
         ["Nach „Länder tragen 10 Prozent. Der“ wird „‚förmliche‘“ eingefügt."]),
        (OLD.replace("10", "5").replace("31.", "30."),
         ["„10 Prozent“ wird durch „5 Prozent“ ersetzt.", "„31“ wird durch „30“ ersetzt."]),
    ],
)  # fmt: skip
def test_each_change_is_a_sentence(new: str, sentences: list[str]):
    assert [say(message, "de") for message in amending.told(words(OLD, new))] == sentences


@pytest.mark.parametrize("new", ["Etwas ganz anderes.", OLD + " Wort" * 100, ""])
def test_a_text_that_has_hardly_anything_left_is_new(new: str):
    assert amending.told(words(OLD, new)) == [amending.ANEW]


def test_many_changes_are_counted_and_a_long_passage_is_quoted_by_its_ends():
    clauses = [f"Nummer {n} regelt die Förderung von Vorhaben der Gemeinden im Land." for n in range(20)]
    many = [clause.replace("Förderung", "Unterstützung") for clause in clauses]
    (counted,) = amending.told(words(" ".join(clauses), " ".join(many)))
    assert say(counted, "de") == "Der Wortlaut ist an 20 Stellen geändert."
    inserted = " ".join(f"Wort{n}" for n in range(100))
    (long,) = amending.told(words(" ".join(clauses), " ".join([*clauses[:10], inserted, *clauses[10:]])))
    said = say(long, "de")
    assert said.startswith("Nach „Vorhaben der Gemeinden im Land.“ wird „Wort0 Wort1 ")
    assert " … " in said
    assert said.endswith(" Wort99“ eingefügt.")
    assert len(said) < 350


def test_nothing_changed_is_nothing_told():
    assert amending.told(words(OLD, OLD)) == []
