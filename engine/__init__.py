"""A scalar autograd engine on a tape, made to be read. This list is the public surface."""

from engine.draw import draw
from engine.graph import OPS, Graph, Value, dot

__all__ = ["OPS", "Graph", "Value", "dot", "draw"]
