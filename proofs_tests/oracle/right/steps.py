"""More ways to solve with products, to search along a step, and to multiply with a Fisher matrix."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any
Function = Callable[[Array], Any]


def cg(f_Ax: Function, b: Array, cg_iters: int = 10, residual_tol: float = 1e-10) -> Array:
    """As in modular_rl and OpenAI's baselines, in place."""
    p, r, x = b.copy(), b.copy(), np.zeros_like(b)
    rdotr = r.dot(r)
    for _ in range(cg_iters):
        if rdotr < residual_tol:
            break
        z = f_Ax(p)
        v = rdotr / p.dot(z)
        x += v * p
        r -= v * z
        newrdotr = r.dot(r)
        p = r + newrdotr / rdotr * p
        rdotr = newrdotr
    return x


def conjugate_gradient_in_sb3(
    matrix_vector_dot_fn: Callable[[torch.Tensor], torch.Tensor], b: torch.Tensor, max_iter: int, residual_tol: float
) -> torch.Tensor:
    """As in Stable-Baselines3's contributions: the residual by the product at zero."""
    x = torch.zeros_like(b)
    residual = b - matrix_vector_dot_fn(x)
    p = residual.clone()
    squared = torch.matmul(residual, residual)
    for i in range(max_iter):
        if squared < residual_tol:
            break
        product = matrix_vector_dot_fn(p)
        alpha = squared / p.dot(product)
        x += alpha * p
        if i == max_iter - 1:
            return x
        residual -= alpha * product
        new_squared = torch.matmul(residual, residual)
        beta = new_squared / squared
        squared = new_squared
        p = residual + beta * p
    return x


def conjugate_gradient_by_recursion(A: Array, b: Array, n: int) -> Array:
    """One iteration, and the rest of them."""

    def rest(x: Array, r: Array, p: Array, count: int) -> Array:
        squared = r @ r
        if count == 0 or squared == 0:
            return x
        curved = A @ p
        step = squared / (p @ curved)
        following = r - step * curved
        return rest(x + step * p, following, following + (following @ following) / squared * p, count - 1)

    return rest(np.zeros_like(b), b, b, n)


def solution_in_krylov_space(fisher_matrix: Array, gradient: Array, iterations: int) -> Array:
    """What minimises the quadratic in the space of the directions: Lanczos vectors, made orthogonal twice."""
    basis: list[Array] = []
    vector = gradient
    for _ in range(min(iterations, len(gradient))):
        for _ in range(2):
            for known in basis:
                vector = vector - (known @ vector) * known
        size = np.linalg.norm(vector)
        if size <= 1e-12 * max(1.0, np.linalg.norm(gradient)):
            break
        basis.append(vector / size)
        vector = fisher_matrix @ basis[-1]
    if not basis:
        return np.zeros_like(gradient)
    columns = np.stack(basis, axis=1)
    return columns @ np.linalg.solve(columns.T @ fisher_matrix @ columns, columns.T @ gradient)


def conjugate_gradient_in_lists(A: list[list[float]], b: list[float], nsteps: int) -> list[float]:
    """Lists and scalars."""

    def dot(u: list[float], v: list[float]) -> float:
        return sum(left * right for left, right in zip(u, v, strict=True))

    x, r, p = [0.0] * len(b), list(b), list(b)
    for _ in range(nsteps):
        squared = dot(r, r)
        if squared == 0:
            break
        product = [dot(row, p) for row in A]
        step = squared / dot(p, product)
        x = [old + step * d for old, d in zip(x, p, strict=True)]
        r = [old - step * z for old, z in zip(r, product, strict=True)]
        share = dot(r, r) / squared
        p = [rest + share * d for rest, d in zip(r, p, strict=True)]
    return x


@jax.jit
def conjugate_gradient_in_a_loop(fisher_matrix: jax.Array, gradient: jax.Array, iterations: int) -> jax.Array:
    """Compiled: a loop that stops where the residual vanishes."""

    def keeps_on(state: tuple[Any, ...]) -> Any:
        return (state[0] < iterations) & (state[4] > 0)

    def body(state: tuple[Any, ...]) -> tuple[Any, ...]:
        count, x, r, p, squared = state
        product = fisher_matrix @ p
        step = squared / (p @ product)
        x, r = x + step * p, r - step * product
        following = r @ r
        return count + 1, x, r, r + following / squared * p, following

    start = (0, jnp.zeros_like(gradient), gradient, gradient, gradient @ gradient)
    return jax.lax.while_loop(keeps_on, body, start)[1]


