"""The process of blackjack is the game that Gymnasium plays, and its two shortcuts hold."""

import functools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import gymnasium
import numpy as np
import pytest

from rlproof.envs.blackjack import Blackjack, blackjack
from rlproof.envs.blackjack_game import HIT, STICK, Game, Hand
from rlproof.envs.outcomes import distribution
from rlproof.envs.transition_tables import as_mdp
from rlproof.spec.errors import ParameterError
from rlproof.spec.numbers import exact

BOOK = {"sab": True, "natural": False}
PAYS = {"sab": False, "natural": True}
PLAIN = {"sab": False, "natural": False}


@functools.cache
def made(sab: bool, natural: bool) -> Blackjack:
    """The process under these rules, in rationals, made once."""
    return blackjack(sab=sab, natural=natural, system="exact")


def hands(held: Hand = ()) -> Iterator[Hand]:
    """Every hand of two or more cards that is not bust, in ascending order, beginning with those held."""
    if len(held) >= 2:
        yield held
    for card in range(held[-1] if held else 1, 11):
        if sum(held) + card <= 21:
            yield from hands((*held, card))


def test_the_state_decides_what_a_hit_does() -> None:
    """All hands with the same sum and usable ace have the same law of the next sum and ace, run by run."""
    game = Game(natural=False, sab=False)
    laws: dict[Any, Any] = {}

    def hit(hand: Hand, generator: Any) -> Any:
        drawn, reward, over = game.hit(hand, (2, 10), generator)
        return (None if over else game.state(drawn, 2)), reward

    for hand in hands():
        law = distribution(functools.partial(hit, hand))
        assert laws.setdefault(game.state(hand, 2), law) == law
    assert len(laws) == 28, "18 sums without, 10 sums with a usable ace"


@pytest.mark.parametrize("rules", [BOOK, PAYS], ids=["book", "naturals pay"])
@pytest.mark.parametrize("player", [(1, 10), (1, 2, 8), (10, 10), (5, 1, 6, 6), (2, 2)], ids=str)
@pytest.mark.parametrize("dealer_card", [2, 10])
def test_sticking_pays_what_the_whole_game_pays_on_average(
    rules: dict[str, bool], player: Hand, dealer_card: int
) -> None:
    """Without any shortcut: every hidden card and every sequence of the dealer's draws, against this hand."""
    game, process = Game(**rules), made(**rules)
    chances = {card: Fraction(4 if card == 10 else 1, 13) for card in range(1, 11)}
    expected = Fraction(0)
    for hidden, chance in chances.items():
        law = distribution(functools.partial(game.stick, player, (dealer_card, hidden)))
        expected += chance * sum(probability * reward for reward, probability in law.items())
    state = process.index(*game.state(player, dealer_card))
    assert process.mdp.reward[state, STICK] == exact([expected])[0]


def test_the_hidden_card_is_independent_of_all_that_the_player_sees() -> None:
    """So that the observation is a state although a card is hidden: P(hidden, rest) = P(hidden) P(rest)."""
    deals = distribution(Game(natural=False, sab=True).deal)
    hidden_law: dict[int, Fraction] = {}
    seen_law: dict[Any, Fraction] = {}
    for (player, (shown, hidden)), probability in deals.items():
        hidden_law[hidden] = hidden_law.get(hidden, Fraction(0)) + probability
        seen_law[player, shown] = seen_law.get((player, shown), Fraction(0)) + probability
    assert sum(hidden_law.values()) == 1
    assert len(deals) == 10**4
    for (player, (shown, hidden)), probability in deals.items():
        assert probability == hidden_law[hidden] * seen_law[player, shown]


def test_naturals_are_states_of_their_own_where_they_pay() -> None:
    """280 observations; with paying naturals ten more states; one natural in 169/8 deals; and its pay."""
    assert (len(made(**PLAIN).states), len(made(**BOOK).states), len(made(**PAYS).states)) == (280, 290, 290)
    for rules in (BOOK, PAYS):
        process = made(**rules)
        naturals = [process.index(*state) for state in process.states if state.natural]
        assert process.mdp.initial[naturals].sum() == exact(["8/169"])[0]
    book, pays = made(**BOOK), made(**PAYS)
    assert book.mdp.reward[book.index(21, 2, 1, natural=True), STICK] == 1
    assert book.mdp.reward[book.index(21, 2, 1), STICK] < 1, "the dealer can draw level with three cards"
    assert pays.mdp.reward[pays.index(21, 2, 1, natural=True), STICK] > 1


@pytest.mark.parametrize("rules", [BOOK, PLAIN], ids=["book", "plain"])
def test_games_played_by_the_environment_stay_within_the_process(rules: dict[str, bool]) -> None:
    """1,000 random games: every start and every transition has a positive probability in the process."""
    process, game = made(**rules), Game(**rules)
    env: Any = gymnasium.make("Blackjack-v1", **rules)
    generator = np.random.default_rng(0)
    terminal = len(process.states)
    for episode in range(1000):
        env.reset(seed=episode)
        table = env.unwrapped
        state = process.index(*game.state(tuple(table.player), table.dealer[0]))
        assert process.mdp.initial[state] > 0
        while state != terminal:
            action = int(generator.choice([STICK, HIT, HIT]))
            _, _, terminated, _, _ = env.step(action)
            successor = terminal
            if not terminated:
                successor = process.index(*game.state(tuple(table.player), table.dealer[0]))
            assert process.mdp.transition[state, action, successor] > 0
            state = successor


def test_the_state_is_the_observation_in_the_same_order() -> None:
    """Sum, dealer's card, usable ace, as `reset` returns them."""
    env: Any = gymnasium.make("Blackjack-v1", **PLAIN)
    for seed in range(50):
        observation, _ = env.reset(seed=seed)
        assert made(**PLAIN).states[made(**PLAIN).index(*observation)][:3] == observation


def test_an_id_gives_the_registered_rules() -> None:
    """`as_mdp` leads to the same process: the id is registered with the book's rules."""
    process = as_mdp("Blackjack-v1", discount=1, system="exact")
    assert np.all(process.transition == made(**BOOK).mdp.transition)
    assert np.all(process.reward == made(**BOOK).mdp.reward)
    pays = as_mdp("Blackjack-v1", discount=1, system="exact", **PAYS)
    assert np.all(pays.reward == made(**PAYS).mdp.reward)


@pytest.mark.parametrize("state", [(22, 2, 0), (11, 2, 1), (20, 2, 1, True), (3, 1, 0)])
def test_an_unreachable_state_is_refused(state: Any) -> None:
    """A bust hand, an ace that must be usable, a natural that is none, too small a sum."""
    with pytest.raises(ParameterError, match="no such state"):
        made(**BOOK).index(*state)
