"""DOCX: the parts of a word processor's file."""
