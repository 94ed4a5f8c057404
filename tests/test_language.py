"""What the service says, in both languages: no sentence without English, no English without a sentence."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes

from consultation.core import times
from consultation.core.language import M, catalogue, day, moment, money, number, percent, say, translate
from consultation.core.markup import environment
from consultation.core.places import package_folder, top_folder
from tests.messages import Sentence, in_python, literals, sentences, templates

COMPUTED = {
    ("consultation/core/markup.py", "text"): "`t` itself hands on what the template said",
    (
        "consultation/documents/chapters/method.py",
        "text.text",
    ): "gives its number to a message declared in the same file",
    (
        "consultation/documents/chapters/summary.py",
        "sentence.text",
    ): "gives its numbers to a message declared in the file",
    **{
        (
            f"templates/planners/{page}",
            f"Getattr(node=Name(name='{of}', ctx='load'), attr='failure', ctx='load')",
        ): "what a mail server said, or a sentence of ours that is kept with the invitation"
        for page, of in (("invitation.html", "invitation"), ("invitation.html", "one"), ("invitations.html", "one"))
    },
}
"""Where the text of an `M` may be no literal, and why."""

NAMES = {
    "KERN",
    "JSON",
    "CSV",
    "HTML",
    "API",
    "AGS",
    "ARS",
    "SHA-256",
    "KB",
    "MB",
    "DE",
    "EN",
    "n",
    "Deutsch",
    "English",
}
"""Words that are the same in every language; a language is called what its speakers call it."""

SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title", "label"}
SPOKEN_BY_SCRIPT = re.compile(r"data-(?:unsaved|saving|not-saved|confirm|label|say-[\w-]+)")
"""Attributes whose text a script puts on the page."""
GAP = "zzgapzz"
"""Stands where a template writes something computed: a word, since it may be the name of an element."""

PO = package_folder() / "locales" / "en.po"
PLACEHOLDER = re.compile(r"\{\w+\}")
WORD = re.compile(r"[^\W\d_]+(?:-\w+)*")
ADDRESS = re.compile(rf"{GAP}(?:/\w+)+")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


# -- the catalogue -----------------------------------------------------------------------------
def test_every_message_is_a_literal_that_can_be_found() -> None:
    computed = {(s.file, s.code) for s in sentences() if s.text is None}
    assert computed - COMPUTED.keys() == set()
    assert COMPUTED.keys() - computed == set()


def test_every_sentence_stands_in_the_english_catalogue() -> None:
    english = catalogue("en")
    places = {s.text: f"{s.file}:{s.line}" for s in sentences() if s.text is not None}
    assert [f"{place} {text!r}" for text, place in places.items() if text not in english] == []


def test_the_catalogue_holds_nothing_that_nobody_says() -> None:
    assert sorted(catalogue("en").keys() - literals()) == []


def test_a_translation_has_exactly_the_placeholders_of_its_sentence() -> None:
    def places(text: str) -> Counter[str]:
        return Counter(PLACEHOLDER.findall(text))

    assert [german for german, english in catalogue("en").items() if places(german) != places(english)] == []


def test_a_translation_keeps_the_white_space_around_its_sentence() -> None:
    def around(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [german for german, english in catalogue("en").items() if around(german) != around(english)] == []


def test_the_catalogue_is_sorted_and_has_no_fuzzy_or_double_entry() -> None:
    with PO.open("rb") as file:
        entries = [m for m in read_po(file, locale="en", abort_invalid=True) if m.id]
    written = re.findall(r"^msgid ", PO.read_text("utf-8"), re.MULTILINE)
    ids = [str(m.id) for m in entries]
    assert ids == sorted(ids)
    assert len(written) == len(ids) + 1  # the header
    assert not any(m.fuzzy for m in entries)


def test_english_is_quoted_as_in_english() -> None:
    assert [german for german, english in catalogue("en").items() if set(english) & set('„“"')] == []


# -- German is what is said unless something else is asked for -----------------------------------
def test_german_is_the_source_and_needs_no_catalogue() -> None:
    assert catalogue("de") == {}
    assert str(M("ja")) == say(M("ja"), "de") == "ja"
    assert say(M("ja"), "en") == "yes"


def test_an_unknown_sentence_is_said_in_german_rather_than_not_at_all() -> None:
    assert translate("Das hat noch niemand übersetzt.", "en") == "Das hat noch niemand übersetzt."


def test_messages_inside_messages_are_said_in_the_same_language() -> None:
    both = M("{a} und {b}", a=M("ja"), b=M("nein"))
    assert (say(both, "de"), say(both, "en")) == ("ja und nein", "yes and no")


def test_parameters_are_formatted_for_the_reader() -> None:
    message = M("{a} und {b}", a=1234.5, b=date(2026, 3, 31))
    assert say(message, "de") == "1.234,5 und 31.03.2026"
    assert say(message, "en") == "1,234.5 and 31 March 2026"
    assert say(M("{a} und {b}", a=True, b=(1, 2)), "en") == "yes and 1, 2"


def test_one_is_said_as_one() -> None:
    said = [str(M("{count} Stellen", one="1 Stelle", count=count)) for count in (0, 1, 2)]
    assert said == ["0 Stellen", "1 Stelle", "2 Stellen"]
    source = '{{ t("{count} Stellen", one="1 Stelle", count=count) }}'
    assert [environment("en").from_string(source).render(count=count) for count in (1, 2)] == [
        "1 organisation",
        "2 organisations",
    ]


def test_a_template_speaks_the_language_it_is_asked_for() -> None:
    source = '{{ t("{a} und {b}", a=t("ja"), b=1234) }} · {{ {"de": "Titel"} | say }}'
    assert environment("de").from_string(source).render() == "ja und 1.234 · Titel"
    assert environment("en").from_string(source).render() == "yes and 1,234 · Titel"


# -- numbers, money, dates -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "german", "english"),
    [
        (lambda to: number(1234567, to), "1.234.567", "1,234,567"),
        (lambda to: number(Decimal("2.50"), to, 2), "2,50", "2.50"),
        (lambda to: number(12.6, to, 0), "13", "13"),
        (lambda to: percent(Fraction(1, 3), to), "33,3\u00a0%", "33.3\u00a0%"),
        (lambda to: percent(0.5, to, 0), "50\u00a0%", "50\u00a0%"),
        (lambda to: percent(None, to), "–", "–"),
        (lambda to: money(4_000_000, to), "40.000\u00a0€", "40,000\u00a0€"),
        (lambda to: money(125_050, to), "1.250,50\u00a0€", "1,250.50\u00a0€"),
        (lambda to: money(-5, to), "-0,05\u00a0€", "-0.05\u00a0€"),
        (lambda to: day(date(2026, 3, 1), to), "01.03.2026", "1 March 2026"),
        (
            lambda to: moment(datetime(2026, 1, 5, 8, 7, tzinfo=UTC), to),
            "05.01.2026, 09:07 Uhr",
            "5 January 2026, 09:07",
        ),
    ],
)
def test_figures_and_dates_are_written_as_readers_expect(said, german: str, english: str) -> None:
    assert (said("de"), said("en")) == (german, english)


@pytest.mark.parametrize("last", [date(2026, 3, 31), date(2026, 12, 31), date(2026, 3, 29), date(2026, 10, 25)])
def test_a_deadline_ends_at_24_on_its_last_day(last: date) -> None:
    deadline = times.end_of_day(last)
    assert times.local_day_ending(deadline) == last
    assert moment(deadline, "de") == f"{last:%d.%m.%Y}, 24:00 Uhr"
    assert moment(deadline, "en") == f"{last.day} {last:%B %Y}, 24:00"


def test_a_day_of_a_moment_is_the_day_in_berlin() -> None:
    assert day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "de") == "01.07.2026"
    assert times.local_day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("change", "starts", "ends", "hours"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), 25),
    ],
    ids=["summer time begins", "summer time ends"],
)
def test_a_day_on_which_the_clocks_change_has_its_true_length(
    change: date, starts: datetime, ends: datetime, hours: int
) -> None:
    assert (times.start_of_day(change), times.end_of_day(change)) == (starts, ends)
    assert ends - starts == timedelta(hours=hours)
    assert times.start_of_day(change + timedelta(days=1)) == ends
    assert times.is_midnight(starts)
    assert times.is_midnight(ends)
    assert not times.is_midnight(ends - timedelta(hours=1))


# -- templates say nothing by themselves ---------------------------------------------------------
def test_templates_hold_no_words_outside_t() -> None:
    found = ((file, text) for file, tree in templates(top_folder("templates")) for text in _hard_words(file, tree))
    assert [f"{file}: {text!r}" for file, text in found] == []


def test_words_written_into_a_template_are_noticed() -> None:
    for source in (
        '<p class="note">Nicht so</p>',
        '<a title="Nicht so">{{ t("so") }}</a>',
        '<form data-confirm="Nicht so?">{{ t("so") }}</form>',
        '<p>{% if x %}{{ t("so") }}{% else %}nicht{% endif %}</p>',
        '{{ button("Nicht so") }}',
        '{% set title = "Nicht so" %}',
    ):
        assert list(_hard_words("x.html", environment("de").parse(source))), source
    right = '<a class="link" title="{{ t("So") }}">{{ t("So") }} API <b lang="de">{{ 3 }}</b></a>'
    assert list(_hard_words("x.html", environment("de").parse(right))) == []


def test_literals_are_found_however_they_are_written(tmp_path) -> None:
    (tmp_path / "a.py").write_text('M("Ein " "Satz")\nwords.M("ja" if x else "nein")\nM("a" + "b")\nM(text)\n', "utf-8")
    found = [sentence.text for sentence in in_python(tmp_path)]
    assert sorted(text for text in found if text) == ["Ein Satz", "ab", "ja", "nein"]
    assert found.count(None) == 1
    assert all(isinstance(sentence, Sentence) for sentence in in_python(tmp_path))


def test_scripts_say_nothing_by_themselves() -> None:
    """What a script puts on the page stands in an attribute of the page, in the reader's language."""
    files = list((package_folder() / "static").glob("*.js"))
    assert files
    assert [f"{path.name}: {text!r}" for path in files for text in _said_by(path.read_text("utf-8"))] == []
    assert list(_said_by('status.textContent = "Nicht gespeichert"; // "Nicht so" \n f(`Bitte ${x} warten`);')) == [
        "Nicht gespeichert",
        "Bitte ${x} warten",
    ]
    assert list(_said_by('"use strict"; one.closest("form input"); event.key === "Enter"; "Content-Type";')) == []


