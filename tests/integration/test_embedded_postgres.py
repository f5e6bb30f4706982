"""The embedded PostgreSQL with the real thing: accounts, restarts, kills, many starters, other people's eyes."""

import asyncio
import os
import pwd
import random
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.adapters.postgres.embedded import FAST_AND_FORGETFUL, EmbeddedPostgres, provided_or_embedded
from app.adapters.postgres.embedded_account import account_for
from app.adapters.postgres.embedded_binaries import WHEEL_LIBRARIES, find_programs
from app.adapters.postgres.embedded_errors import EmbeddedPostgresError
from app.adapters.postgres.embedded_keeper import kept_running
from tests.fast_folder import fast_folder
from tests.integration.postgres_user import PostgresUser

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be other accounts")
on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder every account may pass through, as a checkout in /srv or /home is."""
    made = Path(tempfile.mkdtemp(prefix="orderbridge-embedded-", dir=fast_folder()))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "postgres"


def a_server(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, settings=FAST_AND_FORGETFUL)


def ask(url: str, *statements: str) -> object:
    """The first value of the last statement's answer."""

    async def conversation() -> object:
        connection = await asyncpg.connect(url)
        try:
            answers = [await connection.fetchval(statement) for statement in statements]
        finally:
            await connection.close()
        return answers[-1]

    return asyncio.run(conversation())


def until_gone(pid: int) -> None:
    """A zombie counts as gone: it has no command line."""
    deadline = time.monotonic() + 10
    with suppress(FileNotFoundError, ProcessLookupError):
        while Path(f"/proc/{pid}/cmdline").read_bytes():
            assert time.monotonic() < deadline, f"process {pid} is still there"


