"""What can be set: dataclasses that are checked when they are made. Their defaults are the papers' numbers."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ...spec.errors import ParameterError

Collection = Literal["segments", "episodes", "population"]
"""What one iteration gathers: T steps that go on where the last ones ended; one whole episode in each
environment; one whole episode in each environment, every one with a policy of its own."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every agent has.

    Attributes:
        environments: E, side by side, for one seed.
        horizon: T, steps in each environment between two updates; the longest episode where whole ones are gathered.
        hidden: units of the tanh layers, for policy and critic each.
        normalise_observations: subtract the mean of all observations so far and divide by their deviation.
    """

    environments: int = 1
    horizon: int = 2048
    hidden: tuple[int, ...] = (64, 64)
    normalise_observations: bool = False

    collects: ClassVar[Collection] = "segments"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        self._check_counts("environments", "horizon", *(("hidden",) if self.hidden else ()))

    @property
    def reward_discount(self) -> float | None:
        """Discount of the sums by whose deviation rewards are divided; None if they stay as they are."""
        return None

    @property
    def critic_learns_apart(self) -> bool:
        """Whether there is a value function that is fitted by itself, so that others can act meanwhile."""
        return False

    @property
    def batch(self) -> int:
        """Transitions of one iteration, T E."""
        return self.horizon * self.environments

    def _check_counts(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            each = value if isinstance(value, tuple) else (value,)
            if any(isinstance(one, bool) or not isinstance(one, int) or one < 1 for one in each):
                raise self._wrong(name, "whole numbers of at least 1")

    def _check_interval(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise self._wrong(name, f"a number in [{low}, {high}]")

    def _check_finite(self, *names: str) -> None:
        for name in names:
            if not float("-inf") < getattr(self, name) < float("inf"):
                raise self._wrong(name, "a finite number")

    def _check_positive(self, *names: str) -> None:
        for name in names:
            if not 0 < getattr(self, name) < float("inf"):
                raise self._wrong(name, "a positive, finite number")

    def _check_divides(self, name: str) -> None:
        self._check_counts(name)
        if self.batch % getattr(self, name):
            raise self._wrong(name, f"a divisor of horizon times environments, {self.batch}")

    def _wrong(self, name: str, expected: str) -> ParameterError:
        return ParameterError(
            f"the setting {name} of this agent lies outside its range",
            got=f"{name}={getattr(self, name)!r}",
            expected=expected,
            cause="a slip of the keyboard, or a number meant for another setting",
            remedy=f"leave {name} out to get the paper's",
        )


@dataclass(frozen=True, kw_only=True)
class CriticSettings(Settings):
    """What every agent with a value function has.

    Attributes:
        gamma: discount.
        gae_lambda: of `gae.advantage`; 1 for returns less values.
        initial_log_std: logarithm of the first standard deviation of Gaussian actions.
        normalise_rewards: divide rewards by the deviation of their discounted sum (`ppo.reward_scaling`).
        normalise_advantages: over the batch of an iteration (`ppo.advantage_normalisation`).
        critic_learning_rate: of Adam.
        critic_epochs: passes over the batch.
        critic_minibatch: transitions per step of the optimiser.
        max_grad_norm: to which longer gradients are shortened, that of the policy and that of the critic each by
            itself; None if they stay as they are. TRPO and `vpg` have rules of their own for the policy's step: there
            it is for the critic alone.
    """

    gamma: float = 0.99
    gae_lambda: float = 0.95
    initial_log_std: float = 0.0
    normalise_rewards: bool = False
    normalise_advantages: bool = True
    critic_learning_rate: float = 3e-4
    critic_epochs: int = 10
    critic_minibatch: int = 64
    max_grad_norm: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_interval("gamma", 0, 1)
        self._check_interval("gae_lambda", 0, 1)
        self._check_finite("initial_log_std")
        self._check_positive("critic_learning_rate")
        self._check_counts("critic_epochs")
        self._check_divides("critic_minibatch")
        if self.max_grad_norm is not None:
            self._check_positive("max_grad_norm")

    @property
    def reward_discount(self) -> float | None:
        """Discount of the sums by whose deviation rewards are divided; None if they stay as they are."""
        return self.gamma if self.normalise_rewards else None

    @property
    def critic_learns_apart(self) -> bool:
        """Whether the value function is fitted by itself."""
        return True

    @property
    def normalises_the_batch(self) -> bool:
        """Whether advantages are normalised once for an iteration."""
        return self.normalise_advantages

    def _check_whole_returns(self) -> None:
        """Refuse another λ than 1, for an agent whose advantages are returns less values."""
        if self.gae_lambda != 1:
            raise self._wrong("gae_lambda", "1: this agent's advantages are returns less values")
