"""The gradient check finds what is wrong, and says what it may be."""

import pytest

from engine import GradientError, Graph, Value, central_differences, check_gradient, pick


def test_a_right_gradient_passes():
    found = check_gradient(lambda a, b, c: (a * b + c).tanh(), [0.5, -3.0, 1.0])
    assert [round(c.backward, 6) for c in found] == [-2.359343, 0.393224, 0.786448]
    assert max(c.error for c in found) < 1e-9


def test_central_differences_are_best_at_a_middling_step():
    def f(x):
        return x / (1 + x * x)

    errors = [abs(central_differences(f, [0.5], h)[0] - 0.48) for h in (1e-1, 1e-5, 1e-13)]
    assert errors[1] < 1e-9
    assert min(errors[0], errors[2]) > 1e-5


def test_a_function_that_leaves_the_tape_is_found():
    with pytest.raises(GradientError) as caught:
        check_gradient(lambda x: x.graph.value(x.data**2) + 0 * x, [3.0])
    assert "input 0 (x = 3): backward says 0, central differences say 6" in str(caught.value)
    assert "does the function read .data" in str(caught.value)


def test_a_lost_contribution_is_found(monkeypatch):
    """The fan-out bug, = in place of +=, as Part 3 makes it."""

    def backward(graph: Graph, root: Value) -> None:
        graph.grad = [0.0] * len(graph)
        graph.grad[root.index] = 1.0
        for i in range(root.index, -1, -1):
            if graph.op[i] == "+":
                graph.grad[graph.a[i]] = graph.grad[i]
                graph.grad[graph.b[i]] = graph.grad[i]

    monkeypatch.setattr(Graph, "backward", backward)
    with pytest.raises(GradientError, match=r"that is 1/2 of it.*\(= instead of \+=\)"):
        check_gradient(lambda x: x + x, [1.0])


@pytest.mark.parametrize(
    ("factor", "message"),
    [(-1, "that is its negative: .* wrong sign"), (1.7, "rule of some operation is wrong: check")],
)
def test_a_wrong_rule_is_found(monkeypatch, factor, message):
    honest = Graph.backward

    def backward(graph: Graph, root: Value) -> None:
        honest(graph, root)
        graph.grad = [factor * g for g in graph.grad]

    monkeypatch.setattr(Graph, "backward", backward)
    with pytest.raises(GradientError, match=message):
        check_gradient(lambda x: x * x, [1.5])


def test_a_kink_is_told_apart():
    with pytest.raises(GradientError, match=r"left the slope is 0, to the right 1: .* kink or a j"):
        check_gradient(lambda x: x.relu(), [0.0])
    with pytest.raises(GradientError, match=r"with steps of 1e-0\d they say .* is too steep"):
        check_gradient(lambda x: (x * 1e8).sin(), [1.0])


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x * x, 1e6),
        (lambda x: x * x, -1e150),
        (lambda x: x * x, 1e-150),
        (lambda x: 1 / x, 1e-4),
        (lambda x: 1 / (x * x), -1e-8),
        (lambda x: x.log(), 1e-9),
        (lambda x: x**0.5, 1e-12),
        (lambda x: x**0.5, 1e-300),
        (lambda x: (x + 100) ** 2, 1e-4),
        (lambda x: (1000 * x).exp(), 0.5),
        (lambda x: x.exp(), 700.0),
        (lambda x: x.sin(), 1e6),
        (lambda x: x.relu(), 2e-6),
        (lambda x: x.max(1e-7), 0.0),
        (lambda x: x * x * x, 0.0),
        (lambda x: x * 1e-12, 3),
    ],
)
def test_steps_fit_the_input(f, x):
    """Relative to it, finer where it is steep, and no verdict that is rounding's."""
    [found] = check_gradient(f, [x])
    assert found.error <= 1e-6


@pytest.mark.parametrize("x", [1e6, 1e-4, 700.0])
def test_a_wrong_rule_is_found_at_any_size(monkeypatch, x):
    honest = Graph.backward

    def backward(graph: Graph, root: Value) -> None:
        honest(graph, root)
        graph.grad = [1.0001 * g for g in graph.grad]

    monkeypatch.setattr(Graph, "backward", backward)
    with pytest.raises(GradientError, match="rule of some operation is wrong"):
        check_gradient(lambda x: (x * x + 3.0 * x) * 10.0, [x])


def test_what_rounding_hides_is_not_judged():
    with pytest.raises(GradientError, match="so large beside its slope that rounding hides"):
        check_gradient(lambda x: x * x + 1e12, [1.0])


def test_where_the_function_is_not_defined():
    with pytest.raises(
        GradientError, match=r"input 1: the function is not defined at 0.99999, 1e-05 from 1"
    ):
        check_gradient(lambda x, place: pick([x, 2 * x], place), [3.0, 1.0])
    with pytest.raises(GradientError, match=r"not a real number: -1e-05 .* smaller step"):
        central_differences(lambda x: x**0.5, [0.0])
    with pytest.raises(ZeroDivisionError, match="derivative"):  # backward's own
        check_gradient(lambda x: x**0.5, [0.0])
    with pytest.raises(GradientError, match="what is not a finite number cannot be compared"):
        check_gradient(lambda x: x * 1e300 * 1e300, [1.0])


def test_a_nan_does_not_pass():
    with pytest.raises(GradientError):
        check_gradient(lambda x: (x * 1e200) * 1e200 - (x * 1e200) * 1e200, [1.0])


def test_the_function_must_return_a_value():
    with pytest.raises(TypeError, match="must return a Value, not float"):
        check_gradient(lambda x: x.data, [1.0])
