"""All agents answer to the same five names, are pure functions of arrays, refuse bad settings, and have no formulas."""

import ast
import inspect
import typing
from dataclasses import fields, is_dataclass
from math import inf, nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

from rlproof.impl import agents
from rlproof.impl.agents import AGENTS, actor_critic
from rlproof.impl.agents.data import Rollout, Sizes
from rlproof.impl.agents.settings import Settings
from rlproof.spec.errors import ParameterError

from .cases import KINDS, SMALL, as_type, equal, rollout_of, settings
from .cases import in_a_hurry as in_a_hurry

FIVE = ("Config", "State", "Info", "init", "update")
BESIDES = {
    "a2c": {"optimiser_of", "estimate"},
    "a2c_trust_region": {"Actor", "trusted_gradient"},
    "cem": {"Actor"},
    "ppo_adaptive_kl": {"Actor"},
    "trpo": {"step"},
    "vpg": {"Actor", "OPTIMISER"},
}
"""What else a module shows: what its state is made of, and parts that others use. A new name has to be entered here."""

FEW = {"epochs": 2, "critic_epochs": 2, "iterations": 3}
SEEDS = 2

EVERY = pytest.mark.parametrize("name", AGENTS)


def public(text: str) -> set[str]:
    """The names that a module defines, or passes on by `import X as X` or by importing something as one of the five."""
    names = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname for alias in node.names if alias.asname in {alias.name, *FIVE}}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return {name for name in names if name is not None and not name.startswith("_")}


def text_of(name: str) -> str:
    """The source of one of the modules in the folder of the agents."""
    return (Path(agents.__file__).parent / f"{name}.py").read_text(encoding="utf-8")


@EVERY
def test_an_agent_has_five_public_names(name: str) -> None:
    """And no other one, but for those that are entered above."""
    assert public(text_of(name)) == {*FIVE, *BESIDES.get(name, set())}
    assert all(hasattr(AGENTS[name], each) for each in public(text_of(name)))


def test_a_planted_public_name_is_found() -> None:
    """Negative control: a function, a constant, and a name that is passed on; not what is only used or private."""
    planted = "from .a import b as b, c, d as init\nimport e\nX: int = 1\n_Y = 2\n\ndef f() -> None: ...\n"
    assert public(planted) == {"b", "init", "X", "f"}
    assert public(text_of("ppo") + "\nRATE = 1") == {*FIVE, "RATE"}


ARGUMENTS = {
    "init": {"config": Settings, "sizes": Sizes, "key": jax.Array},
    "update": {"config": Settings, "state": actor_critic.State, "rollout": Rollout, "key": jax.Array},
}


@EVERY
@pytest.mark.parametrize("called", ARGUMENTS)
def test_the_functions_have_the_same_signatures(name: str, called: str) -> None:
    """Arguments by the same names and in the same order, none of which can be left out, and the same results."""
    agent, function = AGENTS[name], getattr(AGENTS[name], called)
    parameters = inspect.signature(function).parameters
    assert list(parameters) == list(ARGUMENTS[called])
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert {each.default for each in parameters.values()} == {inspect.Parameter.empty}
    hints = typing.get_type_hints(function)
    assert issubclass(agent.Config, hints["config"])
    assert hints.pop("return") == (agent.State if called == "init" else tuple[agent.State, agent.Info])
    assert hints | {"config": Settings} == ARGUMENTS[called]


@EVERY
def test_the_types_are_of_the_same_kind(name: str) -> None:
    """Settings are frozen, the state has an actor and a critic, and an iteration tells numbers."""
    agent = AGENTS[name]
    assert agent.State is actor_critic.State
    assert issubclass(agent.Info, eqx.Module)
    assert {typing.get_type_hints(agent.Info)[field.name] for field in fields(agent.Info)} == {jax.Array}
    assert issubclass(agent.Config, Settings)
    assert is_dataclass(agent.Config)
    assert agent.Config.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]


def traced(agent: Any, config: Any, sizes: Sizes, dtype: Any) -> tuple[Any, Any, Any, Any]:
    """What a scan over iterations of a map over seeds does: side effects, states before and after, what it tells."""

    def run(key: jax.Array) -> tuple[Any, Any]:
        keys = jax.random.split(key, SEEDS)
        state = as_type(jax.vmap(lambda key: agent.init(config, sizes, key))(keys), dtype)
        rollout = jax.vmap(lambda key: rollout_of(config, sizes, key, dtype))(keys)
        step = jax.vmap(lambda *arguments: agent.update(config, *arguments))
        return state, jax.lax.scan(lambda state, _: step(state, rollout, keys), state, length=3)

    jaxpr, (before, (after, info)) = jax.make_jaxpr(jax.jit(run), return_shape=True)(jax.random.key(0))
    return jaxpr.effects, before, after, info


