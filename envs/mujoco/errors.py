"""What can go wrong with simulated environments, beyond what `rlproof.spec.errors` knows."""

import gymnasium.error

from ...spec.errors import ParameterError, RlproofError, ShapeError


class UnknownTaskError(RlproofError):
    """No task has this name."""


class UnknownOptionError(RlproofError):
    """The task has no option of this name."""


class ModelFileError(RlproofError):
    """The model file does not exist or does not compile."""


class UnknownBodyError(RlproofError):
    """The model has no body of this name."""


class ActionShapeError(ShapeError):
    """Actions have the wrong number of rows or columns."""


class ActionValueError(ParameterError):
    """An action is NaN or infinite."""


class ClosedEnvironmentError(RlproofError, gymnasium.error.ClosedEnvironmentError):
    """The environment is used after `close()`."""


class ResetNeededError(RlproofError, gymnasium.error.ResetNeeded):
    """An environment is stepped before its first `reset()`, or after an episode's end that nothing has reset."""


class RendererError(RlproofError, RuntimeError):
    """This machine cannot render."""


class MissingAcceleratorError(RlproofError, ImportError):
    """What an implementation on accelerators needs is not installed or not there."""
