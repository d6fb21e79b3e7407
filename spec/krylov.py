"""One cycle of GMRES: the best correction that few applications of an operator can give."""

import math
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
    size = _norm(residual / scale)
    basis = np.zeros((dimensions + 1, len(residual)))  # orthonormal rows, the first m of which span the space
    hessenberg = np.zeros((dimensions + 1, dimensions))  # I - K, as it maps the first m rows to all
    basis[0] = residual / scale / size
    for step in range(dimensions):
        vector = basis[step] - apply_kernel(basis[step])
        before, known = _norm(vector), basis[: step + 1]
        for _ in range(2):  # Gram-Schmidt, twice: the second pass removes what rounding left
            overlap = np.einsum("ks,s->k", known, vector)
            vector -= np.einsum("k,ks->s", overlap, known)
            hessenberg[: step + 1, step] += overlap
        if _norm(vector) <= np.finfo(float).eps * before:  # the space is invariant: the answer lies in it
            break
        hessenberg[step + 1, step] = _norm(vector)
        basis[step + 1] = vector / hessenberg[step + 1, step]
    target = np.zeros(dimensions + 1)
    target[0] = size
    coefficients = np.linalg.lstsq(hessenberg, target, rcond=None)[0]
    return scale * np.einsum("k,ks->s", coefficients, basis[:-1])


def _norm(vector: Array) -> float:
    # einsum, not @ or linalg.norm: those wake BLAS threads, which only wait for memory and one another.
    return math.sqrt(np.einsum("s,s->", vector, vector))
