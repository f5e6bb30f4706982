"""The rule of keys and users alike: nobody gives, takes or ends more than they may do themselves (S1, decision 55)."""

from collections.abc import Collection

from app.domain.access import Access, Scope
from app.domain.identifiers import ShopId
from app.ports.errors import Forbidden


def check_within(
    access: Access | None, scopes: Collection[Scope], shops: Collection[ShopId] | None, *, of: str
) -> None:
    """Raises Forbidden where these rights, those of whoever is named, are more than the caller's. ``access`` None is
    whoever runs the installation, who may do everything; ``shops`` None = all.
    """
    if access is not None and access.exceeds(scopes, shops):
        raise Forbidden(f"{of} may do more than you may yourself.", code="exceeds_own_rights")
