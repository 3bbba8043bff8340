"""``python -m openmentor.engine.matching.solvers.warm``: compile the loops for large pools and for circles once, at installation, so that no run waits."""

from . import groups, large

if __name__ == "__main__":
    large.warm()
    groups.warm()
