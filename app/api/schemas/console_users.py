"""Users of the console on the wire. A password is in the answer that makes it and nowhere else."""

from typing import Annotated

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Flag, Instant, Line, RequestBody
from app.domain.console_roles import ConsoleRole
from app.ports.repositories.console_users import ConsoleUser
from app.services.console_users import LONGEST_NAME, Changed, NewPassword

ROLE = "`viewer` looks, `operator` mends, `admin` also decides how shops work, and about keys, users and privacy."
Role = Annotated[ConsoleRole, Field(description=ROLE, examples=["operator"])]


class ConsoleUserShown(AnswerBody):
    """Somebody who signs in to the console."""

    name: str = Field(description="What they sign in with.", examples=["ann"])
    role: Role
    enabled: bool = Field(description="False = switched off: signs in nowhere until switched on.", examples=[True])
    created_at: Instant = Field(description="When the user was made.")
    signed_in_at: Instant | None = Field(description="When they last signed in; null = never.")


class NewConsolePassword(ConsoleUserShown):
    """A user with a new password: this is the only time it is shown."""

    password: str = Field(description="What they sign in with from now on.", examples=["2W1qUo…"])


class ConsoleUserChanged(ConsoleUserShown):
    """A user as changed."""

    password: str | None = Field(
        description="The new password of a user who may do more than before, shown this once; null = the old one goes"
        " on.",
        examples=[None],
    )


class NewConsoleUser(RequestBody):
    """A user to be made; the password is generated."""

    name: Annotated[
        Line,
        Field(
            min_length=1,
            max_length=LONGEST_NAME,
            description="Letters, digits, dots, dashes, underscores or @; small and capital letters are the same.",
            examples=["ann"],
        ),
    ]
    role: Role


class ConsoleUserPatch(RequestBody):
    """What of a user can be changed; what is left out stays."""

    role: Annotated[ConsoleRole | None, Field(description=ROLE, examples=["operator"])] = None
    enabled: Flag | None = Field(None, description="False switches the user off, true on again.", examples=[False])


ConsoleUserList = ListOf[ConsoleUserShown]


def console_user_shown(user: ConsoleUser) -> ConsoleUserShown:
    """The user without the password."""
    return ConsoleUserShown.model_validate(_fields(user))


def changed_user_shown(changed: Changed) -> ConsoleUserChanged:
    """The user with the password, where one was made."""
    return ConsoleUserChanged.model_validate({**_fields(changed.user), "password": changed.password})


def new_password_shown(made: NewPassword) -> NewConsolePassword:
    """The user with the password, for whoever made it, once."""
    return NewConsolePassword.model_validate({**_fields(made.user), "password": made.password})


def _fields(user: ConsoleUser) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role,
        "enabled": user.enabled,
        "created_at": user.created_at,
        "signed_in_at": user.signed_in_at,
    }
