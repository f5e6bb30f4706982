"""``/v1/console-users``: the people who sign in to the console."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer, no_content
from app.api.auth import UsersRead, UsersWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.console_users import (
    ConsoleUserChanged,
    ConsoleUserList,
    ConsoleUserPatch,
    ConsoleUserShown,
    NewConsolePassword,
    NewConsoleUser,
    changed_user_shown,
    console_user_shown,
    new_password_shown,
)
from app.services.console_users import ConsoleUsers, NewPassword

router = resource_router("console-users")

TheUser = Annotated[str, Path(max_length=100, description="The name they sign in with.", examples=["ann"])]
Users = Annotated[ConsoleUsers, Depends(service(ConsoleUsers))]


def _made(made: NewPassword) -> Response:
    return answer(new_password_shown(made), status=201, location=f"/v1/console-users/{made.user.name}", tagged=True)


@router.get("/console-users", response_model=ConsoleUserList, summary="List users of the console")
async def list_console_users(access: UsersRead, paging: PagingOf, users: Users) -> Response:
    """By name. Users see all shops: a key that is limited to some sees none of them."""
    return paging.answer(ConsoleUserList, await users.page(paging.request, access=access), console_user_shown)


@router.post("/console-users", response_model=NewConsolePassword, status_code=201, summary="Make a user of the console")
async def create_console_user(body: NewConsoleUser, access: UsersWrite, repeat: Repeat, users: Users) -> Response:
    """The answer shows the generated password once. Nobody makes a user who may do more than themselves."""
    return await repeat.answer(
        lambda once: users.create(body.name, body.role, access=access, once=once),
        _made,
    )


@router.get("/console-users/{name}", response_model=ConsoleUserShown, summary="Read a user of the console")
async def get_console_user(name: TheUser, access: UsersRead, users: Users) -> Response:
    """The user without the password."""
    return answer(console_user_shown(await users.get(name, access=access)), tagged=True)


@router.patch("/console-users/{name}", response_model=ConsoleUserChanged, summary="Change a user of the console")
async def update_console_user(name: TheUser, access: UsersWrite, users: Users, body: ConsoleUserPatch) -> Response:
    """Gives a role, and switches off or on. Any change ends the user's sessions; who may do more than before gets a
    new password, shown once. The only admin who can sign in stays one: 409 `last_admin`.
    """
    changed = await users.change(name, role=body.role, enabled=body.enabled, access=access)
    return answer(changed_user_shown(changed), tagged=True)


@router.post(
    "/console-users/{name}/renew-password",
    response_model=NewConsolePassword,
    summary="Give a user of the console a new password",
)
async def renew_console_password(name: TheUser, access: UsersWrite, repeat: Repeat, users: Users) -> Response:
    """The answer shows the generated password once; the old one and all sessions end."""
    return await repeat.answer(
        lambda once: users.renew_password(name, access=access, once=once),
        lambda made: answer(new_password_shown(made), tagged=True),
    )


@router.post("/console-users/{name}/sign-out", status_code=204, summary="Sign a user of the console out everywhere")
async def sign_console_user_out(name: TheUser, access: UsersWrite, repeat: Repeat, users: Users) -> Response:
    """Ends every session of the user; name and password go on working. To keep somebody out, switch the user off."""
    return await repeat.around(lambda: users.sign_out_everywhere(name, access=access), lambda _: no_content())


@router.delete("/console-users/{name}", status_code=204, summary="Remove a user of the console")
async def remove_console_user(name: TheUser, access: UsersWrite, users: Users) -> Response:
    """Ends every session at once; what was done under the name stays told. The only admin stays: 409 `last_admin`."""
    await users.remove(name, access=access)
    return no_content()
