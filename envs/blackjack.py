"""Blackjack-v1 as an exact decision process, made by running Gymnasium's own code under every deal.

The environment has no transition table. Its `reset` and `step` are run with a scripted generator (see
`outcomes`), one card being an ace, 2, ..., 9 with probability 1/13 each and a ten with 4/13, as in the
environment's own deck.

Two facts about the game keep the number of runs small; the tests check both on the environment. What a hand
is worth depends on its sum, its usable ace and whether it is a natural. And the dealer's play does not depend
on the player's hand, so that sticking is the dealer's play, then a comparison without draws.

A *natural* is an ace and a ten as the first two cards. Where the rules pay for it (`sab` or `natural`), 21
points by a natural and 21 points by three cards are different states, although the environment shows the same
observation.
"""

import functools
from dataclasses import dataclass
from fractions import Fraction

from ..spec.errors import ParameterError
from ..spec.mdp import MDP
from ..spec.numbers import Array, Scalar
from .blackjack_game import HIT, STICK, BlackjackState, Game, Hand
from .exact_tables import assemble, only_last, zeros
from .outcomes import distribution

CARDS = range(1, 11)

HandLaw = dict[Hand, Fraction]


@dataclass(frozen=True)
class Blackjack:
    """The decision process and the meaning of its states; the terminal state comes last and is not listed."""

    mdp: MDP
    states: tuple[BlackjackState, ...]

    def index(self, player_sum: int, dealer_card: int, usable_ace: int, natural: bool = False) -> int:
        """Return the number of a state in the decision process."""
        state = BlackjackState(player_sum, dealer_card, int(usable_ace), natural)
        if state not in self.states:
            raise ParameterError(
                "no such state of blackjack",
                got=state,
                expected="player_sum 4..21 (12..21 with a usable ace), dealer_card 1..10, usable_ace 0 or 1",
                cause="the state cannot be reached in play, or these rules do not distinguish naturals",
                remedy="look at `states`",
            )
        return self.states.index(state)


def blackjack(*, discount: Scalar = 1, natural: bool = False, sab: bool = True, system: str = "float64") -> Blackjack:
    """Return Gymnasium's Blackjack-v1; the rules' defaults are those with which the id is registered.

    `sab=True` are the rules of Sutton and Barto: a natural wins unless the dealer has one. With `sab=False`
    and `natural=True` a winning natural pays 3/2.
    """
    states, transition, reward, initial = _tables(bool(natural), bool(sab))
    mdp = assemble(transition, reward, initial, discount=discount, system=system, terminal=only_last(len(initial)))
    return Blackjack(mdp=mdp, states=states)


# The probabilities of (next state or None if the game is over, reward).
OutcomeLaw = dict[tuple[BlackjackState | None, Fraction], Fraction]


@functools.cache
def _tables(natural: bool, sab: bool) -> tuple[tuple[BlackjackState, ...], Array, Array, Array]:
    """Return the states, then transition, reward and initial distribution as arrays of fractions."""
    game = Game(natural=natural, sab=sab)
    deals = distribution(game.deal)
    initial_law: dict[BlackjackState, Fraction] = {}
    hands: dict[BlackjackState, Hand] = {}
    for (player, dealer), probability in deals.items():
        state = game.state(player, dealer[0])
        hands.setdefault(state, player)
        initial_law[state] = initial_law.get(state, Fraction(0)) + probability
    hits = _explore(game, hands)
    finals = _dealer_play(game, deals)
    results = {state: _expected_result(game, hands[state], finals[state.dealer_card]) for state in hands}
    states = tuple(sorted(hands))
    initial = zeros(len(states) + 1)
    initial[:-1] = [initial_law.get(state, Fraction(0)) for state in states]
    return states, *_write(states, hits, results), initial


def _write(
    states: tuple[BlackjackState, ...],
    hits: dict[BlackjackState, OutcomeLaw],
    results: dict[BlackjackState, Fraction],
) -> tuple[Array, Array]:
    """Write the laws of hitting and the results of sticking into arrays; the last state is the end."""
    end = len(states)
    number: dict[BlackjackState | None, int] = {state: index for index, state in enumerate(states)}
    number[None] = end
    transition, reward = zeros(end + 1, 2, end + 1), zeros(end + 1, 2)
    transition[end, :, end] = Fraction(1)
    for s, state in enumerate(states):
        transition[s, STICK, end] = Fraction(1)
        reward[s, STICK] = results[state]
        for (successor, payment), probability in hits[state].items():
            transition[s, HIT, number[successor]] += probability
            reward[s, HIT] += probability * payment
    return transition, reward


def _explore(game: Game, hands: dict[BlackjackState, Hand]) -> dict[BlackjackState, OutcomeLaw]:
    """Return the law of a hit in every reachable state; add an example of a hand for each new state."""
    laws: dict[BlackjackState, OutcomeLaw] = {}
    unexplored = list(hands)
    while unexplored:
        state = unexplored.pop()
        law: OutcomeLaw = {}
        # The hidden card, here an arbitrary one, plays no part in a hit.
        dealer = (state.dealer_card, CARDS[0])
        for (player, reward, over), probability in distribution(
            functools.partial(game.hit, hands[state], dealer)
        ).items():
            successor = None if over else game.state(player, state.dealer_card)
            if successor is not None and successor not in hands:
                hands[successor] = player
                unexplored.append(successor)
            law[successor, reward] = law.get((successor, reward), Fraction(0)) + probability
        laws[state] = law
    return laws


def _dealer_play(game: Game, deals: dict[tuple[Hand, Hand], Fraction]) -> dict[int, HandLaw]:
    """Return the law of the dealer's final hand for each face-up card, over the hidden card and all draws.

    One hand stands for all final hands of the same worth.
    """
    some_player = next(iter(deals))[0]
    dealt: HandLaw = {}
    for (_, dealer), probability in deals.items():
        dealt[dealer] = dealt.get(dealer, Fraction(0)) + probability
    finals: dict[int, HandLaw] = {card: {} for card in CARDS}
    examples: dict[tuple[int, int, bool], Hand] = {}
    for (card, hidden), probability in dealt.items():
        shown = sum((dealt[card, other] for other in CARDS), Fraction(0))
        play = distribution(functools.partial(game.dealer_after_stick, some_player, (card, hidden)))
        for final, chance in play.items():
            example = examples.setdefault(game.worth(final), final)
            finals[card][example] = finals[card].get(example, Fraction(0)) + probability / shown * chance
    return finals


def _expected_result(game: Game, player: Hand, finals: HandLaw) -> Fraction:
    return sum((probability * game.compare(player, dealer) for dealer, probability in finals.items()), Fraction(0))
