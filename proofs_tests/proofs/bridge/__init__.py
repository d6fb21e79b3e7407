"""The bridge: the definitions of the Rocq statements have, on concrete processes, exactly the values of spec.

A theorem about some `eta` says nothing about `spec.mdp.eta` unless both are the same function. So spec's exact values
are written into a Rocq file as claims about the very definitions that the theorems use, and the kernel checks each
claim: certificates (rocq/bridge/) prove that a program on fractions gives the definition's value in every ordered
field, and Rocq runs the program. One wrong digit, and the file does not compile.
"""

from .case import Case as Case
from .checking import PARTS as PARTS
from .checking import BridgeError as BridgeError
from .checking import Crossed as Crossed
from .checking import cases as cases
from .checking import check_bridge as check_bridge
from .checking import check_case as check_case
from .checking import check_file as check_file
from .checking import defined as defined
from .estimator_claims import Data as Data
