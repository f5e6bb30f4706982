"""Entries of the audit on the wire."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Instant
from app.ports.repositories.audit_entries import AuditEntry

ENTRY_ID = "aud_000000004711"


class AuditActor(AnswerBody):
    """Who did it."""

    kind: str = Field(
        description="`key`, `user` (of the console), `command_line`, or `orderbridge` itself.", examples=["user"]
    )
    id: str | None = Field(
        description="The public part of the key, or our id of the user.", examples=["usr_01kf0ccccccccccccccccccccc"]
    )
    name: str = Field(description="The name of the key or user at the time.", examples=["ann"])


class AuditedField(AnswerBody):
    """One field that is not as it was."""

    field: str = Field(description="Where it stands, with dots.", examples=["settings.orders.release_documents"])
    before: Any = Field(description="What stood there; null = nothing, the default, or withheld.", examples=[True])
    after: Any = Field(description="What stands there now; null likewise.", examples=[False])
    withheld: bool = Field(
        description="True of secrets and of what names a person: changed, but never told.", examples=[False]
    )


class AuditEntryShown(AnswerBody):
    """One change, or one deed."""

    id: str = Field(description="Our id of the entry.", examples=[ENTRY_ID])
    occurred_at: Instant = Field(description="When.")
    actor: AuditActor = Field(description="Who.")
    operation: str | None = Field(
        description="The operation of this API that was asked for; null = none, as on the command line.",
        examples=["update_shop"],
    )
    change: str = Field(
        description="What became of the resource: `created`, `changed`, `removed`; `done` = something was done with it,"
        " of which its own history tells more.",
        examples=["changed"],
    )
    resource: str = Field(description="The collection it stands in.", examples=["shops"])
    resource_id: str | None = Field(description="Its id there; null where that would name a person.", examples=["web"])
    shop: str | None = Field(description="The shop it belongs to; null = none, or one that is gone.", examples=["web"])
    changes: list[AuditedField] = Field(description="Field by field; empty of what was `done`.")


class AuditEntryList(ListOf[AuditEntryShown]):
    """A page of the audit."""


def audit_entry_shown(entry: AuditEntry) -> AuditEntryShown:
    """An entry as it is answered."""
    return AuditEntryShown(
        id=entry.id,
        occurred_at=entry.occurred_at,
        actor=AuditActor(kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name),
        operation=entry.operation,
        change=entry.change,
        resource=entry.resource,
        resource_id=entry.resource_id,
        shop=entry.shop,
        changes=[*_differences(entry.before, entry.after), *_withheld(entry)],
    )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], at: str = "") -> Iterator[AuditedField]:
    """The leaves that differ, in the order of their names."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        inner = [{} if each is None else each for each in (old, new)]
        if all(isinstance(each, dict) for each in inner):
            yield from _differences(inner[0], inner[1], f"{at}{name}.")
        else:
            yield AuditedField(field=f"{at}{name}", before=old, after=new, withheld=False)


def _withheld(entry: AuditEntry) -> Iterator[AuditedField]:
    for name in sorted(entry.withheld):
        yield AuditedField(field=name, before=None, after=None, withheld=True)
