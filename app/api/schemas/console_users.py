"""Users of the console on the wire. A password is in the answer that makes it and nowhere else."""

from typing import Annotated

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Instant, Line, RequestBody
from app.domain.console_roles import ConsoleRole
from app.ports.repositories.console_users import ConsoleUser
from app.services.console_users import LONGEST_NAME, NewPassword

ROLE = "`viewer` looks, `operator` mends, `admin` also decides how shops work, and about keys, users and privacy."
Role = Annotated[ConsoleRole, Field(description=ROLE, examples=["operator"])]


class ConsoleUserShown(AnswerBody):
    """Somebody who signs in to the console."""

    name: str = Field(description="What they sign in with.", examples=["ann"])
    role: Role
    created_at: Instant = Field(description="When the user was made.")
    signed_in_at: Instant | None = Field(description="When they last signed in; null = never.")


class NewConsolePassword(ConsoleUserShown):
    """A user with a new password: this is the only time it is shown."""

    password: str = Field(description="What they sign in with from now on.", examples=["2W1qUo…"])


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
    """What of a user can be changed."""

    role: Role


ConsoleUserList = ListOf[ConsoleUserShown]


def console_user_shown(user: ConsoleUser) -> ConsoleUserShown:
    """The user without the password."""
    return ConsoleUserShown.model_validate(_fields(user))


def new_password_shown(made: NewPassword) -> NewConsolePassword:
    """The user with the password, for whoever made it, once."""
    return NewConsolePassword.model_validate({**_fields(made.user), "password": made.password})


def _fields(user: ConsoleUser) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role,
        "created_at": user.created_at,
        "signed_in_at": user.signed_in_at,
    }
