"""From files to a knowledge base: a recipe over the library's steps."""
