"""The command line: `consilia ask`, `chat`, `search`, `verify`, `review`, `kb` and the rest."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consilia.auditing import audit_app
from consilia.errors import ConsiliaError, QuestionError
from consilia.explaining import rules, screen
from consilia.privacy.audit import Asker
from consilia.privacy.logs import install
from consilia.serving import chat_in_browser
from consilia.settings import Settings, read_settings
from consilia.terminal import Terminal
from consilia.wording import AUDIENCES, Audience

if TYPE_CHECKING:
    from consilia.answer import Answer
    from consilia.assistant import Assistant
    from consilia.building import Progress
    from consilia.drafting import Preview
    from consilia.ingestion import Ingestion

app = typer.Typer(
    name="consilia",
    help="Cited, checkable answers to clinical management questions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kb_app = typer.Typer(help="Documents in and out of a knowledge base.", no_args_is_help=True)
app.add_typer(kb_app, name="kb")
app.add_typer(audit_app, name="audit")
app.command("app")(chat_in_browser)
app.command()(screen)
app.command()(rules)

EXIT_FAILURE, EXIT_USAGE = 1, 2
_LONGEST_NAME = 200
EXITS = {"answered": 0, "abstained": 3, "refused": 4, "emergency": 4}

Home = Annotated[
    Path | None,
    typer.Option("--kb", metavar="DIR", help="Folder of a built knowledge base; the user's own."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
For = Annotated[str, typer.Option("--audience", help=", ".join(AUDIENCES))]
By = Annotated[str, typer.Option("--by", help="Name of the person who does this.")]
Act = Annotated[str, typer.Option("--to", help="under_review or approved.")]
_terminal = Terminal()


def main() -> None:
    """Run the command line; errors that are meant for the user end in a line and an exit code."""
    install()
    try:
        app()
    except QuestionError as error:
        _terminal.error(str(error))
        sys.exit(EXIT_USAGE)
    except ConsiliaError as error:
        _terminal.error(str(error))
        sys.exit(EXIT_FAILURE)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="At most 2,000 characters.")],
    kb: Home = None,
    audience: For = "clinician",
    as_json: AsJson = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Tell what the language model took.")
    ] = False,
) -> None:
    """Answer one question; exit 0 answered, 3 abstained, 4 refused or emergency."""
    from consilia.question import clean

    reader = _audience(audience)
    clean(question)
    with _assistant(kb) as assistant:
        answer = assistant.ask(question, audience=reader, by=Asker("cli"))
        if verbose:
            _terminal.usage(assistant.language_model, assistant.usage)
    _terminal.json(answer.to_json()) if as_json else _terminal.markdown(answer.to_markdown())
    raise typer.Exit(EXITS[answer.status])


@app.command()
def chat(kb: Home = None, audience: For = "clinician") -> None:
    """Ask with follow-ups; an empty line ends it."""
    reader = _audience(audience)
    with _assistant(kb) as assistant:
        history: list[Answer] = []
        while question := _terminal.prompt("Question" if not history else "Follow-up"):
            try:
                steps = assistant.stream(
                    question, audience=reader, history=history, by=Asker("chat")
                )
                history.append(_told(steps))
            except QuestionError as error:
                _terminal.error(str(error))
                continue
            _terminal.markdown(history[-1].to_markdown())
            for suggestion in assistant.suggest(history[-1]):
                _terminal.note(f"You could ask: {suggestion}")


@app.command()
def search(  # noqa: PLR0913 - one parameter an option
    query: str,
    kb: Home = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="guideline, label, study, reference; repeatable.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many hits.")] = 10,
    since: Annotated[int | None, typer.Option(help="Sources of this year or later.")] = None,
    population: Annotated[str | None, typer.Option(help="A group such as child.")] = None,
    design: Annotated[str | None, typer.Option(help="A design such as case_report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the sentences nearest to a query with their scores and spans."""
    from consilia.filters import Filter, as_kinds

    wanted = Filter(since=since, population=population, design=design)
    kinds = as_kinds(kind or [])
    with _assistant(kb) as assistant:
        hits = assistant.search(query, kinds=kinds, k=k, keep=wanted.keeps)
    if as_json:
        _terminal.json(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False))
    else:
        _terminal.hits(hits)


