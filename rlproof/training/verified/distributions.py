"""Log-probabilities, ratios, divergences and entropies in some rows of a batch."""

from collections.abc import Iterator

from ...impl import policy, ppo
from .evaluated import BALLS, allowed
from .families import SOFTMAX, family_of
from .row import Row, check, held
from .sample import Sample


def check_distributions(sample: Sample) -> Iterator[Row]:
    """Hold what is said of the distributions before and after learning against the theory."""
    old, new, actions = sample.old, sample.new, sample.actions
    family = family_of(new)
    old_log_probs, log_probs = sample.batch.old_log_probs[sample.places], new.log_prob(actions)
    yield check(family.log_prob, "under the old policy", old_log_probs, actions=actions, **old._asdict())
    yield check(family.log_prob, "under the new policy", log_probs, actions=actions, **new._asdict())
    ratios = ppo.ratio(log_probs, old_log_probs)
    yield check("ppo.ratio", "new over old", ratios, log_probs=log_probs, old_log_probs=old_log_probs)
    if family is SOFTMAX:
        yield check("policy.softmax", "the new policy", policy.softmax(new.logits), logits=new.logits)
    for equation, formula, got, numbers in (
        (family.kl, family.divergences, old.kl(new), (*old, *new)),
        (family.entropy, family.entropies, new.entropy(), new),
    ):
        what = "the new policy" if equation == family.entropy else "old from new"
        yield held(equation, what, got, BALLS(formula, *numbers), allowed(formula, *numbers))
