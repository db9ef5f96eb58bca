"""The Content-Security-Policy: readers can live with it, and it holds. See also test_site.py."""

from .playground import REPORT_VIOLATIONS, Block, refused


def test_nothing_that_a_reader_does_violates_the_policy(open_context, post_url):
    context = open_context()
    context.add_init_script(REPORT_VIOLATIONS)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(post_url)
    block = Block(page, "graph")
    block.run("import xmlrpc\nfrom engine import Graph, draw\ndraw(Graph().value(1.0).tanh())")
    block.button("More").click()
    block.button("Copy a link to this code").click()
    page.get_by_role("heading", level=1).click()  # a key within a block is the block's
    page.keyboard.press("/")
    page.keyboard.type("wengert")
    page.locator(".md-search-result__link").first.wait_for()
    assert not refused(said)


def test_the_policy_holds(page, post_url):
    page.goto(post_url)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.injected = 1";
          document.body.append(script);
        }"""
    )
    assert page.evaluate("window.injected") is None
    blocked = page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI));
          new Image().src = URL.createObjectURL(new Blob(["<svg/>"], { type: "image/svg+xml" }));
        })"""
    )
    assert blocked == "blob"
