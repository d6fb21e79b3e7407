"""Laws of the value losses, the entropy bonus and the combined objective."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, ppo


@law("ppo.value_loss", derivation=True)
def value_loss_is_bias_squared_plus_variance(returns: Array, shift: Any) -> Claims:
    """Of one prediction for all targets: their variance, as a sum over pairs, plus the squared bias."""
    n = len(returns)
    variance = ((returns[:, None] - returns[None, :]) ** 2).sum() / (2 * n * n)
    bias = shift - returns.sum() / n
    yield equal(ppo.value_loss(0 * returns + shift, returns), variance + bias**2)


@law("ppo.value_loss")
def value_loss_has_the_linear_gradient(values: Array, old_values: Array, returns: Array) -> Claims:
    """Its derivative along d is 2/T sum_t (V_t - V_t^targ) d_t."""
    along = ppo.value_loss(numbers.ray(values, old_values), returns)
    yield equal(len(values) * along[1], 2 * ((values - returns) @ old_values))


@law("ppo.value_loss")
def value_loss_is_a_metric(values: Array, returns: Array, shift: Any, scale: Any) -> Claims:
    """Zero at the targets, symmetric, free of a common shift, quadratic in the unit of reward, a mean over entries."""
    loss = ppo.value_loss(values, returns)
    yield equal(ppo.value_loss(returns, returns), 0)
    yield equal(ppo.value_loss(returns, values), loss)
    yield equal(ppo.value_loss(values + shift, returns + shift), loss)
    yield equal(ppo.value_loss(scale * values, scale * returns), scale**2 * loss)
    yield equal(ppo.value_loss(np.stack([values] * 2), np.stack([returns] * 2)), loss)


@law("ppo.clipped_value_loss")
def clipped_value_loss_is_above_the_value_loss(
    values: Array, old_values: Array, returns: Array, clip_epsilon: Any
) -> Claims:
    """Pessimistic: at least the squared error of the values, and at least that of the clipped values."""
    loss = ppo.clipped_value_loss(values, old_values, returns, clip_epsilon=clip_epsilon)
    yield at_most(ppo.value_loss(values, returns), loss)
    yield at_most(ppo.value_loss(_clip(values, old_values, clip_epsilon), returns), loss)


@law("ppo.clipped_value_loss")
def clipped_value_loss_with_wide_band_is_the_value_loss(values: Array, old_values: Array, returns: Array) -> Claims:
    """With epsilon >= max |V - V_old| nothing is clipped."""
    widest = abs(values - old_values).max()
    wide = ppo.clipped_value_loss(values, old_values, returns, clip_epsilon=widest)
    yield equal(wide, ppo.value_loss(values, returns))


@law("ppo.clipped_value_loss")
def clipped_value_loss_at_the_old_values(old_values: Array, returns: Array, clip_epsilon: Any) -> Claims:
    """In the first epoch, V = V_old, and on both edges of the band it is the value loss, whatever epsilon."""
    for place in (0, 1, -1):
        inside = old_values + clip_epsilon * place
        loss = ppo.clipped_value_loss(inside, old_values, returns, clip_epsilon=clip_epsilon)
        yield equal(loss, ppo.value_loss(inside, returns))


@law("ppo.clipped_value_loss", derivation=True)
def clipped_value_loss_equals_the_cases(values: Array, old_values: Array, returns: Array, clip_epsilon: Any) -> Claims:
    """It exceeds the value loss by x (x - 2 y) where the value left the band by x > 0 and overshot the target by y."""
    loss = ppo.clipped_value_loss(values, old_values, returns, clip_epsilon=clip_epsilon)
    excess = [
        max(x * (x - 2 * y), 0) for x, y in zip(*_overshoot(values, old_values, returns, clip_epsilon), strict=True)
    ]
    yield equal(len(values) * (loss - ppo.value_loss(values, returns)), sum(excess))


@law("ppo.min_clipped_value_loss")
def min_and_max_clipped_value_losses_sum(values: Array, old_values: Array, returns: Array, clip_epsilon: Any) -> Claims:
    """The minimum and the maximum form together are the value losses of the values and of the clipped values."""
    both = sum(
        loss(values, old_values, returns, clip_epsilon=clip_epsilon)
        for loss in (ppo.min_clipped_value_loss, ppo.clipped_value_loss)
    )
    clipped = _clip(values, old_values, clip_epsilon)
    yield equal(both, ppo.value_loss(values, returns) + ppo.value_loss(clipped, returns))


@law("ppo.min_clipped_value_loss")
def min_clipped_value_loss_is_below_the_value_loss(
    values: Array, old_values: Array, returns: Array, clip_epsilon: Any
) -> Claims:
    """Optimistic: at most either squared error, and the value loss itself while V = V_old."""
    loss = ppo.min_clipped_value_loss(values, old_values, returns, clip_epsilon=clip_epsilon)
    yield at_most(loss, ppo.value_loss(values, returns))
    yield at_most(loss, ppo.value_loss(_clip(values, old_values, clip_epsilon), returns))
    first = ppo.min_clipped_value_loss(old_values, old_values, returns, clip_epsilon=clip_epsilon)
    yield equal(first, ppo.value_loss(old_values, returns))


@law("ppo.min_clipped_value_loss", derivation=True)
def min_clipped_value_loss_equals_the_cases(
    values: Array, old_values: Array, returns: Array, clip_epsilon: Any
) -> Claims:
    """It falls short by x (2 y - x) where the value left the band by x > 0 and overshot the target by y > x/2."""
    loss = ppo.min_clipped_value_loss(values, old_values, returns, clip_epsilon=clip_epsilon)
    excess = [
        max(x * (2 * y - x), 0) for x, y in zip(*_overshoot(values, old_values, returns, clip_epsilon), strict=True)
    ]
    yield equal(len(values) * (ppo.value_loss(values, returns) - loss), sum(excess))


@law("ppo.truncated_value_loss")
def truncated_value_loss_is_below_the_value_loss(values: Array, returns: Array, loss_limit: Any) -> Claims:
    """At most the value loss, at most the limit, and the value loss itself if the limit is above every term."""
    loss = ppo.truncated_value_loss(values, returns, loss_limit=loss_limit)
    yield at_most(loss, ppo.value_loss(values, returns))
    yield at_most(loss, loss_limit)
    widest = ((values - returns) ** 2).max()
    yield equal(ppo.truncated_value_loss(values, returns, loss_limit=widest), ppo.value_loss(values, returns))


@law("ppo.truncated_value_loss", derivation=True)
def truncated_value_loss_loses_the_excess(values: Array, returns: Array, loss_limit: Any) -> Claims:
    """T L = sum over the terms below the limit, plus the limit times the number of the others."""
    squares = [(v - g) ** 2 for v, g in zip(values, returns, strict=True)]
    below = [square for square in squares if square <= loss_limit]
    loss = ppo.truncated_value_loss(values, returns, loss_limit=loss_limit)
    yield equal(len(values) * loss, sum(below) + (len(squares) - len(below)) * loss_limit)


@law("ppo.truncated_value_loss")
def truncated_value_loss_has_no_gradient_beyond(
    values: Array, old_values: Array, returns: Array, loss_limit: Any
) -> Claims:
    """Its derivative along d is 2/T times the sum of (V - V^targ) d over the terms up to the limit."""
    ray = numbers.ray(values, old_values)
    along = ppo.truncated_value_loss(ray, returns, loss_limit=loss_limit) + 0 * ray.sum()
    errors = values - returns
    kept = numbers.holds(errors**2 <= loss_limit)
    yield equal(len(values) * along[1], 2 * (np.where(kept, errors, 0 * errors) @ old_values))


@law("ppo.entropy_bonus", system="ball")
def entropy_bonus_lies_between_zero_and_log_actions(probabilities: Array) -> Claims:
    """0 <= S <= log A, with the ends at certain and at uniform choice."""
    steps, actions = probabilities.shape
    bonus = ppo.entropy_bonus(probabilities)
    most = numbers.log(numbers.ball([actions]))[0]
    yield at_most(bonus, most + numbers.arb(2) ** -100)  # attained by drawn policies: up to the width of the balls
    yield at_most(-(numbers.arb(2) ** -100), bonus)
    certain = numbers.ball(np.broadcast_to(np.arange(actions) == 0, (steps, actions)).astype(int))
    yield equal(ppo.entropy_bonus(certain), 0)
    yield equal(ppo.entropy_bonus((0 * certain + 1) / actions), most)


@law("ppo.entropy_bonus", system="ball", derivation=True)
def entropy_bonus_is_the_gap_to_the_uniform_policy(probabilities: Array) -> Claims:
    """S = log A - mean KL(pi || uniform)."""
    actions = probabilities.shape[1]
    uniform = numbers.ball(np.ones(probabilities.shape, dtype=int)) / actions
    gap = divergence.kl(probabilities, uniform).sum() / len(probabilities)
    yield equal(ppo.entropy_bonus(probabilities), numbers.log(numbers.ball([actions]))[0] - gap)


@law("ppo.entropy_bonus", system="ball")
def entropy_bonus_is_concave(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Half-way between two policies the entropy exceeds the mean of theirs by a Jensen-Shannon divergence."""
    middle = mix(full_probabilities, other_full_probabilities, numbers.arb("0.5"))
    ends = ppo.entropy_bonus(full_probabilities) + ppo.entropy_bonus(other_full_probabilities)
    gaps = divergence.kl(full_probabilities, middle) + divergence.kl(other_full_probabilities, middle)
    yield equal(2 * ppo.entropy_bonus(middle) - ends, gaps.sum() / len(middle))


