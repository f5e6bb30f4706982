"""``/oauth/shopify``: the pages by which a merchant installs the app (P02, S23).

A browser calls them, without a key; they are no part of the described surface.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.api.dependencies import service
from app.services.install_app import CALLBACK, MAY_TAKE, InstallApp

STATE_COOKIE = "orderbridge_installation"
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Orderbridge</title>'
    "<p>Orderbridge is connected to {}. You can close this page,"
    ' or go on in <a href="/console/shops">the console</a>.</p>'
)
NO_SCRIPTS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}

router = APIRouter(tags=["shopify"])
Installations = Annotated[InstallApp, Depends(service(InstallApp))]


@router.get("/oauth/shopify/install", include_in_schema=False)
async def begin_installation(request: Request, installations: Installations) -> Response:
    """Open it in a browser, with `?shop=name.myshopify.com`, once the shop's credentials are of kind `oauth`; Shopify
    opens it, too, when the app is installed from there. Sends the browser on to Shopify, where the merchant consents.
    """
    begun = await installations.begin(request.query_params.multi_items())
    response = RedirectResponse(begun.url, 302, headers=NO_SCRIPTS)
    response.set_cookie(
        STATE_COOKIE,
        begun.state,
        max_age=int(MAY_TAKE.total_seconds()),
        path=CALLBACK,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/oauth/shopify/callback", include_in_schema=False)
async def end_installation(request: Request, installations: Installations) -> Response:
    """Shopify sends the browser here. Refused unless Shopify signed it just now for what this browser began here."""
    state = request.cookies.get(STATE_COOKIE, "")
    domain = await installations.finish(request.query_params.multi_items(), state=state)
    response = HTMLResponse(PAGE.format(escape(domain)), headers=NO_SCRIPTS)
    response.delete_cookie(STATE_COOKIE, path=CALLBACK)
    return response
