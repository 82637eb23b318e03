"""The application is every route of the API over one set of books, on /v1."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse

from api import body, errors, reference
from api.routes import (
    campaigns,
    catalogue,
    customers,
    integrity,
    invoicing,
    ledger,
    migration,
    payments,
    personal_data,
    quotes,
    reports,
    subscriptions,
    webhooks,
)
from billing.books.session import Books, open_books

ROUTERS: list[APIRouter] = [
    customers.router,
    personal_data.router,
    subscriptions.router,
    quotes.router,
    catalogue.router,
    campaigns.router,
    invoicing.router,
    payments.router,
    ledger.router,
    migration.router,
    reports.router,
    webhooks.router,
    integrity.router,
]
THREADS_MAX = 12
DESCRIPTION = """Subscription billing and finance, provable to the öre.

Money is `{amount_minor, currency}`; every POST carries an `Idempotency-Key`;
every answer that is not 2xx is an RFC 9457 problem; a listing is read by a cursor."""


def create() -> FastAPI:
    """Return the application over the books of the environment (for uvicorn)."""
    return application(open_books())


def application(books: Books, clock: Callable[[], datetime] | None = None) -> FastAPI:
    """Return the application over some books, with the house's clock or another."""
    app = FastAPI(
        lifespan=_few_threads,
        title="Saldo",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.books = books
    app.state.clock = clock or _now
    for router in ROUTERS:
        app.include_router(router, prefix="/v1")
    app.include_router(integrity.health)
    _document(app)
    errors.install(app)
    app.add_middleware(body.guarded)
    app.add_middleware(body.framed)
    return app


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    """Bound how many requests run at once: each thread holds connections."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS_MAX
    yield


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the shell is where the clock is read


def _document(app: FastAPI) -> None:
    """Serve the OpenAPI document with its problem answers, and a page to read it on."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=[{"name": str(router.tags[0])} for router in ROUTERS],
            )
            schemas = document["components"]["schemas"]
            schemas["Problem"] = errors.PROBLEM_SCHEMA
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # how FastAPI is extended

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(
            reference.page(app.openapi()), headers=reference.SECURITY_HEADERS
        )
