"""Pages of lists that ask the database no more than they must."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property


class SearchPaginator(Paginator[Any]):
    """For lists that are searched: a first page that is not full is all there is, so that nobody goes through the names once more
    only to count them."""

    @cached_property
    def _first(self) -> Sequence[Any]:
        first: Sequence[Any] = self.object_list[: self.per_page]  # type: ignore[assignment]
        return first

    @cached_property
    def count(self) -> int:
        shown = len(self._first)
        return shown if shown < self.per_page else super().count

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        return Page(self._first, number, self) if number == 1 else super().page(number)
