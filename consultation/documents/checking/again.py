"""Everything of an edition made once more from its frozen data, and held against what is there."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from consultation.core.language import M, Message
from consultation.documents.checking import Differs, Partly, Tell, Unusable
from consultation.documents.checking.differences import first_difference
from consultation.documents.checking.earlier import Compared, Verdict, compare_html, compare_json, words_of_others
from consultation.documents.formats import FORMATS, Compiled
from consultation.documents.layout_version import LAYOUT, UNNUMBERED
from consultation.documents.outline_hash import outline_hash
from consultation.documents.volumes import Bound

EXACT = frozenset({"json", "csv", "ndjson", "html"})
"""Formats whose bytes depend on nothing but the snapshot and this program; the others also on libraries."""


@dataclass(frozen=True)
class Again:
    """`version` of the program that made it, empty where nothing says so; `logged`: the procedure log names these very files."""

    whole: Bound
    tell: Tell
    version: str = ""
    same_programs: bool = False
    logged: bool = False
    doubts: list[Unusable] = field(default_factory=list)
    """Told at the end: what can be checked is checked first."""

    @property
    def layout(self) -> int:
        return layout_of(self.whole.document)

    @cached_property
    def others(self) -> frozenset[str]:
        return words_of_others(self.whole)

    def outlines(self, document: str, volumes: list[str]) -> None:
        """The hashes that the manifest names: of the document and of its volumes."""
        found = outline_hash(self.whole.document.outline)
        if found != document and self.layout != LAYOUT:
            self.tell(Partly.only(M(
                "– Die Ausgabe ist in {layout} gesetzt, dieses Programm setzt in Gestaltung {now}. Die Prüfsumme der Gliederung "
                "lässt sich damit nicht nachrechnen; verglichen werden Daten, Zahlen und Texte.",
                layout=self._layout, now=str(LAYOUT))))  # fmt: skip
            return
        if found != document:
            raise Differs(M("Aus den eingefrorenen Daten entsteht ein anderer Text als damals: Prüfsumme der Gliederung {found} "
                            "statt {expected}.", found=found, expected=document))  # fmt: skip
        self.tell(M("– noch einmal erstellt: gleicher Text (Prüfsumme der Gliederung sha256:{hash})", hash=found))
        self._volumes(volumes)

    def _volumes(self, outlines: list[str]) -> None:
        volumes = self.whole.volumes
        if len(outlines) != len(volumes):
            raise Differs(M("Aus den eingefrorenen Daten entstehen {found} Bände statt {expected}.", found=len(volumes),
                            expected=len(outlines)))  # fmt: skip
        for (volume, compiled), expected in zip(volumes, outlines, strict=True):
            if (found := outline_hash(compiled.outline)) != expected:
                raise Differs(M("Band {number}: Aus den eingefrorenen Daten entsteht ein anderer Text als damals: Prüfsumme der "
                                "Gliederung {found} statt {expected}.", number=volume.number, found=found,
                                expected=expected))  # fmt: skip
        if outlines:
            self.tell(M("– noch einmal erstellt: gleicher Text in allen Bänden: {count}", count=len(outlines)))

    def files(self, files: Iterable[tuple[Path, str, int]]) -> None:
        """Path, format and number of the volume of each."""
        with tempfile.TemporaryDirectory(prefix="verify-") as name:
            for path, key, volume in files:
                if key not in FORMATS:
                    raise Unusable(
                        M(
                            "{file}: Das Format „{format}“ kennt diese Programmfassung nicht.",
                            file=path.name,
                            format=key,
                        )
                    )
                today = Path(name) / path.name
                FORMATS[key].write(part(self.whole, volume, path), today)
                self._judge(path, key, today)
                today.unlink()
        if self.doubts:
            raise self.doubts[0]

    def _judge(self, path: Path, key: str, today: Path) -> None:
        """Where libraries or an earlier layout have their say, that is said, not held against it."""
        difference = first_difference(path, today)
        if difference is None:
            self.tell(M("– noch einmal erstellt: {file} ist bytegleich", file=path.name))
        elif self.layout != LAYOUT and key == "html":
            self._earlier(path, compare_html(path, today, lambda: self.others))
        elif self.layout != LAYOUT and key == "json":
            self._earlier(path, compare_json(path, today))
        elif key in EXACT or self.same_programs:
            raise _says_otherwise(path, difference)
        else:
            self._partly(M("– {file}: nicht bytegleich, denn andere Programmfassungen haben es geschrieben; verglichen ist die "
                           "Prüfsumme.", file=path.name))  # fmt: skip

    def _earlier(self, path: Path, compared: Compared | Message) -> None:
        """Words that differ may be the layout's or a forger's: unless a log names the file, that stays open."""
        if isinstance(compared, Message):
            raise _says_otherwise(path, compared)
        if compared.verdict is Verdict.SAME:
            self._partly(M("– {file}: gleicher Wortlaut wie aus den eingefrorenen Daten. Gesetzt ist die Datei in {layout}; "
                           "Aussehen und Schaubilder sind nicht nachgerechnet.",
                           file=path.name, layout=self._layout))  # fmt: skip
        elif self.logged:
            self._partly(M("– {file}: unverändert, das bezeugt das Verfahrensprotokoll. {difference} Das liegt an {layout}; Byte "
                           "für Byte nachrechnen lässt sich die Datei mit {version}.", file=path.name, layout=self._layout,
                           difference=_told(compared), version=self._maker))  # fmt: skip
        elif compared.verdict is Verdict.MISSING:
            raise Differs(M("{file}: {difference}", file=path.name, difference=_told(compared)))
        else:
            self.doubts.append(Unusable(M(
                "{file}: {difference} Das kann an {layout} liegen oder an einer Änderung. Prüfen Sie mit {version}, oder geben "
                "Sie das Verfahrensprotokoll (ZIP) dazu an.",
                file=path.name, layout=self._layout, difference=_told(compared), version=self._maker)))  # fmt: skip

    def _partly(self, message: Message) -> None:
        self.tell(Partly.only(message))

    @property
    def _layout(self) -> Message:
        if self.layout == UNNUMBERED:
            return M("einer Gestaltung ohne Nummer")
        return M("Gestaltung {number}", number=str(self.layout))

    @property
    def _maker(self) -> Message:
        if self.version:
            return M("Programmfassung {version}", version=self.version)
        return M("der Programmfassung, die sie erstellt hat")


def layout_of(compiled: Compiled) -> int:
    """As which an edition was set when it was made."""
    layout = compiled.head.get("layout", UNNUMBERED)
    if not isinstance(layout, int):
        raise TypeError(layout)
    return layout


def part(whole: Bound, number: int, path: Path) -> Compiled:
    try:
        return whole.part(number)
    except KeyError:
        raise Differs(
            M("{file}: Aus den eingefrorenen Daten entsteht kein Band {number}.", file=path.name, number=number)
        ) from None


def _says_otherwise(path: Path, difference: Message) -> Differs:
    return Differs(M("{file} sagt etwas anderes als die eingefrorenen Daten. Erste Abweichung: {difference}.",
                     file=path.name, difference=difference))  # fmt: skip


def _told(compared: Compared) -> Message:
    if compared.verdict is Verdict.MISSING:
        return M("Dieser Text steht in den eingefrorenen Daten und fehlt hier oder lautet anders: „{text}“ (ohne "
                 "Leerzeichen).", text=compared.today)  # fmt: skip
    if compared.verdict is Verdict.REWORDED:
        return M("Alle Zahlen, alle Texte der Stellen und alle Erwiderungen stimmen; andere Sätze lauten anders, als sie heute "
                 "entstehen, zuerst „{found}“ statt „{today}“.", found=compared.found, today=compared.today)  # fmt: skip
    return M("Zahlen stehen anders, als sie heute aus den eingefrorenen Daten entstehen, zuerst „{found}“ statt „{today}“.",
             found=compared.found, today=compared.today)  # fmt: skip
