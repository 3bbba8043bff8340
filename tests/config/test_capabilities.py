"""docs/capabilities.md tells the truth: each test it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([CDN]\d+(?:, ?[CDN]\d+)*) \| (.+?) \| (tests/\S+\.py)::(\w+) \|$")


def rows() -> list[re.Match[str]]:
    lines = (ROOT / "docs" / "capabilities.md").read_text().splitlines()
    table = [line for line in lines if line.startswith("| ") and not line.startswith(("| capability", "| ---"))]
    found = [ROW.match(line) for line in table]
    assert all(found), [line for line, match in zip(table, found, strict=True) if not match]
    return [match for match in found if match]


def test_there_are_rows() -> None:
    assert len(rows()) > 0


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.group(1))
def test_each_named_test_exists(row: re.Match[str]) -> None:
    path, name = ROOT / row.group(3), row.group(4)
    assert path.is_file(), path
    functions = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
    assert name in functions
