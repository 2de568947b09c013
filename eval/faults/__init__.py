"""Faults on purpose: processes killed, files damaged, disks full; `python -m eval faults`.

What counts is what a fresh process finds afterwards: every document that was acknowledged, an index
and a catalog of one state, and hits whose words are those of the documents.
"""
