"""What the invented answers say: template statements word for word and changed, own texts, amendments."""

import functools
import random
from typing import Any

import orjson

from consultation.core.places import package_folder


@functools.cache
def texts(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((package_folder() / "data" / "demo" / f"{name}.json").read_bytes())
    return loaded


class Voices:
    """`sections`: number → key of the draft that is spoken about."""

    def __init__(self, name: str, dice: random.Random, sections: dict[str, str]) -> None:
        self.texts = texts(name)
        self.dice = dice
        self.sections = sections
        self.sources: dict[str, dict[str, Any]] = {}
        """Text or rationale → the demand it was taken from, for whoever weighs the points afterwards."""

    def amendments(self, name: str) -> dict[str, dict[str, str]]:
        """Some entries: popular template statements more often than rare demands, now and then one of the house's own."""
        count = self.dice.choices((0, 1, 2, 3, 4, 6), (8, 22, 27, 20, 15, 8))[0]
        return self._numbered([self._amendment(name) for _ in range(count)])

    def circulating(self, others: dict[str, dict[str, str]], name: str, *, exact: bool) -> dict[str, dict[str, str]]:
        """The statement that circulates most before the others."""
        template = self.texts["templates"][0]
        return self._numbered([self._entry(template, self._statement(template, name, exact=exact)), *others.values()])

    def _numbered(self, entries: list[dict[str, str]]) -> dict[str, dict[str, str]]:
        """Each demand once."""
        unique: dict[tuple[str | None, ...], dict[str, str]] = {}
        for entry in entries:
            unique.setdefault((entry["section"], entry.get("locator"), entry.get("text")), entry)
        return {str(number): entry for number, entry in enumerate(unique.values(), start=1)}

    def _amendment(self, name: str) -> dict[str, str]:
        if self.dice.random() < 0.55:
            template = self._popular(self.texts["templates"])
            exact = self.dice.random() < 0.6
            return self._entry(template, self._statement(template, name, exact=exact))
        found = self.dice.choice(self.texts["amendments"])
        return self._entry(found, found["rationale"])

    def _popular(self, found: list[Any]) -> Any:
        """The first ones circulate most."""
        return self.dice.choices(found, [1 / (place + 1) for place in range(len(found))])[0]

    def _entry(self, source: dict[str, Any], rationale: str) -> dict[str, str]:
        entry = {
            "section": self.sections[source["section"]], "locator": source.get("locator", ""), "kind": source["kind"],
            "text": source["text"], "rationale": rationale, "priority": source.get("priority", "should"),
        }  # fmt: skip
        self.sources[source["text"] or rationale] = source
        return {part: text for part, text in entry.items() if text}

    def _statement(self, template: dict[str, Any], name: str, *, exact: bool) -> str:
        sentences = list(template["sentences"])
        if exact:
            return " ".join(sentences)
        for place, others in template.get("alternatives", {}).items():
            if self.dice.random() < 0.6:
                sentences[int(place)] = self.dice.choice(others)
        variants = texts("statements")["variants"]
        if self.dice.random() < 0.6:
            sentences.insert(0, self.dice.choice(variants["openings"]))
        if self.dice.random() < 0.6:
            sentences.append(self.dice.choice(variants["local_references"]))
        if self.dice.random() < 0.4:
            sentences.append(self.dice.choice(variants["closings"]))
        return " ".join(sentences).replace("{name}", name)

    def without_name(self, amendments: dict[str, dict[str, str]], name: str) -> dict[str, dict[str, str]]:
        """The same, as a house writes that does not want to be named."""
        return {
            key: {part: self._discreet(text, name) for part, text in entry.items()} for key, entry in amendments.items()
        }

    def _discreet(self, text: str, name: str) -> str:
        said = text
        for named, plain in texts("statements")["variants"]["without_name"].items():
            said = said.replace(named.replace("{name}", name), plain)
        if text in self.sources:
            self.sources[said] = self.sources[text]
        return said

    def own_text(self) -> str:
        return self._remembered(self.dice.choice(self.texts["own_texts"]))

    def main_message(self) -> str:
        return self._remembered(self._popular(self.texts["main_messages"]))

    def joint_statement(self) -> str:
        return self._remembered(self.dice.choice(self.texts["joint_statements"]))

    def with_contact(self, text: str) -> str:
        """The text, and whom to ask: what should not be read in public, and is redacted there."""
        return self._remembered(self.sources[text] | {"text": f"{text} {self.texts['contact_sentence']}"})

    def missing_rule(self) -> str:
        return self._remembered(self.dice.choice(self.texts["missing_sections"]))

    def reason(self, what: str) -> str:
        return str(self.dice.choice(self.texts["reasons"][what]))

    def _remembered(self, source: dict[str, str]) -> str:
        self.sources[source["text"]] = source
        return source["text"]

    def person(self) -> str:
        names = texts("statements")["names"]
        return f"{self.dice.choice(names['first'])} {self.dice.choice(names['last'])}"

    def function(self, role: str) -> str:
        return str(self.dice.choice(texts("statements")["functions"][role]))
