"""What the pages name is there: calls with their methods and parameters, events, scopes, options of commands, and every
word in code font that is spelled like a name of a program.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from operator import attrgetter

import pytest
import typer.main

from app.cli import cli
from app.domain.access import Scope
from app.domain.events import EventType
from app.domain.shop_settings import ShopSettings
from tests.docs.papers import CHECKOUT, Paper, paper, papers
from tests.docs.test_document_rules import names_of_tests
from tests.docs.test_pages_that_run import PAGES

SHELLS = ("", "sh", "bash")
_CALL = re.compile(r"(?:\b(GET|PUT|POST|PATCH|DELETE) )?((?:(?<![\w.}:$])/v1/|…/)[^\s`\"]+|/livez|/readyz|/metrics)")
_CURL = re.compile(r"\$URL(/[^\"\s']*)")
_NAME = re.compile(r"[A-Za-z]\w+")
_NOT_A_NAME = re.compile(r"ORDERBRIDGE_\w+|…\w+|\w+\*")
"""Settings, which another test looks for; the ends and beginnings of names."""
ELSEWHERE = frozenset(
    # Words of PostgreSQL, of OpenTelemetry, of browsers, of Tryton, and names that a page makes up.
    "pg_dump pg_restore OTEL_TRACES_SAMPLER parentbased_traceidratio HttpOnly SameSite stock_package_shipping"
    " price_decimal online_store orderbridge_limited orderbridge_service".split()
)
BROWSER = "…/oauth/shopify/"
"""Addresses that a browser opens: they are no calls of a program, and OpenAPI leaves them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    path: str
    method: str
    parameters: frozenset[str]
    scopes: frozenset[str]

    def answers(self, method: str | None, address: str) -> bool:
        return self.method == method and self.fits(address.partition("?")[0])

    def fits(self, path: str) -> bool:
        """Whether a call of this path is one of it. A path that begins with … is its end, one that ends with … its
        beginning.
        """
        given, own = path.strip("/").split("/"), self.path.strip("/").split("/")
        if given[-1] == "…":
            given = given[:-1]
            own = own[: len(given)]
        if shortened := given[0] == "…":
            given = given[1:]
            own = own[-len(given) :]
        return len(given) == len(own) and all(
            mine == theirs or (mine.startswith("{") and (theirs.startswith("{") or not shortened))
            for theirs, mine in zip(given, own, strict=True)
        )


@cache
def routes() -> tuple[Route, ...]:
    surface = json.loads((CHECKOUT / "docs/openapi.json").read_text())
    shared = surface["components"].get("parameters", {})
    return tuple(
        Route(
            path=path,
            method=method.upper(),
            parameters=frozenset(in_query(operation, shared)),
            scopes=frozenset(scope for way in operation.get("security", []) for scope in way.get("ApiKey", [])),
        )
        for path, operations in surface["paths"].items()
        for method, operation in operations.items()
    )


def in_query(operation: dict[str, object], shared: dict[str, dict[str, str]]) -> Iterator[str]:
    for given in operation.get("parameters", []):  # type: ignore[attr-defined]
        parameter = shared[given["$ref"].rpartition("/")[2]] if "$ref" in given else given
        if parameter["in"] == "query":
            yield parameter["name"]


def in_code_font(page: Paper) -> list[str]:
    return re.findall(r"`([^`\n]+)`", page.prose)


def calls(page: Paper, *, prose: bool = True) -> Iterator[tuple[str | None, str]]:
    """Method, where one is given, and address of every call that a page names, or makes in its commands."""
    for code in in_code_font(page) if prose else []:
        yield from ((found[1], found[2].rstrip(",;")) for found in _CALL.finditer(code))
    for block in (block for language in SHELLS for block in page.blocks(language)):
        for line in block.replace("\\\n", " ").splitlines():
            for found in _CURL.finditer(line):
                method = re.search(r"-X (\w+)", line[: found.start()].rpartition("curl")[2])
                yield method[1] if method else "GET", found[1]


def trouble_of(method: str | None, address: str) -> str | None:
    """What is not so about a call; None = nothing."""
    path, _, query = address.partition("?")
    for each in {path.replace("[", "").replace("]", ""), re.sub(r"\[.*?\]", "", path)}:
        found = [route for route in routes() if route.fits(each)]
        if not found:
            return f"there is no {each}"
        if method and method not in {route.method for route in found}:
            return f"there is no {method} {each}"
        known = {name for route in found if method in (None, route.method) for name in route.parameters}
        unknown = set(re.findall(r"(?:^|&)(\w+)=", query)) - known
        if unknown:
            return f"{each} takes no {', '.join(sorted(unknown))}"
    return None


@pytest.mark.parametrize("page", papers(), ids=lambda page: page.name)
def test_every_call_that_a_page_names_is_on_the_surface(page: Paper) -> None:
    named = {(method, address) for method, address in calls(page) if not address.startswith(BROWSER)}

    assert [trouble for each in sorted(named, key=str) if (trouble := trouble_of(*each))] == []


