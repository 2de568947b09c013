"""Errors put into whole answers on purpose, and which measure notices which."""
