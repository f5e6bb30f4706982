"""Doing a request once, however often it is sent: what a use case owes a caller that repeats (E1–E3)."""

from typing import Protocol, TypeVar

from app.ports.unit_of_work import UnitOfWork

Result_contra = TypeVar("Result_contra", contravariant=True)


class Once(Protocol[Result_contra]):
    """Handed to a use case by its caller.

    ``begin`` is the first statement of the transaction, ``answered`` the last before the commit, so that the answer is
    kept if and only if the effect is.
    """

    async def begin(self, uow: UnitOfWork) -> None:
        """Leaves the use case by an exception of the caller's when the request was answered before."""
        ...

    async def answered(self, uow: UnitOfWork, result: Result_contra) -> None:
        """Keep the answer with the effect."""
        ...


class AsOftenAsAsked:
    """For callers to whom repetition does not matter: the command line, jobs, requests without a key."""

    async def begin(self, uow: UnitOfWork) -> None:
        """Nothing to look up."""

    async def answered(self, uow: UnitOfWork, result: object) -> None:
        """Nothing to keep."""


AS_OFTEN_AS_ASKED = AsOftenAsAsked()
