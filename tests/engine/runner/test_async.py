"""Coroutines: `await` at the top of a block and asyncio.run, the same on both Pythons."""

import asyncio

import pytest


@pytest.fixture(autouse=True)
def no_loop_of_others():
    """Playwright, where its tests have run in this process before, leaves its loop running."""
    theirs = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(theirs)


IMPORT = "import asyncio\nfrom time import monotonic\n"


def test_await_at_the_top(run):
    assert run(IMPORT + "await asyncio.sleep(0)\nprint('slept')").text == "slept\n"


def test_the_last_expression_may_be_awaited(run):
    source = IMPORT + "async def f():\n    await asyncio.sleep(0.01)\n    return 3\nawait f()"
    assert run(source).text == "3\n"


@pytest.mark.parametrize(
    "source",
    [
        "async for x in g():\n    print(x)",
        "print([x async for x in g()])",
        "async with c():\n    pass",
    ],
)
def test_the_other_asynchronous_statements(run, source):
    given = (
        "import contextlib\nasync def g():\n    yield 1\n"
        "@contextlib.asynccontextmanager\nasync def c():\n    print('in')\n    yield\n"
    )
    assert run(given + source).ok


def test_asyncio_run(run):
    source = (
        "async def main():\n"
        "    async def wait(n):\n        await asyncio.sleep(n / 100)\n        print(n)\n"
        "        return n\n"
        "    return await asyncio.gather(wait(3), wait(1), wait(2))\n"
        "print(asyncio.run(main()))\nprint(asyncio.run(main()))"
    )
    assert run(IMPORT + source).text == "1\n2\n3\n[3, 1, 2]\n" * 2


def test_timeouts_queues_and_groups(run):
    source = (
        "async def main():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.01):\n            await asyncio.sleep(60)\n"
        "    except TimeoutError:\n        print('late')\n"
        "    queue = asyncio.Queue()\n"
        "    async def put():\n        for i in range(3): await queue.put(i)\n"
        "    async with asyncio.TaskGroup() as group:\n"
        "        group.create_task(put())\n        print([await queue.get() for _ in range(3)])\n"
        "asyncio.run(main())"
    )
    assert run(IMPORT + source).text == "late\n[0, 1, 2]\n"


def test_a_task_goes_on_in_a_later_block(run):
    first = (
        IMPORT + "async def f():\n    await asyncio.sleep(0.001)\n    return 'done'\n"
        "task = asyncio.create_task(f())\nawait asyncio.sleep(0)"
    )
    assert run(first, "await task").text == "'done'\n"


def test_tasks_that_are_left_end_in_silence(run):
    source = (
        IMPORT + "async def f():\n    try:\n        await asyncio.sleep(60)\n"
        "    finally:\n        print('cancelled')\n"
        "task = asyncio.create_task(f())\nawait asyncio.sleep(0)"
    )
    assert run(source).text == ""
    assert run("print('next')").text == "next\n"


def test_errors_lead_to_the_block(run):
    error = run(IMPORT + "async def f():\n    1 / 0\n\nawait f()").error
    assert error["name"] == "ZeroDivisionError"
    assert [frame["line"] for frame in error["frames"]] == [6, 4]
    assert "loops.py" not in error["traceback"]
    error = run(IMPORT + "async def f():\n    1 / 0\n\nasyncio.run(f())").error
    assert [frame["line"] for frame in error["frames"]] == [6, 4]


def test_running_within_a_running_loop_is_refused_as_anywhere(run):
    source = IMPORT + "async def f(): pass\nasync def g(): asyncio.run(f())\nawait g()"
    assert "cannot be called from a running event loop" in run(source).error["message"]


def test_two_that_wait_for_each_other(run, request):
    import sys

    if sys.platform != "emscripten":
        pytest.skip("CPython waits for ever, as for a signal that may come")
    source = IMPORT + "asyncio.run(asyncio.Event().wait())"
    assert "nothing can wake them" in run(source).error["message"]


def test_decimal_settings_end_with_the_program(run):
    first = "import decimal\ndecimal.getcontext().prec = 5"
    assert run(first, "print(decimal.Decimal(1) / 7)").text == "0.14286\n"
    again = "import decimal\nprint(decimal.Decimal(1) / 7)"
    assert run(again).text == "0.1428571428571428571428571429\n"
