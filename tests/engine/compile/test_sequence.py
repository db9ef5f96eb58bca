"""Programs over sequences: what they compute for records of every length, trained and continued."""

from array import array
from random import Random
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import SGD, Adam, linear, load
from engine.compile import TraceError, Tracer, compile_sequence
from engine.compile.sequence.alike import check_given
from engine.graph import Graph, Value, dot, pick

from .tiny_gpt import BLOCK, END, SHAPES, VOCAB, TinyGPT, mean_loss

RECORDS = [
    [END, 0, END],
    [END, 2, 1, END],
    [END, 4, 4, 0, 3, END],
    [END, END],
    [END, 1, 2, 3, 4, 0],
    [END, 3, 0, 2, END],
]


def start(seed=1):
    rng = Random(seed)
    return array("d", [rng.uniform(-0.8, 0.8) for _ in range(sum(o * i for o, i in SHAPES))])


def traced(soft=True, block=BLOCK):
    g = Tracer()
    model = TinyGPT(g.leaves, soft)
    letters, following = g.leaves(block), g.leaves(block)
    scores = model.scores(letters)
    losses = [model.loss(z, y) for z, y in zip(scores, following, strict=True)]
    return compile_sequence(losses, model.parameters, letters, following, outputs=scores)


def interpreted(w, record, soft=True):
    g = Graph()
    numbers = iter(w)
    model = TinyGPT(lambda n: [g.value(next(numbers)) for _ in range(n)], soft)
    loss = mean_loss(model, record)
    loss.backward()
    return loss.data, [p.grad for p in model.parameters]


@pytest.fixture(scope="module")
def run():
    return traced()


@pytest.fixture(scope="module")
def exact():
    """A model that takes no function of the platform's: the same bits everywhere."""
    return traced(soft=False)


@pytest.mark.parametrize("length", range(1, BLOCK + 1))
def test_every_length_is_what_the_interpreter_says(run, exact, length):
    rng, w = Random(length), start()
    for _ in range(5):
        record = [rng.randrange(VOCAB) for _ in range(length + 1)]
        loss, gradient = interpreted(w, record, soft=False)
        got, got_gradient = exact(w, [record])
        assert (got, list(got_gradient)) == (loss, gradient)
        loss, gradient = interpreted(w, record)
        got, got_gradient = run(w, [record])
        assert got == pytest.approx(loss, rel=1e-13)
        assert list(got_gradient) == pytest.approx(gradient, rel=1e-11, abs=1e-15)


def test_the_gradient_is_that_of_central_differences(run):
    w, step = start(3), 1e-5
    _, gradient = run(w, RECORDS)
    for k in range(0, len(w), 7):
        up, down = array("d", w), array("d", w)
        up[k] += step
        down[k] -= step
        slope = (run(up, RECORDS)[0] - run(down, RECORDS)[0]) / (2 * step)
        assert gradient[k] == pytest.approx(slope, abs=1e-8)


def test_several_records_are_averaged_whatever_their_lengths(run):
    w = start()
    each = run.values(w, RECORDS)
    singles = [run(w, [record]) for record in RECORDS]
    assert list(each) == [loss for loss, _ in singles]
    loss, gradient = run(w, RECORDS)
    assert loss == pytest.approx(sum(each) / len(each), rel=1e-14)
    mean = [sum(gs) / len(gs) for gs in zip(*(g for _, g in singles), strict=True)]
    assert list(gradient) == pytest.approx(mean, rel=1e-12, abs=1e-16)


def test_heads_one_after_the_other_roll_too(run):
    g = Tracer()
    model = TinyGPT(g.leaves, by_head=True)
    letters, following = g.leaves(BLOCK), g.leaves(BLOCK)
    scores = model.scores(letters)
    losses = [model.loss(z, y) for z, y in zip(scores, following, strict=True)]
    by_head = compile_sequence(losses, model.parameters, letters, following)
    assert by_head.rolled.loops == run.rolled.loops
    for record in RECORDS:
        assert by_head(start(), [record])[0] == pytest.approx(run(start(), [record])[0], rel=1e-13)