def test_a_call_that_there_is_not_would_be_found() -> None:
    assert trouble_of("GET", "/v1/orders/{id}/document") == "there is no /v1/orders/{id}/document"
    assert trouble_of("PUT", "…/mark-as-paid") == "there is no PUT …/mark-as-paid"
    assert trouble_of(None, "/v1/orders?status=open") == "/v1/orders takes no status"


def test_every_event_that_a_page_names_is_one() -> None:
    known = {each.value for each in EventType}
    things = "|".join({each.split(".")[0] for each in known})
    fields = names_of_the_surface()
    named = {
        (page.name, name)
        for page in papers()
        for name in re.findall(rf"(?<![\w.])(?:{things})\.[a-z_]+\b", "\n".join(in_code_font(page)))
    }

    assert ("docs/howto/poll-documents.md", "sales_document.cancelled") in named
    assert {(page, name) for page, name in named if name not in known and name.split(".")[1] not in fields} == set()


@cache
def names_of_the_surface() -> frozenset[str]:
    return frozenset(re.findall(r'"(\w+)": ', (CHECKOUT / "docs/openapi.json").read_text()))


def test_every_scope_that_a_page_names_is_one() -> None:
    named = {(page.name, scope) for page in papers() for scope in scopes_of(page.text)}

    assert {(page, scope) for page, scope in named if scope not in set(Scope)} == set()


@pytest.mark.parametrize("name", [name for name in PAGES if "/howto/" in name])
def test_a_page_names_the_scopes_that_its_commands_need(name: str) -> None:
    """Beside those of the key that the page of the poller makes."""
    page = paper(name)
    if "all scopes" in page.text:
        return
    told = scopes_of(page.text) | scopes_of(paper("docs/howto/poll-documents.md").blocks("bash")[0])
    commands = {call for call in calls(page, prose=False) if call[0]}
    found = [(route.scopes, call) for call in commands for route in routes() if route.answers(*call)]

    assert len(found) >= len(commands)
    assert {scope for scopes, _ in found for scope in scopes} - told == set()


def scopes_of(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z_]+:(?:read|write)\b", text))


def test_what_a_page_calls_the_default_of_a_switch_is_its_default() -> None:
    told = [
        (page.name, setting, word)
        for page in papers()
        for setting, word in re.findall(r"`([a-z]+\.[a-z_]+)`: (on|off) by default", page.text)
    ]

    assert len(told) > 3
    assert [each for each in told if attrgetter(each[1])(ShopSettings()) is not (each[2] == "on")] == []


def test_every_option_of_a_command_that_a_page_names_is_one() -> None:
    program = typer.main.get_command(cli)
    unknown = []
    for page in papers():
        blocks = [block for language in SHELLS for block in page.blocks(language)]
        for line in "\n".join([*in_code_font(page), *blocks]).replace("\\\n", " ").splitlines():
            for words in re.findall(r"(?:^|[/ ])orderbridge ([a-z]+(?: [^#&;|`]*)?)", line):
                unknown += [f"{page.name}: {words}" for option in options(words) if option not in known(program, words)]

    assert unknown == []


def options(words: str) -> list[str]:
    return re.findall(r"(?<!\S)(--[a-z-]+)", words)


def known(program: object, words: str) -> set[str]:
    """The options of the command that the words begin with."""
    command = program
    for word in words.split():
        command = getattr(command, "commands", {}).get(word, command)
    found = getattr(command, "params", [])
    return {name for each in found for name in (*each.opts, *each.secondary_opts)}


def test_every_button_and_heading_that_the_page_of_the_console_names_is_in_it() -> None:
    console = [path for path in (CHECKOUT / "app/api/console").rglob("*.*") if path.suffix in (".py", ".html")]
    shown = "\n".join(path.read_text() for path in console)
    named = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", paper("docs/howto/mend-in-the-console.md").prose)

    assert len(named) > 30
    assert [name for name in named if not re.search(rf"\b{re.escape(name)}\b", shown)] == []


def test_every_page_with_commands_for_a_shell_that_runs_them_is_run() -> None:
    assert {page.name for page in papers() if page.blocks("bash")} - set(PAGES) == set()


@pytest.mark.long
def test_every_name_in_code_font_is_somewhere_in_the_program() -> None:
    named = {
        (page.name, name)
        for page in papers()
        for code in in_code_font(page)
        for name in _NAME.findall(_NOT_A_NAME.sub("", code))
        if "_" in name.rstrip("_") or re.search("[a-z][A-Z]", name)
    }

    assert {(page, name) for page, name in named if name not in names()} == set()


@cache
def names() -> frozenset[str]:
    """What the program and its surface are made of, and the names of files and tests."""
    found = {*ELSEWHERE, *names_of_tests(), *_NAME.findall((CHECKOUT / "docs/openapi.json").read_text())}
    for folder in ("app", "alembic", "bench", "deploy", "scripts", "examples", "tests"):
        for path in (CHECKOUT / folder).rglob("*.*"):
            found.add(path.stem)
            if folder != "tests" and path.suffix in (".py", ".graphql", ".html", ".in", ".json", ".yaml", ".service"):
                found.update(_NAME.findall(path.read_text()))
    return frozenset(found)
