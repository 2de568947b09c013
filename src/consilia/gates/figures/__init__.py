"""Reading the figures of clinical text: quantities, how often, names with digits, routes."""