@EVERY
@pytest.mark.parametrize(
    ("kind", "dtype", "double"),
    [("gaussian", "float32", False), ("softmax", "float32", True), ("gaussian", "float64", True)],
)
def test_a_state_keeps_its_form(name: str, kind: str, dtype: str, double: bool) -> None:
    """Structure, shapes and dtypes, also those of single precision where there is double; nothing else happens."""
    agent = AGENTS[name]
    with jax.enable_x64(double):
        effects, before, after, info = traced(agent, settings(agent, **SMALL, **FEW), KINDS[kind], jnp.dtype(dtype))
    assert not effects
    assert jax.tree.structure(before) == jax.tree.structure(after)
    forms = ([(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)] for tree in (before, after))
    assert next(forms) == next(forms)
    assert {leaf.shape for leaf in jax.tree.leaves(info)} == {(3, SEEDS)}
    assert {leaf.dtype for leaf in jax.tree.leaves(info)} <= {jnp.dtype("float32"), jnp.dtype(dtype)}


def test_a_planted_impurity_is_found() -> None:
    """Negative control: a state that changes its dtype on the way, and an update that prints."""
    agent, config = AGENTS["cem"], settings(AGENTS["cem"], **SMALL)

    def drifting(config: Any, state: Any, *arguments: Any) -> tuple[Any, Any]:
        state, info = agent.update(config, state, *arguments)
        return state._replace(actor=state.actor._replace(iteration=state.actor.iteration / 2)), info

    def printing(config: Any, state: Any, *arguments: Any) -> tuple[Any, Any]:
        jax.debug.print("{}", state.actor.iteration)
        return agent.update(config, state, *arguments)

    with pytest.raises(TypeError, match="iteration"):
        traced(SimpleNamespace(init=agent.init, update=drifting), config, KINDS["gaussian"], jnp.float32)
    assert traced(SimpleNamespace(init=agent.init, update=printing), config, KINDS["gaussian"], jnp.float32)[0]