def test_the_listing_says_what_the_model_does(run):
    listing = str(run.rolled)
    for line in ("4 × pick of 6", "12 × dot of 4", "8 × relu", "6 × dot of 4", "6 × exp"):
        assert line in listing
    assert f"in {BLOCK} sections" in listing.splitlines()[0]
    assert max(len(section.loops) for section in run.rolled.sections) < 45


# Random programs --------------------------------------------------------------------------------

_INDEX = st.integers(0, 10**6)
_STEPS = st.one_of(
    st.tuples(st.sampled_from(["+", "-", "*", "max"]), _INDEX, _INDEX),
    st.tuples(st.sampled_from(["relu", "neg", "square", "scaled"]), _INDEX),
    st.tuples(st.just("dot"), st.lists(st.tuples(_INDEX, _INDEX), min_size=1, max_size=5)),
    st.tuples(st.just("look back"), _INDEX),
)


def random_losses(steps, ws, xs, ys):
    """A loss for each position, by the same random steps over inputs, parameters and the past."""
    past, losses = [], []
    for x, y in zip(xs, ys, strict=True):
        pool = [pick(ws[:3], x), pick(ws[1:4], x) * 0.5, x * 0.25 - 0.1]
        for op, *operands in steps:
            own = pool[operands[0] % len(pool)] if op != "dot" else pool[0]
            if op == "dot":
                pairs = [(pool[i % len(pool)], (pool + ws)[j % (len(pool) + len(ws))])
                         for i, j in operands[0]]  # fmt: skip
                pool.append(dot(*zip(*pairs, strict=True)) * 0.3)
            elif op == "look back":
                values = [values[operands[0] % len(values)] for values in past] + [own]
                pool.append(dot(values, [own] * len(values)) * 0.2)
            elif op in ("+", "-", "*", "max"):
                other = (pool + ws)[operands[1] % (len(pool) + len(ws))]
                pool.append(
                    {"+": own.__add__, "-": own.__sub__, "*": own.__mul__, "max": own.max}[op](
                        other
                    )
                )
            else:
                pool.append(
                    {"relu": own.relu, "neg": own.__neg__, "square": lambda v=own: v**2,
                     "scaled": lambda v=own: v * 0.7 + 0.1}[op]()
                )  # fmt: skip
        past.append(pool)
        losses.append((pool[-1] - pick(ws[:3], y)) * (pool[-1] * 0.1))
    return losses


