"""A session whose last run can be looked at."""

import pytest

from engine.runner import Cell, Session, golden


class Recorder:
    """A session and the events of its last run."""

    def __init__(self, **options):
        self.events = []
        self.session = Session(self.events.append, **options)

    def run(self, *sources, raises=None, answers=()):
        self.events.clear()
        cells = [Cell(f"cell-{i}", f"block{i}.py", s) for i, s in enumerate(sources[:-1])]
        last = len(cells)
        cells.append(Cell(f"cell-{last}", f"block{last}.py", sources[-1], raises, answers))
        self.ok = self.session.run(cells)
        return self

    @property
    def text(self):
        return golden(self.events)[0]

    @property
    def error(self):
        (error,) = [event for event in self.events if event["type"] == "error"]
        return error


@pytest.fixture
def recorder():
    """Makes recorders, with any option of a session."""
    return Recorder


@pytest.fixture
def run():
    return Recorder().run
