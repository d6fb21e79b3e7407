"""Deviations of returns: which rewards and values are summed, with which discounts."""

from typing import Any

import numpy as np

from ...spec import mc, mdp, td
from ...spec.numbers import stack
from ..contract import Outputs
from ..deviation import DELIBERATE, Deviation, after, before, deviation, instead, joined
from ..reading import Facts
from .trajectories import TIME_OUTS, all_rows, exchanged, recursion, switch

NO_BOOTSTRAP = deviation(
    "no_bootstrap_at_the_end",
    "the value after the last step is left out",
    before(lambda f: {"next_values": joined(f["next_values"][:-1], 0 * f["next_values"][-1:])}),
    needs=("next_values",),
    effect="values learn that nothing comes after the data",
)
NO_VALUES = deviation(
    "no_bootstrap",
    "values are left out: the sum of rewards alone",
    before(lambda f: {"next_values": 0 * f["next_values"]}),
    needs=("next_values",),
)


def steps(name: str, says: str, change: Any, **more: Any) -> Deviation:
    """A change of the number of steps, or of the discount of the value after them."""
    return deviation(name, says, change, **more)


N_STEP = (
    deviation(
        "discount_of_n_steps_at_the_edge",
        "the value is discounted by gamma^n, though fewer than n rewards are summed before it",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[n]),  # noqa: ARG005
        effect="values at the edges of the data are underestimated",
        seen=("ray-project/ray#4626",),
    ),
    deviation(
        "bootstrap_discounted_once_less",
        "the value after m rewards is discounted by gamma^(m-1)",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[m - 1]),  # noqa: ARG005
    ),
    deviation(
        "bootstrap_discounted_once_more",
        "the value after m rewards is discounted by gamma^(m+1)",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[m] * powers[1]),  # noqa: ARG005
    ),
    deviation(
        "bootstrap_discounted_once",
        "the value after m rewards is discounted by gamma, however many there are",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[1]),  # noqa: ARG005
    ),
    deviation(
        "bootstrap_not_discounted",
        "the value after the rewards is not discounted",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[0]),  # noqa: ARG005
    ),
    deviation(
        "no_bootstrap_at_the_edge",
        "where fewer than n rewards are summed, no value is added",
        exchanged(bootstrap_discount=lambda powers, m, n: powers[m] if m == n else 0 * powers[m]),
        effect="values at the edges of the data are underestimated",
    ),
    deviation("one_step_more", "n + 1 rewards are summed", before(lambda f: {"n": f["n"] + 1}), needs=("n",)),
    deviation(
        "one_step_less",
        "n - 1 rewards are summed",
        before(lambda f: {"n": max(f["n"] - 1, 1)}),
        needs=("n",),
    ),
)


def _swapped(facts: Facts) -> Facts:
    return {"trace_decay": 1 - facts["trace_decay"]}


def _own_values_but_the_last(facts: Facts) -> Facts:
    decay, own, last = facts["trace_decay"], facts["values"], facts["next_values"][-1:]
    return {"next_values": joined(own[:-1], (1 - decay) * own[-1:] + decay * last)}


LAMBDA = (
    switch(
        "no_discount_of_values",
        "values are not discounted, only the rest of the return is",
        value_discount=lambda f: 0 * f["rewards"] + 1,
    ),
    switch(
        "no_discount_of_returns",
        "the rest of the return is not discounted, only values are",
        trace_discount=lambda f: 0 * f["rewards"] + 1,
    ),
    switch(
        "terminal_values_kept",
        "the value of a terminal state is added, though the return ends there",
        bootstrapped=all_rows,
        effect="values of terminal states, which nothing trains, enter every target",
    ),
    deviation(
        "own_value_as_successor",
        "V(s_t) stands for V(s_{t+1}), but for the return after the last step",
        before(_own_values_but_the_last),
        needs=("values",),
        spelling="last value kept",
    ),
    deviation("lambda_exchanged", "lambda weighs the value, and 1 - lambda the rest of the return", before(_swapped)),
)


def _reversed(facts: Facts) -> Facts:
    return {"rewards": facts["rewards"][::-1]}


def _backward(facts: Facts) -> Any:
    """Discounted sums of the past: X_t = r_t + gamma X_{t-1}."""
    total, found = 0 * facts["rewards"][0], []
    for reward in facts["rewards"]:
        total = reward + facts["gamma"] * total
        found.append(total)
    return stack(found)


def _rewards_to_go(facts: Facts) -> Any:
    never = np.zeros(np.shape(facts["rewards"]), dtype=bool)
    return mdp.rewards_to_go(facts["rewards"], 0 * facts["rewards"], never, never, gamma=facts["gamma"])


def _powers(facts: Facts) -> Any:
    return stack([facts["gamma"] ** t + 0 * facts["rewards"][0] for t in range(len(facts["rewards"]))])


def _squared_discount(facts: Facts) -> Any:
    return _powers(facts) * _powers(facts) * _rewards_to_go(facts)


def _powers_of_first(facts: Facts) -> Any:
    first = _rewards_to_go(facts)[0]
    return stack([facts["gamma"] ** t * first for t in range(len(facts["rewards"]))])


