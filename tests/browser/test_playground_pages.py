"""The playground among pages: one Python for the visit, and what the reader typed, over instant
navigation."""

import pytest
from playwright.sync_api import Page, Route, expect

from .playground import BOOT, Block, wait_for


def with_the_port(route: Route) -> None:
    """The theme goes by the site map, which was built before the tests' host had a port."""
    host = route.request.url.split("/")[2]
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("//127.0.0.1/", f"//{host}/"))


@pytest.fixture
def visit(page: Page, post_url: str) -> Page:
    page.route("**/sitemap.xml", with_the_port)
    page.add_init_script(
        """window.workersMade = 0;
        window.Worker = class extends Worker {
          constructor(...args) { super(...args); window.workersMade += /^blob:/.test(args[0]); }
        }"""
    )
    page.goto(post_url)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.sameDocument = true")
    return page


def leave(page: Page) -> None:
    page.get_by_role("link", name="Back to Blog (English)").first.click()
    page.wait_for_url("**/blog/")
    expect(page.locator("py-playground")).to_have_count(0)


def come_back(page: Page) -> None:
    page.go_back()
    page.locator("py-playground").first.wait_for()


def workers_made(page: Page) -> int:
    """How many there have been: the frame that makes them counts."""
    (room,) = page.main_frame.child_frames
    return room.evaluate("window.workersMade")


def count_pythons(page: Page) -> int:
    """How many there are, once those that were ended have gone: a busy one takes its time."""
    for _ in range(50):
        count = len([worker for worker in page.workers if worker.url.startswith("blob:")])
        if count == 1:
            break
        page.wait_for_timeout(100)
    return count


def test_one_python_for_the_visit(visit: Page):
    block = Block(visit, "graph")
    assert block.run("print(1)") == "1\n"
    leave(visit)
    come_back(visit)
    assert visit.evaluate("window.sameDocument"), "this is not instant navigation"
    for code in ("print(2)", "import math\nprint(math.pi > 3)", "print(2)"):
        block.run(code)
    assert workers_made(visit) == 1, "nothing here has changed the process"
    assert count_pythons(visit) == 1


def test_leaving_stops_the_run_and_coming_back_works(visit: Page):
    block = Block(visit, "graph")
    block.start("print('begun')\nwhile True: pass")
    expect(block.element.locator(".py-live .py-text")).to_have_text("begun\n", timeout=BOOT)
    leave(visit)
    come_back(visit)
    assert block.run("print('again')") == "again\n"
    assert count_pythons(visit) == 1


def test_what_was_typed_is_there_when_coming_back(visit: Page):
    block = Block(visit, "nudge")
    code = "def f(x):\n    return x  # typed\n"
    block.edit(code)
    leave(visit)
    come_back(visit)
    expect(block.element.locator(".cm-content")).to_be_visible()
    assert block.code == code
    block.button("Reset").click()
    assert "# typed" not in block.code
    leave(visit)
    come_back(visit)
    assert "# typed" not in block.code


def test_a_page_that_is_left_while_python_loads(visit: Page):
    block = Block(visit, "graph")
    block.button("Run").click()
    leave(visit)
    come_back(visit)
    assert block.run("print('fine')") == "fine\n"
    assert count_pythons(visit) == 1


def test_pages_that_were_left_leave_nothing_behind(visit: Page):
    devtools = visit.context.new_cdp_session(visit)

    def go_back_and_forth(times: int) -> None:
        """Two pages each time."""
        for _ in range(times):
            Block(visit, "graph").run()
            leave(visit)
            come_back(visit)
        assert visit.evaluate("window.sameDocument"), "this is not instant navigation"

    def held() -> tuple[int, int]:
        """The nodes, and the bytes of heap, that are still held."""
        devtools.send("HeapProfiler.collectGarbage")
        nodes = devtools.send("Memory.getDOMCounters")["nodes"]
        return nodes, devtools.send("Runtime.getHeapUsage")["usedSize"]

    def is_level() -> bool:
        nodes_now, heap_now = held()
        counted.append((nodes_now, heap_now))
        # The page has thousands of nodes; the theme keeps some 50 kB of each page.
        return nodes_now - nodes < 1000 and heap_now - heap < 20 * 100_000

    counted: list[tuple[int, int]] = []
    Block(visit, "graph").edit("print(1)")  # an editor opens from now on whenever we are back
    go_back_and_forth(3)
    for _ in range(3):  # what is freed may free more
        nodes, heap = held()
    assert nodes > 3000, "this counts something else than nodes"
    go_back_and_forth(10)
    # What is kept stays, however often one looks; what only waits for its turn to be freed goes.
    wait_for(visit, is_level, f"level at {nodes} nodes and {heap} bytes, but {counted}")
    assert workers_made(visit) == 1
    assert count_pythons(visit) == 1