def conjugate_gradient_of_generator(hvp: Function, g: Array, num_iterations: int) -> Array:
    """The latest of the iterates."""

    def iterates() -> Any:
        x, r, p = 0 * g, g, g
        while True:
            yield x
            squared = np.inner(r, r)
            if squared > 0:
                z = hvp(p)
                x, r = x + squared / np.inner(p, z) * p, r - squared / np.inner(p, z) * z
                p = r + np.inner(r, r) / squared * p

    source = iterates()
    for _ in range(num_iterations):
        next(source)
    return next(source)


def linesearch(
    f: Function, x: Array, fullstep: Array, get_kl: Function, max_kl: float, max_backtracks: int = 10
) -> tuple[bool, Array]:
    """As in modular_rl, with the divergence in place of the ratio of improvements."""
    fval = f(x)
    for stepfrac in 0.5 ** np.arange(max_backtracks):
        xnew = x + stepfrac * fullstep
        if fval - f(xnew) > 0 and get_kl(xnew) <= max_kl:
            return True, xnew
    return False, x


def share_accepted(gains: Array, divergences: Array, delta: float, backtrack: float) -> float:
    """All trials at once."""
    fits = (gains > 0) & (divergences <= delta)
    return np.where(fits.any(), backtrack ** np.argmax(fits), 0.0)


def share_by_cumulative_product(gains: Array, kls: Array, max_kl: float, backtrack_ratio: float) -> float:
    """How often it was multiplied: refused trials before the first that fits."""
    refused = ~((gains > 0.0) & (kls <= max_kl))
    return 0.0 if refused.all() else backtrack_ratio ** int(np.cumprod(refused).sum())


def share_from_the_end(improvements: list[float], kl: list[float], delta: float, backtrack: float) -> float:
    """The last trial first: the first that fits is what remains."""
    found = 0.0
    for j in reversed(range(len(improvements))):
        if improvements[j] > 0 and not kl[j] > delta:
            found = backtrack**j
    return found


def spinning_up(
    old_params: Array, compute_loss: Function, compute_kl: Function, search_dir: Array, delta: float,
    backtrack_coeff: float, backtrack_iters: int,
) -> Array:  # fmt: skip
    """As in Spinning Up, with a strict improvement: where none is found, the old parameters."""
    pi_l_old = compute_loss(old_params)

    def set_and_eval(step: float) -> tuple[Any, Any, Array]:
        new = old_params + search_dir * step
        return compute_kl(new), compute_loss(new), new

    for j in range(backtrack_iters):
        kl, pi_l_new, new = set_and_eval(step=backtrack_coeff**j)
        if kl <= delta and pi_l_new < pi_l_old:
            return new
    return old_params


def sb3_line_search(
    params: torch.Tensor, search_direction: torch.Tensor, objective: Function, kl_divergence: Function,
    target_kl: float, line_search_shrinking_factor: float, line_search_max_iter: int,
) -> torch.Tensor:  # fmt: skip
    """As in Stable-Baselines3's contributions: the factor shrinks, and the step is taken back if nothing fits."""
    before = objective(params)
    line_search_backtrack_coeff, is_line_search_success = 1.0, False
    new_params = params
    for _ in range(line_search_max_iter):
        new_params = params + line_search_backtrack_coeff * search_direction
        if kl_divergence(new_params) <= target_kl and objective(new_params) > before:
            is_line_search_success = True
            break
        line_search_backtrack_coeff *= line_search_shrinking_factor
    return new_params if is_line_search_success else params


@jax.jit
def share_in_jax(gains: jax.Array, divergences: jax.Array, delta: float, backtrack: float) -> jax.Array:
    """The largest of the shares that fit."""
    shares = backtrack ** jnp.arange(len(gains))
    fits = (gains > 0) & (divergences <= delta)
    first = jnp.argmax(fits)
    return jnp.where(jnp.any(fits), shares[first], 0.0)


def search_by_recursion(
    theta: Array, step: Array, surrogate: Function, kl: Function, delta: float, alpha: float, max_backtracks: int
) -> Array:
    """A shorter step, as long as trials are left."""
    if max_backtracks == 0:
        return theta
    gain = surrogate(theta + step) - surrogate(theta)
    if gain > 0 and kl(theta + step) <= delta:
        return theta + step
    return search_by_recursion(theta, alpha * step, surrogate, kl, delta, alpha, max_backtracks - 1)


def product_by_centring(probs: Array, v: Array, weights: Array, damping: float) -> Array:
    """The slope of the probabilities along the vector, weighted."""
    slope = probs * v - probs * np.einsum("sa,sa->s", probs, v)[:, None]
    return np.einsum("s,sa->sa", weights, slope) + damping * v


