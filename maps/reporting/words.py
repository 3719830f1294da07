"""The words of a report, in French and in English: headings, and sentences with {slots} for
figures. A sentence says no more than its figures carry: each outcome has a template of its own."""

from __future__ import annotations

from maps.reporting.words_en import ENGLISH
from maps.reporting.words_fr import FRENCH

WORDS: dict[str, dict[str, str]] = {"fr": FRENCH, "en": ENGLISH}
"""By language and key; both have the same keys (a test)."""
