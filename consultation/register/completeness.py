"""What a whole register must hold, so that a file with missing, doubled or moved lines is noticed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from consultation.core.language import M, Message
from consultation.register.records import INDEPENDENT, INDEPENDENT_COUNTY, UNINCORPORATED, Record
from consultation.register.states import KEY_BY_STATE

Gap = tuple[int, Message]


def gaps(records: Sequence[Record]) -> Iterator[Gap]:
    """(line, reason) for all that is doubled, lacks its superior or lacks its members, in the order of lines."""
    found = [gap for check in _CHECKS for gap in check(records)]
    return iter(sorted(found, key=lambda gap: gap[0]))


def _dates(records: Sequence[Record]) -> Iterator[Gap]:
    [(usual, _)] = Counter(record.as_of for record in records).most_common(1)
    for record in records:
        if record.as_of != usual:
            reason = M("Der Gebietsstand ist {found}, in den anderen Zeilen {usual}.", found=record.as_of, usual=usual)
            yield record.line, reason


def _doubles(records: Sequence[Record]) -> Iterator[Gap]:
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        for kind, key in (("key", record.key), ("ags", record.region if record.type == "60" else "")):
            if not key:
                continue
            before = seen.setdefault((kind, key), record.line)
            if before != record.line:
                yield record.line, M("Den Schlüssel {key} gibt es schon in Zeile {line}.", key=key, line=str(before))
                break


def _superiors(records: Sequence[Record]) -> Iterator[Gap]:
    keys = {record.key for record in records}
    for record in records:
        if missing := next((key for key in _above(record) if key not in keys), None):
            yield record.line, M("Die übergeordnete Zeile mit dem Schlüssel {key} fehlt.", key=missing)


def _above(record: Record) -> Iterator[str]:
    yield record.region[:2]
    # Waters and border areas of a Land lie in no county; their association row stands for itself.
    if record.type == "60":
        yield record.association_key
    if record.type in ("50", "60") and not record.association.startswith("9"):
        yield record.county


def _members(records: Sequence[Record]) -> Iterator[Gap]:
    """Every county, association row and everything above has at least one municipality or area."""
    prefixes = {record.region[:length] for record in records if record.type == "60" for length in (2, 3, 4, 5)}
    prefixes |= {record.association_key for record in records if record.type == "60"}
    for record in records:
        if record.type != "60" and record.key not in prefixes:
            yield record.line, M("Zu „{name}“ fehlen die Zeilen der Gemeinden.", name=record.name)


def _states(records: Sequence[Record]) -> Iterator[Gap]:
    present = {record.key for record in records if record.type == "10"}
    for state, key in KEY_BY_STATE.items():
        if key not in present:
            yield records[-1].line, M("Das Land {key} ({state}) fehlt.", key=key, state=state.value)


def _cities(records: Sequence[Record]) -> Iterator[Gap]:
    """An independent city has a county row that says so, and is its only municipality."""
    independent = {record.key: record.text_key in INDEPENDENT_COUNTY for record in records if record.type == "40"}
    for record in records:
        if record.type != "60" or record.text_key in UNINCORPORATED:
            continue
        alone = record.text_key in INDEPENDENT
        if alone != independent.get(record.county, alone):
            yield record.line, M("Gemeinde und Kreis sagen Verschiedenes darüber, ob die Stadt kreisfrei ist.")
        if alone and not record.region.endswith("000"):
            yield record.line, M("Eine kreisfreie Stadt hat die Gemeindenummer 000.")


_CHECKS: tuple[Callable[[Sequence[Record]], Iterator[Gap]], ...] = (
    _dates, _doubles, _superiors, _members, _states, _cities,
)  # fmt: skip
