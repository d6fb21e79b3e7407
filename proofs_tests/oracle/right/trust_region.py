"""Ways to solve with products, to scale steps, and to search along them."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import torch

Array = Any
Function = Callable[[Array], Any]


def conjugate_gradients(Avp: Function, b: Array, nsteps: int, residual_tol: float = 1e-10) -> Array:
    """As in many TRPO programs, with a threshold."""
    x, r, p = np.zeros_like(b), b.copy(), b.copy()
    rr = r @ r
    for _ in range(nsteps):
        if rr < residual_tol:
            break
        z = Avp(p)
        step = rr / (p @ z)
        x, r = x + step * p, r - step * z
        new = r @ r
        p, rr = r + (new / rr) * p, new
    return x


def unguarded(f_Ax: Function, b: Array, cg_iters: int) -> Array:
    """Without a threshold: zero by zero where the residual is zero."""
    x, r, p = np.zeros_like(b), b.copy(), b.copy()
    rr = r @ r
    with np.errstate(invalid="ignore"):
        for _ in range(cg_iters):
            z = f_Ax(p)
            step = rr / (p @ z)
            x += step * p
            r -= step * z
            new = r @ r
            p = r + (new / rr) * p
            rr = new
    return x


def in_torch(fvp: Function, b: torch.Tensor, nsteps: int, residual_tol: float = 1e-10) -> torch.Tensor:
    """In PyTorch, with the threshold after the step."""
    x, r, p = torch.zeros_like(b), b.clone(), b.clone()
    rr = torch.dot(r, r)
    for _ in range(nsteps):
        z = fvp(p)
        step = rr / torch.dot(p, z)
        x, r = x + step * p, r - step * z
        new = torch.dot(r, r)
        p, rr = r + (new / rr) * p, new
        if rr < residual_tol:
            break
    return x


def in_jax(fisher_matrix: Array, gradient: Array, iterations: int) -> Array:
    """In JAX, guarded."""
    x, r, p = jnp.zeros_like(gradient), gradient, gradient
    rr = r @ r
    for _ in range(iterations):
        z = fisher_matrix @ p
        step = jnp.where(rr > 0, rr / jnp.where(rr > 0, p @ z, 1), 0)
        x, r = x + step * p, r - step * z
        new = r @ r
        p, rr = r + jnp.where(rr > 0, new / jnp.where(rr > 0, rr, 1), 0) * p, new
    return x


def step_from_products(fvp: Function, g: Array, max_kl: float) -> Array:
    """Conjugate gradients, then the length."""
    x = conjugate_gradients(fvp, g, 10)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(2 * max_kl / (x @ fvp(x))) * x


def step_in_torch(fisher_matrix: torch.Tensor, gradient: torch.Tensor, delta: float) -> torch.Tensor:
    """A linear system in PyTorch."""
    x = torch.linalg.solve(fisher_matrix, gradient)
    return torch.sqrt(2 * delta / (gradient @ x)) * x


def search(
    theta: Array, full_step: Array, surrogate: Function, kl: Function, delta: float, max_backtracks: int = 10,
    backtrack: float = 0.5,
) -> Array:  # fmt: skip
    """New parameters, or the old ones."""
    before = surrogate(theta)
    for j in range(max_backtracks):
        new = theta + backtrack**j * full_step
        if surrogate(new) > before and kl(new) <= delta:
            return new
    return theta


def search_by_loss(
    loss: Function, kl: Function, params: Array, search_dir: Array, max_kl: float, backtrack_coeff: float,
    backtrack_iters: int,
) -> tuple[bool, Array]:  # fmt: skip
    """A loss in place of an objective, with whether anything was accepted."""
    before, step = loss(params), search_dir
    for _ in range(backtrack_iters):
        if kl(params + step) <= max_kl and before - loss(params + step) > 0:
            return True, params + step
        step = backtrack_coeff * step
    return False, params


def search_in_torch(
    params: torch.Tensor, full_step: torch.Tensor, surrogate: Function, kl: Function, delta: float, backtrack: float,
    max_backtracks: int,
) -> torch.Tensor:  # fmt: skip
    """In PyTorch."""
    before = surrogate(params)
    for j in range(max_backtracks):
        new = params + backtrack**j * full_step
        if bool((surrogate(new) - before > 0) & (kl(new) <= delta)):
            return new
    return params


def search_in_lists(gains: Array, divergences: Array, max_kl: float, backtrack: float) -> float:
    """The fraction accepted, from what was tried."""
    fitting = [j for j, (gain, gap) in enumerate(zip(gains, divergences, strict=True)) if gain > 0 and gap <= max_kl]
    return backtrack ** min(fitting) if fitting else 0.0


def product(logits: Array, v: Array, state_weights: Array, damping: float) -> Array:
    """In closed form, from logits."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return state_weights[:, None] * p * (v - (p * v).sum(axis=1, keepdims=True)) + damping * v


def product_by_autodiff(logits: torch.Tensor, v: torch.Tensor, damping: float) -> torch.Tensor:
    """The Hessian of the mean divergence, by two gradients."""
    live = logits.clone().requires_grad_()
    log_probs = torch.log_softmax(live, dim=1)
    old = log_probs.detach()
    divergence = (old.exp() * (old - log_probs)).sum(dim=1).mean()
    (slope,) = torch.autograd.grad(divergence, live, create_graph=True)
    (curved,) = torch.autograd.grad((slope * v).sum(), live)
    return curved + damping * v


def product_by_matrices(probabilities: Array, tangent: Array, state_weights: Array, damping: float) -> Array:
    """Matrices diag(pi) - pi pi^T, one for each state."""
    rows = []
    for weight, p, v in zip(state_weights, probabilities, tangent, strict=True):
        rows.append(weight * (np.diag(p) - np.outer(p, p)) @ v + damping * v)
    return np.stack(rows)


class Controller:
    """The coefficient of a penalty, moved after each update."""

    def __init__(self, beta: float, kl_target: float) -> None:
        """Begin with a coefficient."""
        self.beta, self.kl_target = beta, kl_target

    def update(self, kl: float) -> None:
        """Halve or double it."""
        if kl < self.kl_target / 1.5:
            self.beta /= 2
        elif kl > self.kl_target * 1.5:
            self.beta *= 2


class ReturningController:
    """The same under other names, with the new coefficient returned."""

    def __init__(self, target_kl: float, init_kl_coef: float) -> None:
        """Begin with a coefficient."""
        self.target, self.value = target_kl, init_kl_coef

    def update(self, current_kl: float) -> float:
        """Halve or double it."""
        factor = 0.5 if 1.5 * current_kl < self.target else 2.0 if current_kl > 1.5 * self.target else 1.0
        self.value *= factor
        return self.value


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "trpo.conjugate_gradient": [conjugate_gradients, unguarded, in_torch, in_jax],
    "trpo.natural_gradient_step": [step_from_products, step_in_torch],
    "trpo.line_search": [search, search_by_loss, search_in_torch, search_in_lists],
    "trpo.fisher_vector_product": [product, product_by_autodiff, product_by_matrices],
    "ppo.adaptive_kl_trace": [Controller, ReturningController],
}
