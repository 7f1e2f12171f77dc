"""Reads a catalogue in the TVMaze `/shows` form, as the peers and the oracle need it."""

import gzip
import html
import json
import re

WEIGHTS = {"genre": 0.4, "text": 0.5, "metadata": 0.1}
TOP_N = 20

_TAG = re.compile(r"<[^>]*>")


def load(path):
    """The shows, a later `updated` winning over an earlier one of the same id."""
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        shows = json.load(file)
    newest = {}
    for show in shows:
        before = newest.get(show["id"])
        if before is None or (show.get("updated") or 0) >= (before.get("updated") or 0):
            newest[show["id"]] = show
    return list(newest.values())


# Marks that are not seen: a soft hyphen stands inside a word.
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0xFEFF])


def text(show):
    return html.unescape(_TAG.sub(" ", show.get("summary") or "")).translate(_UNSEEN)


def genres(show):
    return frozenset(html.unescape(genre).strip() for genre in show.get("genres") or [])


def metadata(show):
    """Platform, type and language; None where it is not known."""
    platform = (show.get("network") or show.get("webChannel") or {}).get("name")
    return tuple(value or None for value in (platform, show.get("type"), show.get("language")))


def codes(values):
    """Numbers that stand for the distinct values; -1 for None."""
    known = {}
    return [-1 if value is None else known.setdefault(value, len(known)) for value in values]
