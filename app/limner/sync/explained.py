"""The last look at a list before it is sent: nothing may go that nobody here did."""

from __future__ import annotations

from limner.sync.moves import Send
from limner.sync.troubles import Unexplained


def check_explained(send: Send) -> None:
    """See that the body is `base` with the changes of `ahead` and no others. For workers.

    What is missing, new or changed in it is looked for without the machine's help, so that a
    mistake there cannot empty somebody's image.

    Raises:
        Unexplained: nothing may be sent.
    """
    base = {a.id: a for a in send.base}
    body = {a.id: a for a in send.body}
    wrong = len(send.body) - len(body)
    for id_ in base.keys() | body.keys():
        before, after = base.get(id_), body.get(id_)
        if before is after or before == after:
            continue
        row = send.ahead.changes.get(id_)
        if row is None or id_ in send.held_back or row[1] != after:
            wrong += 1
    if wrong:
        raise Unexplained(wrong)
