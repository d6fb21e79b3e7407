"""What the tests of simulated environments share: graphics, where the machine has them."""

import os

import numpy as np
import pytest

from rlproof.envs.mujoco.errors import RendererError
from rlproof.envs.mujoco.pictures import Studio


@pytest.fixture(scope="session")
def graphics() -> None:
    """Skip what draws on a machine that cannot draw, and say why; where RLPROOF_GRAPHICS is "required", fail."""
    studio = Studio("Reacher", width=8, height=8)
    try:
        studio.picture(np.zeros(4))
    except RendererError as error:
        if os.environ.get("RLPROOF_GRAPHICS") == "required":
            raise
        pytest.skip(f"not run, since this machine cannot draw: {error.remedy}")
    finally:
        studio.close()
