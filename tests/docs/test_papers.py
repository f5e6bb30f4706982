"""What the pages say is so today: links lead somewhere, files exist, lists are complete."""

import re
import tomllib

import pytest

from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from app.domain.problems import TITLES, ProblemCode
from app.domain.shop_settings import paths
from app.settings import PREFIX, Settings
from scripts.write_settings_page import PAGE as SETTINGS
from scripts.write_settings_page import settings_page
from tests.docs.papers import CHECKOUT, Paper, paper, papers

README = paper("README.md")
ARCHITECTURE = paper("docs/ARCHITECTURE.md")
DEPENDENCIES = paper("docs/decisions/0021-dependencies.md")
PROBLEMS = paper("docs/howto/when-an-order-makes-no-document.md")
SHOP = paper("docs/howto/set-up-a-shop.md")
DECISIONS = [each for each in papers() if re.search(r"docs/decisions/\d", each.name)]

PLACES = (CHECKOUT, CHECKOUT / "app", CHECKOUT / "app" / "adapters", CHECKOUT / "app" / "adapters" / "postgres")
"""Where a path on a page may begin: the architecture's picture leaves out what goes without saying."""


def is_there(path: str) -> bool:
    return any(list(place.glob(path.rstrip("/"))) for place in PLACES)


@pytest.mark.parametrize("page", papers(), ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Paper) -> None:
    lost = []
    for link in page.links():
        target, _, anchor = link.partition("#")
        if link.startswith(("https://", "mailto:")):
            continue
        place = (page.path.parent / target).resolve() if target else page.path
        if not place.exists() or (anchor and anchor not in Paper(path=place).anchors()):
            lost.append(link)

    assert lost == []


def test_every_page_is_found_from_the_index_with_a_sentence_of_its_own() -> None:
    index = paper("docs/README.md")
    rows = dict(re.findall(r"^\| \[[^\]]+\]\(([^)#]+)\) \| ([^|]+) \|$", index.text, re.MULTILINE))
    listed = {(index.path.parent / link).resolve() for link in rows}
    decisions = {each.path for each in DECISIONS}
    known = {each.path for each in papers()} - decisions - {index.path, README.path}

    assert len(set(rows.values())) == len(rows)
    assert known - listed == set()
    assert index.path in {(README.path.parent / link).resolve() for link in README.links()}


@pytest.mark.parametrize("page", papers(), ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Paper) -> None:
    assert [path for path in page.paths() if not is_there(path)] == []


@pytest.mark.parametrize("page", papers(), ids=lambda page: page.name)
def test_every_module_that_a_page_names_without_a_folder_exists(page: Paper) -> None:
    known = {path.name for folder in ("app", "examples") for path in (CHECKOUT / folder).rglob("*.*")}

    assert page.modules() - known == set()


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len(README.text.splitlines()) < 200


def test_every_make_command_that_a_page_names_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page.name, command)
        for page in papers()
        for command in re.findall(r"(?:^|`| )make ([a-z][a-z-]+)\b", code(page), re.MULTILINE)
    }

    assert {(page, command) for page, command in named if command not in targets} == set()


def code(page: Paper) -> str:
    """Only what stands in code font, or in a block."""
    inline = re.findall(r"`([^`\n]+)`", page.prose)
    return "\n".join([*inline, *(block for language in ("", "sh", "bash") for block in page.blocks(language))])


def test_every_command_that_a_page_names_is_one_of_ours() -> None:
    source = (CHECKOUT / "app" / "cli.py").read_text()
    known = set(re.findall(r"@cli\.command\(\)\ndef (\w+)", source)) | {
        *re.findall(r'@cli\.command\("(\w+)"', source),
        *re.findall(r'cli\.add_typer\(\w+, name="(\w+)"', source),
    }
    named = {
        (page.name, command)
        for page in papers()
        for command in re.findall(r"(?:^|bin/|`|\s)orderbridge (?!orderbridge)([a-z]+)\b", code(page), re.MULTILINE)
    }

    assert named
    assert {(page, command) for page, command in named if command not in known} == set()


def test_the_readme_lists_the_settings_that_there_are() -> None:
    rows = [line for line in README.text.splitlines() if line.startswith(f"| `{PREFIX}")]
    listed = {name for row in rows for name in re.findall(rf"`{PREFIX}(\w+)`", row.split("|")[1])}

    assert listed == {name.upper() for name in Settings.model_fields}


def test_no_page_names_a_setting_that_there_is_not() -> None:
    besides = {"TEST_POSTGRES", "SHARED", "FAULTS", "PUBLISH"}
    known = {name.upper() for name in Settings.model_fields} | besides
    named = {(page.name, name) for page in papers() for name in re.findall(rf"\b{PREFIX}([A-Z_]+)\b", page.text)}

    assert {(page, name) for page, name in named if name not in known} == set()


def test_every_problem_has_a_section_that_says_what_to_do() -> None:
    sections = [heading for heading in PROBLEMS.headings() if re.fullmatch(r"[a-z_]+", heading)]

    assert sorted(sections) == sorted(ProblemCode)
    for name in sections:
        body = PROBLEMS.text.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
        assert len([paragraph for paragraph in body.split("\n\n") if paragraph.strip()]) >= 2, name
        assert body.strip().startswith(f"**{TITLES[ProblemCode(name)]}.** "), name


def test_the_settings_that_a_page_names_exist() -> None:
    groups = {path.split(".")[0] for path in paths()}
    known = {*paths(), *(path.rsplit(".", 1)[0] for path in paths())}
    named = {
        (page.name, text)
        for page in papers()
        for text in re.findall(r"`([a-z]+\.[a-z_0-9]+)`", page.prose)
        if text.split(".")[0] in groups
    }

    assert ("docs/howto/set-up-a-shop.md", "orders.webhooks") in named
    unknown = {
        (page, text)
        for page, text in named
        if text not in known and not text.endswith((".py", ".document_due_at", ".body"))
    }
    assert unknown == set()


def test_the_page_of_settings_is_what_the_list_says() -> None:
    assert SETTINGS.read_text() == settings_page(), "run: .venv/bin/python -m scripts.write_settings_page"


def test_the_page_of_dependencies_names_each_direct_one() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    direct = {re.split(r"[\[<>=~! ]", each)[0] for group in groups for each in group if isinstance(each, str)}
    before_our_own = DEPENDENCIES.text.split("By hand, and why:")[0]
    groups_named = r"(?:`(?:embedded|simulator|telemetry|build|dev|tools)` \| )?"
    listed = set(re.findall(rf"^\| {groups_named}`([\w-]+)` \|", before_our_own, re.MULTILINE))

    assert listed == direct


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(each.path.name[:4]) for each in DECISIONS]
    index = paper("docs/decisions/README.md")

    assert numbers == list(range(1, len(numbers) + 1))
    assert [f"[{each.path.name[:4]}]({each.path.name}) | {each.headings()[0][5:]}" for each in DECISIONS] == re.findall(
        r"^\| (\[.*) \|$", index.text.split("|---|---|\n")[1], re.MULTILINE
    )


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.path.name[:4])
def test_a_decision_says_why_what_and_what_else(page: Paper) -> None:
    assert page.headings()[1:] == ["Context", "Decision", "Consequences", "Alternatives"]
    assert re.search(r"^Status: ", page.text, re.MULTILINE)


def test_every_column_says_whether_it_can_hold_personal_data() -> None:
    unclassified = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.info.get("holds"), Holds)
    ]

    assert unclassified == []
