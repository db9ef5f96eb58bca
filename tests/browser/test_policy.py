"""The Content-Security-Policy: every page lives with it, and it holds."""

from .playground import Block
from .test_site import paths

REPORT = """addEventListener("securitypolicyviolation", (event) => {
  const { violatedDirective, blockedURI, sample, sourceFile } = event;
  console.warn("VIOLATION", violatedDirective, blockedURI, sample, sourceFile);
})"""


def test_nothing_on_any_page_violates_the_policy(open_context, site_url, site_dir):
    context = open_context()
    context.add_init_script(REPORT)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    for path in paths(site_dir):
        page.goto(site_url + path)
        policy = page.locator("meta[http-equiv=Content-Security-Policy]")
        assert policy.count() == 1, path
        page.locator("html.js").wait_for()
    assert not [line for line in said if "VIOLATION" in line or "Content Security" in line]


def test_nothing_that_a_reader_does_violates_the_policy(open_context, post_url):
    context = open_context()
    context.add_init_script(REPORT)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(post_url)
    block = Block(page, "graph")
    block.run("import xmlrpc\nfrom engine import Graph, draw\ndraw(Graph().value(1.0).tanh())")
    block.button("More").click()
    block.button("Copy a link to this code").click()
    page.keyboard.press("/")
    page.keyboard.type("wengert")
    page.locator(".md-search-result__link").first.wait_for()
    assert not [line for line in said if "VIOLATION" in line or "Content Security" in line]


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
