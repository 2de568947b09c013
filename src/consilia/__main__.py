"""`python -m consilia`: the command line."""

from consilia.cli import main

if __name__ == "__main__":
    main()
