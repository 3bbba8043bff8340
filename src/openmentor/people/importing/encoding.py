"""From the bytes of a text file to its characters, whatever program wrote them."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from openmentor.people.importing.faults import Fault, InvalidFile
from openmentor.people.importing.wording import _

MIXED = "mixed"
#: Stands before each character that was not UTF-8 in a file that otherwise is; the table turns it into a doubt.
FOREIGN = "\ufdd0"
LOST = "\ufffd"
_SAMPLE_BYTES = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNSEEN = {0: None, 0xFEFF: None, 0x200B: None}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is written: ``codec`` for Python, ``label`` for people."""

    codec: str
    label: str
    errors: str = "replace"

    @property
    def is_mixed(self) -> bool:
        """Some of it is UTF-8, some is not."""
        return self.label == MIXED


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read what is not UTF-8 as Windows-1252, and mark it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(FOREIGN + character for character in wrong.decode("cp1252", "replace")), error.end


codecs.register_error("openmentor.cp1252", _as_cp1252)


def detect(stream: BinaryIO) -> Encoding:
    """Say how ``stream`` is written; it is left at its start. Raises InvalidFile if it holds no text."""
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    for mark, codec in _MARKS:
        if sample.startswith(mark):
            if codec != "utf-8-sig":
                return Encoding(codec, codec.upper())
            break
    else:
        without_mark = _utf_16_by_its_zeros(sample)
        if without_mark is not None:
            return without_mark
    _refuse_binary(sample)
    encoding = _utf_8_or_older(stream)
    stream.seek(0)
    return encoding


def _utf_16_by_its_zeros(sample: bytes) -> Encoding | None:
    """UTF-16 without a mark: in Latin letters every second byte is zero."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.4 and even < pairs * 0.1:
        return Encoding("utf-16-le", "UTF-16")
    if even > pairs * 0.4 and odd < pairs * 0.1:
        return Encoding("utf-16-be", "UTF-16")
    return None


def _refuse_binary(sample: bytes) -> None:
    controls = sum(sample.count(code) for code in range(1, 32) if code not in (9, 10, 11, 12, 13, 28, 29, 30, 31))
    if controls > len(sample) * 0.05 or sample.count(0) > len(sample) * 0.5:
        raise InvalidFile(
            Fault(
                "file.not_text",
                _("This is no table: it holds bytes that no text has."),
                _("Save the table as CSV or XLSX and choose that file."),
            )
        )


def _utf_8_or_older(stream: BinaryIO) -> Encoding:
    """Line by line, since people paste lines of one file into another: UTF-8, Windows-1252, or both."""
    wrong = right = 0
    for line in stream:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            wrong += 1
        else:
            right += 1
    if not wrong:
        return Encoding("utf-8-sig", "UTF-8")
    if not right:
        return Encoding("cp1252", "Windows-1252")
    return Encoding("utf-8-sig", MIXED, "openmentor.cp1252")


def lines(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """The lines of ``stream`` with their ends, without zero bytes and characters that nobody sees; closes it after."""
    with io.TextIOWrapper(stream, encoding=encoding.codec, errors=encoding.errors, newline="") as text:
        for line in text:
            yield line if line.isascii() and "\0" not in line else line.translate(_UNSEEN)
