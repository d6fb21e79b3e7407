"""Laws of discounts that differ between transitions: measured at the start of the data, nothing is discounted."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import a2c, gae, numbers, retrace, td, vtrace
from rlproof.spec.mdp import rewards_to_go


def _to_the_start(discounts: Array) -> tuple[Array, Array]:
    """D_t, the product of all discounts before t, and D_{t+1}."""
    products = [numbers.rational(1)]
    for discount in discounts:
        products.append(products[-1] * discount)
    return np.array(products[:-1]), np.array(products[1:])


@law("td.error", derivation=True)
def td_error_discounts_each_transition(
    rewards: Array, values: Array, next_values: Array, terminated: Array, discounts: Array
) -> Claims:
    """D_t delta_t is the undiscounted error of D_t R, D_t V and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    errors = td.error(rewards, values, next_values, terminated, gamma=discounts)
    yield equal(before * errors, td.error(before * rewards, before * values, after * next_values, terminated, gamma=1))


@law("td.one_step_return", derivation=True)
def one_step_return_discounts_each_transition(
    rewards: Array, next_values: Array, terminated: Array, discounts: Array
) -> Claims:
    """D_t G_{t:t+1} is the undiscounted return of D_t R and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    returns = td.one_step_return(rewards, next_values, terminated, gamma=discounts)
    yield equal(before * returns, td.one_step_return(before * rewards, after * next_values, terminated, gamma=1))


@law("td.n_step_return", derivation=True)
def n_step_return_discounts_each_transition(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, discounts: Array, n: int
) -> Claims:
    """D_t G_{t:t+n} is the undiscounted return of D_t R and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    returns = td.n_step_return(rewards, next_values, terminated, truncated, gamma=discounts, n=n)
    scaled = before * rewards, after * next_values
    yield equal(before * returns, td.n_step_return(*scaled, terminated, truncated, gamma=1, n=n))


@law("td.lambda_return", derivation=True)
def lambda_return_discounts_each_transition(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, discounts: Array, trace_decay: Any
) -> Claims:
    """D_t G_t is the undiscounted lambda-return of D_t R and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    returns = td.lambda_return(rewards, next_values, terminated, truncated, gamma=discounts, trace_decay=trace_decay)
    scaled = before * rewards, after * next_values
    yield equal(before * returns, td.lambda_return(*scaled, terminated, truncated, gamma=1, trace_decay=trace_decay))


@law("mdp.rewards_to_go", derivation=True)
def rewards_to_go_discount_each_transition(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, discounts: Array
) -> Claims:
    """D_t times the rewards-to-go are the undiscounted ones of D_t R and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    returns = rewards_to_go(rewards, next_values, terminated, truncated, gamma=discounts)
    scaled = before * rewards, after * next_values
    yield equal(before * returns, rewards_to_go(*scaled, terminated, truncated, gamma=1))


@law("gae.advantage", derivation=True)
def gae_discounts_each_transition(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    discounts: Array,
    gae_lambda: Any,
) -> Claims:
    """D_t A_t is the undiscounted estimate of D_t R, D_t V and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    estimates = gae.advantage(
        rewards, values, next_values, terminated, truncated, gamma=discounts, gae_lambda=gae_lambda
    )
    scaled = before * rewards, before * values, after * next_values
    yield equal(before * estimates, gae.advantage(*scaled, terminated, truncated, gamma=1, gae_lambda=gae_lambda))


@law("a2c.advantage", derivation=True)
def a2c_advantage_discounts_each_transition(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, discounts: Array
) -> Claims:
    """D_t A_t is the undiscounted advantage of D_t R, D_t V and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    advantages = a2c.advantage(rewards, values, next_values, terminated, truncated, gamma=discounts)
    scaled = before * rewards, before * values, after * next_values
    yield equal(before * advantages, a2c.advantage(*scaled, terminated, truncated, gamma=1))


@law("vtrace.target", derivation=True)
def vtrace_discounts_each_transition(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    discounts: Array,
    rho_bar: Any,
    c_bar: Any,
) -> Claims:
    """D_t v_t is the undiscounted target of D_t R, D_t V and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    levels = {"rho_bar": rho_bar, "c_bar": c_bar}
    targets = vtrace.target(rewards, values, next_values, terminated, truncated, ratios, gamma=discounts, **levels)
    scaled = before * rewards, before * values, after * next_values
    yield equal(before * targets, vtrace.target(*scaled, terminated, truncated, ratios, gamma=1, **levels))


@law("vtrace.advantage", derivation=True)
def vtrace_advantage_discounts_each_transition(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    discounts: Array,
    rho_bar: Any,
    c_bar: Any,
) -> Claims:
    """D_t times the advantage is the undiscounted one of D_t R, D_t V and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    levels = {"rho_bar": rho_bar, "c_bar": c_bar}
    found = vtrace.advantage(rewards, values, next_values, terminated, truncated, ratios, gamma=discounts, **levels)
    scaled = before * rewards, before * values, after * next_values
    yield equal(before * found, vtrace.advantage(*scaled, terminated, truncated, ratios, gamma=1, **levels))


@law("retrace.target", derivation=True)
def retrace_discounts_each_transition(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    discounts: Array,
    trace_decay: Any,
) -> Claims:
    """D_t Q^ret_t is the undiscounted target of D_t R, D_t Q and D_{t+1} V'."""
    before, after = _to_the_start(discounts)
    data = terminated, truncated, ratios
    targets = retrace.target(rewards, values, next_values, *data, gamma=discounts, trace_decay=trace_decay)
    scaled = before * rewards, before * values, after * next_values
    yield equal(before * targets, retrace.target(*scaled, *data, gamma=1, trace_decay=trace_decay))