def number_of_servers(home: Path) -> int:
    """Servers of this folder. What a server has just forked still carries its command line, and is none."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"\0-D\0{home}/data\0".encode() in (folder / "cmdline").read_bytes():
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return sum(parent not in parents for parent in parents.values())


def other_account() -> str:
    return next(name for name in ("daemon", "games", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})


def test_the_first_start_answers_to_asyncpg_and_to_sqlalchemy(home: Path) -> None:
    async def by_sqlalchemy(url: str) -> object:
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.connect() as connection:
            answer = (await connection.execute(text("SELECT lower('ÄÖÅ') || current_database()"))).scalar()
        await engine.dispose()
        return answer

    with a_server(home) as url:
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SHOW timezone") == "UTC"
        assert asyncio.run(by_sqlalchemy(url)) == "äöåorderbridge"


@pytest.mark.long
async def test_asynchronous_code_enters_it_without_blocking_the_loop(home: Path) -> None:
    async with a_server(home) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


@as_root
@on_linux
def test_as_root_the_server_runs_as_an_ordinary_account(home: Path) -> None:
    server = a_server(home)
    with server:
        owner = Path(f"/proc/{server.pid}").stat().st_uid

        assert owner != 0
        assert (home / "data").stat().st_uid == owner


@as_root
@on_linux
def test_an_ordinary_user_runs_it_as_himself(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    folder.chmod(0o777)

    with PostgresUser(folder / "postgres", account="nobody") as user:
        answer = user.says()

        assert Path(f"/proc/{answer['pid']}").stat().st_uid == nobody.pw_uid
        assert ask(answer["url"], "SELECT 1") == 1
        assert user.end()


@pytest.mark.long
@as_root
def test_root_goes_on_with_an_ordinary_users_database_and_leaves_it_his(folder: Path) -> None:
    folder.chmod(0o777)
    with PostgresUser(folder / "postgres", account="nobody") as user:
        ask(user.says()["url"], "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")

    with a_server(folder / "postgres") as url:
        assert ask(url, "SELECT count(*) FROM kept") == 1
    assert {path.stat().st_uid for path in (folder / "postgres").rglob("*")} == {pwd.getpwnam("nobody").pw_uid}


@as_root
def test_somebody_elses_database_is_refused_by_name(home: Path) -> None:
    with a_server(home), PostgresUser(home, account=other_account()) as stranger:
        assert f"belongs to {pwd.getpwuid(home.stat().st_uid).pw_name}" in stranger.says()["refused"]
        stranger.process.communicate(timeout=30)


@as_root
def test_a_folder_he_may_not_write_to_is_refused_with_what_to_do(folder: Path) -> None:
    folder.chmod(0o555)

    with PostgresUser(folder / "postgres", account="nobody") as user:
        assert "ORDERBRIDGE_DATA_DIR" in user.says()["refused"]
        user.process.communicate(timeout=30)


def test_a_restart_keeps_the_data(home: Path) -> None:
    with a_server(home) as url:
        ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)")

    with a_server(home) as url:
        assert ask(url, "SELECT n FROM kept") == 42


@pytest.mark.long
@on_linux
def test_the_last_user_stops_the_server_and_nobody_before_him(home: Path) -> None:
    first, second = a_server(home), a_server(home)
    first.start()
    second.start()
    pid = first.pid

    assert second.pid == pid
    assert not first.stop()
    assert second.pid == pid
    assert second.stop()
    assert second.pid is None
    assert number_of_servers(home) == 0
    assert not second.stop()


@on_linux
def test_after_kill_9_of_its_user_the_next_one_finds_the_server_and_stops_it(home: Path) -> None:
    with PostgresUser(home) as user:
        answer = user.says()
        ask(answer["url"], "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        user.kill()

    next_user = a_server(home)
    url = next_user.start()

    assert next_user.pid == answer["pid"]
    assert ask(url, "SELECT n FROM kept") == 7
    assert next_user.stop()
    until_gone(answer["pid"])


@pytest.mark.long
def test_a_server_whose_users_were_all_killed_can_be_stopped_without_using_it(home: Path) -> None:
    with PostgresUser(home) as user:
        pid = user.says()["pid"]
        assert not a_server(home).stop_if_unused()
        user.kill()

    assert a_server(home).stop_if_unused()
    until_gone(pid)


@pytest.mark.long
@on_linux
def test_after_kill_9_of_the_server_the_next_start_recovers_what_was_committed(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
    killed = server.pid
    assert killed is not None

    async def kill_under_a_running_statement() -> None:
        connection = await asyncpg.connect(url)
        waiting = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(60)"))
        watching = await asyncpg.connect(url)
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        async with asyncio.timeout(10):
            while not await watching.fetchval(asleep):
                continue
        os.kill(killed, signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
            await waiting
        connection.terminate()
        watching.terminate()

    asyncio.run(kill_under_a_running_statement())

    assert server.start() == url
    assert server.pid not in {None, killed}
    assert ask(url, "SELECT count(*) FROM kept") == 1000
    assert server.stop()


@pytest.mark.long
@as_root
@on_linux
def test_a_stranger_who_got_the_dead_servers_number_does_not_keep_it_from_starting(home: Path) -> None:
    server = a_server(home)
    server.start()
    killed, account = server.pid, account_for(home)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until_gone(killed)
    with subprocess.Popen(["sleep", "60"], **account.identity) as stranger:
        for note in (home / "data" / "postmaster.pid", *home.glob("socket/*.lock")):
            note.write_text(note.read_text().replace(str(killed), str(stranger.pid)))

        assert ask(server.start(), "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()
    server.stop()


@as_root
def test_a_folder_another_process_has_just_made_is_the_folder(home: Path) -> None:
    home.mkdir(mode=0o700)

    assert EmbeddedPostgres(home, settings=FAST_AND_FORGETFUL).home == home


@as_root
def test_a_careful_umask_of_root_closes_no_folder_to_the_server(folder: Path) -> None:
    home = folder / "srv" / "data" / "postgres"
    before = os.umask(0o077)
    try:
        with a_server(home) as url:
            assert ask(url, "SELECT 1") == 1
    finally:
        os.umask(before)

    assert [stat.S_IMODE(place.stat().st_mode) for place in (home.parent, home.parent.parent)] == [0o711, 0o711]
    assert a_server(home).home == home


@on_linux
def test_eight_starters_at_once_share_one_server(home: Path) -> None:
    with ExitStack() as users:
        starters = [users.enter_context(PostgresUser(home)) for _ in range(8)]
        answers = [starter.says() for starter in starters]

        assert len({answer["pid"] for answer in answers}) == 1
        assert {ask(answer["url"], "SELECT 1") for answer in answers} == {1}
        assert number_of_servers(home) == 1
        assert [starter.end() for starter in starters] == [False] * 7 + [True]
    assert number_of_servers(home) == 0


@pytest.mark.long
@on_linux
def test_starters_killed_at_any_moment_leave_a_folder_that_starts(home: Path) -> None:
    moments = random.Random(1)
    for _ in range(5):
        with PostgresUser(home) as user:
            deadline = time.monotonic() + moments.uniform(0.3, 1.2)
            while time.monotonic() < deadline:
                assert user.process.poll() is None
            user.kill()

    server = a_server(home)
    assert ask(server.start(), "SELECT 1") == 1
    assert number_of_servers(home) == 1
    assert server.stop()


@pytest.mark.long
def test_a_first_start_that_was_interrupted_is_begun_again(home: Path) -> None:
    with a_server(home):
        pass
    (home / "data").rename(home / "data.new")
    (home / "data.new" / "PG_VERSION").unlink()

    with a_server(home) as url:
        assert ask(url, "SELECT current_database()") == "orderbridge"
    assert not (home / "data.new").exists()


def test_nothing_of_it_can_be_read_by_other_users(home: Path) -> None:
    with a_server(home) as url:
        open_to_others = [
            path
            for path in (home, *home.rglob("*"))
            if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077 and "programs" not in path.parts
        ]

        assert open_to_others == []
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert ask(url, "SHOW listen_addresses") == ""


@pytest.mark.long
@as_root
def test_another_account_cannot_reach_its_socket(home: Path) -> None:
    entry = pwd.getpwnam(other_account())
    server = a_server(home)
    with server:
        socket = home / "socket" / ".s.PGSQL.5432"
        assert socket.exists()

        tried = subprocess.run(
            ["test", "-e", socket], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/", check=False
        )

        assert tried.returncode == 1


@pytest.mark.long
def test_a_path_too_long_for_a_socket_gets_a_short_private_one(folder: Path) -> None:
    home = folder / ("a-very-long-name-" * 6) / "postgres"
    server = a_server(home)
    with server as url:
        assert ask(url, "SELECT 1") == 1
        again = a_server(home)
        assert again.start() == url
        again.stop()
    with a_server(home) as url_later:
        assert url_later == url
    short = Path((home / "socket-folder").read_text())
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    assert short.stat().st_uid == home.stat().st_uid
    shutil.rmtree(short)


@pytest.mark.long
@as_root
def test_a_checkout_closed_to_others_stays_closed_and_the_server_lives_elsewhere(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    elsewhere = folder / "elsewhere"
    server = EmbeddedPostgres(closed / "data" / "postgres", settings=FAST_AND_FORGETFUL, unreachable=elsewhere)

    with server as url:
        assert ask(url, "SELECT 1") == 1
        assert server.home.parent == elsewhere
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700


@pytest.fixture
def wheel_in_a_closed_folder(folder: Path) -> Path:
    """An environment below a folder only root may enter, as one in root's own home is."""
    found = find_programs(choice="18", major=None)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for part in (found.prefix.parent, found.prefix.parent.parent / WHEEL_LIBRARIES):
        shutil.copytree(part, closed / part.name, symlinks=True)
    return closed


