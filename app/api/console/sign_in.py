"""Signing in and out: the only pages for strangers. Wrong names and wrong passwords are the same to them."""

from math import ceil

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.api.console.desk import HOME, SIGN_IN, House, own_address, visitor_of
from app.api.console.sessions import FORM_TOKEN, comes_from_here, end_session, keep_session
from app.api.limits import network_of

WRONG = "Name or password is wrong."
ELSEWHERE = "The form came from another site. Sign in here."


async def show_sign_in(request: Request) -> Response:
    """The form; who signed in already goes on."""
    house: House = request.app.state.house
    following = own_address(request.query_params.get("next"))
    if await visitor_of(request, house) is not None:
        return RedirectResponse(following, 303)
    return _form(house, following)


async def sign_in(request: Request) -> Response:
    """A session for the right name and password."""
    house: House = request.app.state.house
    form = await request.form()
    name, password = str(form.get("name", ""))[:100], str(form.get("password", ""))
    following = own_address(form.get("next"))
    if not comes_from_here(request):
        return _form(house, following, problem=ELSEWHERE, status=403)
    counted = [f"from {network_of(request.client.host if request.client else '')}", f"for {name.strip().lower()}"]
    if wait := max(house.failures.wait(each) for each in counted):
        response = _form(house, following, problem=f"Too many attempts. Try again in {ceil(wait)} s.", status=429)
        response.headers["Retry-After"] = str(ceil(wait))
        return response
    # Taken before the password is looked at: attempts at the same time are counted, too.
    for each in counted:
        house.failures.take(each)
    token = await house.users.sign_in(name, password)
    if token is None:
        return _form(house, following, problem=WRONG, status=401)
    for each in counted:
        house.failures.give_back(each)
    response = RedirectResponse(following, 303)
    keep_session(request, response, token)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session, here and in the database."""
    house: House = request.app.state.house
    visitor = await visitor_of(request, house)
    form = await request.form()
    if visitor is None:
        return RedirectResponse(SIGN_IN, 303)
    if not visitor.sent(form.get(FORM_TOKEN)):
        return RedirectResponse(HOME, 303)
    await house.users.sign_out(visitor.token)
    response = RedirectResponse(SIGN_IN, 303)
    end_session(response)
    return response


def _form(house: House, following: str, *, problem: str | None = None, status: int = 200) -> Response:
    return house.pages.page("sign_in.html", status=status, title="Sign in", next=following, problem=problem)
