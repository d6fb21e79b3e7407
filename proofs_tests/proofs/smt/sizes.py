"""How facts about finitely many numbers differ from statements about any number of them."""

ONE = "one term of the mean, as every term is"
TWO = "two terms of the mean, in the place of any number"
ONE_AND_TWO = "one and two terms of the mean, in the place of any number"
NAMED = "the sizes are those that the formula names, in the place of any"
