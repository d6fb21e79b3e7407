"""Log-probabilities under a reference: where the divergence from it is estimated, the policy itself has sampled.

The estimators k1, k2 and k3 of the equations take samples of the old policy. With a reference in its place, the
samples are the policy's own: what is called `log_probs` there is the old policy of the equation, and the reference is
the other.
"""

from ..reading import Reading, own, reading
from .categorical import ESTIMATORS

SAMPLES = "samples"
"""The choice that tells both cases apart."""
OWN = "own"

READINGS: tuple[Reading, ...] = (
    reading(
        "reference_log_probs", "own", "log-probability of each action under the reference",
        lambda drawn: drawn["log_probs"], {"log_probs": lambda a: a["reference_log_probs"]}, needs=("log_probs",),
        among=ESTIMATORS, style={SAMPLES: OWN},
    ),
    reading(
        "log_probs", "of the policy that sampled", "log-probability of each action under the policy that chose it",
        lambda drawn: drawn["old_log_probs"], {"old_log_probs": lambda a: a["log_probs"]}, needs=("old_log_probs",),
        among=ESTIMATORS, style={SAMPLES: OWN},
    ),
    *(
        reading(
            word, "own", own(word).says, own(word).make, own(word).tells, needs=(word,),
            among=ESTIMATORS, style={SAMPLES: "old"},
        )
        for word in ("log_probs", "old_log_probs")
    ),
    reading(
        "reference_log_probs", "old", "log-probability of each action under the policy that chose it",
        lambda drawn: drawn["old_log_probs"], {"old_log_probs": lambda a: a["reference_log_probs"]},
        needs=("old_log_probs",),
    ),
)  # fmt: skip

SYNONYMS = {
    "reference_log_probs": ("ref_logprobs", "ref_log_probs", "ref_logps", "ref_log_prob", "ref_logprob", "ref_logp"),
}
