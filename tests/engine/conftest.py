"""Settings of hypothesis for the engine's tests."""

from hypothesis import settings

# A deadline would make a busy machine, or Pyodide, fail a test that is right.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
