"""Office files as streams: a zip of escaped XML, written from top to bottom."""