REINFORCE = (
    deviation(
        "whole_return_discounted",
        "step t is weighted by gamma^t G_0",
        instead(lambda f: {"reinforce": _powers_of_first(f)}),
        effect="the return is discounted twice for what comes later",
    ),
    deviation(
        "discounted_twice",
        "the weight of step t is gamma^2t G_t",
        instead(lambda f: {"reinforce": _squared_discount(f)}),
    ),
    deviation(
        "sums_of_the_past",
        "step t is weighted by the discounted rewards before it",
        instead(lambda f: {"reinforce": _backward(f)}),
        effect="actions are credited with what came before them",
    ),
    deviation("rewards_reversed", "the rewards are read from the last to the first", before(_reversed)),
)


RETURN = (
    deviation("rewards_reversed", "the rewards are read from the last to the first", before(_reversed)),
    deviation(
        "discounted_once_more",
        "the first reward is discounted already",
        after(lambda f, o: {"discounted_return": f["gamma"] * o["discounted_return"]}),
    ),
    deviation(
        "times_one_minus_gamma",
        "the sum is multiplied by 1 - gamma: the mean reward per step",
        after(lambda f, o: {"discounted_return": (1 - f["gamma"]) * o["discounted_return"]}),
        kind=DELIBERATE,
    ),
    deviation(
        "last_reward_left_out",
        "the last reward is not summed",
        before(lambda f: {"rewards": joined(f["rewards"][:-1], 0 * f["rewards"][-1:])}),
    ),
    deviation(
        "first_reward_left_out",
        "the first reward is not summed",
        before(lambda f: {"rewards": joined(0 * f["rewards"][:1], f["rewards"][1:])}),
    ),
    deviation(
        "mean_instead_of_sum",
        "the discounted rewards are averaged, not summed",
        after(lambda f, o: {"discounted_return": o["discounted_return"] / len(f["rewards"])}),
    ),
)


def _one_step(facts: Facts) -> Any:
    own = (facts["rewards"], facts["values"], facts["next_values"], facts["terminated"])
    return td.error(*own, gamma=facts["gamma"])


TO_GO = (
    deviation(
        "sums_of_the_past",
        "the sum runs over the rewards before a step, not after it",
        instead(lambda f: {"rewards_to_go": _backward(f)}),
        seen=("openai/gym PR#3152",),
    ),
    switch("not_discounted", "rewards are not discounted", trace_discount=lambda f: 0 * f["rewards"] + 1),
    deviation(
        "gamma_to_the_t",
        "the sum of step t is weighted by gamma^t: rewards are discounted from the first step, not from their own",
        after(lambda f, o: {"rewards_to_go": _powers(f) * o["rewards_to_go"]}),
        effect="later steps count for less",
    ),
)

ONE_STEP = deviation(
    "no_recursion",
    "the advantage is the TD error of one step",
    instead(lambda f: {"advantage": _one_step(f)}),
    needs=("values", "next_values", "terminated"),
    kind=DELIBERATE,
)

OWN = ("mdp.rewards_to_go", "td.lambda_return", "td.n_step_return", "td.one_step_return", "td.error")


def _mc(name: str, other: Any) -> tuple[Deviation, ...]:
    def exchanged_visits(facts: Facts) -> Outputs:
        own = {word: facts[word] for word in ("state_values", "states", "rewards", "terminated")}
        return {name: other(**own, gamma=facts["gamma"])}

    words = "every visit" if other is mc.every_visit else "the first visit in each episode"
    return (
        deviation(f"{other.__name__}_instead", f"the mean is over {words}", instead(exchanged_visits)),
        deviation(
            "episodes_not_told_apart",
            "returns run on over the ends of episodes",
            before(lambda f: {"terminated": np.zeros_like(f["terminated"])}),
        ),
        deviation(
            "unvisited_states_are_zero",
            "states that are never visited get zero",
            before(lambda f: {"state_values": 0 * f["state_values"]}),
        ),
    )


def _sums(facts: Facts) -> Any:
    return stack([facts["returns"][: n + 1].sum(axis=0) for n in range(len(facts["returns"]))])


def _counts(facts: Facts, shift: int) -> Any:
    shape = (-1, *[1] * (facts["returns"].ndim - 1))
    return np.arange(1 + shift, len(facts["returns"]) + 1 + shift).reshape(shape)


INCREMENTAL = (
    deviation(
        "counted_once_more",
        "the n-th return is weighted by 1/(n + 1)",
        instead(lambda f: {"incremental_mean": _sums(f) / _counts(f, 1)}),
        effect="the first guess, which is arbitrary, keeps its weight",
    ),
    deviation("sums_not_means", "sums, which nobody divides", instead(lambda f: {"incremental_mean": _sums(f)})),
)

DEVIATIONS = {
    "td.error": (NO_BOOTSTRAP, NO_VALUES),
    "td.one_step_return": (NO_BOOTSTRAP, NO_VALUES, *TIME_OUTS),
    "td.n_step_return": (*N_STEP, NO_BOOTSTRAP, NO_VALUES),
    "td.lambda_return": (*recursion("gamma lambda"), *LAMBDA, NO_BOOTSTRAP, NO_VALUES),
    "mdp.rewards_to_go": (*recursion("gamma")[:4], NO_BOOTSTRAP, NO_VALUES, *TO_GO),
    "a2c.advantage": (NO_BOOTSTRAP, NO_VALUES, ONE_STEP),
    "gae.advantage": (NO_BOOTSTRAP, NO_VALUES),
    "pg.reinforce": REINFORCE,
    "mdp.discounted_return": RETURN,
    "mc.first_visit": _mc("first_visit", mc.every_visit),
    "mc.every_visit": _mc("every_visit", mc.first_visit),
    "mc.incremental_mean": INCREMENTAL,
}
