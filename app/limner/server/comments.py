"""Talk about single annotations: threads, reactions, resolved or not (Pictograph contract, 3.1).

A comment hangs on an annotation's id, which every save keeps; it stays when the annotation goes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from fastapi import APIRouter, Response
from pydantic import StringConstraints
from sqlalchemy import Connection, Row, delete, insert, select, update

from limner.api.pictograph_wire import Label, Strict
from limner.server.auth import Caller, StoreOf, Viewer
from limner.server.calls import AnnotatorCall
from limner.server.clock import now
from limner.server.errors import Problem, not_found, wrong_field
from limner.server.keys import Role
from limner.server.lookups import image_with_id
from limner.server.replies import plain
from limner.server.tables import comment, reaction

router: Final = APIRouter(prefix="/annotation-comments")

Text = Annotated[Label, StringConstraints(max_length=10_000)]
Reaction = Literal["like", "dislike", "love", "celebrate", "exclamation", "question", "haha"]


class Create(Strict):
    image_id: str
    annotation_id: Label
    body: Text
    parent_comment_id: str | None = None


class Change(Strict):
    body: Text | None = None
    resolved: bool | None = None


@router.get("")
def list_comments(who: Viewer, store: StoreOf, image_id: str) -> Response:
    """Every comment on an image's annotations, the oldest first."""
    with store.reading() as tx:
        owner = image_with_id(tx, image_id)
        query = select(comment).where(comment.c.image_id == owner.id).order_by(comment.c.seq)
        shown = _shown(tx, list(tx.execute(query)), who)
    return plain({"comments": shown})


@router.post("")
def add_comment(call: AnnotatorCall) -> Response:
    """Say something about an annotation, or reply; a reply to a reply joins the root."""
    asked = call.read(Create)

    def work(tx: Connection) -> Response:
        owner = image_with_id(tx, asked.image_id)
        at = now()
        values = {
            "id": str(uuid4()),
            "image_id": owner.id,
            "annotation_id": asked.annotation_id,
            "parent_id": _root(tx, owner.id, asked.parent_comment_id),
            "body": asked.body,
            "resolved": False,
            "user_id": call.caller.user_id,
            "author_name": call.caller.name,
            "is_edited": False,
            "is_deleted": False,
            "created_at": at,
            "updated_at": at,
        }
        tx.execute(insert(comment).values(values))
        return _one(tx, values["id"], call.caller)

    return call.once(work)


def _root(tx: Connection, image_id: str, parent: str | None) -> str | None:
    if parent is None:
        return None
    query = select(comment).where(comment.c.id == parent.lower(), comment.c.image_id == image_id)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise wrong_field("there is no such comment on this image", "parent_comment_id")
    root: str = row.parent_id or row.id
    return root


@router.patch("/{comment_id}")
def change_comment(call: AnnotatorCall, comment_id: str) -> Response:
    """Edit the text (its author only), resolve or reopen."""
    asked = call.read(Change)

    def work(tx: Connection) -> Response:
        row = _comment(tx, comment_id)
        values: dict[str, Any] = {"updated_at": now()}
        if asked.body is not None:
            if row.user_id != call.caller.user_id:
                raise Problem(403, "forbidden", "only its author may edit a comment")
            values |= {"body": asked.body, "is_edited": True}
        if asked.resolved is not None:
            values |= _resolution(call.caller, asked.resolved)
        tx.execute(update(comment).where(comment.c.id == row.id).values(values))
        return _one(tx, row.id, call.caller)

    return call.once(work)


def _resolution(who: Caller, resolved: bool) -> dict[str, Any]:
    if not resolved:
        return dict.fromkeys(("resolved_by", "resolved_by_name", "resolved_at")) | {
            "resolved": False
        }
    return {
        "resolved": True,
        "resolved_by": who.user_id,
        "resolved_by_name": who.name,
        "resolved_at": now(),
    }


@router.delete("/{comment_id}")
def delete_comment(call: AnnotatorCall, comment_id: str) -> Response:
    """Empty a comment (its author or an admin); it keeps its place in the thread."""

    def work(tx: Connection) -> Response:
        row = _comment(tx, comment_id)
        if row.user_id != call.caller.user_id:
            call.need(Role.ADMIN)
        values = {"is_deleted": True, "body": "", "updated_at": now()}
        tx.execute(update(comment).where(comment.c.id == row.id).values(values))
        return plain({"success": True, "id": row.id})

    return call.once(work)


@router.put("/{comment_id}/reactions/{kind}")
def react(call: AnnotatorCall, comment_id: str, kind: Reaction) -> Response:
    """Add the caller's reaction; once, however often it is asked for."""

    def work(tx: Connection) -> Response:
        row = _comment(tx, comment_id)
        mine = {"comment_id": row.id, "user_id": call.caller.user_id, "reaction": kind}
        if tx.execute(select(reaction).filter_by(**mine)).one_or_none() is None:
            tx.execute(insert(reaction).values(mine))
        return _one(tx, row.id, call.caller)

    return call.once(work)


@router.delete("/{comment_id}/reactions/{kind}")
def take_back_reaction(call: AnnotatorCall, comment_id: str, kind: Reaction) -> Response:
    """Take the caller's reaction back."""

    def work(tx: Connection) -> Response:
        row = _comment(tx, comment_id)
        mine = {"comment_id": row.id, "user_id": call.caller.user_id, "reaction": kind}
        tx.execute(delete(reaction).filter_by(**mine))
        return _one(tx, row.id, call.caller)

    return call.once(work)


def _comment(tx: Connection, comment_id: str) -> Row[Any]:
    query = select(comment).where(comment.c.id == comment_id.lower()).with_for_update()
    row = tx.execute(query).one_or_none()
    if row is None:
        raise not_found(f"there is no comment {comment_id!r}")
    return row


def _one(tx: Connection, comment_id: str, who: Caller) -> Response:
    return plain({"comment": _shown(tx, [_comment(tx, comment_id)], who)[0]})


def _shown(tx: Connection, rows: list[Row[Any]], who: Caller) -> list[dict[str, Any]]:
    reactions = _reactions(tx, [row.id for row in rows], who)
    return [_show(row, reactions[row.id], who) for row in rows]


def _reactions(
    tx: Connection, ids: list[str], who: Caller
) -> defaultdict[str, list[dict[str, Any]]]:
    people: dict[tuple[str, str], list[str]] = {}
    query = select(reaction).where(reaction.c.comment_id.in_(ids))
    for row in tx.execute(query.order_by(reaction.c.reaction, reaction.c.user_id)):
        people.setdefault((row.comment_id, row.reaction), []).append(row.user_id)
    counted: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for (comment_id, kind), users in people.items():
        mine = who.user_id in users
        counted[comment_id].append({"reaction": kind, "count": len(users), "reacted": mine})
    return counted


def _show(row: Row[Any], reactions: list[dict[str, Any]], who: Caller) -> dict[str, Any]:
    return {
        "id": row.id,
        "annotation_id": row.annotation_id,
        "parent_comment_id": row.parent_id,
        "body": row.body,
        "resolved": row.resolved,
        "resolved_by": row.resolved_by,
        "resolved_by_name": row.resolved_by_name,
        "resolved_at": row.resolved_at,
        "is_edited": row.is_edited,
        "is_deleted": row.is_deleted,
        "user_id": row.user_id,
        "author_name": row.author_name,
        "author_username": None,
        "author_avatar_url": None,
        "is_mine": row.user_id == who.user_id,
        "reactions": reactions,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