def product_by_scores(probabilities: Array, tangent: Array, state_weights: Array, damping: float) -> Array:
    """The mean of outer products of the score, action by action."""
    states, actions = probabilities.shape
    found = damping * tangent
    for s in range(states):
        for a in range(actions):
            score = (np.arange(actions) == a) - probabilities[s]
            found[s] = found[s] + state_weights[s] * probabilities[s, a] * (score @ tangent[s]) * score
    return found


def product_with_whole_matrix(probabilities: Array, vector: Array, state_weights: Array, damping: float) -> Array:
    """One matrix of all logits."""
    states, actions = probabilities.shape
    matrix = damping * np.eye(states * actions)
    for s in range(states):
        block = slice(s * actions, (s + 1) * actions)
        matrix[block, block] += state_weights[s] * (np.diag(probabilities[s]) - np.outer(*2 * [probabilities[s]]))
    return (matrix @ vector.reshape(-1)).reshape(states, actions)


def product_by_pairs(probs: list[list[float]], v: list[list[float]], d: list[float], damping: float) -> list[Array]:
    """Differences to every other action."""
    rows = []
    for weight, p, u in zip(d, probs, v, strict=True):
        indices = range(len(p))
        rows.append([weight * p[a] * sum(p[b] * (u[a] - u[b]) for b in indices) + damping * u[a] for a in indices])
    return rows


@jax.jit
def product_in_jax(logits: jax.Array, v: jax.Array, state_weights: jax.Array, cg_damping: float) -> jax.Array:
    """Forward over reverse: the slope of the gradient of the divergence."""
    old = jax.lax.stop_gradient(jax.nn.log_softmax(logits))

    def divergence(new: jax.Array) -> jax.Array:
        return (state_weights * (jnp.exp(old) * (old - jax.nn.log_softmax(new))).sum(axis=1)).sum()

    return jax.jvp(jax.grad(divergence), (logits,), (v,))[1] + cg_damping * v


def product_by_jacobians(logits: torch.Tensor, v: torch.Tensor, weights: torch.Tensor, damping: float) -> torch.Tensor:
    """Gauss and Newton: the softmax's slope forwards, and the logarithm's slope backwards."""
    _, slope = torch.func.jvp(lambda table: torch.softmax(table, dim=-1), (logits,), (v,))
    _, back = torch.func.vjp(lambda table: torch.log_softmax(table, dim=-1), logits)
    return back(weights[:, None] * slope)[0] + damping * v


def product_of_mean(logits: torch.Tensor, vector: torch.Tensor, damping_coeff: float) -> torch.Tensor:
    """The mean over the states of a batch, by double backpropagation of PyTorch's own divergence."""
    with torch.enable_grad():
        live = logits.detach().clone().requires_grad_()
        old = torch.distributions.Categorical(logits=logits.detach())
        kl = torch.distributions.kl_divergence(old, torch.distributions.Categorical(logits=live)).mean()
        flat = torch.autograd.grad(kl, live, create_graph=True)[0].view(-1)
        product = torch.autograd.grad(flat @ vector.reshape(-1), live)[0]
    return product + vector * damping_coeff


def product_of_flat_vector(v: Array, logits: Array, weights: Array, damping: float) -> Array:
    """The vector is a list of all logits, and so is the product."""
    probs = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    table = v.reshape(probs.shape)
    slope = probs * (table - (probs * table).sum(axis=1, keepdims=True))
    return (weights[:, None] * slope).ravel() + damping * v


def product_of_parameters(vector: torch.Tensor, logits: torch.Tensor, cg_damping: float) -> torch.Tensor:
    """As many programs have it: the slope of a slope, in one list."""
    live = logits.clone().requires_grad_()
    new = torch.log_softmax(live, dim=-1)
    kl = torch.sum(new.exp().detach() * (new.detach() - new), dim=-1).mean()
    flat = torch.cat([part.view(-1) for part in torch.autograd.grad(kl, [live], create_graph=True)])
    parts = torch.autograd.grad((flat * vector).sum(), [live])
    return torch.cat([part.contiguous().view(-1) for part in parts]) + cg_damping * vector


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "trpo.conjugate_gradient": [
        cg, conjugate_gradient_in_sb3, conjugate_gradient_by_recursion, solution_in_krylov_space,
        conjugate_gradient_in_lists, conjugate_gradient_in_a_loop, conjugate_gradient_of_generator,
    ],
    "trpo.line_search": [
        linesearch, share_accepted, share_by_cumulative_product, share_from_the_end, spinning_up, sb3_line_search,
        share_in_jax, search_by_recursion,
    ],
    "trpo.fisher_vector_product": [
        product_by_centring, product_by_scores, product_with_whole_matrix, product_by_pairs, product_in_jax,
        product_by_jacobians, product_of_mean, product_of_flat_vector, product_of_parameters,
    ],
}  # fmt: skip
