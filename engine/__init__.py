"""A scalar autograd engine on a tape, made to be read. This list is the public surface."""

from engine.check import GradientError, central_differences, check_gradient
from engine.data import decode, encode, moons, names, spiral, xor
from engine.define import define
from engine.figures import Figure, bars, draw, heatmap, plot, scatter, steps
from engine.graph import OPS, Graph, Value, dot, pick
from engine.nn import MLP, Layer, Neuron, load
from engine.optim import SGD, Adam, cosine, linear

__all__ = [
    "MLP",
    "OPS",
    "SGD",
    "Adam",
    "Figure",
    "GradientError",
    "Graph",
    "Layer",
    "Neuron",
    "Value",
    "bars",
    "central_differences",
    "check_gradient",
    "cosine",
    "decode",
    "define",
    "dot",
    "draw",
    "encode",
    "heatmap",
    "linear",
    "load",
    "moons",
    "names",
    "pick",
    "plot",
    "scatter",
    "spiral",
    "steps",
    "xor",
]
