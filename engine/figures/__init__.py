"""Pictures and explanations of graphs and data, as SVG and as data. This list is what is public."""

from engine.figures.bars import bars
from engine.figures.draw import draw
from engine.figures.figure import Figure
from engine.figures.heatmap import heatmap
from engine.figures.plot import plot
from engine.figures.scatter import scatter
from engine.figures.steps import steps

__all__ = ["Figure", "bars", "draw", "heatmap", "plot", "scatter", "steps"]
