"""Sentences of different sources that disagree: typed statements, and how two of them differ."""
