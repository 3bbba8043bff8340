"""Finds people of the organization by address, number or name; says so when several or none fit, and who comes nearest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

from openmentor.people.importing import names, values
from openmentor.people.importing.names import plain
from openmentor.people.importing.wording import words

_NUMBERED = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]\s+")
_NOBODY = words("none nobody noone no nein keine keiner niemand personne aucun aucune nadie ninguno nope")
_COMPARED = 200
#: texts for which the nearest is looked for: a file in which nobody is known ends soon, too
_MOST_NEAREST = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who can apply, be wished for, or be refused."""

    id: Hashable
    name: str
    email: str = ""
    external_id: str = ""
    team: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found for a text: one person, or why not. ``nearest`` is a name like it; ``several`` are those whom it may mean."""

    text: str
    entry: Entry | None = None
    why: Literal["", "absent", "ambiguous"] = ""
    nearest: str = ""
    several: tuple[Entry, ...] = ()


class Directory:
    """The people of an organization, to be found by what others write of them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_email: dict[str, Entry] = {}
        self._by_id: dict[str, Entry] = {}
        self._by_core: dict[str, list[tuple[str, str, Entry]]] = {}
        self._by_token: dict[str, list[str]] = {}
        self.teams: dict[str, str] = {}
        self.sites: dict[str, str] = {}
        for entry in entries:
            if entry.email:
                self._by_email.setdefault(entry.email.lower(), entry)
            if entry.external_id:
                self._by_id.setdefault(entry.external_id, entry)
            name = names.split(entry.name)
            if name is not None:
                initials, core = names.initials_and_core(name)
                self._by_core.setdefault(core, []).append((initials, names.key(name), entry))
                for token in core.split():
                    self._by_token.setdefault(token, []).append(entry.name)
            for known, text in ((self.teams, entry.team), (self.sites, entry.site)):
                if text:
                    known.setdefault(plain(text), text)
        self._looked_up: dict[str, Lookup] = {}
        self._nearest_left = _MOST_NEAREST

    def by_email(self, address: str) -> Entry | None:
        """Who has this address."""
        return self._by_email.get(address)

    def by_external_id(self, number: str) -> Entry | None:
        """Who has this number."""
        return self._by_id.get(number)

    def find(self, text: str) -> Lookup:
        """The one person whom ``text`` means: an address, 'Ann Lee <ann@…>', a number, or a name in either order."""
        text = " ".join(text.split())
        if text not in self._looked_up:
            self._looked_up[text] = self._find(text)
        return self._looked_up[text]

    def _find(self, text: str) -> Lookup:
        address = values.email(text) if "@" in text else None
        if address is not None and address in self._by_email:
            return Lookup(text, self._by_email[address])
        if text in self._by_id:
            return Lookup(text, self._by_id[text])
        without_address = re.sub(r"[<(]?\S+@\S+[>)]?", "", text).strip()
        name = names.split(without_address)
        if name is None:
            return Lookup(text, None, "absent", self._nearest_address(address) if address else "")
        initials, core = names.initials_and_core(name)
        candidates = self._by_core.get(core, [])
        fitting = [entry for _initials, key, entry in candidates if key == names.key(name)] or [
            entry for theirs, _key, entry in candidates if not theirs or not initials or theirs == initials
        ]
        if len(fitting) == 1:
            return Lookup(text, fitting[0])
        if fitting:
            return Lookup(text, None, "ambiguous", several=tuple(fitting))
        return Lookup(text, None, "absent", self._nearest_name(name))

    def _nearest_name(self, name: names.Name) -> str:
        """A name that shares a word with this one, else one that is spelled much like it."""
        if self._nearest_left <= 0:
            return ""
        self._nearest_left -= 1
        key = names.key(name)
        sharing = {known for token in key.split() for known in self._by_token.get(token, [])[:_COMPARED]}
        if not sharing:
            near = difflib.get_close_matches(key.split(" ")[-1], list(self._by_token)[:5_000], n=3, cutoff=0.75)
            sharing = {known for token in near for known in self._by_token[token][:_COMPARED]}
        by_key = {plain(known): known for known in sorted(sharing)}
        near = difflib.get_close_matches(key, by_key, n=1, cutoff=0.5)
        return by_key[near[0]] if near else ""

    def _nearest_address(self, address: str) -> str:
        if self._nearest_left <= 0:
            return ""
        self._nearest_left -= 1
        near = difflib.get_close_matches(address, list(self._by_email)[:5_000], n=1, cutoff=0.85)
        return near[0] if near else ""

    def split(self, cell: str) -> list[str]:
        """The people named in one cell: by semicolons, lines or numbers; by commas where these don't part one name."""
        texts = re.split(r"[;\n|]", cell)
        texts = [part for text in texts for part in _NUMBERED.split(text)]
        found: list[str] = []
        for text in (text.strip(" ,.") for text in texts):
            if text and plain(text) not in _NOBODY and not values.is_nothing(text):
                found += self._split_further(text)
        return found

    def _split_further(self, text: str) -> list[str]:
        if self.find(text).entry is not None:
            return [text]
        both = [part.strip() for part in re.split(r"\s+(?:and|und|et|y|&|/)\s+|/", text) if part.strip()]
        if len(both) > 1:
            return [each for part in both for each in self._split_further(part)]
        pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
        if len(pieces) == 2 and not any(" " in piece or "@" in piece for piece in pieces):
            return [text]  # 'Lee, Ann': somebody we don't know, family name first
        found, i = [], 0
        while i < len(pieces):
            pair = ", ".join(pieces[i : i + 2])
            if i + 1 < len(pieces) and self.find(pieces[i]).entry is None and self.find(pair).entry is not None:
                found.append(pair)
                i += 2
            else:
                found.append(pieces[i])
                i += 1
        return found
