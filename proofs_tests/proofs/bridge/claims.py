"""One claim: a definition at concrete arguments, the program that gives its value, and the value that spec gives."""

from typing import Any, NamedTuple

import numpy as np

from .rocq_text import fraction, nested


class Claim(NamedTuple):
    """That a definition of the statements has the value that spec computes."""

    definition: str
    """File and name of the definition, such as ``process.eta``."""
    term: str
    """The definition at its arguments."""
    certificate: str
    """The lemma which says that the program gives it."""
    program: str
    value: Any
    """What spec gives, exactly: a number, or an array over states, or over states and actions."""
    tag: str = ""
    """What tells this claim from others about the same definition."""
    sequence: bool = False
    """Whether the definition gives a sequence, as estimators do, and not a function of states."""

    @property
    def name(self) -> str:
        """Name of the lemma, unique in its file."""
        return f"claim_{self.definition.split('.')[1]}{self.tag}"

    def lemma(self) -> str:
        """The claim and its proof, for the kernel."""
        value = nested(self.value) if np.ndim(self.value) else fraction(self.value)
        if self.sequence:
            return self._proved(f"{self.term} = map (real F) {value}", "sequence_claim")
        axes = np.ndim(self.value)
        kind, entry = (("number_claim", ""), ("vector_claim", "entry "), ("matrix_claim", "entry2 "))[axes]
        variables = " ".join(("s", "a")[:axes])
        every = f"forall {variables}, " if axes else ""
        return self._proved(f"{every}{self.term} {variables} = real F ({entry}{value} {variables})", kind)

    def _proved(self, statement: str, kind: str) -> str:
        moved = {"vector_claim": " => [s|]", "matrix_claim": " => [s a|]"}.get(kind, "")
        proof = f"apply: ({kind} (program := {self.program})){moved}; [exact: {self.certificate} | by vm_compute]"
        return f"Lemma {self.name} : {statement}.\nProof. {proof}. Qed.\n"