DRAWS = {
    **dict.fromkeys(("ppo", "ppo_fixed_kl", "ppo_adaptive_kl", "cpi"), ("actor", "critic")),
    **dict.fromkeys(("trpo", "a2c", "a2c_trust_region", "vpg", "reinforce"), ("critic",)),
    "cem": ("actor",),
}
"""What depends on the key: the orders of minibatches, and the next population. CEM has no critic."""
ALIKE = ("ppo_fixed_kl", "ppo_adaptive_kl", "cpi", "a2c_trust_region", "vpg")
"""Agents that take their minibatches as `ppo` and `a2c` do."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ALIKE)) for name in AGENTS])
def test_the_key_decides_on_the_orders_alone(name: str) -> None:
    """Same key, same bits; with another key, other minibatches, and nothing else that differs."""
    agent, sizes = AGENTS[name], KINDS["softmax"]
    config = settings(agent, **SMALL | {"hidden": ()})
    with jax.enable_x64(False):
        key, other_key = jax.random.split(jax.random.key(0))
        state, rollout = agent.init(config, sizes, key), rollout_of(config, sizes, key)
        step = jax.jit(lambda key: agent.update(config, state, rollout, key))
        (first, info), (again, told), (other, _) = (step(each) for each in (key, key, other_key))
    assert equal((first, info), (again, told))
    assert {part for part in ("actor", "critic") if not equal(getattr(first, part), getattr(other, part))} == {
        *DRAWS[name]
    }


COUNTS, POSITIVE, SHARES = [0, -1, 1.5], [0.0, -1.0, inf, nan], [-0.1, 1.1, nan]
BAD: dict[str, list[Any]] = {
    **dict.fromkeys(("environments", "horizon", "epochs", "critic_epochs", "iterations", "trials", "decay"), COUNTS),
    "minibatch": [*COUNTS, 7],
    "critic_minibatch": [*COUNTS, 7],
    **dict.fromkeys(("gamma", "gae_lambda", "average_rate"), SHARES),
    **dict.fromkeys(("learning_rate", "critic_learning_rate", "first_step_size", "clip_epsilon", "delta"), POSITIVE),
    **dict.fromkeys(("kl_target", "beta", "first_beta", "first_std"), POSITIVE),
    "hidden": [(0,), (64, -1), (1.5,)],
    "backtrack": [*POSITIVE, 1.5],
    "damping": [-1.0, nan, inf],
    "extra_std": [-1.0, nan, inf],
    "initial_log_std": [nan, inf],
    "entropy_coefficient": [nan, inf],
    "elites": [*COUNTS, 41],
    "max_grad_norm": POSITIVE,
    "value_coefficient": POSITIVE,
}
FREE = {"normalise_observations", "normalise_rewards", "normalise_advantages", "normalise_each_minibatch"}
"""Settings of which either answer can be meant."""


@EVERY
def test_bad_settings_are_refused(name: str) -> None:
    """Each by its name; the defaults are none, and there is no setting of which nothing is known."""
    config = AGENTS[name].Config
    config()
    assert {field.name for field in fields(config)} <= {*BAD, *FREE}
    for field in fields(config):
        for value in BAD.get(field.name, []):
            with pytest.raises(ParameterError, match=field.name):
                config(**{field.name: value})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("reinforce", {"gae_lambda": 0.5}),
        ("reinforce", {"normalise_advantages": True}),
        ("ppo", {"normalise_each_minibatch": True, "normalise_advantages": False}),
        ("ppo", {"normalise_each_minibatch": True, "minibatch": 1}),
        ("ppo", {"entropy_coefficient": 0.1}),
        ("ppo", {"critic_epochs": 3, "value_coefficient": 0.5}),
        ("ppo", {"critic_minibatch": 32, "value_coefficient": 0.5}),
        ("ppo", {"critic_learning_rate": 1e-3, "value_coefficient": 0.5}),
        ("a2c", {"gae_lambda": 0.5}),
        ("a2c_trust_region", {"gae_lambda": 0.5}),
    ],
)
def test_a_setting_that_would_be_passed_over_is_refused(name: str, wrong: dict[str, Any]) -> None:
    """These agents take returns as they are, have nothing to normalise, or would read another setting instead."""
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        AGENTS[name].Config(**wrong)


ENTERED = """
# an objective is maximised by minimising its negative
surrogate: -objective(ratios, advantages, batch.old.at(places), new)
gradient: -objective(policy(batch.observations), batch, entropy_coefficient=entropy_coefficient)
gradient: found + entropy_coefficient * new.entropy().mean()
# from a mean over rows to the rows, and back with the sign of a loss
a2c_trust_region: rows * slopes
a2c_trust_region: average.kl(new).sum()
a2c_trust_region: -slopes / rows
# a critic learns its values plus the advantages
critic: advantages + values
a2c: advantages + values
# rows that are no data have no weight
critic: jnp.where(valid[places], values, targets[places])
reinforce: rollout.valid.mean(dtype=batch.advantages.dtype)
reinforce: rollout.valid.reshape(-1) / share
reinforce: batch.advantages * weights
reinforce: (weights * batch.old.kl(new)).mean()
reinforce: (weights * new.entropy()).mean()
reinforce: ppo.value_loss(jnp.where(rollout.valid, estimates.values, estimates.returns), estimates.returns) / share
cem: jnp.where(rollout.valid, rollout.rewards, 0).sum(axis=0)
# a step is taken, by a size that an equation has given
trpo: jax.jvp(jax.grad(divergence), (flat,), (tangent,))[1] + config.damping * tangent
trpo: flat + jnp.asarray(config.backtrack, flat.dtype) ** number * full
trpo: surrogate(candidate) - before
trpo: flat + fraction * full
vpg: p - actor.step_size * d
# means are told
actor_critic: batch.old.kl(policy(batch.observations)).mean()
actor_critic: batch.old.kl(new).mean()
actor_critic: new.entropy().mean()
ppo: clipped.mean(dtype=slopes.dtype)
trpo: jnp.where(fraction > 0, trials[0][number - 1], 0)
a2c_trust_region: (trusted != joined).any(axis=-1).mean(dtype=jnp.float32)
cem: jax.lax.top_k(scores, config.elites)
cem: best.mean()
cem: jnp.sqrt(variance.mean())
# deviations become variances and the other way round; the noise that is added becomes less
cem: config.first_std ** 2
cem: jnp.maximum(0.0, 1 - actor.iteration / config.decay)
cem: (config.extra_std * left).astype(samples.dtype) ** 2
cem: jnp.log(variance) / 2
# counting
a2c_trust_region: sum((leaf.shape[-1] for leaf in leaves[:index + 1]))
a2c_trust_region: len(leaves) - 1
cem: actor.iteration + 1
settings: self.horizon * self.environments
settings: self.batch % getattr(self, name)
trpo: number + 1
# a network is defined, and an action drawn by Gumbel noise
networks: [sqrt(2)] * (len(sizes) - 2) + [last_scale]
networks: jnp.tanh(inputs @ hidden_weight + hidden_bias)
networks: inputs @ weight + bias
policies: jnp.argmax(self.logits + noise, axis=-1)
"""
"""All the arithmetic there is, with reasons. What is more than that is a formula, and belongs into `impl`."""

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.USub)
BUILT_IN = {"abs", "divmod", "max", "min", "pow", "round", "sum"}
METHODS = BUILT_IN | {"add", "clip", "cumprod", "cumsum", "dot", "mean", "multiply", "prod", "std", "subtract", "var"}
PLUMBING = {
    "jax": "Array grad jvp nn.initializers.orthogonal value_and_grad vjp vmap lax.scan lax.while_loop tree.flatten "
    "tree.map flatten_util.ravel_pytree random.gumbel random.normal random.permutation random.split",
    "jax.numpy": "asarray broadcast_to concatenate float32 full int32 nan split zeros zeros_like",
    "optax": "GradientTransformation adam apply_updates chain clip_by_global_norm rmsprop scale_by_adam",
    "equinox": "AbstractVar Module tree_at",
    "itertools": "pairwise",
}
"""What an agent may use of other people's packages as it likes: it arranges, differentiates, repeats and optimises."""
HARMLESS = {f"{package}.{name}" for package, names in PLUMBING.items() for name in names.split()}
NO_ARITHMETIC = {"abc", "collections", "dataclasses", "types", "typing"}


