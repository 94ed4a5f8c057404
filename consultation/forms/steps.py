"""What can be done to a form, as its history tells it."""

from collections.abc import Mapping
from dataclasses import replace

from consultation.core.language import M, Message

STEPS: Mapping[str, Message] = {
    "describe": M("Titel und Einleitung geändert"),
    "add_part": M("Teil „{about}“ hinzugefügt"),
    "edit_part": M("Teil „{about}“ geändert"),
    "move_part": M("Teil „{about}“ verschoben"),
    "remove_part": M("Teil „{about}“ gelöscht"),
    "add_question": M("Frage „{about}“ hinzugefügt"),
    "edit_question": M("Frage „{about}“ geändert"),
    "move_question": M("Frage „{about}“ verschoben"),
    "duplicate_question": M("Frage „{about}“ verdoppelt"),
    "remove_question": M("Frage „{about}“ gelöscht"),
    "set_condition": M("Bedingung von „{about}“ geändert"),
    "renumber": M("Fragen neu nummeriert"),
    "edit_json": M("Als JSON bearbeitet"),
    "restore": M("Früheren Stand wiederhergestellt"),
}


def told(step: str, about: str) -> Message:
    return replace(STEPS[step], parameters=(("about", about),))
