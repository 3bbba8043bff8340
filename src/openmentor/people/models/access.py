"""Codes by which somebody without an address comes to their account, and the address they then type."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models

from openmentor.people.models.person import Person

# No letters or digits that are mistaken for one another on paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """Twelve signs in three groups, about 59 bits: ``K7QM-3FHD-9TXW``."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[start : start + 4] for start in (0, 4, 8))


def digest(code: str) -> str:
    """What is stored of a code; spaces, dashes and case do not matter."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(f"claim:{signs}".encode()).hexdigest()


class ClaimCode(models.Model):
    """One code of one person. A new one replaces it; used once, within its time."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="claim_code")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"code of {self.person_id}"


class PendingAddress(models.Model):
    """An address that somebody typed for their own account and has not shown to be theirs.

    They sign in by it and nothing else uses it: no mail but the one that asks, no import, no wish or veto finds them by it. Two may type
    the same one; whose it is, the mail decides.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="pending_address")
    address = models.EmailField(max_length=254, db_index=True)
    typed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"address of {self.person_id}"
