"""What can be wrong with a machine proof: one exception class per situation."""

from rlproof.spec.errors import RlproofError


class ProofError(RlproofError):
    """Base of the errors about one proof."""


class StatementError(RlproofError):
    """A statement is not written in the fixed form, or names what does not exist."""


class ForbiddenWordError(RlproofError):
    """A source file holds a word by which something is assumed, or a check is switched off."""


class ProverMissingError(RlproofError):
    """The prover, or a library that the proofs need, is not installed."""


class CompileError(ProofError):
    """A file does not compile, or rests on one that does not."""


class TheoremMissingError(ProofError):
    """There is a statement, and no theorem of its name."""


class OtherStatementError(ProofError):
    """The theorem of this name proves something else than the statement of this name."""


class AxiomError(ProofError):
    """A theorem rests on something that is not proved."""