@app.command()
def verify(answer: Path, kb: Home = None) -> None:
    """Check every span, quote, hash, number and reference of an answer against its sources."""
    from consilia.remarks import remarks
    from consilia.verify import main as check

    home = kb or read_settings().kb
    code = check([str(answer), str(home)])
    if code == 0 and answer.is_file():  # a pipe cannot be read again
        try:
            found = remarks(json.loads(answer.read_bytes()), home)
        except (ConsiliaError, ValueError) as error:
            found = (f"cannot tell what changed since: {error}",)
        for remark in found:
            _terminal.text(f"note: {remark}")
    raise typer.Exit(code)


@app.command()
def review(answer: Path, to: Act, by: By, kb: Home = None) -> None:
    """Record who takes an answer under review, or approves it; it must verify first."""
    from consilia.reviewing import record

    act = record(_settings(kb).kb, answer, to, _name(by))
    _terminal.note(f"{act.status} by {act.by}, {act.at}: {act.question}")


@app.command()
def doctor(kb: Home = None) -> None:
    """Tell what is installed, which model is used, and whether the knowledge base is whole."""
    from consilia.doctor import examine

    healthy = True
    settings = _settings(kb)
    for finding in examine(settings.kb, settings.chroma):
        healthy &= finding.good
        _terminal.finding(finding.name, finding.text, good=finding.good)
    raise typer.Exit(0 if healthy else EXIT_FAILURE)


@kb_app.command("add")
def kb_add(
    paths: list[Path],
    kb: Home = None,
    kind: Annotated[
        str | None,
        typer.Option(help="guideline, label, study or reference, for all files."),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Where the work is done: serial, processes, ray.")
    ] = "serial",
    workers: Annotated[
        int | None, typer.Option(min=1, max=999, help="Of processes or ray; one a core.")
    ] = None,
) -> None:
    """Add documents from files of any known format; exit 1 when some were refused or kept back."""
    from consilia.documents import find_paths
    from consilia.engines import ENGINES
    from consilia.filters import as_kinds
    from consilia.opening import open_ingestion

    given = {"kind": as_kinds([kind])[0]} if kind else {}
    if engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise typer.BadParameter(f"{engine!r} is none of {known}", param_hint="--engine")
    found = find_paths(paths)
    settings = _settings(kb)
    if kb is None:
        _assistant_built(settings)
    with _terminal.progress() as progress:
        ingestion = open_ingestion(settings, progress, engine=engine, workers=workers)
        report = ingestion.add(found, given)
    _terminal.report(report)
    raise typer.Exit(EXIT_FAILURE if report.refused or report.quarantined else 0)


@kb_app.command("remove")
def kb_remove(document: str, kb: Home = None) -> None:
    """Take a document out of every index."""
    settings = _settings(kb)
    with _terminal.progress() as progress:
        report = _ingestion(settings, progress).remove(document)
    _terminal.report(report)


@kb_app.command("rebuild")
def kb_rebuild(kb: Home = None) -> None:
    """Build the index again from the documents of the catalog."""
    settings = _settings(kb)
    with _terminal.progress() as progress:
        report = _ingestion(settings, progress).rebuild()
    _terminal.note(f"generation {report.generation}")


@kb_app.command("release")
def kb_release(document: str, by: By, kb: Home = None) -> None:
    """Take a document out of quarantine, after somebody has read it."""
    name = _name(by)
    settings = _settings(kb)
    with _terminal.progress() as progress:
        report = _ingestion(settings, progress).release(document, name)
    _terminal.report(report)


@kb_app.command("retractions")
def kb_retractions(file: Path, kb: Home = None) -> None:
    """Judge all documents by a list of retractions: Retraction Watch CSV or Crossref JSON."""
    settings = _settings(kb)
    with _terminal.progress() as progress:
        report = _ingestion(settings, progress).update_ledger(file)
    _terminal.report(report)


