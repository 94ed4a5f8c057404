"""Municipalities shape funding programmes. Read `consultation.rulebook` first."""

__version__ = "0.1.0"