def _said_by(script: str) -> Iterator[str]:
    """Strings of a script that begin like a sentence and go on."""
    code = re.sub(r"(?m)(?<![:\"'`])//.*?$", "", script)
    for quoted in re.finditer(r"""(["'`])((?:\\.|(?!\1).)*)\1""", code):
        if re.match(r"[A-ZÄÖÜ][a-zäöüß]+(?: |\$|…|!|\?)", quoted[2]):
            yield quoted[2]


def _hard_words(file: str, tree: nodes.Template) -> Iterator[str]:
    written = "".join(_written(tree))
    texts = [ADDRESS.sub("", written)] if file.endswith(".txt") else _texts(written)
    yield from (text.strip() for text in texts if _foreign(text))
    yield from (text for text in _constants(tree) if text[:1].isupper() and _foreign(text))


def _written(node: nodes.Node) -> Iterator[str]:
    """What a template would write, all branches one after the other; a gap for everything computed."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield GAP
    else:
        for child in node.iter_child_nodes(only=("body", "elif_", "else_", "nodes")):
            yield from _written(child)


class _Reader(HTMLParser):
    """Collects what people read or hear: text, and some attributes. What stands in `code` is for machines."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_code = 0

    def handle_data(self, data: str) -> None:
        if (alone := ATTRIBUTE.fullmatch(data.strip())) is not None:  # a macro that writes nothing but an attribute
            self._attribute(alone[1], alone[2])
        elif not self.in_code:
            self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_code += tag == "code"
        for name, value in attrs:
            self._attribute(name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self.in_code -= tag == "code"

    def _attribute(self, name: str, value: str) -> None:
        if name in SPOKEN_ATTRIBUTES or SPOKEN_BY_SCRIPT.fullmatch(name):
            self.found.append(value)


def _texts(markup: str) -> list[str]:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.found


def _constants(tree: nodes.Template) -> Iterator[str]:
    """String constants outside `t(…)` and comparisons; German words in them begin with a capital letter."""
    kept = [*(call for call in tree.find_all(nodes.Call) if _is_t(call)), *tree.find_all(nodes.Compare)]
    passed = {id(constant) for node in kept for constant in node.find_all(nodes.Const)}
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in passed:
            yield constant.value


def _is_t(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == "t"


def _foreign(text: str) -> bool:
    return any(word not in NAMES for word in WORD.findall(text.replace(GAP, " ")))


@pytest.mark.parametrize(
    ("typed", "day"),
    [("31.03.2027", date(2027, 3, 31)), ("15.1.27", date(2027, 1, 15)), ("1. 4. 2027", date(2027, 4, 1)),
     ("2027-04-01", date(2027, 4, 1)), ("31.02.2027", None), ("27", None), ("", None), ("1.4", None)],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it_and_as_browsers_send_it(typed: str, day: date | None) -> None:
    assert times.read_day(typed) == day
