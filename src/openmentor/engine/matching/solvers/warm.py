"""``python -m openmentor.engine.matching.solvers.warm``: compile the loops for large pools once, at installation, so that no run waits."""

from .large import warm

if __name__ == "__main__":
    warm()
