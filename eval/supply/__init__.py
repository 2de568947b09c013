"""What Consilia is installed with: a bill of materials, an audit, and a file of hashes."""
