"""What only the manager can say about a file of applications, as the import keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, cast, get_args

DefaultRole = Literal["", "mentor", "mentee", "both"]
ByName = Literal["none", "some", "all"]
Unknown = Literal["list", "create"]


@dataclass(frozen=True)
class Choices:
    """
    default_role  the role of everybody, for a file that does not say.
    is_approved   they were approved elsewhere: they are in, as far as there is room.
    has_accepted  they accepted what is expected in the form.
    corrections   question → unknown answer as written → value of the choice that is meant, '' to leave it out.
    by_name       whether those who are known by their name alone are taken, and which rows.
    meant         row → the person, where several have the name that it gives.
    unknown       what happens with people who are not in the database: they are listed, or added (with an address).
    """

    default_role: DefaultRole = ""
    is_approved: bool = False
    has_accepted: bool = False
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_name: ByName = "none"
    by_name_rows: tuple[int, ...] = ()
    meant: Mapping[int, int] = field(default_factory=dict)
    unknown: Unknown = "list"

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From JSON; what is no choice is left at its default."""

        def one(name: str, of: Any, default: str) -> Any:
            value = stored.get(name, default)
            return value if value in get_args(of) else default

        corrections, meant = stored.get("corrections"), stored.get("meant")
        return cls(
            cast(DefaultRole, one("default_role", DefaultRole, "")),
            bool(stored.get("is_approved")),
            bool(stored.get("has_accepted")),
            corrections if isinstance(corrections, dict) else {},
            cast(ByName, one("by_name", ByName, "none")),
            tuple(int(row) for row in stored.get("by_name_rows", ()) if str(row).isdecimal()),
            {
                int(row): int(person)
                for row, person in (meant if isinstance(meant, dict) else {}).items()
                if str(row).isdecimal() and str(person).isdecimal()
            },
            cast(Unknown, one("unknown", Unknown, "list")),
        )

    def stored(self) -> dict[str, Any]:
        # As JSON gives it back: two of the same choices are equal, stored or not.
        return {
            **asdict(self),
            "by_name_rows": list(self.by_name_rows),
            "meant": {str(row): person for row, person in self.meant.items()},
        }

    def confirms(self, row: int) -> bool:
        """Whether the applicant of this row, known by name alone, is that person."""
        return self.by_name == "all" or (self.by_name == "some" and row in self.by_name_rows)
