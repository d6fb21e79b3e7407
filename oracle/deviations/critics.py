"""Deviations of what twin critics, actors and target networks compute."""

from collections.abc import Callable
from typing import Any

from ...spec import numbers, td
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts

Pair = Callable[[Any, Any], Any]


def _one_step(facts: Facts, following: Any, **changed: Any) -> Any:
    facts = {**facts, **changed}
    return td.one_step_return(facts["rewards"], following, facts["terminated"], gamma=facts["gamma"])


def _smaller(facts: Facts) -> Any:
    return numbers.minimum(facts["next_values"], facts["other_next_values"])


def _bonus(facts: Facts) -> Any:
    return facts["temperature"] * facts["next_log_probs"]


BOTH = ("next_values", "other_next_values")
TWO = (
    deviation("first_critic_only", "the first critic is taken twice: the second one is ignored",
              before(lambda f: {"other_next_values": f["next_values"]}), needs=BOTH,
              effect="the overestimation that the second critic removes"),
    deviation("second_critic_only", "the second critic is taken twice: the first one is ignored",
              before(lambda f: {"next_values": f["other_next_values"]}), needs=BOTH,
              effect="the overestimation that the second critic removes"),
    deviation("maximum_of_critics", "the larger of the two critics is taken",
              before(lambda f: dict.fromkeys(BOTH, numbers.maximum(f["next_values"], f["other_next_values"]))),
              needs=BOTH, effect="overestimation"),
    deviation("mean_of_critics", "the mean of the two critics is taken",
              before(lambda f: dict.fromkeys(BOTH, (f["next_values"] + f["other_next_values"]) / 2)), needs=BOTH),
    deviation("smallest_of_the_batch", "one minimum is taken over the whole batch",
              before(lambda f: dict.fromkeys(BOTH, -numbers.largest(-_smaller(f)) + 0 * f["next_values"])), needs=BOTH),
    deviation("sum_of_critics", "the critics are added",
              before(lambda f: dict.fromkeys(BOTH, f["next_values"] + f["other_next_values"])), needs=BOTH),
)  # fmt: skip


def _soft(name: str, says: str, target: Callable[[Facts], Any], **about: Any) -> Deviation:
    return deviation(
        name, says, instead(lambda f: {"target": target(f)}), needs=("temperature", "next_log_probs"), **about
    )


def _error(name: str, says: str, of: Callable[[Any, Any, Any], Any], **about: Any) -> Deviation:
    change = instead(lambda f: {"priority": of(f["targets"], f["values"], f["other_values"])})
    return deviation(name, says, change, needs=("targets", "values", "other_values"), **about)


