"""Readers of the world's formats: one file each, behind one registry, in a limited process."""