def arithmetic(text: str) -> list[str]:
    """The outermost expressions in a module's text that compute numbers otherwise than by calling `impl`."""
    tree = ast.parse(text)
    foreign = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            foreign |= {each.asname or each.name.partition(".")[0]: _bound(each) for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            foreign |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return list(_outermost(tree, foreign))


def _bound(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _outermost(node: ast.AST, foreign: dict[str, str]) -> Any:
    if _computes(node, foreign):
        yield ast.unparse(node)
    elif not _dotted(node, foreign):
        for child in ast.iter_child_nodes(node):
            yield from _outermost(child, foreign)


def _computes(node: ast.AST, foreign: dict[str, str]) -> bool:
    """Whether this is an operation on numbers, or names one that is not ours, be it called or handed on."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.UnaryOp):
        is_number = isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
        return isinstance(node.op, OPERATORS) and not is_number
    named = node.func if isinstance(node, ast.Call) else node
    dotted = _dotted(named, foreign)
    if dotted:
        return dotted.partition(".")[0] not in NO_ARITHMETIC and dotted not in HARMLESS
    if isinstance(named, ast.Name):
        return named.id in BUILT_IN and isinstance(named.ctx, ast.Load)
    return isinstance(node, ast.Call) and isinstance(named, ast.Attribute) and named.attr in METHODS


def _dotted(node: ast.AST, foreign: dict[str, str]) -> str:
    """The whole name of what is imported from elsewhere; nothing for what is ours."""
    if isinstance(node, ast.Name):
        return foreign.get(node.id, "")
    root = _dotted(node.value, foreign) if isinstance(node, ast.Attribute) else ""
    return f"{root}.{node.attr}" if root and isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize("name", sorted(path.stem for path in Path(agents.__file__).parent.glob("*.py")))
def test_an_agent_has_no_formula_of_its_own(name: str) -> None:
    """Its arithmetic is what is entered above with a reason, each expression as often as it is entered."""
    entered = [line.partition(": ")[2] for line in ENTERED.splitlines() if line.startswith(f"{name}: ")]
    assert sorted(arithmetic(text_of(name))) == sorted(entered)


IMPORTS = "from math import exp\nfrom operator import mul\nimport jax\nimport jax.numpy as jnp\nimport optax\n"


@pytest.mark.parametrize(
    "formula",
    [
        "jnp.minimum(r, jnp.clip(r, 0.8, 1.2))",
        "rewards + gamma * next_values - values",
        "exp(log_probs)",
        "mul(ratios, advantages)",
        "jax.tree.map(jnp.square, errors)",
        "jax.nn.softmax(logits)",
        "optax.huber_loss(values, returns)",
        "advantages.std()",
        "map(abs, errors)",
        "total.at[0].add(reward)",
        "-total @ weights",
    ],
)
def test_a_planted_formula_is_found(formula: str) -> None:
    """Negative control: one more expression, whatever it is made of, in a module whose arithmetic is all entered."""
    before = arithmetic(text_of("ppo"))
    (found,) = arithmetic(IMPORTS + f"def f(ratios, advantages):\n    return {formula}\n")
    assert found in {formula, "jnp.square", "abs"}
    assert arithmetic(IMPORTS + text_of("ppo") + f"\nPLANTED = {formula}\n") == [*before, found]
    assert arithmetic(f"TOTAL = 1\nTOTAL += {formula}")[-1].startswith("TOTAL += ")


@pytest.mark.parametrize(
    "innocent", ["ppo.ratio(a, b)", "jax.tree.map(lambda leaf: leaf[0], tree)", "jnp.zeros_like(x)", "x[-1]", "(a & b)"]
)
def test_a_call_of_an_equation_is_no_formula(innocent: str) -> None:
    """The rule does not forbid what agents consist of."""
    assert arithmetic(IMPORTS + f"VALUE: int | None = {innocent}") == []