@kb_app.command("rollback")
def kb_rollback(kb: Home = None) -> None:
    """Undo the last change of the documents."""
    settings = _settings(kb)
    with _terminal.progress() as progress:
        report = _ingestion(settings, progress).roll_back()
    _terminal.report(report)


@kb_app.command("list")
def kb_list(kb: Home = None, as_json: AsJson = False) -> None:
    """List the documents, what waits in quarantine, the changes and the index generations."""
    from consilia.catalog import FILE, Catalog
    from consilia.inventory import inventory

    home = _settings(kb).kb
    with Catalog(home / FILE) as catalog:
        found = inventory(home, catalog)
    if as_json:
        _terminal.json(json.dumps(found.documents_as_json(), ensure_ascii=False))
    else:
        _terminal.inventory(found)


@kb_app.command("show")
def kb_show(
    document: str,
    kb: Home = None,
    version: Annotated[
        str | None, typer.Option(help="An earlier version, by the beginning of its hash.")
    ] = None,
) -> None:
    """Show a document: what is known of it, its revisions, its text."""
    from consilia.catalog import FILE, Catalog
    from consilia.inventory import shown

    with Catalog(_settings(kb).kb / FILE) as catalog:
        found = shown(catalog, document, version)
    _terminal.json(json.dumps(found.facts, ensure_ascii=False, indent=1))
    _terminal.text(found.text)


@kb_app.command("diff")
def kb_diff(
    document: str,
    old: Annotated[str | None, typer.Argument(help="Beginning of a version's hash.")] = None,
    new: Annotated[str | None, typer.Argument(help="Beginning of a version's hash.")] = None,
    kb: Home = None,
) -> None:
    """Show what changed between two versions of a document, the last two by default."""
    from consilia.catalog import FILE, Catalog
    from consilia.inventory import difference

    with Catalog(_settings(kb).kb / FILE) as catalog:
        found = difference(catalog, document, old, new)
    _terminal.difference(found)


@kb_app.command("export")
def kb_export(folder: Path, kb: Home = None) -> None:
    """Write all documents and a manifest into a folder that `verify` can work from."""
    from consilia.catalog import FILE, Catalog
    from consilia.exporting import export

    with Catalog(_settings(kb).kb / FILE) as catalog:
        count = export(catalog, folder)
    _terminal.note(f"{count} documents in {folder}")


def _told(steps: "Iterator[Preview | Answer]") -> "Answer":
    """Print what passes while an answer is made, and return the answer, which comes last."""
    from consilia.drafting import Preview

    while isinstance(step := next(steps), Preview):
        _terminal.note(f"… {step.text}")
    return step


def _settings(kb: Path | None) -> Settings:
    return read_settings(kb=kb)


def _name(by: str) -> str:
    """The name of a person, as it is recorded."""
    name = " ".join(by.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise typer.BadParameter("give the name of a person", param_hint="--by")
    return name


def _audience(name: str) -> Audience:
    for audience in AUDIENCES:
        if name == audience:
            return audience
    raise typer.BadParameter(f"{name!r} is none of {', '.join(AUDIENCES)}", param_hint="--audience")


@contextmanager
def _assistant(kb: Path | None) -> Iterator["Assistant"]:
    """Open the assistant, telling what takes time."""
    settings = read_settings()
    with _terminal.progress() as progress:
        from consilia.assistant import Assistant

        assistant = Assistant.open(kb, settings, progress=progress)
    with assistant:
        yield assistant


def _assistant_built(settings: Settings) -> None:
    """Make sure that the user's own knowledge base holds the documents that ship."""
    if not settings.kb.exists():
        with _assistant(None):
            pass


def _ingestion(settings: Settings, progress: "Progress") -> "Ingestion":
    from consilia.opening import open_ingestion

    return open_ingestion(settings, progress)
