"""Routes of who is asking, of projects, and of the apps and experiments in them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import Connection, Row, delete, select, union

from limner.api.patronus_wire import (
    Account,
    ApiKey,
    App,
    AppMany,
    Caller,
    Project,
    ProjectIn,
    ProjectMany,
    ProjectOne,
    User,
    Whoami,
)
from limner.server.auth import Admin, Member, StoreOf, Viewer
from limner.server.errors import not_found
from limner.server.organization import organization_id
from limner.server.patronus_rows import Limit, Offset, shown
from limner.server.patronus_tables import (
    evaluation,
    insert_or,
    log,
    project,
    span,
    utc_now,
    verdict,
)
from limner.server.patronus_verdicts import remove as remove_verdicts

router: Final = APIRouter()


@router.get("/whoami")
def whoami(store: StoreOf, caller: Viewer) -> Whoami:
    """The key and the person behind it; the only place the wire names one."""
    with store.reading() as tx:
        account = {"id": organization_id(tx), "name": "Limner"}
    member = Account.model_validate({**account, "role": caller.role.word})
    return Whoami(
        caller=Caller(
            api_key=ApiKey(id=caller.key_id, account=Account.model_validate(account)),
            user=User(id=caller.user_id, sub=caller.user_id, accounts=[member]),
        )
    )


@router.post("/projects")
def get_or_create(store: StoreOf, caller: Member, body: ProjectIn) -> Project:
    """The project of that name, made when there is none; not wrapped, as the SDKs expect."""
    with store.writing() as tx:
        return shown(Project, project_named(tx, body.name, caller.user_id))


@router.get("/projects")
def list_projects(
    store: StoreOf, _caller: Viewer, limit: Limit = 1000, offset: Offset = 0
) -> ProjectMany:
    """Every project, oldest first."""
    query = select(project).order_by(project.c.created_at, project.c.id)
    with store.reading() as tx:
        rows = tx.execute(query.limit(limit).offset(offset))
        return ProjectMany(projects=[shown(Project, row) for row in rows])


@router.get("/projects/{project_id}")
def get(store: StoreOf, _caller: Viewer, project_id: UUID) -> ProjectOne:
    """One project by its id."""
    with store.reading() as tx:
        query = select(project).where(project.c.id == str(project_id))
        row = tx.execute(query).one_or_none()
    if row is None:
        raise not_found("there is no project with this id")
    return ProjectOne(project=shown(Project, row))


@router.delete("/projects/{project_id}", status_code=204)
def remove(store: StoreOf, caller: Admin, project_id: UUID) -> None:
    """Delete a project and everything in it; the history of its verdicts stays."""
    with store.writing() as tx:
        remove_verdicts(tx, caller, verdict.c.project_id == str(project_id))
        if not tx.execute(delete(project).where(project.c.id == str(project_id))).rowcount:
            raise not_found("there is no project with this id")


@router.get("/apps")
def apps(store: StoreOf, _caller: Viewer, limit: Limit = 1000, offset: Offset = 0) -> AppMany:
    """The apps that logs, spans and evaluations name."""
    names = union(*(select(table.c.app) for table in (log, span, evaluation))).subquery()
    query = select(names.c.app).where(names.c.app.is_not(None)).order_by(names.c.app)
    with store.reading() as tx:
        found = tx.scalars(query.limit(limit).offset(offset))
        return AppMany(apps=[App(name=name) for name in found])


def project_named(tx: Connection, name: str, user_id: str) -> Row[Any]:
    """The project `name`, made for `user_id` when there is none; two makers get the same one."""
    made = {"id": str(uuid4()), "name": name, "created_at": utc_now(), "created_by": user_id}
    tx.execute(insert_or(tx, project).values(made).on_conflict_do_nothing())
    return tx.execute(select(project).where(project.c.name == name)).one()


def has_project(tx: Connection, project_id: UUID) -> bool:
    """Whether there is such a project; it stays until `tx` ends."""
    query = select(project.c.id).where(project.c.id == str(project_id))
    return tx.scalar(query.with_for_update(read=True)) is not None
