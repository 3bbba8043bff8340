"""``python -m openmentor.engine.matching.solvers.warm``: compile the loops for large pools, circles and peers once, at installation,
so that no run waits."""

import numpy as np

from ..pool import Pool, pairs
from . import groups, large


def warm() -> None:
    """Use every compiled loop once; what is compiled is kept on disk."""
    large.warm()
    groups.warm()
    scores = np.random.default_rng(1).random((12, 12))
    for aim in ("coverage", "total"):
        pairs(Pool.from_scores((scores + scores.T) / 2), aim=aim)


if __name__ == "__main__":
    warm()
