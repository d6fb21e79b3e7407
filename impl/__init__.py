"""The equations of `rlproof.spec` under the same names in JAX: jitted, batched, differentiable.

Every function follows the dtype of its arguments (float32 or float64; the x64 flag is yours to set), works under
`jit`, `vmap` and `grad`, takes input that is already valid and lets a NaN through. Tabular equations take leading
batch axes, trajectory equations trailing ones.
"""

try:
    import jax as _jax
except ImportError as error:
    raise ImportError(
        "rlproof.impl needs JAX, which is not installed\n"
        "  what to do:   pip install 'rlproof[impl]' (rlproof.spec needs nothing more than NumPy and python-flint)"
    ) from error

del _jax
