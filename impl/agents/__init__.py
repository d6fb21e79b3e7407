"""The agents of the papers: each a module with the same five names, made of the equations of `rlproof.impl`.

Every module has

- `Config`: a dataclass of settings, whose defaults are the paper's;
- `State`: what has been learnt, a tree of arrays, with what acts in `state.actor.policy`;
- `Info`: what an iteration did, a tuple of numbers;
- `init(config, sizes, key) -> State`;
- `update(config, state, rollout, key) -> (State, Info)`, pure, for `jax.jit`, `jax.vmap` and `jax.lax.scan`.

So that `ppo` becomes `trpo` by one word. None of them contains a formula of its own.
"""

from types import ModuleType

from . import a2c, a2c_trust_region, cem, cpi, ppo, ppo_adaptive_kl, ppo_fixed_kl, reinforce, trpo, vpg

AGENTS: dict[str, ModuleType] = {
    "ppo": ppo,
    "ppo_fixed_kl": ppo_fixed_kl,
    "ppo_adaptive_kl": ppo_adaptive_kl,
    "cpi": cpi,
    "trpo": trpo,
    "a2c": a2c,
    "a2c_trust_region": a2c_trust_region,
    "vpg": vpg,
    "reinforce": reinforce,
    "cem": cem,
}
"""By the names that the command line takes."""
