"""The gradient check finds what is wrong, and says what it may be."""

import pytest

from engine import GradientError, Graph, Value, central_differences, check_gradient


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
    with pytest.raises(GradientError, match="a kink or a jump nearby"):
        check_gradient(lambda x: x.relu(), [2e-6])


def test_a_nan_does_not_pass():
    with pytest.raises(GradientError):
        check_gradient(lambda x: (x * 1e200) * 1e200 - (x * 1e200) * 1e200, [1.0])


def test_the_function_must_return_a_value():
    with pytest.raises(TypeError, match="must return a Value, not float"):
        check_gradient(lambda x: x.data, [1.0])
