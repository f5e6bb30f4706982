"""Group commit: what arrives while a write runs goes together, and a caller hears only of what was written."""

import asyncio
from collections.abc import Sequence

import pytest

from app.adapters.postgres.group_commit import MOST_ROWS, GroupCommit
from app.ports.errors import Unavailable


class Writer:
    """Writes when it is let; remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.let = asyncio.Event()
        self.failing: Exception | None = None

    async def __call__(self, rows: Sequence[str]) -> Sequence[str]:
        self.batches.append(list(rows))
        await self.let.wait()
        if self.failing is not None and ("bad" in rows or isinstance(self.failing, Unavailable)):
            raise self.failing
        return [row.upper() for row in rows]


def commits(writer: Writer, *, most_waiting: int = 100, most_bytes: int = 10_000) -> GroupCommit[str, str]:
    return GroupCommit(writer, size=len, at_once=1, most_waiting=most_waiting, most_waiting_bytes=most_bytes)


async def submitted(group: GroupCommit[str, str], *rows: str) -> list["asyncio.Task[str]"]:
    tasks = [asyncio.create_task(group.submit(row)) for row in rows]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_rows_that_arrive_while_a_write_runs_are_written_together() -> None:
    writer = Writer()
    group = commits(writer)
    first = await submitted(group, "a")
    later = await submitted(group, "b", "c", "d")
    assert writer.batches == [["a"]]

    writer.let.set()

    assert await asyncio.gather(*first, *later) == ["A", "B", "C", "D"]
    assert writer.batches == [["a"], ["b", "c", "d"]]


async def test_nobody_hears_of_a_row_before_its_write_returned() -> None:
    writer = Writer()
    tasks = await submitted(commits(writer), "a")

    assert not tasks[0].done()
    writer.let.set()
    await tasks[0]


async def test_too_much_waiting_is_refused_at_once() -> None:
    writer = Writer()
    group = commits(writer, most_waiting=2)
    tasks = [*await submitted(group, "a"), *await submitted(group, "b", "c")]

    with pytest.raises(Unavailable, match="More is arriving"):
        await group.submit("d")
    writer.let.set()
    await asyncio.gather(*tasks)


async def test_too_many_bytes_waiting_are_refused_at_once() -> None:
    writer = Writer()
    group = commits(writer, most_bytes=3)
    tasks = [*await submitted(group, "a"), *await submitted(group, "bbbb")]

    with pytest.raises(Unavailable):
        await group.submit("c")
    writer.let.set()
    await asyncio.gather(*tasks)


async def test_a_refused_batch_is_written_row_by_row() -> None:
    writer = Writer()
    writer.failing = ValueError("no")
    group = commits(writer)
    tasks = await submitted(group, "a", "b", "bad", "c")
    writer.let.set()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(answer) for answer in answers] == ["A", "B", "no", "C"]


async def test_trouble_of_everybody_is_not_repeated_row_by_row() -> None:
    writer = Writer()
    writer.failing = Unavailable("away")
    group = commits(writer)
    tasks = await submitted(group, "a", "b", "c")
    writer.let.set()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert writer.batches == [["a", "b", "c"]]


async def test_a_caller_that_gives_up_does_not_disturb_the_others() -> None:
    writer = Writer()
    group = commits(writer)
    tasks = await submitted(group, "a", "b", "c")
    tasks[1].cancel()
    writer.let.set()

    assert await tasks[0] == "A"
    assert await tasks[2] == "C"


async def test_batches_are_bounded() -> None:
    writer = Writer()
    group = commits(writer, most_waiting=10_000, most_bytes=100_000)
    tasks = await submitted(group, *(["x"] * (MOST_ROWS + 10)))
    writer.let.set()
    await asyncio.gather(*tasks)

    assert max(len(batch) for batch in writer.batches) <= MOST_ROWS


async def test_draining_finishes_what_was_taken_and_takes_nothing_more() -> None:
    writer = Writer()
    group = commits(writer)
    tasks = await submitted(group, "a", "b")
    drained = asyncio.create_task(group.drain())
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await group.submit("c")
    writer.let.set()
    await drained
    assert [task.result() for task in tasks] == ["A", "B"]