@law("ppo.entropy_bonus", system="ball")
def entropy_bonus_ignores_impossible_actions(probabilities: Array) -> Claims:
    """An action of probability zero adds nothing, and neither the order of actions nor a batch axis plays a role."""
    bonus = ppo.entropy_bonus(probabilities)
    yield equal(ppo.entropy_bonus(np.concatenate([0 * probabilities[:, :1], probabilities], axis=1)), bonus)
    yield equal(ppo.entropy_bonus(probabilities[:, ::-1]), bonus)
    yield equal(ppo.entropy_bonus(np.stack([probabilities] * 2, axis=1)), bonus)


@law("ppo.combined_objective", derivation=True)
def combined_objective_is_the_sum_of_its_terms(
    ratios: Array,
    advantages: Array,
    values: Array,
    returns: Array,
    entropies: Array,
    clip_epsilon: Any,
    value_coefficient: Any,
    entropy_coefficient: Any,
) -> Claims:
    """T L = r . A - sum of the clipped excess - c_1 |V - V^targ|^2 + c_2 sum of the entropies."""
    objective = ppo.combined_objective(
        ratios,
        advantages,
        values,
        returns,
        entropies,
        clip_epsilon=clip_epsilon,
        value_coefficient=value_coefficient,
        entropy_coefficient=entropy_coefficient,
    )
    excess = [max(a * (r - 1) - clip_epsilon * abs(a), 0) for r, a in zip(ratios, advantages, strict=True)]
    errors = values - returns
    rest = entropy_coefficient * entropies.sum() - value_coefficient * (errors @ errors)
    yield equal(len(ratios) * objective, ratios @ advantages - sum(excess) + rest)


