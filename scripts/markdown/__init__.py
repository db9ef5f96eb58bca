"""How pages are read: their snippets, figures and formulas."""
