"""Runs a module without a network: `python -m eval.faults.offline COMMAND python -m MODULE …`."""

import runpy
import sys


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    del arguments
    if event in {"socket.connect", "socket.getaddrinfo", "socket.bind"}:
        raise OSError("there is no network")


def main() -> None:
    """Run the module that a command of the form `python -m MODULE …` names, in this process."""
    sys.addaudithook(_refuse)
    _, _, _, name, *arguments = sys.argv
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
