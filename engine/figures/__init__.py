"""Pictures and explanations of graphs and data, as SVG and as data. This list is what is public."""

from engine.figures.draw import draw
from engine.figures.figure import Figure
from engine.figures.plot import plot
from engine.figures.scatter import scatter
from engine.figures.steps import steps

__all__ = ["Figure", "draw", "plot", "scatter", "steps"]
