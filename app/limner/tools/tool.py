"""What every tool is: a small state machine between the pointer and the history.

The canvas turns Qt events into the calls below, then draws `overlay`. A tool keeps what is being
drawn or dragged to itself and gives it to the history once, when the gesture ends: so one gesture
is one undo step, and leaving a gesture half-way needs no undo.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import ClassVar

from limner.model.annotations import AnnotationId, Drawable
from limner.model.geometry import Bounds
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.unfinished import Unfinished
from limner.tools.vertices import Path, Vertex


class Mods(Flag):
    """Modifier keys held down."""

    NONE = 0
    SHIFT = auto()
    CTRL = auto()
    ALT = auto()


class Key(Enum):
    """The keys that mean something inside a gesture."""

    ENTER = auto()
    ESCAPE = auto()
    BACKSPACE = auto()
    DELETE = auto()
    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()


class Cursor(Enum):
    """What the mouse pointer should look like."""

    ARROW = auto()
    CROSS = auto()
    MOVE = auto()
    OPEN_HAND = auto()
    CLOSED_HAND = auto()
    RESIZE_H = auto()
    RESIZE_V = auto()
    RESIZE_FALL = auto()
    """Along the diagonal from top left to bottom right."""
    RESIZE_RISE = auto()
    ROTATE = auto()
    POINT = auto()
    """Over a vertex."""
    ADD = auto()
    """Over an edge where a vertex can be put."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer in image pixels.

    `scale` is how many image pixels one device-independent screen pixel covers (1 / zoom), so a
    reach of 8 screen pixels is `8 * scale`. `pressed` tells whether the left button is down;
    `clicks` is 2 for the press of a double click.
    """

    x: float
    y: float
    scale: float = 1.0
    mods: Mods = Mods.NONE
    pressed: bool = False
    clicks: int = 1


class HandleKind(Enum):
    """How a handle is drawn."""

    SQUARE = auto()
    """A corner or edge of a box, a vertex."""
    ROUND = auto()
    """Where a box is turned."""
    FAINT = auto()
    """The middle of an edge, where a vertex can be added."""


@dataclass(frozen=True, slots=True)
class Handles:
    """Handles of one kind, all of the same size on the screen; `hot` is under the pointer."""

    kind: HandleKind
    points: Points
    hot: int | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """A shape being drawn: settled points and the rubber line from the last one to the pointer.

    `closed` draws the rubber line on to the first point too; `colour` is `#rrggbb`.
    """

    points: Points
    colour: str
    closed: bool = False
    rubber: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """Shapes of the document that move together, (dx, dy) image pixels from where it has them.

    For those that are too many, or have too many points, to be made anew on every mouse move: one
    picture of them is moved.
    """

    ids: frozenset[AnnotationId]
    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Pulled:
    """A path, long as `Carried` ones are, with one of its vertices under way, at (x, y)."""

    path: Path
    vertex: Vertex
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the canvas draws above the settled shapes, in image pixels.

    `edited` are drawn instead of the document's records with the same ids, or in addition where
    the document has none; `carried` and `pulled` are drawn instead of them too; `band` is a
    rubber-band rectangle; `stem` joins a box to its rotation handle.
    """

    edited: tuple[Drawable, ...] = ()
    carried: Carried | None = None
    pulled: Pulled | None = None
    sketch: Sketch | None = None
    handles: tuple[Handles, ...] = ()
    band: Bounds | None = None
    stem: Points | None = None
    hovered: AnnotationId | None = None
    cursor: Cursor = Cursor.ARROW
    hint: str = ""
    """One short line for the status bar: what the next click or key does."""


class Tool(ABC):
    """One way of working with the pointer."""

    name: ClassVar[str]

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @property
    @abstractmethod
    def overlay(self) -> Overlay:
        """What to draw now; cheap enough to be asked on every mouse move."""

    @property
    def is_drawing(self) -> bool:
        """Whether a gesture or a shape has begun and not ended."""
        return False

    @property
    def unfinished(self) -> Unfinished | None:
        """What of the shape being drawn another run could go on with; cheap, asked on each move."""
        return None

    def resume(self, unfinished: Unfinished) -> bool:
        """Go on with a shape of an earlier run; False when that is not possible any more."""
        return False

    @abstractmethod
    def press(self, at: Pointer) -> None:
        """The left button went down."""

    @abstractmethod
    def move(self, at: Pointer) -> None:
        """The pointer moved, with the button down (`at.pressed`) or up."""

    @abstractmethod
    def release(self, at: Pointer) -> None:
        """The left button came up."""

    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        """A key was pressed over the canvas; True when the tool used it."""
        return False

    def undo(self) -> bool:
        """Ctrl+Z: take back a point of the shape being drawn; False when none is being drawn."""
        return False

    def redo(self) -> bool:
        """Ctrl+Shift+Z while drawing: put the point back; False when none is being drawn."""
        return False

    def leave(self) -> bool:
        """Esc, another tool or another image: drop what is half-done; False when nothing was."""
        return False
