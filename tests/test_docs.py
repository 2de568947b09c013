"""The documents tell the truth: what they name exists, what exists is named, their code runs."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import typer.main

import consilia
from consilia.cli import app
from consilia.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "kb" / "README.md",
])
FOLDERS = ("src", "kb", "ingest", "eval", "tests", "docs", ".ci")
SUFFIXES = {".md", ".py", ".toml", ".txt", ".json", ".jsonl", ".csv", ".css", ".yaml", ".yml"}
NAMES = {"Makefile", "NOTICE", "LICENSE", ".gitignore", ".gitattributes", "run"}
TEXT_FILES = sorted(
    path
    for path in (*ROOT.iterdir(), *(p for f in FOLDERS for p in (ROOT / f).rglob("*")))
    if path.is_file() and (path.suffix in SUFFIXES or path.name in NAMES)
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
QUESTION = "What is the approach to managing fasciculations?"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MODULE = re.compile(r"\b(?<!/)(consilia|eval|ingest)\.([a-z_]+)\b(?!\.(?:md|json|csv|toml))")
PATH = re.compile(r"`((?:src|kb|ingest|eval|tests|docs)/[\w./-]+)`")
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.\-/])/(?:work|tmp/w|opt|home|root)/")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|pytorch\.org/whl|index[-_]url|npmjs\.org", re.I)


def by_path(path):
    return str(path.relative_to(ROOT))


def commands(name, command):
    """Yield each command of the command line with its options."""
    for part, below in getattr(command, "commands", {}).items():
        yield from commands(f"{name} {part}", below)
    if not hasattr(command, "commands"):
        options = [o for p in command.params for o in p.opts if o.startswith("-")]
        yield pytest.param(name, options, id=name)


def python_blocks():
    """Yield the Python code of all documents."""
    for path in DOCUMENTS:
        blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
        for n, code in enumerate(code for language, code in blocks if language == "python"):
            yield pytest.param(code, id=f"{by_path(path)}-{n}")


def anchor(heading):
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


@pytest.mark.parametrize(("name", "options"), [*commands("consilia", typer.main.get_command(app))])
def test_every_command_and_option_is_in_the_readme(name, options):
    rows = [line for line in README.splitlines() if f"`{name}" in line]
    said = " ".join([*rows, *re.findall(r"^All but .*", README, re.MULTILINE)])

    assert rows, f"README names no `{name}`"
    assert [o for o in options if not re.search(rf"{o}\b", said)] == []


@pytest.mark.parametrize("name", [*Settings.model_fields])
def test_every_setting_is_in_the_readme(name):
    (row,) = re.findall(rf"^\| `CONSILIA_{name.upper()}` \|.*", README, re.MULTILINE)
    default = Settings.model_fields[name].default
    assert name == "kb" or (f"`{default}`" in row if default != "" else "empty" in row)


def test_the_readme_names_no_other_setting():
    named = set(re.findall(r"CONSILIA_([A-Z_]+)", README))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_readme_counts_the_shipped_documents():
    manifest = json.loads((ROOT / "kb" / "manifest.json").read_text(encoding="utf-8"))
    (count,) = re.findall(r"our own sentences on (\d+) sources", README)
    assert int(count) == len(manifest["documents"])


@pytest.mark.parametrize("name", consilia.__all__)
def test_every_public_name_is_explained(name):
    assert re.search(rf"`[^`\n]*\b{name}\b", README + ARCHITECTURE)


def test_readme_and_architecture_print_the_same_data_flow():
    (in_readme,) = [code for _, code in BLOCK.findall(README) if code.startswith("files →")]
    assert f"```\n{in_readme}```" in ARCHITECTURE


def test_the_data_flow_is_drawn_from_modules():
    flow = next(code for _, code in BLOCK.findall(README) if code.startswith("files →"))
    library = {path.stem for path in (ROOT / "src" / "consilia").iterdir()}
    known = {"files", "index", "generation", "truth", "gold", "cases", "hits", "per", "kind"}
    named = set(re.findall(r"(?<![.\w])[a-z_]+\b(?!\.)", flow))
    assert named - library <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=by_path)
def test_every_module_named_exists(path):
    text = path.read_text(encoding="utf-8")
    folders = {"consilia": ROOT / "src" / "consilia", "eval": ROOT / "eval"}
    for package, name in MODULE.findall(text):
        place = folders.get(package, ROOT / package) / name
        known = place.is_dir() or place.with_suffix(".py").is_file() or hasattr(consilia, name)
        assert known or f"{package}.{name}/" in text, f"{package}.{name}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=by_path)
def test_every_path_named_exists(path):
    named = PATH.findall(path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=by_path)
def test_every_make_target_named_exists(path):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(TARGET.findall(path.read_text(encoding="utf-8"))) <= set(targets)


@pytest.mark.parametrize("path", DOCUMENTS, ids=by_path)
def test_every_relative_link_resolves(path):
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if fragment:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            assert fragment in map(anchor, headings), link


@pytest.mark.parametrize("path", TEXT_FILES, ids=by_path)
def test_no_file_names_a_machine_or_a_registry(path):
    text = path.read_text(encoding="utf-8")
    assert MACHINE_PATH.search(text) is None
    assert REGISTRY.search(text) is None


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(r for extra in extras.values() for r in extra)]
    names = {re.match(r"[\w-]+", requirement)[0].casefold() for requirement in wanted}
    decision = (ROOT / "docs" / "decisions" / "0004-dependencies.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([\w, -]+?) \|", decision.casefold(), re.MULTILINE)
    explained = {name for cell in cells for name in cell.split(", ")} - {"library"}
    assert explained == names


@pytest.mark.parametrize("code", [*python_blocks()])
def test_python_in_the_documents_compiles(code):
    compile(code, "README.md", "exec")


@pytest.mark.slow
@pytest.mark.parametrize("code", [*python_blocks()])
def test_python_in_the_documents_runs(code, real_kb, monkeypatch, capsys):
    from consilia.wording import DISCLAIMER

    monkeypatch.setenv("CONSILIA_KB", str(real_kb))
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert printed.startswith("answered\n(1,) ")
    assert printed.rstrip().endswith(DISCLAIMER)


@pytest.mark.slow
def test_the_answer_in_the_readme_is_a_real_one(real_assistant):
    (shown,) = re.findall(r"<!-- answer -->\n```markdown\n(.*?)```", README, re.DOTALL)
    printed = iter(real_assistant.ask(QUESTION).to_markdown().splitlines())
    lines = [line for line in shown.splitlines() if line.strip("…")]

    invented = [line for line in lines if line not in printed]  # reads on: the order holds too

    assert lines[0] == f"# {QUESTION}"
    assert invented == [], "copy the answer from a fresh `make ask`"


@pytest.mark.slow
def test_the_guideline_in_the_readme_is_answered_from(own_real_kb, real_embedder, tmp_path):
    from consilia.assistant import Assistant
    from consilia.ingestion import Ingestion

    (document,) = [code for _, code in BLOCK.findall(README) if code.startswith("---\nid:")]
    (question,) = re.findall(r'^consilia ask "(Which .+)"$', README, re.MULTILINE)
    path = tmp_path / "protocol.md"
    path.write_text(document, encoding="utf-8")
    report = Ingestion(own_real_kb, lambda: real_embedder).add([path])

    with Assistant.open(own_real_kb, embedder=real_embedder) as assistant:
        answer = assistant.ask(question)

    assert report.refused == ()
    cited = {
        proof.document
        for section in answer.sections
        for group in section.groups
        for claim in group.claims
        for proof in answer.claim(claim).proofs
    }
    assert set(report.added) <= cited


@pytest.fixture
def own_real_kb(real_kb, tmp_path):
    """A copy of the knowledge base with the shipped embedder that the test may change."""
    return shutil.copytree(real_kb, tmp_path / "own-real-kb")
