"""Neurobiological Foundations of Intimacy: models, labs and widgets behind the teaching notebooks."""

__version__ = "0.1.0"
