"""Settings of hypothesis for the engine's tests."""

from hypothesis import settings

# A deadline would make a busy machine, or Pyodide, fail a test that is right. The gate tries the
# same examples every time, so that it fails for what was changed and nothing else; others:
#   python3 scripts/dev.py test engine --hypothesis-profile=search
settings.register_profile("engine", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("engine")
