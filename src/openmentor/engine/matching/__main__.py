"""The engine's own process: ``python -m openmentor.engine.matching PROBLEM.json RESULT.json``; see ``process``."""

import sys

from .process import main

if __name__ == "__main__":
    sys.exit(main())