@law("ppo.combined_objective")
def combined_objective_is_linear_in_its_coefficients(
    ratios: Array,
    advantages: Array,
    values: Array,
    returns: Array,
    entropies: Array,
    clip_epsilon: Any,
    value_coefficient: Any,
    entropy_coefficient: Any,
) -> Claims:
    """At c_1 = c_2 = 0 it is L^CLIP; each coefficient adds its own term."""

    def objective(c_1: Any, c_2: Any) -> Any:
        return ppo.combined_objective(
            ratios,
            advantages,
            values,
            returns,
            entropies,
            clip_epsilon=clip_epsilon,
            value_coefficient=c_1,
            entropy_coefficient=c_2,
        )

    yield equal(objective(0, 0), ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))
    loss = ppo.value_loss(values, returns)
    yield equal(objective(0, 0) - objective(value_coefficient, 0), value_coefficient * loss)
    yield equal(
        len(ratios) * (objective(value_coefficient, entropy_coefficient) - objective(value_coefficient, 0)),
        entropy_coefficient * entropies.sum(),
    )


@law("ppo.combined_objective")
def combined_objective_prefers_entropy_and_accuracy(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, value_coefficient: Any
) -> Claims:
    """More entropy never lowers it, and right values never do."""
    parameters = {
        "clip_epsilon": numbers.rational("1/4"),
        "value_coefficient": value_coefficient,
        "entropy_coefficient": numbers.rational("1/8"),
    }
    objective = ppo.combined_objective(ratios, advantages, values, returns, entropies, **parameters)
    yield at_most(objective, ppo.combined_objective(ratios, advantages, values, returns, entropies + 1, **parameters))
    yield at_most(objective, ppo.combined_objective(ratios, advantages, returns, returns, entropies, **parameters))


