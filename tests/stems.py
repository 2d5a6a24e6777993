"""The themes that have labs, by their stems."""

from __future__ import annotations

import pkgutil

import intimacy.labs

STEMS = sorted(each.name for each in pkgutil.iter_modules(intimacy.labs.__path__))
