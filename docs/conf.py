"""Settings of the documentation. It builds without network; a warning is an error (see the Makefile)."""

import rlproof

project = "rlproof"
author = "The rlproof authors"
version = release = rlproof.__version__

extensions = [
    "rlproof.sphinx",  # The equation pages, generated from the specification.
    "rlproof.papers.pages",  # The results of the PPO paper, from the recorded runs.
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # Formulas are set by a local copy of MathJax.
]
exclude_patterns = ["_build"]
default_role = "code"
nitpicky = True
smartquotes = False  # [T, ...] is a shape, not an ellipsis.

html_theme = "furo"
html_title = "rlproof"
html_static_path = ["_static"]
html_css_files = ["rlproof.css"]
html_show_sphinx = False
html_show_copyright = False
# The menu would offer to load what is not there.
mathjax3_config = {"options": {"enableMenu": False}}
