"""The resources of the surface. A module here has a ``router``; naming it below puts it on the surface."""

from fastapi import APIRouter

from app.api import health
from app.api.routes import me, sales_documents

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    me.router,
    sales_documents.router,
)
