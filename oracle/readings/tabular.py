"""Names for decision processes in bare arrays, policies, and tables of values."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import mdp
from ...spec.decision_process import MDP
from ...spec.numbers import is_nonzero, stack, where
from ..reading import Facts, Reading, Rule, reading, rule

OF_A_PROCESS = ("mdp",)
"""Words that mean something else where an equation is about a decision process."""

OF_A_CHAIN = (
    *("value.v", "mdp.eta", "mdp.discounted_visitation", "bellman.expectation_v", "bellman.residual_bound"),
    "dp.policy_evaluation",
)
"""Equations that need no more than the transitions and rewards under the policy."""

WITHOUT_TRANSITION = ("mdp.policy_reward", "mdp.reward_affine", "dp.greedy_loss_bound")
WITHOUT_REWARD = (
    *("mdp.policy_kernel", "mdp.discounted_visitation", "mdp.occupancy", "mdp.trajectory_measure"),
    *("mdp.markov_property", "mdp.discount_as_termination", "mdp.reward_convention", "dp.greedy_loss_bound"),
    *("pg.baseline", "pg.episode_length", "a2c.entropy_bonus", "cpo.visitation_difference"),
)
WITHOUT_INITIAL = (
    *("mdp.policy_kernel", "mdp.policy_reward", "mdp.terminal_absorbing", "mdp.discount_as_termination"),
    *("mdp.reward_convention", "mdp.reward_affine", "mdp.potential_shaping"),
    *("value.v", "value.q", "value.advantage", "value.optimal_v", "value.optimal_q"),
    *("bellman.expectation_v", "bellman.expectation_q", "bellman.optimality_v", "bellman.optimality_q"),
    *("bellman.residual_bound", "bellman.linear_program", "dp.policy_evaluation", "dp.value_iteration"),
    *("dp.policy_improvement", "dp.policy_iteration", "dp.modified_policy_iteration", "dp.greedy_loss_bound"),
    *("npg.softmax", "npg.softmax_update", "trpo.expected_advantage", "trpo.lemma2", "trpo.lemma3", "trpo.epsilon"),
    *("trpo.penalty_coefficient", "trpo.max_kl_step", "td.lambda_operator", "gae.expected", "vf.td_fixed_point"),
    *("vtrace.operator", "retrace.operator", "model.simulation_error", "model.simulation_bound"),
    *("model.planning_loss", "plan.exhaustive_tree", "plan.receding_horizon", "plan.random_shooting", "mcts.search"),
)
WITHOUT_DISCOUNT = (
    *("mdp.policy_kernel", "mdp.policy_reward", "mdp.trajectory_measure", "mdp.markov_property"),
    *("mdp.reward_convention", "mdp.reward_affine", "trajectories.enumerate"),
)
WITH_TERMINAL = (
    *("mdp.reward_convention", "mdp.reward_affine", "mdp.potential_shaping", "pg.episode_length"),
    *("gae.expected", "vtrace.operator", "retrace.operator"),
)
"""Equations in which it matters what is called terminal; elsewhere an absorbing state without reward is the same."""


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _field(name: str) -> Callable[[Facts], Any]:
    return lambda drawn: getattr(drawn["mdp"], name)


def _tables(word: str, name: str) -> Reading:
    """A field of the process under its own name."""
    return reading(
        word, "own", f"{word}: {name} of the process", _field(name), {name: _told(word)}, needs=("mdp",),
        among=OF_A_PROCESS,
    )  # fmt: skip


def _states_first(word: str) -> Callable[[Facts], Any]:
    """A table for each action, turned into one for each state."""

    def find(arguments: Facts) -> Any:
        table = arguments[word]
        return stack([table[:, state] for state in range(table.shape[1])])

    return find


def _transitions(word: str) -> tuple[Reading, ...]:
    """A matrix for each state, or for each action."""
    return (
        reading(
            word, "[S, A, S]", f"{word}[s, a, s']", _field("transition"), {"transition": _told(word)}, needs=("mdp",),
            among=OF_A_PROCESS, style={"tables": "of states"},
        ),
        reading(
            word, "[A, S, S]", f"{word}[a, s, s']", lambda drawn: drawn["mdp"].transition.swapaxes(0, 1),
            {"transition": _states_first(word)}, needs=("mdp",), among=OF_A_PROCESS, style={"tables": "of actions"},
        ),
    )  # fmt: skip


def _rewards(word: str) -> tuple[Reading, ...]:
    """Rewards of states and actions, of outcomes, or of states alone."""
    return (
        reading(
            word, "[S, A]", f"{word}[s, a]", _field("reward"), {"reward": _told(word)}, needs=("mdp",),
            among=OF_A_PROCESS,
        ),
        reading(
            word, "[S, A, S]", f"{word}[s, a, s']", _rewards_of_outcomes, {"outcome_reward": _told(word)},
            needs=("mdp", "state_reward"), among=OF_A_PROCESS, style={"tables": "of states"},
        ),
        reading(
            word, "[A, S, S]", f"{word}[a, s, s']", lambda drawn: _rewards_of_outcomes(drawn).swapaxes(0, 1),
            {"outcome_reward": _states_first(word)}, needs=("mdp", "state_reward"), among=OF_A_PROCESS,
            style={"tables": "of actions"},
        ),
        reading(
            word, "[S]", f"{word}[s], paid on leaving s", lambda drawn: drawn["mdp"].reward[:, 0],
            {"own_reward": _told(word)}, needs=("mdp",), among=OF_A_PROCESS,
        ),
    )  # fmt: skip


def _rewards_of_outcomes(drawn: Facts) -> Any:
    process = drawn["mdp"]
    return where(process.terminal[:, None, None], 0, process.reward[:, :, None] + drawn["state_reward"][None, None])


def _policies(word: str, fact: str, among: tuple[str, ...], pair: str = "") -> tuple[Reading, ...]:
    """A policy as probabilities, or as one action for each state."""
    return (
        reading(
            word, "probabilities", f"{word}[s, a]: probabilities", lambda drawn: drawn[fact], {fact: _told(word)},
            needs=(fact,), among=among, style={"policies": "stochastic", **_pairs(pair)},
        ),
        _actions_of(word, fact, among, pair),
    )  # fmt: skip


def _actions_of(word: str, fact: str, among: tuple[str, ...], pair: str = "") -> Reading:
    return reading(
        word, "actions", f"{word}[s]: the action in each state",
        lambda drawn: np.array([int(np.argmax(row)) for row in drawn[fact]], dtype=int),
        {f"actions_of_{fact}": _told(word)}, needs=(fact,), among=among,
        style={"policies": "deterministic", **_pairs(pair)},
    )  # fmt: skip


def _pairs(pair: str) -> dict[str, str]:
    return {"pair": pair} if pair else {}


def _values(word: str, fact: str) -> Reading:
    """Any estimate of values, where the equation is about one."""
    return reading(
        word, "own", f"{word}: {fact}", lambda drawn: drawn[fact], {fact: _told(word)}, needs=(fact,), among=(fact,)
    )


def built(facts: Facts) -> MDP:
    """The process that arrays describe."""
    return MDP(*(facts[name] for name in ("transition", "reward", "initial", "discount", "terminal")))


def _certain(fact: str) -> Callable[[Facts], Any]:
    """Probabilities one for the action of each state, in the number system of the process."""

    def find(facts: Facts) -> Any:
        reward = facts["mdp"].reward
        return 0 * reward + (np.arange(np.shape(reward)[1]) == facts[f"actions_of_{fact}"][:, None]).astype(int)

    return find


def _point(facts: Facts) -> Any:
    count = len(facts["reward"])
    return 0 * facts["reward"][:, 0] + (np.arange(count) == 0).astype(int)


def _uniform(facts: Facts) -> Any:
    count = len(facts["reward"])
    return (0 * facts["reward"][:, 0] + 1) / count


def _one_hot(facts: Facts) -> Any:
    count = len(facts["reward"])
    return 0 * facts["reward"][:, 0] + (np.arange(count) == facts["start_state"]).astype(int)


def _staying(facts: Facts) -> Any:
    count = len(facts["reward"])
    return 0 * facts["reward"][:, :, None] + np.eye(count, dtype=int)[:, None]


def _without_flags(drawn: Facts) -> Facts:
    return {**drawn, "mdp": drawn["mdp"].replace(terminal=None)}


READINGS: tuple[Reading, ...] = (
    *_transitions("transition"), _tables("initial", "initial"), _tables("terminal", "terminal"),
    _tables("terminated", "terminal"), _tables("dones", "terminal"),
    _tables("discount", "discount"), _tables("gamma", "discount"),
    *_rewards("reward"), *_rewards("rewards"),
    *(
        reading(
            word, "own", f"{word} of the chain that the policy makes of the process",
            lambda drawn, find=find: find(drawn["mdp"], drawn["policy"]), {word: _told(word)},
            needs=("mdp", "policy"), among=OF_A_CHAIN,
        )
        for word, find in (("policy_kernel", mdp.policy_kernel), ("policy_reward", mdp.policy_reward))
    ),
    reading(
        "start_state", "own", "start_state: where every episode begins",
        lambda drawn: int(np.argmax(is_nonzero(drawn["mdp"].initial))),
        {"start_state": _told("start_state")}, needs=("mdp",), among=OF_A_PROCESS,
    ),
    *_policies("policy", "policy", OF_A_PROCESS, "policy first"), _actions_of("actions", "policy", OF_A_PROCESS),
    *_policies("new_policy", "new_policy", OF_A_PROCESS),
    *_policies("old_policy", "policy", OF_A_PROCESS, "old policy first"),
    *_policies("policy", "new_policy", ("new_policy",), "old policy first"),
    *_policies("mixed_policy", "mixed_policy", OF_A_PROCESS),
    _values("values", "state_values"), _values("q_values", "action_values"),
    _values("n", "sweeps"), _values("iterations", "sweeps"), _values("n", "horizon"),
    *_policies("next_policy", "new_policy", ("new_policy",), "policy first"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule("mdp", ("transition", "reward", "initial", "discount", "terminal"), built),
    rule("transition", ("policy_kernel",), lambda f: f["policy_kernel"][:, None], among=OF_A_CHAIN),
    rule("reward", ("policy_reward",), lambda f: f["policy_reward"][:, None], among=OF_A_CHAIN),
    rule("policy", ("policy_kernel",), lambda f: 0 * f["policy_kernel"][:, :1] + 1, among=OF_A_CHAIN),
    rule("reward", ("transition", "outcome_reward"), lambda f: (f["transition"] * f["outcome_reward"]).sum(axis=2)),
    rule("reward", ("transition", "own_reward"), lambda f: 0 * f["transition"][:, :, 0] + f["own_reward"][:, None]),
    rule("reward", ("transition",), lambda f: 0 * f["transition"][:, :, 0], among=WITHOUT_REWARD),
    rule("transition", ("reward",), _staying, among=WITHOUT_TRANSITION),
    rule("initial", ("reward", "start_state"), _one_hot),
    rule("initial", ("reward",), _point, among=WITHOUT_INITIAL),
    rule("initial", ("reward",), _point, convention="state 0", limit="the distribution of the first state"),
    rule("initial", ("reward",), _uniform, convention="uniform", limit="the distribution of the first state"),
    rule("discount", ("reward",), lambda f: 0 * f["reward"].reshape(-1)[0], among=WITHOUT_DISCOUNT),
    *(
        rule(
            "discount", ("reward",), lambda f, tenths=tenths: (0 * f["reward"].reshape(-1)[0] + tenths) / 100,
            convention=f"0.{tenths}".rstrip("0"), limit="another discount",
        )
        for tenths in (90, 95, 99)
    ),
    rule(
        "terminal", ("initial",), lambda f: np.zeros(np.shape(f["initial"]), dtype=bool), among=WITH_TERMINAL,
        limit="which states are terminal", restrict=_without_flags,
    ),
    rule("terminal", ("initial",), lambda f: np.zeros(np.shape(f["initial"]), dtype=bool)),
    *(rule(fact, ("mdp", f"actions_of_{fact}"), _certain(fact)) for fact in ("policy", "new_policy", "mixed_policy")),
)  # fmt: skip

SYNONYMS = {
    "transition": (
        *("P", "T", "p", "trans", "transitions", "transition_probs", "transition_probabilities", "transition_matrix"),
        *("kernel", "dynamics", "P_sas", "transition_model", "transition_kernel", "probs"),
    ),
    "reward": ("R", "r_sa", "reward_matrix", "reward_table", "reward_function", "expected_reward"),
    "initial": (
        *("mu", "mu0", "mu_0", "rho0", "rho_0", "d0", "p0", "init", "initial_distribution", "start_distribution"),
        *("initial_state_distribution", "initial_state_dist", "initial_probs", "start", "rho", "initial_dist"),
    ),
    "policy_kernel": ("P_pi", "p_pi", "kernel", "P_policy", "transition_matrix_pi", "chain", "transition_pi"),
    "policy_reward": ("r_pi", "R_pi", "reward_pi", "r_policy", "rewards_pi", "mean_reward", "R_policy"),
    "start_state": ("s0", "initial_state", "start_index"),
    "discount": ("gamma", "g", "discount_factor"),
    "terminal": ("terminals", "terminal_states", "absorbing", "is_terminal", "done", "terminal_mask"),
    "policy": ("pi", "probs", "pol", "target_policy", "pi_sa"),
    "old_policy": ("pi_old", "old_pi", "policy_old", "behaviour_policy", "behavior_policy", "old_probs"),
    "new_policy": (
        *("pi_new", "new_pi", "policy_new", "pi_tilde", "other_policy", "candidate_policy", "pi2", "pi_prime"),
        *("new_probs", "pi_next", "policy_prime", "updated_policy"),
    ),
    "mixed_policy": ("new_policy", "pi_mix", "pi_prime", "greedy_policy", "mixture_policy", "pi_new"),
    "sampling_policy": ("behaviour_policy", "behavior_policy", "q_policy", "b", "mu", "behaviour"),
    "state_values": ("V", "v", "values", "U", "v0", "V0", "initial_values", "value_table", "estimate"),
    "action_values": ("Q", "q", "q_table", "Q_table", "qf", "q_values", "table", "action_value_table"),
    "sweeps": ("n", "iterations", "num_iterations", "n_iterations", "num_sweeps", "n_sweeps", "steps", "k", "m"),
    "horizon": ("H", "n_steps", "steps", "t", "max_steps", "length", "num_steps"),
    "state_reward": ("next_state_reward", "reward_of_state", "r_next"),
    "potential": ("phi", "Phi", "potentials", "potential_function"),
    "optimal_values": ("v_star", "V_star", "optimal_v", "v_opt"),
    "alpha": ("mixture", "mix", "step", "coefficient"),
}
