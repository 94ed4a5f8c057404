"""Who was asked, in words: the filter over the register, the sample with its seed, single cases."""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from typing import Any

from consultation.core.language import M, Message
from consultation.core.times import local_day
from consultation.documents.labels import SIZES
from consultation.register.audience import UNIT_TITLES, AudienceUnit
from consultation.register.kinds import KIND_TITLES, RegisterKind
from consultation.register.states import STATE_TITLES, State


def sentences(audience: dict[str, Any]) -> Iterator[Message]:
    """`audience` is what `consultations.audience.described` tells."""
    yield from _chosen(audience)
    if later := audience.get("later"):  # older editions do not hold it
        first, last = (local_day(datetime.fromisoformat(later[name])) for name in ("first", "last"))
        if first == last and later["count"] > 1:
            yield M("Nach der Ankündigung wurden {count} weitere Stellen zur Stellungnahme eingeladen, alle am {first}.",
                    count=later["count"], first=first)  # fmt: skip
            return
        yield M(
            "Nach der Ankündigung wurden {count} weitere Stellen zur Stellungnahme eingeladen, vom {first} bis zum {last}.",
            one="Nach der Ankündigung wurde 1 weitere Stelle zur Stellungnahme eingeladen, am {first}.",
            count=later["count"], first=first, last=last,
        )  # fmt: skip


def _chosen(audience: dict[str, Any]) -> Iterator[Message]:
    if not audience["chosen"]:
        yield M("Die Stellen wurden einzeln ausgewählt.")
        return
    chosen = reduce(lambda first, more: M("{first}; {more}", first=first, more=more), conditions(audience))
    yield M("Gefragt wurden Stellen aus dem Gemeindeverzeichnis nach dieser Auswahl: {conditions}.", conditions=chosen)
    if sample := audience["sample"]:
        yield M("Von {of} Stellen, die der Filter findet, wurden {size} ausgelost. Der Startwert ist {seed}.",
                one="Von {of} Stellen, die der Filter findet, wurde 1 ausgelost. Der Startwert ist {seed}.",
                size=min(sample["size"], sample["of"]), of=sample["of"], seed=sample["seed"])  # fmt: skip
        yield M("Gelost wurde in Schichten aus Land und Größenklasse (Gemeindeverbände und Landkreise je für sich), im "
                "Verhältnis ihrer Größe; jede Schicht ist vertreten, wenn mindestens so viele Stellen gezogen werden, wie "
                "es Schichten gibt. In jeder Schicht kamen die Stellen hinein, für die SHA-256 aus „Startwert:Schlüssel“ am "
                "kleinsten ist. Wer das Gemeindeverzeichnis hat, kann die Ziehung wiederholen.")  # fmt: skip
    if left_out := audience["left_out"]:
        yield M("{count} Stellen wurden danach einzeln herausgenommen.", one="1 Stelle wurde danach einzeln herausgenommen.",
                count=left_out)  # fmt: skip
    if single := audience["single"]:  # older editions count those alone that were named in the filter
        yield M(
            "Dazu wurden {count} Stellen einzeln aufgenommen.",
            one="Dazu wurde 1 Stelle einzeln aufgenommen.",
            count=single,
        )


def conditions(audience: dict[str, Any]) -> tuple[Message | str, ...]:
    """What narrows the choice, one after the other."""
    found: list[Message | str] = [UNIT_TITLES[AudienceUnit(audience["unit"])]]
    for title, values in (
        (M("Länder"), [STATE_TITLES[State(value)] for value in audience["states"]]),
        (M("Größenklassen"), [SIZES[value] for value in audience["size_classes"]]),
        (M("Art der Stelle"), [KIND_TITLES[RegisterKind(value)] for value in audience["kinds"]]),
    ):
        if values:
            found.append(M("{title}: {values}", title=title, values=values))
    if audience["counties"]:
        found.append(M("Kreise und kreisfreie Städte: {count}", count=len(audience["counties"])))
    if (least := audience["population_min"]) is not None:
        found.append(M("ab {count} Einwohnern", count=least))
    if (most := audience["population_max"]) is not None:
        found.append(M("bis {count} Einwohner", count=most))
    return tuple(found)