DEVIATIONS = {
    "td3.target": TWO,
    "sac.target": (
        deviation("logarithm_of_the_temperature", "log alpha stands for alpha",
                  instead(lambda f: {"target": _one_step(f, _smaller(f) - f["log_temperature"] * f["next_log_probs"])}),
                  needs=("next_log_probs", "log_temperature"), effect="below one, the entropy is punished"),
        _soft("entropy_not_masked", "the entropy bonus is neither discounted nor masked",
              lambda f: _one_step(f, _smaller(f)) - _bonus(f),
              effect="a bonus is paid for a state that is never reached", seen=("DLR-RM/stable-baselines3#76",)),
        _soft("entropy_discounted_not_masked", "the entropy bonus is discounted, but paid after terminations as well",
              lambda f: _one_step(f, _smaller(f)) - f["gamma"] * _bonus(f)),
        _soft("entropy_masked_not_discounted", "the entropy bonus is masked, but not discounted",
              lambda f: _one_step(f, _smaller(f)) - (1 - f["terminated"].astype(int)) * _bonus(f)),
        _soft("entropy_missing", "there is no entropy bonus", lambda f: _one_step(f, _smaller(f)), kind=CONTESTED),
        _soft("entropy_punished", "alpha log pi is added: entropy is punished",
              lambda f: _one_step(f, _smaller(f) + _bonus(f)), effect="the policy collapses"),
        _soft("temperature_missing", "the entropy bonus is not scaled by the temperature",
              lambda f: _one_step(f, _smaller(f) - f["next_log_probs"])),
        _soft("probability_for_log_probability", "the probability stands for its logarithm",
              lambda f: _one_step(f, _smaller(f) - f["temperature"] * numbers.exp(f["next_log_probs"]))),
        *TWO,
    ),
    "td3.priority": (
        _error("first_critic_only", "min(q1, q1): the second critic is ignored", lambda y, q, _: abs(y - q),
               seen=("AI4Finance-Foundation/ElegantRL#25",)),
        _error("second_critic_only", "min(q2, q2): the first critic is ignored", lambda y, _, q: abs(y - q)),
        _error("maximum_of_critics", "the larger critic is taken", lambda y, q, p: abs(y - numbers.maximum(q, p))),
        _error("mean_of_critics", "the mean critic is taken", lambda y, q, p: abs(y - (q + p) / 2)),
        _error("mean_of_errors", "the mean of both critics' errors", lambda y, q, p: (abs(y - q) + abs(y - p)) / 2,
               kind=DELIBERATE),
        _error("sum_of_errors", "the sum of both critics' errors", lambda y, q, p: abs(y - q) + abs(y - p),
               kind=DELIBERATE),
        _error("largest_error", "the larger of both critics' errors",
               lambda y, q, p: numbers.maximum(abs(y - q), abs(y - p)), kind=DELIBERATE),
        _error("smallest_error", "the smaller of both critics' errors",
               lambda y, q, p: numbers.minimum(abs(y - q), abs(y - p))),
        _error("signed", "the error keeps its sign", lambda y, q, p: y - numbers.minimum(q, p)),
        _error("squared", "the error is squared", lambda y, q, p: _square(y - numbers.minimum(q, p))),
    ),
    "ddpg.soft_update": (
        deviation("rates_exchanged", "tau weighs the old parameters: tau and 1 - tau are exchanged",
                  before(lambda f: {"tau": 1 - f["tau"]}), needs=("tau",),
                  effect="the target network follows at once, or hardly at all"),
        deviation("networks_exchanged", "the online network is moved to the target",
                  before(lambda f: {"online_parameters": f["target_parameters"],
                                    "target_parameters": f["online_parameters"]}),
                  needs=("online_parameters", "target_parameters")),
        deviation("nothing_is_forgotten", "the old parameters are not scaled by 1 - tau",
                  after(lambda f, o: {"soft_update": o["soft_update"] + f["tau"] * f["target_parameters"]}),
                  needs=("tau", "target_parameters"), effect="parameters grow without bound"),
        deviation("hard_update", "the parameters are copied", before(lambda f: {"tau": 0 * f["tau"] + 1}),
                  needs=("tau",)),
        deviation("frozen", "the target parameters stay as they are", before(lambda f: {"tau": 0 * f["tau"]}),
                  needs=("tau",)),
        deviation("wrong_direction", "the target network moves away from the online network",
                  before(lambda f: {"tau": -f["tau"]}) , needs=("tau",)),
        deviation("difference_only", "the change is returned, not the new parameters",
                  after(lambda f, o: {"soft_update": o["soft_update"] - f["target_parameters"]}),
                  needs=("target_parameters",)),
    ),
    "ddpg.actor_gradient": (
        deviation("summed", "the gradient is summed over the batch, not averaged",
                  after(lambda f, o: {"actor_gradient": len(f["action_gradients"]) * o["actor_gradient"]}),
                  needs=("action_gradients",), effect="the step grows with the size of the batch",
                  seen=("IntelLabs/coach PR#344",)),
        deviation("averaged_over_dimensions", "the mean over the dimensions of an action is taken, too",
                  after(lambda f, o: {"actor_gradient": o["actor_gradient"] / f["action_gradients"].shape[1]}),
                  needs=("action_gradients",)),
        deviation("critic_ignored", "the actor's own derivative, without the critic's gradient",
                  before(lambda f: {"action_gradients": 0 * f["action_gradients"] + 1}), needs=("action_gradients",)),
        deviation("descent", "the critic is minimised: actions move against its gradient",
                  after(lambda _, o: {"actor_gradient": -o["actor_gradient"]}),
                  effect="the actor learns to do what is worst"),
        deviation("signs_only", "only the signs of the critic's gradient count",
                  before(lambda f: {"action_gradients": _sign(f["action_gradients"])}), needs=("action_gradients",)),
    ),
    "td.maximisation": (
        deviation("largest_mean_not_subtracted", "the mean of the largest estimate alone",
                  instead(lambda f: {"maximisation": _mean_of_largest(f)}), needs=("q_values",)),
        deviation("largest_mean_only", "the largest mean alone",
                  instead(lambda f: {"maximisation": _largest_of_means(f)}), needs=("q_values",)),
        deviation("axes_exchanged", "rows are taken for actions and columns for estimates",
                  before(lambda f: {"q_values": f["q_values"].T}), needs=("q_values",)),
    ),
}  # fmt: skip


def _sign(array: Any) -> Any:
    return numbers.where(numbers.is_positive(array), 1, numbers.where(numbers.is_positive(-array), -1, 0 * array))


def _square(number: Any) -> Any:
    return number * number


def _mean_of_largest(facts: Facts) -> Any:
    return numbers.largest(facts["q_values"], axis=-1).sum() / len(facts["q_values"])


def _largest_of_means(facts: Facts) -> Any:
    return numbers.largest(facts["q_values"].sum(axis=0) / len(facts["q_values"]))
