"""All agents answer to the same five names, are pure functions of arrays, refuse bad settings, and have no formulas."""

import ast
import inspect
import typing
from dataclasses import fields, is_dataclass
from math import inf, nan
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.impl import agents
from rlproof.impl.agents import AGENTS, actor_critic
from rlproof.impl.agents.data import Rollout, Sizes
from rlproof.impl.agents.settings import Settings
from rlproof.spec.errors import ParameterError

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

KINDS = {"gaussian": Sizes(3, 2, discrete=False), "softmax": Sizes(3, 3, discrete=True)}
SMALL = {"environments": 4, "horizon": 6, "hidden": (4,), "minibatch": 12, "critic_minibatch": 12, "elites": 2}
FEW = {"epochs": 2, "critic_epochs": 2, "iterations": 3}
SEEDS = 2

EVERY = pytest.mark.parametrize("name", AGENTS)


def settings(agent: ModuleType, **wanted: Any) -> Any:
    """An agent's settings, as far as it has them."""
    known = {field.name for field in fields(agent.Config)}
    return agent.Config(**{name: value for name, value in wanted.items() if name in known})


def as_type(tree: Any, dtype: Any) -> Any:
    """The same tree with other floats."""
    return jax.tree.map(lambda leaf: leaf.astype(dtype) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf, tree)


def rollout_of(config: Any, sizes: Sizes, key: jax.Array, dtype: Any = jnp.float32) -> Rollout:
    """Transitions of noise, each from where the last one led to; a fifth of them ends an episode in either way."""
    shape, keys = (config.horizon, config.environments), jax.random.split(key, 6)
    starts, successors = (jax.random.normal(one, (*shape, sizes.observation), dtype) for one in keys[:2])
    terminated, truncated = (jax.random.bernoulli(one, 0.2, shape) for one in keys[2:4])
    ended = (terminated | truncated)[:-1, :, None]
    seen = starts.at[1:].set(jnp.where(ended, starts[1:], successors[:-1]))
    actions = (
        jax.random.randint(keys[4], shape, 0, sizes.action, jnp.int32)
        if sizes.discrete
        else jax.random.normal(keys[4], (*shape, sizes.action), dtype)
    )
    rewards = jax.random.normal(keys[5], shape, dtype)
    return Rollout(seen, actions, rewards, successors, terminated, truncated, jnp.ones(shape, bool))


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
    assert issubclass(agent.Info, tuple)
    assert set(typing.get_type_hints(agent.Info).values()) == {jax.Array}
    assert issubclass(agent.Config, Settings)
    assert is_dataclass(agent.Config)
    assert agent.Config.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]


