"""How the ZIP of a procedure log is checked, without this program: with sha256sum and a shell, wherever they are found."""

from datetime import datetime

from consultation.consultations.models import Consultation
from consultation.core.chain import Head
from consultation.core.language import SOURCE, moment, say
from consultation.core.places import package_folder
from consultation.documents.consolidated import DEMO_MARK


def readme(consultation: Consultation, start: Head, head: Head, now: datetime) -> str:
    """In German, as the files are named; the account beside it speaks the reader's language."""
    filled = (package_folder() / "data" / "procedure-log.txt").read_text(encoding="utf-8")
    values = {
        "mark": f"{say(DEMO_MARK, SOURCE)}\n\n" if consultation.demo else "", "title": consultation.title,
        "moment": moment(now, SOURCE), "start": start.chain, "head": head.chain,
    }  # fmt: skip
    for name, value in values.items():
        filled = filled.replace("{" + name + "}", value)
    return filled
