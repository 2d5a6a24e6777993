"""A classroom: one small server that a room's notebooks post shared results to, and how notebooks reach it.

``store`` keeps results in a database, ``server`` answers over HTTP, ``client`` is the notebook's side, and
``python -m intimacy.classroom`` starts it. The server knows models and no widgets.
"""
