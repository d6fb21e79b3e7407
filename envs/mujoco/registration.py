"""Register the tasks with Gymnasium, as rlproof/Hopper-v5 and so on."""

import gymnasium

NAMESPACE = "rlproof"
TIME_LIMITS = {
    "InvertedPendulum": 1000,
    "InvertedDoublePendulum": 1000,
    "Reacher": 50,
    "Pusher": 100,
    "Swimmer": 1000,
    "Hopper": 1000,
    "HalfCheetah": 1000,
    "Walker2d": 1000,
    "Ant": 1000,
    "Humanoid": 1000,
    "HumanoidStandup": 1000,
}
"""The time limits by task; a test holds them against the tasks, which are not imported for it."""


def register() -> None:
    """Register every task once, for `gymnasium.make` and `gymnasium.make_vec`; MuJoCo is imported when one is made."""
    for name, time_limit in TIME_LIMITS.items():
        env_id = f"{NAMESPACE}/{name}-v5"
        if env_id not in gymnasium.registry:
            gymnasium.register(
                env_id,
                entry_point=f"{__package__}.single_env:MujocoEnv",
                vector_entry_point=f"{__package__}.vector_env:MujocoVectorEnv",
                max_episode_steps=time_limit,
                # The environments check their actions and the order of calls themselves.
                disable_env_checker=True,
                order_enforce=False,
                kwargs={"task": name},
            )
