"""Reports over the API: the list of those that have been made, and each as a file."""

import re
from datetime import UTC, datetime
from mimetypes import guess_type
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.listing import NoSuchThing
from api.payload import Payload

router = APIRouter(tags=["reports"])

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


class Report(Payload):
    """A report that lies ready."""

    name: str
    size: int
    made_at: datetime


@router.get(
    "/reports", operation_id="list_reports", responses=responses(*READ_STATUSES)
)
def list_reports(caller: Reader) -> list[Report]:
    """List the reports that lie ready."""
    return [
        Report(
            name=path.name,
            size=path.stat().st_size,
            made_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
        for path in sorted(caller.books.home.reports.iterdir())
        if path.is_file() and re.match(NAME, path.name)
    ]


@router.get(
    "/reports/{name}",
    operation_id="get_report",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The report as a file."},
        **responses(*READ_STATUSES),
    },
)
def get_report(name: Annotated[str, Path(pattern=NAME)], caller: Reader) -> Response:
    """Fetch a report as it was made."""
    path = caller.books.home.reports / name
    if path.is_symlink() or not path.is_file():
        raise NoSuchThing(f"there is no report {name}; GET /v1/reports lists them")
    kind = guess_type(name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind)
