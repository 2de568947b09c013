"""Runs: directories that hold the answers to gold cases whole, and what was measured on them."""
