"""``./run bench [NAME …]``: run all figures, or those named; prints a table and writes it to ``test-results/bench.json``."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path

import bench
from bench.measure import Figure


def main(names: list[str]) -> int:
    known = sorted(
        module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in ("__main__", "measure")
    )
    unknown = set(names) - set(known)
    if unknown:
        print(f"There is no figure called {', '.join(sorted(unknown))}. Known: {', '.join(known)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or known:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"bench.{name}").figures()
    print("| what | measured | bound | kept |\n| --- | --- | --- | --- |")
    for figure in figures:
        print(f"| {figure.what} | {figure.told} | {figure.bound_told} | {'yes' if figure.kept else 'NO'} |")
    folder = Path("test-results")
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps([figure.__dict__ for figure in figures], indent=1, default=str))
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