@example(steps=[("square", 0)], weights=[1.3527334022512139, 0, 0, 0], record=[0, 0])
@example(  # the last two are one loop, over parameters read backwards, from position 1 on only
    steps=[("look back", 113), ("+", 3, 5), ("+", 1684, 149)],
    weights=[0.5, -1, 2, 0],
    record=[0, 1, 2],
)
@given(
    steps=st.lists(_STEPS, min_size=1, max_size=12),
    weights=st.lists(st.floats(-1.5, 1.5), min_size=4, max_size=4),
    record=st.lists(st.integers(0, 2), min_size=2, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_random_sequences_bit_for_bit(steps, weights, record):
    g = Tracer()
    ws, xs, ys = g.leaves(4), g.leaves(5), g.leaves(5)
    run = compile_sequence(random_losses(steps, ws, xs, ys), ws, xs, ys)
    # Else some nodes run later than recorded; or x ** 2, compiled to x * x, is rounded otherwise.
    to_the_bit = check_given(run.rolled.lowered) == 0 and all(op != "square" for op, *_ in steps)
    g = Graph()
    ws = [g.value(w) for w in weights]
    xs, ys = [g.value(x) for x in record[:-1]], [g.value(y) for y in record[1:]]
    losses = random_losses(steps, ws, xs, ys)
    total = losses[0]
    for loss in losses[1:]:
        total = total + loss
    mean = total / len(losses)
    mean.backward()
    for _ in range(2):  # nothing is left over from the first time
        got, gradient = run(weights, [record])
        if to_the_bit:
            assert (got, list(gradient)) == (mean.data, [w.grad for w in ws])
        else:
            assert got == pytest.approx(mean.data, rel=1e-12, abs=1e-12)
            assert list(gradient) == pytest.approx([w.grad for w in ws], rel=1e-10, abs=1e-10)


# Training ---------------------------------------------------------------------------------------


def test_training_is_single_steps_fused(run):
    rates = linear(0.05, 0.0, 12)
    w, adam, losses = start(), Adam(start(), beta1=0.85, beta2=0.99), []
    for k, rate in enumerate(rates):
        loss, gradient = run(w, [RECORDS[k % len(RECORDS)]])
        losses.append(loss)
        adam.update(w, gradient, range(len(w)), rate)
    fused = start()
    optimiser = Adam(fused, beta1=0.85, beta2=0.99)
    first = run.train(fused, RECORDS, list(rates)[:5], optimiser)
    rest = run.train(fused, RECORDS, list(rates)[5:], optimiser, start=5)
    assert [*first, *rest] == pytest.approx(losses, rel=1e-12)
    assert list(fused) == pytest.approx(list(w), rel=1e-9)
    assert optimiser.steps == 12


def test_a_step_of_adam_has_the_bits_of_the_interpreters(exact):
    w, fused = start(), start()
    loss, gradient = exact(w, RECORDS[:1])
    Adam(w).update(w, gradient, range(len(w)), 0.05)
    assert exact.train(fused, RECORDS, [0.05], Adam(fused)) == array("d", [loss])
    assert fused == w


def test_batches_go_round_the_records(run):
    w, plain = start(), start()
    losses = run.train(w, RECORDS, [0.1] * 4, SGD(w, 0.1), batch=4, start=1)
    for k in range(4):
        batch = [RECORDS[(1 + 4 * k + n) % 6] for n in range(4)]
        loss, gradient = run(plain, batch)
        assert losses[k] == pytest.approx(loss, rel=1e-13)
        for n, g in enumerate(gradient):
            plain[n] -= 0.1 * g
    assert list(w) == pytest.approx(list(plain), rel=1e-12)


def test_no_steps_and_trained_numbers_go_back_into_the_model(run):
    w = start()
    assert run.train(w, RECORDS, []) == array("d")
    assert w == start()
    run.train(w, RECORDS, [0.1] * 3)
    g = Graph()
    model = TinyGPT(lambda n: [g.value(0.0) for _ in range(n)])
    load(model.parameters, w)
    assert mean_loss(model, RECORDS[2]).data == pytest.approx(run(w, RECORDS[2:3])[0], rel=1e-13)


@pytest.mark.parametrize(("soft", "bits"), [(True, "3d06997f"), (False, "24bc97e4")])
def test_the_same_bits_on_every_host(soft, bits, run, exact):
    """This runs in Pyodide too, where V8 compiles the module, and not wasmtime."""
    w = start()
    model = run if soft else exact
    losses = model.train(w, RECORDS, linear(0.02, 0.0, 60), Adam(w, beta1=0.85, beta2=0.99), 2)
    assert losses[-1] < 0.8 * losses[0]
    assert f"{crc32(w.tobytes()):08x}" == bits


# Continuing a sequence --------------------------------------------------------------------------


def test_feeding_gives_the_outputs_of_each_position(run):
    w, record = start(), RECORDS[4]
    g = Graph()
    numbers = iter(w)
    model = TinyGPT(lambda n: [g.value(next(numbers)) for _ in range(n)])
    expected = model.scores([g.value(t) for t in record[:-1]])
    memory = run.start(w)
    for number, scores in zip(record, expected, strict=False):
        assert list(memory.feed(number)) == pytest.approx([z.data for z in scores], rel=1e-12)
    with pytest.raises(ValueError, match=f"the sequence is full: the program has {BLOCK} pos"):
        memory.feed(0)
    last = memory.feed()
    assert run.start(w).feed(*record[:-1]) == last
    with pytest.raises(ValueError, match="this sequence is over"):
        memory.feed()


def test_a_sequence_is_over_when_the_module_computes_something_else(run):
    memory = run.start(start())
    with pytest.raises(ValueError, match="an empty sequence has no outputs: feed it a number"):
        memory.feed()
    memory.feed(END)
    with pytest.raises(ValueError, match="the sequence, number 1: 6 is none of 0 to 5, by which n"):
        memory.feed(6)
    memory.feed(0)
    run(start(), RECORDS)
    with pytest.raises(ValueError, match="this sequence is over: the module has computed someth"):
        memory.feed(0)


def test_outputs_anywhere_and_none():
    g = Tracer()
    w, xs, ys = g.leaves(2), g.leaves(3), g.leaves(3)
    values = [x * w[0] for x in xs]
    outputs = [[v, w[1], x] for v, x in zip(values, xs, strict=True)]
    losses = [(v - y) ** 2 for v, y in zip(values, ys, strict=True)]
    run = compile_sequence(losses, w, xs, ys, outputs)
    assert list(run.start([2.0, 5.0]).feed(1.5, 0.25)) == [0.5, 5.0, 0.25]
    bare = compile_sequence(losses, w, xs, ys)
    with pytest.raises(ValueError, match="the program was compiled without outputs"):
        bare.start([2.0, 5.0]).feed(1.0)


# What is refused --------------------------------------------------------------------------------


def recurrent(block=6, step=lambda state, x, w: (state * w[0] + x * w[1]).tanh()):
    g = Tracer()
    w, xs, ys = g.leaves(4), g.leaves(block), g.leaves(block)
    state, losses = w[2], []
    for x, y in zip(xs, ys, strict=True):
        state = step(state, x, w)
        losses.append((state - y) ** 2)
    return compile_sequence(losses, w, xs, ys)


def test_a_recurrent_network_is_a_sequence_too():
    run = recurrent()
    w = array("d", [0.5, -0.3, 0.1, 0.0])
    g = Graph()
    ws = [g.value(v) for v in w]
    state, total = ws[2], 0.0
    for x, y in ((0.5, 0.25), (0.25, -1.0)):
        state = (state * ws[0] + x * ws[1]).tanh()
        total = total + (state - y) ** 2
    (total / 2).backward()
    loss, gradient = run(w, [[0.5, 0.25, -1.0]])
    assert loss == pytest.approx((total / 2).data, rel=1e-13)
    assert list(gradient) == pytest.approx([v.grad for v in ws], rel=1e-12)


@pytest.mark.parametrize(
    ("step", "position", "words"),
    [
        (lambda k, x, w: x if k < 3 else x * w[1], 3, r"has 1 nodes of '\*' where 0 would follow"),
        (lambda k, x, w: x * w[1] if k else x, 0, r"has 0 nodes of '\*' where 1 would follow"),
        (lambda k, x, w: x * w[1] if k < 5 else x, 5, r"has 0 nodes of '\*' where 1 would follow"),
        (lambda k, x, w: x * w[1] if k != 4 else x / w[1], 4, r"has 0 nodes of '\*'"),
        (lambda k, x, w: x * w[1 if k < 4 else 2], 4, "reads other parameters than would follow"),
        (
            lambda k, x, w: dot([x] * (k // 3 + 1), w[:1] * (k // 3 + 1)),
            3,
            "has 2 operands of 'dot' where 1",
        ),
        (
            lambda k, x, w: x * w[0] * (w[1] if k == 2 else 0.5),
            2,
            "has 2 values read of the parameters",
        ),
    ],
)
def test_a_branch_on_the_position_is_refused(step, position, words):
    g = Tracer()
    w, xs, ys = g.leaves(4), g.leaves(6), g.leaves(6)
    losses = [step(k, x, w) - y for k, (x, y) in enumerate(zip(xs, ys, strict=True))]
    message = rf"^position {position} is computed in another way.*\(node \d+\): it {words}.*alike"
    with pytest.raises(TraceError, match=message):
        compile_sequence(losses, w, xs, ys)


def test_what_differs_from_position_to_position_without_a_branch():
    """A mean of what came before, places with weights of their own, a bias by distance."""
    g = Tracer()
    w, xs, ys = g.leaves(6), g.leaves(6), g.leaves(6)
    losses = []
    for k, y in enumerate(ys):
        mean = dot([1 / (k + 1)] * (k + 1), xs[: k + 1])
        near = dot(xs[: k + 1], [w[k - j] for j in range(k + 1)])
        losses.append(((mean + near) * w[k] - y) ** 2)
    run = compile_sequence(losses, w, xs, ys)
    weights, record = [0.5, -0.25, 1.0, 0.0, 2.0, -1.0], [1.0, 3.0, -2.0, 0.5]
    expected = 0.0
    for k in range(3):
        mean = sum(record[: k + 1]) / (k + 1)
        near = sum(record[j] * weights[k - j] for j in range(k + 1))
        expected += ((mean + near) * weights[k] - record[k + 1]) ** 2 / 3
    assert run(weights, [record])[0] == pytest.approx(expected, rel=1e-14)


def test_the_node_that_is_named_is_where_the_sections_part():
    g = Tracer()
    w, xs, ys = g.leaves(1), g.leaves(4), g.leaves(4)
    losses, odd = [], None
    for k, (x, y) in enumerate(zip(xs, ys, strict=True)):
        v = x * w[0]
        if k == 3:
            v = odd = v.tanh()
        losses.append((v - y) ** 2)
    with pytest.raises(TraceError, match=rf"^position 3 .* \(node {odd.index}\)"):
        compile_sequence(losses, w, xs, ys)


def test_a_branch_on_a_letter_is_refused_while_it_is_traced():
    table = [1.0, 2.0]
    with pytest.raises(TraceError, match=r"node 4 has no number .*look up by pick"):
        recurrent(step=lambda s, x, w: s * table[x])
    with pytest.raises(TraceError, match="a branch on node 4 cannot be traced"):
        recurrent(step=lambda s, x, w: s * w[0] if x == 1 else s)


def test_the_future_is_refused():
    g = Tracer()
    w, xs, ys = g.leaves(1), g.leaves(3), g.leaves(3)
    ahead = [w[0] * x - y for x, y in zip([*xs[1:], xs[0]], ys, strict=True)]
    with pytest.raises(TraceError, match=r"position 0 depends on .* of position 1 \(node 7\)"):
        compile_sequence(ahead, w, xs, ys)
    late = [w[0] * x - y for x, y in zip(xs, reversed(ys), strict=True)]
    with pytest.raises(TraceError, match=r"position 0 depends on .* of position 2 \(node \d+\)"):
        compile_sequence(late, w, xs, ys)
    table = [pick([w[0], *w], x) for x in reversed(xs)]
    with pytest.raises(TraceError, match=r"position 0 depends on .* of position 2 \(node \d+\)"):
        compile_sequence([t - y for t, y in zip(table, ys, strict=True)], w, xs, ys)
    losses = [w[0] * x - y for x, y in zip(xs, ys, strict=True)]
    with pytest.raises(
        TraceError, match=r"an output of position 0 \(node \d+\) depends on a target"
    ):
        compile_sequence(losses, w, xs, ys, [[loss] for loss in losses])


def test_what_does_not_fit_together():
    g = Tracer()
    w, xs, ys = g.leaves(1), g.leaves(3), g.leaves(3)
    losses = [w[0] * x - y for x, y in zip(xs, ys, strict=True)]
    with pytest.raises(ValueError, match="at least one position: the list of losses is empty"):
        compile_sequence([], w, xs, ys)
    with pytest.raises(ValueError, match="3 losses, but 2 inputs: one for each position"):
        compile_sequence(losses, w, xs[:2], ys)
    with pytest.raises(ValueError, match="3 losses, but 1 targets: one for each position"):
        compile_sequence(losses, w, xs, ys[:1])
    with pytest.raises(ValueError, match="3 losses, but 2 outputs: one for each position"):
        compile_sequence(losses, w, xs, ys, [[], []])
    with pytest.raises(ValueError, match="node 5 is a leaf that is neither"):
        compile_sequence(losses[:2], w, xs[:2], [ys[0], g.value(0.0)])
    g = Graph()
    x, y, v = g.value(1.0), g.value(2.0), g.value(3.0)
    with pytest.raises(ValueError, match="has to be recorded on a Tracer"):
        compile_sequence([x * v - y], [v], [x], [y])


@pytest.mark.parametrize(
    ("records", "error", "words"),
    [
        ([], ValueError, "there are no records"),
        ("anna", TypeError, "records are a list of lists of numbers"),
        (["anna"], TypeError, "record 0 is 'anna', not a list of numbers"),
        ([[5, 0, 5], 3], TypeError, "record 1 is 3, not a list of numbers"),
        ([[5, 0, 5], [5]], ValueError, "record 1 has 1 numbers: it takes two, one to read and"),
        ([[5, *range(5), 5]], ValueError, "record 0 has 7 numbers, so 6 positions: the program h"),
        ([[5, 0, 6]], ValueError, r"record 0, number 2: 6 is none of 0 to 5, by which node \d+ p"),
        ([[5, -32, 5]], ValueError, "record 0, number 1: -32 is none of 0 to 5"),
        ([[5, 0.5, 5]], ValueError, "record 0, number 1: 0.5 is none of 0 to 5"),
        ([[5, float("nan"), 5]], ValueError, "record 0, number 1: nan is none of 0 to 5"),
        ([[5, "a", 5]], TypeError, "record 0, number 1: 'a' is no number"),
        ([[5, None, 5]], TypeError, "record 0, number 1: None is no number"),
    ],
)
def test_records_that_cannot_be_run(run, records, error, words):
    w = start()
    calls = [run, run.values, lambda w, r: run.train(w, r, [0.1] * 3)]
    for call in calls:
        with pytest.raises(error, match=f"^{words}"):
            call(w, records)
    assert w == start()


def test_training_that_cannot_be_done(run):
    w = start()
    with pytest.raises(ValueError, match=r"the loss has \d+ parameters, not 3"):
        run(w[:3], RECORDS)
    with pytest.raises(ValueError, match=r"the loss has \d+ parameters, not 3"):
        run.start(w[:3])
    with pytest.raises(TypeError, match="make them an array"):
        run.train(list(w), RECORDS, [0.1])
    with pytest.raises(ValueError, match="the rate of step 1 is nan"):
        run.train(w, RECORDS, [0.1, float("nan")])
    with pytest.raises(TypeError, match="for each of its steps"):
        run.train(w, RECORDS, 0.1)
    with pytest.raises(ValueError, match="this Adam has 2 parameters, the loss"):
        run.train(w, RECORDS, [0.1], Adam(w[:2]))
    with pytest.raises(ValueError, match="the module trains by plain SGD or by Adam"):
        run.train(w, RECORDS, [0.1], SGD(w, 0.1, momentum=0.9))
    for batch in (0, -1, 1.5):
        with pytest.raises(
            ValueError, match=f"batch must be a whole number from 1 on, not {batch}"
        ):
            run.train(w, RECORDS, [0.1], batch=batch)
    with pytest.raises(ValueError, match="start must be a whole number from 0 on, not -1"):
        run.train(w, RECORDS, [0.1], start=-1)
    assert w == start()


def test_one_position_is_a_sequence():
    g = Tracer()
    w, x, y = g.leaves(1), g.leaves(1), g.leaves(1)
    run = compile_sequence([(w[0] * x[0] - y[0]) ** 2], w, x, y)
    loss, gradient = run([2.0], [[3.0, 4.0], [1.0, 2.5]])
    assert (loss, list(gradient)) == ((4.0 + 0.25) / 2, [(12.0 - 1.0) / 2])
    assert isinstance(w[0], Value)
