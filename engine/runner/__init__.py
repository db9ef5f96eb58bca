"""Runs snippets, in CI and in the page. Knows nothing of the rest of the engine, nor it of this."""

from .display import Live
from .session import Cell, Event, Session, golden

__all__ = ["Cell", "Event", "Live", "Session", "golden"]
