"""Sentences for the reader: translated inside the product, as written where the importer runs alone."""

from django.conf import settings
from django.utils import translation


def _(message: str) -> str:
    """Translate ``message`` into the language in force; a dry run without settings gets it as it stands."""
    return translation.gettext(message) if settings.configured else message


def ngettext(singular: str, plural: str, number: int) -> str:
    """As ``_``, for a sentence that counts."""
    if settings.configured:
        return translation.ngettext(singular, plural, number)
    return singular if number == 1 else plural


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation where it can't be translated yet."""
    return message


def words(text: str) -> frozenset[str]:
    """The words of ``text``: for the long lists of words that people write in files."""
    return frozenset(text.split())
