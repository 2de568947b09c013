"""XML files of the consumer-question benchmarks."""

from pathlib import Path

from consilia.errors import DocumentError
from consilia.readers.safe_xml import Element, parse_xml, text_of
from eval.public.benchmark import BenchmarkError, single_spaced


def root_of(path: Path) -> Element:
    """Return the root element of a file.

    Raises:
        BenchmarkError: It cannot be read, or is no XML.
    """
    try:
        return parse_xml(path.read_bytes())
    except OSError as error:
        raise BenchmarkError(f"cannot read {path}: {error.strerror}") from error
    except DocumentError as error:
        raise BenchmarkError(f"{path}: {error}") from error


def attribute(element: Element, name: str, path: Path) -> str:
    """Return an attribute that must be there.

    Raises:
        BenchmarkError: It is missing or empty.
    """
    value = (element.get(name) or "").strip()
    if not value:
        raise BenchmarkError(
            f"{path}:{element.sourceline}: {element.tag} has no {name}; download the file again, "
            "with labels where there is such a version"
        )
    return value


def text_below(element: Element, *names: str) -> str:
    """Return the words of the first child or descendant of one of these names; or nothing."""
    for name in names:
        if words := single_spaced(text_of(element.find(f".//{name}"))):
            return words
    return ""
