"""How editions are worded and set, as a number: whoever checks one later knows whether the same bytes can be asked for."""

LAYOUT = 1
"""Raised whenever the same frozen data become another HTML document, or other sentences in any format
(`tests/test_layout_version.py` notices). Editions keep the number they were made with.

JSON, CSV and NDJSON are data: but for the title page in JSON they stay the same in every layout.
"""
UNNUMBERED = 0
"""Of editions made before layouts had a number."""