@pytest.mark.long
@as_root
def test_programs_the_account_cannot_reach_are_put_where_it_can(home: Path, wheel_in_a_closed_folder: Path) -> None:
    with PostgresUser(home, first_on_path=wheel_in_a_closed_folder) as user:
        answer = user.says()
        program = Path(f"/proc/{answer['pid']}/exe").readlink()

        assert program.is_relative_to(home / "programs")
        assert ask(answer["url"], "SELECT current_setting('server_version_num')::int / 10000") == 18
        assert user.end()
    with PostgresUser(home, first_on_path=wheel_in_a_closed_folder) as later:
        assert Path(f"/proc/{later.says()['pid']}/exe").readlink() == program
    assert stat.S_IMODE((home / "programs").stat().st_mode) == 0o700
    assert stat.S_IMODE(wheel_in_a_closed_folder.stat().st_mode) == 0o700


@pytest.mark.long
def test_a_cluster_stays_with_the_release_that_made_it(home: Path) -> None:
    with EmbeddedPostgres(home, choice="16", settings=FAST_AND_FORGETFUL) as url:
        assert ask(url, "SELECT current_setting('server_version_num')::int / 10000") == 16

    with a_server(home) as url:
        assert ask(url, "SELECT current_setting('server_version_num')::int / 10000") == 16
        assert ask(url, "SELECT lower('Ä')") == "ä"


@pytest.mark.long
def test_a_cluster_of_a_release_that_is_not_here_is_refused_with_what_to_do(home: Path) -> None:
    with a_server(home):
        pass
    (home / "data" / "PG_VERSION").write_text("99\n")

    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 99; found here: 18.*ORDERBRIDGE_DATA_DIR"):
        a_server(home).start()


@pytest.mark.long
def test_a_server_that_cannot_start_says_why_and_holds_nothing(home: Path) -> None:
    broken = EmbeddedPostgres(home, settings={"shared_buffers": "nonsense"})

    with pytest.raises(EmbeddedPostgresError, match="shared_buffers"):
        broken.start()
    with a_server(home) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_server_given_by_url_is_used_and_no_other_started(home: Path) -> None:
    with provided_or_embedded("postgresql://db.example/bridge", home=home) as url:
        assert url == "postgresql://db.example/bridge"
    assert not home.exists()


def test_a_server_killed_while_it_is_used_comes_back_by_itself_with_what_was_committed(home: Path) -> None:
    with provided_or_embedded(None, home=home) as url:
        ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")
        first = server_pid(home)
        os.kill(first, signal.SIGKILL)

        assert value_once_it_answers(url, "SELECT count(*) FROM kept") == 1
        assert server_pid(home) != first
    assert number_of_servers(home) == 0


@pytest.mark.long
def test_two_users_of_a_killed_server_bring_back_one(home: Path) -> None:
    with provided_or_embedded(None, home=home) as url, provided_or_embedded(None, home=home):
        os.kill(server_pid(home), signal.SIGKILL)

        assert value_once_it_answers(url, "SELECT 1") == 1
        assert number_of_servers(home) == 1


def test_what_cannot_be_started_again_is_tried_again() -> None:
    attempts: list[float] = []

    def start() -> None:
        attempts.append(time.monotonic())
        if len(attempts) < 2:
            raise EmbeddedPostgresError("not now")

    with kept_running(is_running=lambda: len(attempts) >= 2, start=start):
        deadline = time.monotonic() + 10
        while len(attempts) < 2:
            assert time.monotonic() < deadline, "it was not tried a second time"
            time.sleep(0.01)


def server_pid(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def value_once_it_answers(url: str, statement: str) -> object:
    deadline = time.monotonic() + 10
    while True:
        try:
            return ask(url, statement)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)
