"""Texts by their meaning: each text a vector of length 1, near one another where they say alike things.

Two models are known, read as data from packages of their own and computed here in plain NumPy; no code of theirs is run and no
model hub is asked. Where neither is installed, texts aren't compared, and reports say so.
"""

from .encoder import Encoder, encoder
from .models import MODELS, NONE, best, is_installed
from .vectors import Vectors

__all__ = ["MODELS", "NONE", "Encoder", "Vectors", "best", "encoder", "is_installed"]
