"""Colours and measures that DOCX and ODT share with the printed page."""

INK = "16202E"
BLUE = "173E75"
LINE = "C3C8D1"
PALE = "EEF2F7"
MARK_INK = "7A3300"
MARK_PAPER = "FFF4E5"
FONT = "Arial"

TEXT_WIDTH_MM = 164
"""A4 less the margins of 24 and 22 mm."""
PICTURE_HEIGHT_MM = 210
"""Higher charts are made smaller."""


def picture_size(width: float, height: float) -> tuple[float, float]:
    """In mm, as wide as the text unless that is too high."""
    scale = min(TEXT_WIDTH_MM / width, PICTURE_HEIGHT_MM / height)
    return round(width * scale, 2), round(height * scale, 2)
