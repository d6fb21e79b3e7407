"""Real MuJoCo: Gymnasium's eleven tasks, on one engine for processors and one for accelerators.

- `tasks`: the tasks, each one declarative definition that every engine runs;
- `vector_env`, `single_env`: environments of Gymnasium on the processor, bit-identical to Gymnasium's own;
- `rendering`: pictures.

`import rlproof.envs` registers the tasks: `gymnasium.make_vec("rlproof/Hopper-v5", num_envs=64)`.
"""