@EVERY
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("gaussian", "float32"),
        ("softmax", "float32"),
        ("gaussian", "float64"),
        ("softmax", "float32 while there are 64 bits"),
    ],
)
def test_a_state_keeps_its_form(name: str, kind: str, dtype: str) -> None:
    """Structure, shapes and dtypes: a scan over iterations of a map over seeds is traced, and has no side effects."""
    agent, sizes, double = AGENTS[name], KINDS[kind], jnp.dtype(dtype.partition(" ")[0])
    config = settings(agent, **SMALL, **FEW)

    def run(key: jax.Array) -> tuple[Any, Any]:
        keys = jax.random.split(key, SEEDS)
        state = as_type(jax.vmap(lambda key: agent.init(config, sizes, key))(keys), double)
        rollout = jax.vmap(lambda key: rollout_of(config, sizes, key, double))(keys)
        step = jax.vmap(lambda state, rollout, key: agent.update(config, state, rollout, key))
        return state, jax.lax.scan(lambda state, _: step(state, rollout, keys), state, length=3)

    with jax.enable_x64(dtype != "float32"):
        traced = jax.make_jaxpr(jax.jit(run), return_shape=True)
        jaxpr, (before, (after, info)) = traced(jax.random.key(0))
    assert not jaxpr.effects
    assert jax.tree.structure(before) == jax.tree.structure(after)
    assert [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(before)] == [
        (leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(after)
    ]
    assert {leaf.shape for leaf in info} == {(3, SEEDS)}
    assert {leaf.dtype for leaf in info} <= {jnp.dtype("float32"), double}


DRAWS = {
    **dict.fromkeys(("ppo", "ppo_fixed_kl", "ppo_adaptive_kl", "cpi"), ("actor", "critic")),
    **dict.fromkeys(("trpo", "a2c", "a2c_trust_region", "vpg", "reinforce"), ("critic",)),
    "cem": ("actor",),
}
"""What depends on the key: the orders of minibatches, and the next population. CEM has no critic."""
HURRIED = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""Options of XLA, so that what runs three times is compiled soon."""
ALIKE = ("ppo_fixed_kl", "ppo_adaptive_kl", "cpi")
"""Agents that take their minibatches as `ppo` does."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ALIKE)) for name in AGENTS])
def test_the_key_decides_on_the_orders_alone(name: str) -> None:
    """Same key, same bits; with another key, other minibatches, and nothing else that differs."""
    agent, sizes = AGENTS[name], KINDS["softmax"]
    config = settings(agent, **SMALL | {"hidden": ()})
    with jax.enable_x64(False):
        key, other_key = jax.random.split(jax.random.key(0))
        state, rollout = agent.init(config, sizes, key), rollout_of(config, sizes, key)
        step = jax.jit(lambda key: agent.update(config, state, rollout, key), compiler_options=HURRIED)
        (first, info), (again, told), (other, _) = (step(each) for each in (key, key, other_key))
    assert equal((first, info), (again, told))
    assert {part for part in ("actor", "critic") if not equal(getattr(first, part), getattr(other, part))} == {
        *DRAWS[name]
    }


def equal(one: Any, two: Any) -> bool:
    """Whether two trees are the same bits."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    return all(np.array_equal(*map(np.asarray, pair)) for pair in pairs)


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
    "damping": [-1.0, nan],
    "extra_std": [-1.0, nan],
    "elites": [*COUNTS, 41],
}
FREE = {"initial_log_std", "normalise_observations", "normalise_rewards", "normalise_advantages", "entropy_coefficient"}
"""Settings of which every number, or either answer, can be meant."""


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


@pytest.mark.parametrize("wrong", [{"gae_lambda": 0.5}, {"normalise_advantages": True}])
def test_reinforce_takes_returns_as_they_are(wrong: dict[str, Any]) -> None:
    """What would make it another algorithm is refused."""
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        AGENTS["reinforce"].Config(**wrong)


ENTERED = """
# an objective is maximised by minimising its negative
surrogate: -objective(ratios, batch.advantages[places], batch.old.at(places), new)
gradient: -(objective + entropy_coefficient * new.entropy().mean() if entropy_coefficient else objective)
a2c_trust_region: value + config.entropy_coefficient * new.entropy().mean()
# from a mean over rows to the rows, and back with the sign of a loss
a2c_trust_region: rows * slopes
a2c_trust_region: average.kl(new).sum()
a2c_trust_region: -slopes / rows
# a critic learns its values plus the advantages
critic: advantages + values
a2c: advantages + values
# rows that are no data have no weight
critic: jnp.where(valid[places], values, targets[places])
reinforce: rollout.valid.reshape(-1) / rollout.valid.mean(dtype=batch.advantages.dtype)
reinforce: batch.advantages * weights
reinforce: (weights * batch.old.kl(new)).mean()
reinforce: (weights * new.entropy()).mean()
cem: jnp.where(rollout.valid, rollout.rewards, 0).sum(axis=0)
# a step is taken, by a size that an equation has given
trpo: jax.jvp(jax.grad(divergence), (flat,), (tangent,))[1] + config.damping * tangent
trpo: flat + config.backtrack ** number * full
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
cem: -jnp.inf
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
    "jax.numpy": "broadcast_to concatenate float32 full full_like inf int32 nan split zeros zeros_like",
    "optax": "GradientTransformation adam apply_updates rmsprop scale_by_adam",
    "equinox": "AbstractVar Module",
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
        "sum(rewards)",
        "map(abs, errors)",
        "-log_probs",
        "total.at[0].add(reward)",
        "total @ weights",
    ],
)
def test_a_planted_formula_is_found(formula: str) -> None:
    """Negative control: one more expression, whatever it is made of, in a module whose arithmetic is all entered."""
    before = arithmetic(text_of("ppo"))
    (found,) = arithmetic(IMPORTS + f"def f(ratios, advantages):\n    return {formula}\n")
    assert found in {formula, "jnp.square", "abs"}
    assert arithmetic(IMPORTS + text_of("ppo") + f"\nPLANTED = {formula}") == [*before, found]


def test_an_addition_to_what_is_there_is_found() -> None:
    """Negative control: in place, too."""
    assert arithmetic("total = 1\ntotal += reward") == ["total += reward"]


@pytest.mark.parametrize(
    "innocent", ["ppo.ratio(a, b)", "jax.tree.map(lambda leaf: leaf[0], tree)", "jnp.zeros_like(x)", "x[-1]", "(a & b)"]
)
def test_a_call_of_an_equation_is_no_formula(innocent: str) -> None:
    """The rule does not forbid what agents consist of."""
    assert arithmetic(IMPORTS + f"VALUE: int | None = {innocent}") == []
