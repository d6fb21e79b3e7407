"""Gymnasium's blackjack environment, put into any position and run from there with scripted draws."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from .optional import require
from .outcomes import ScriptedGenerator

STICK, HIT = 0, 1

Hand = tuple[int, ...]


class BlackjackState(NamedTuple):
    """What the player knows, in the order of the environment's observation.

    `natural` is set only under rules that pay for a natural.
    """

    player_sum: int
    dealer_card: int
    usable_ace: int
    natural: bool = False


class Game:
    """Gymnasium's blackjack, put into a position and run from there."""

    def __init__(self, *, natural: bool, sab: bool) -> None:
        """Make the environment with these rules."""
        self._module = require("gymnasium.envs.toy_text.blackjack", purpose="blackjack")
        self._env: Any = self._module.BlackjackEnv(natural=natural, sab=sab)
        self._naturals_count = natural or sab

    def state(self, player: Hand, dealer_card: int) -> BlackjackState:
        """Return the state that the environment's own functions see in a player's hand."""
        player_sum, usable_ace, natural = self.worth(player)
        return BlackjackState(player_sum, dealer_card, usable_ace, natural and self._naturals_count)

    def worth(self, hand: Hand) -> tuple[int, int, bool]:
        """Return the hand's sum, whether it has a usable ace and whether it is a natural."""
        cards = list(hand)
        return self._module.sum_hand(cards), self._module.usable_ace(cards), self._module.is_natural(cards)

    def deal(self, generator: ScriptedGenerator) -> tuple[Hand, Hand]:
        """Reset; return the player's and the dealer's cards (the dealer's first card is face up)."""
        self._use(generator)
        self._env.reset()
        return tuple(self._env.player), tuple(self._env.dealer)

    def hit(self, player: Hand, dealer: Hand, generator: ScriptedGenerator) -> tuple[Hand, Fraction, bool]:
        """Hit; return the player's new hand, the reward and whether the game is over."""
        reward, over = self._step(player, dealer, HIT, generator)
        return tuple(self._env.player), reward, over

    def stick(self, player: Hand, dealer: Hand, generator: ScriptedGenerator) -> Fraction:
        """Stick; return the reward of the game, which is then over."""
        reward, _ = self._step(player, dealer, STICK, generator)
        return reward

    def dealer_after_stick(self, player: Hand, dealer: Hand, generator: ScriptedGenerator) -> Hand:
        """Stick; return the dealer's final hand, the face-up card first and the others sorted."""
        self._step(player, dealer, STICK, generator)
        face_up, *others = self._env.dealer
        return (face_up, *sorted(others))

    def compare(self, player: Hand, dealer: Hand) -> Fraction:
        """Stick against a dealer who has finished; return the reward."""
        generator = ScriptedGenerator()
        reward = self.stick(player, dealer, generator)
        assert generator.total == 1, "a dealer who has finished draws no card"
        return reward

    def _step(
        self, player: Hand, dealer: Sequence[int], action: int, generator: ScriptedGenerator
    ) -> tuple[Fraction, bool]:
        self._use(generator)
        self._env.player, self._env.dealer = list(player), list(dealer)
        _, reward, terminated, _, _ = self._env.step(action)
        return Fraction(reward), terminated  # the rewards -1, 0, 1, 3/2 are exact in binary

    def _use(self, generator: ScriptedGenerator) -> None:
        self._env.np_random = generator
