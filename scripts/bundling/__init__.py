"""What the page loads, made from our sources and from node_modules; scripts/bundle.py runs it."""
