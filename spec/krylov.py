"""One cycle of GMRES: the best correction that few applications of an operator can give."""

from collections.abc import Callable

import numpy as np

from .numbers import Array


def gmres_correction(apply_kernel: Callable[[Array], Array], residual: Array, dimensions: int) -> Array:
    r"""Find the correction of a Krylov space that leaves the smallest residual.

    .. math:: \operatorname*{argmin}_{y \in \mathcal K} \|d - (I - K)\,y\|_2, \qquad
        \mathcal K = \operatorname{span}\{d, K d, \dots, K^{m-1} d\}

    Args:
        apply_kernel: the linear map K on vectors [S].
        residual: [S], the residual d of the present estimate, not zero.
        dimensions: m, the number of times that K is applied.
    Returns:
        [S], the correction y.
    Conventions:
        Real arithmetic is float64 and nothing here is certified: the caller computes the
        residual of the corrected estimate anew.
    Source:
        Saad & Schultz 1986, algorithm 4; Giraud, Langou & Rozloznik 2005 (twice is enough).
    """
    scale = abs(residual).max()  # keeps the squares in the 2-norms within range
    scaled = residual / scale
    size = np.linalg.norm(scaled)
    basis = np.zeros((dimensions + 1, len(residual)))  # orthonormal rows, that span K
    hessenberg = np.zeros((dimensions + 1, dimensions))  # the operator I - K in that basis
    basis[0] = scaled / size
    for step in range(dimensions):
        vector = basis[step] - apply_kernel(basis[step])
        before = np.linalg.norm(vector)
        for _ in range(2):  # Gram-Schmidt, twice: the second pass removes what rounding left
            overlap = basis[: step + 1] @ vector
            vector -= overlap @ basis[: step + 1]
            hessenberg[: step + 1, step] += overlap
        after = np.linalg.norm(vector)
        if after <= np.finfo(float).eps * before:  # the space is invariant: the answer lies in it
            break
        hessenberg[step + 1, step] = after
        basis[step + 1] = vector / after
    start = np.zeros(dimensions + 1)
    start[0] = size
    coefficients = np.linalg.lstsq(hessenberg, start, rcond=None)[0]
    return scale * (coefficients @ basis[:-1])
