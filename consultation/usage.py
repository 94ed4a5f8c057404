"""The command line in one language: what the library that reads it says of help and of wrong usage, in German.

The library speaks English and cannot be asked for another language; `SENTENCES` says what it may complain of, and a test makes it
complain. What is not known here is shown as it is.
"""

import re
import sys
from collections.abc import Callable
from typing import Any, cast

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandFunctionType

SENTENCES = (
    (r"No such command '(.+)'\. Did you mean '(.+)'\?", "Den Befehl „{}“ gibt es nicht. Ist „{}“ gemeint?"),
    (r"No such command '(.+)'\.", "Den Befehl „{}“ gibt es nicht."),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "Die Option {} gibt es nicht. Ist {} gemeint?"),
    (r"No such option: (\S+)", "Die Option {} gibt es nicht."),
    (r"Missing command\.", "Es fehlt der Befehl."),
    (r"Missing (?:argument|option|parameter) '(.+)'\.", "Es fehlt die Angabe {}."),
    (r"Option '(.+)' requires an argument\.", "Zur Option {} fehlt der Wert."),
    (r"Option '(.+)' does not take a value\.", "Die Option {} nimmt keinen Wert."),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "Das ist eine Angabe zu viel: {}"),
    (r"Invalid value for '(.+)': Input should be a valid integer.*", "{}: erwartet wird eine ganze Zahl."),
    (r"Invalid value for '(.+)': Input should be greater than or equal to (\S+)", "{}: erwartet wird eine Zahl ab {}."),
    (r"Invalid value for '(.+)': Input should be less than or equal to (\S+)", "{}: erwartet wird eine Zahl bis {}."),
    (r"Invalid value for '(.+)': \w+ '(.+)' does not exist\.", "{}: „{}“ gibt es nicht."),
    (r"Invalid value for '(.+)': \w+ '(.+)' is a file\.", "{}: „{}“ ist kein Ordner."),
    (r"Invalid value for '(.+)': \w+ '(.+)' is a directory\.", "{}: „{}“ ist ein Ordner."),
    (r"Invalid value for '(.+)': \w+ '(.+)' is not readable\.", "{}: „{}“ ist für diesen Benutzer nicht lesbar."),
)
OPTIONS = "[OPTIONEN]"
HELP = "Diese Hilfe zeigen."

errors = Console(stderr=True, highlight=False)


def german(complaint: str) -> str:
    for pattern, sentence in SENTENCES:
        if found := re.fullmatch(pattern, complaint, re.DOTALL):
            return sentence.format(*(one.replace("', '", "“ oder „") for one in found.groups()))
    return complaint


class Spoken:
    """For commands and groups of them."""

    def get_usage(self, ctx: Any) -> str:
        usage: str = super().get_usage(ctx)  # type: ignore[misc]  # the library's class beside this one
        return re.sub(r"\{(\w+)\}", lambda name: name[1].upper(), usage.replace("Usage: ", "Aufruf: ", 1))

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]  # as above
        if option is not None:
            option.help = HELP
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from typer import rich_utils  # noqa: PLC0415 -- loads what draws help; commands that do something need none of it

        rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.OPTIONS_PANEL_TITLE = "Angaben", "Optionen"
        rich_utils.COMMANDS_PANEL_TITLE = "Befehle"
        rich_utils.DEFAULT_STRING, rich_utils.REQUIRED_LONG_STRING = "[Vorgabe: {}]", "[nötig]"
        super().format_help(ctx, formatter)  # type: ignore[misc]  # as above


class Command(Spoken, TyperCommand):
    pass


class Group(Spoken, TyperGroup):
    """Whoever calls the outermost one is told in German why it cannot be done."""

    def main(self, *args: Any, **more: Any) -> Any:
        alone, ours = more.get("standalone_mode", True), more | {"standalone_mode": False}
        if not alone:
            return super().main(*args, **ours)
        try:
            code = super().main(*args, **ours)
        except typer.TyperException as error:
            complain(error)
            code = error.exit_code
        except typer.Abort:
            errors.print("Abgebrochen.")
            code = 1
        sys.exit(code)


class App(typer.Typer):
    """Its commands, and those of the apps in it, speak so."""

    def __init__(self, **more: Any) -> None:
        own: dict[str, Any] = {"cls": Group, "no_args_is_help": True, "subcommand_metavar": "BEFEHL …"}
        super().__init__(**{"options_metavar": OPTIONS} | own | more)

    def command(self, name: str | None = None, **more: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        own: dict[str, Any] = {"cls": Command, "options_metavar": OPTIONS}
        return super().command(name, **own | more)


def complain(error: typer.TyperException) -> None:
    """How the command is called, what is wrong, and where there is help."""
    complaint, context = error.format_message(), cast("Any", getattr(error, "ctx", None))
    if not complaint:  # nothing was asked for, and the help is shown already
        return
    if context is not None:
        errors.print(context.get_usage(), markup=False, soft_wrap=True)
    errors.print(german(complaint), markup=False, soft_wrap=True)
    if context is not None:
        errors.print(f"Hilfe: {context.command_path} --help", markup=False, soft_wrap=True)