@law("ppo.combined_loss", derivation=True)
def combined_loss_is_the_maximum_of_negatives(
    ratios: Array,
    advantages: Array,
    values: Array,
    returns: Array,
    entropies: Array,
    clip_epsilon: Any,
    value_coefficient: Any,
    entropy_coefficient: Any,
) -> Claims:
    """T L = sum max(-r A, -clip(r) A) + c_1 |V - V^targ|^2 - c_2 sum of the entropies, as baselines writes it."""
    loss = ppo.combined_loss(
        ratios,
        advantages,
        values,
        returns,
        entropies,
        clip_epsilon=clip_epsilon,
        value_coefficient=value_coefficient,
        entropy_coefficient=entropy_coefficient,
    )
    policy_loss = [
        max(-r * a, -min(max(r, 1 - clip_epsilon), 1 + clip_epsilon) * a)
        for r, a in zip(ratios, advantages, strict=True)
    ]
    errors = values - returns
    rest = value_coefficient * (errors @ errors) - entropy_coefficient * entropies.sum()
    yield equal(len(ratios) * loss, sum(policy_loss) + rest)


@law("ppo.combined_loss")
def combined_loss_grows_with_the_value_error(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, value_coefficient: Any
) -> Claims:
    """Right values never raise it; errors twice as large add three times c_1 L^VF."""
    parameters = {
        "clip_epsilon": numbers.rational("1/4"),
        "value_coefficient": value_coefficient,
        "entropy_coefficient": numbers.rational("1/8"),
    }
    loss = ppo.combined_loss(ratios, advantages, values, returns, entropies, **parameters)
    yield at_most(ppo.combined_loss(ratios, advantages, returns, returns, entropies, **parameters), loss)
    doubled = ppo.combined_loss(ratios, advantages, 2 * values - returns, returns, entropies, **parameters)
    yield equal(doubled - loss, 3 * value_coefficient * ppo.value_loss(values, returns))


@law("ppo.combined_loss")
def combined_loss_cancels_the_objective(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: Any
) -> Claims:
    """Loss and objective add up to zero; without coefficients the loss is -L^CLIP."""
    weights = {"value_coefficient": 2, "entropy_coefficient": 1}
    arrays = ratios, advantages, values, returns, entropies
    loss = ppo.combined_loss(*arrays, clip_epsilon=clip_epsilon, **weights)
    yield equal(loss + ppo.combined_objective(*arrays, clip_epsilon=clip_epsilon, **weights), 0)
    bare = ppo.combined_loss(*arrays, clip_epsilon=clip_epsilon, value_coefficient=0, entropy_coefficient=0)
    yield equal(bare, -ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))


def _clip(values: Array, old_values: Array, clip_epsilon: Any) -> Array:
    """The values, moved to the nearest point of the band about the old ones."""
    rows = zip(values, old_values, strict=True)
    return np.array([sorted((v, old - clip_epsilon, old + clip_epsilon))[1] for v, old in rows], dtype=object)


def _overshoot(values: Array, old_values: Array, returns: Array, clip_epsilon: Any) -> tuple[Array, Array]:
    """By how much each value left the band, and by how much it lies beyond the target in the same direction."""
    moves = values - old_values
    directions = np.array([1 if move > 0 else -1 for move in moves])
    beyond = np.array([max(abs(move) - clip_epsilon, 0) for move in moves], dtype=object)
    return beyond, directions * (values - returns)
