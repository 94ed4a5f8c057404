"""What keeps an answer from being submitted, counted in words: what is missing is not what has to be corrected."""

from consultation.core.language import M, Message
from consultation.responses.desk import Desk


def in_words(desk: Desk) -> Message:
    """Of an answer that has shortcomings."""
    missing = sum(problem.field in desk.unanswered for problem in desk.missing)
    wrong = len(desk.missing) - missing
    lacks = M("{n} Pflichtangaben fehlen", one="1 Pflichtangabe fehlt", n=missing)
    errs = M("{n} Angaben sind zu berichtigen", one="1 Angabe ist zu berichtigen", n=wrong)
    return M("{lacks}, {errs}", lacks=lacks, errs=errs) if missing and wrong else lacks if missing else errs
