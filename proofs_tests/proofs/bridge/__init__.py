"""The bridge: the definitions of the Rocq statements have, on concrete processes, exactly the values of spec.

A theorem about some `eta` says nothing about `spec.mdp.eta` unless both are the same function. So spec's exact values
are written into a Rocq file as claims about the very definitions that the theorems use, and the kernel checks each
claim: certificates (rocq/bridge/) prove that a program on fractions gives the definition's value in every ordered
field, and Rocq runs the program. One wrong digit, and the file does not compile.
"""
