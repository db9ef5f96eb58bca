"""One GPT, trained by everything that can: see __main__.py."""
