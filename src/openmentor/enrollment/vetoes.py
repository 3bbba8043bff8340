"""Who must never be matched with whom in a cohort: what the vetoes of its people come to, also those that name nobody we knew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from openmentor.enrollment.models import Veto
from openmentor.enrollment.models.wishes import keys_of
from openmentor.people.models import Person


def never(people: Iterable[Person]) -> dict[int, set[int]]:
    """Person → those among ``people`` whom they said 'never with' about, by name, address, team or site. One query.

    A text that fits several people of one name is held against all of them: a veto that is kept too far costs a match, one that is
    lost costs trust. It holds both ways; only the side that said it is listed.
    """
    everybody = {person.pk: person for person in people}
    said = list(Veto.objects.filter(author__in=everybody).values_list("author", "kind", "person", "key"))
    by_key: dict[tuple[str, str], set[int]] = defaultdict(set)
    if any(about is None for _author, _kind, about, _key in said):  # spelling ten thousand names takes a second
        for person in everybody.values():
            for kind, keys in keys_of(person).items():
                for key in keys:
                    by_key[kind, key].add(person.pk)
    found: dict[int, set[int]] = defaultdict(set)
    for author, kind, about, key in said:
        meant = {about} & everybody.keys() if about is not None else by_key.get((kind, key), set())
        found[author] |= meant - {author}
    return {author: about for author, about in found.items() if about}
