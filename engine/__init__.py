"""A scalar autograd engine on a tape, made to be read. This list is the public surface."""

from engine.draw import draw
from engine.figure import Figure
from engine.graph import OPS, Graph, Value, dot
from engine.plot import plot
from engine.scatter import scatter
from engine.steps import steps

__all__ = ["OPS", "Figure", "Graph", "Value", "dot", "draw", "plot", "scatter", "steps"]
