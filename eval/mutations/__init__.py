"""Changes to true sentences that the gates must catch, and rephrasings that they must pass."""
