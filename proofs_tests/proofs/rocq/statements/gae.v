(** Generalised advantage estimation, for data of any length and with any ends of episodes inside. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem gae_equals_the_direct_sum.
    The backward recursion computes the paper's forward sum of discounted errors, up to the end of the episode.
    Equations: gae.advantage
    Formula: A_t = Σ_{l<T-t} [Π_{j<l} γλ (1 - term_{t+j})(1 - trunc_{t+j})] δ_{t+l}
    Source: Schulman et al. 2016 (GAE), equation 16; Schulman et al. 2017 (PPO), equation 11
    Differs: the paper's sum is infinite and has no ends of episodes; without them each product is (γλ)^l *)
Definition gae_equals_the_direct_sum : Prop :=
  forall (F : realFieldType) (γ λ : F) (τ : seq (transition F)) (t : nat),
    (advantage γ λ τ)`_t =
      \sum_(l < size τ - t) (\prod_(j < l) (γ * λ * goes_on (step τ (t + j)))) * error γ (step τ (t + l)).

(** Theorem gae_equals_the_direct_sum_within_an_episode.
    The same where no episode ends before the data do: the powers of γλ, as printed.
    Equations: gae.advantage
    Formula: A_t = Σ_{l<T-t} (γλ)^l δ_{t+l} if no transition from t to T-2 ends an episode
    Source: Schulman et al. 2016 (GAE), equation 16; Schulman et al. 2017 (PPO), equation 11
    Differs: the sum ends with the data, as in PPO, whose last exponent is misprinted (T-t+1 for T-t-1) *)
Definition gae_equals_the_direct_sum_within_an_episode : Prop :=
  forall (F : realFieldType) (γ λ : F) (τ : seq (transition F)) (t : nat),
    (forall j, (t <= j)%N -> (j.+1 < size τ)%N -> ~~ ended (step τ j)) ->
    (advantage γ λ τ)`_t = \sum_(l < size τ - t) (γ * λ) ^+ l * error γ (step τ (t + l)).

(** Theorem gae_depends_on_what_follows.
    The estimates from transition k on are those of the data from k on: nothing before them plays a role.
    Equations: gae.advantage
    Formula: A(x_k, x_{k+1}, ...) = (A_k, A_{k+1}, ...)
    Source: Schulman et al. 2016 (GAE), equation 16, whose sum runs forward
    Differs: the paper leaves it unsaid *)
Definition gae_depends_on_what_follows : Prop :=
  forall (F : realFieldType) (γ λ : F) (τ : seq (transition F)) (k : nat),
    advantage γ λ (drop k τ) = drop k (advantage γ λ τ).

(** Theorem gae_of_concatenated_data.
    Appending data adds to each earlier estimate the first new one, discounted by γλ for each step between them and
    by nothing across an end of an episode.
    Equations: gae.advantage
    Formula: A_t(xs, ys) = A_t(xs) + [Π_{t<=j<|xs|} γλ (1 - term_j)(1 - trunc_j)] A_0(ys), then A(ys)
    Source: Schulman et al. 2016 (GAE), equation 16, its sum cut in two
    Differs: the paper leaves it unsaid *)
Definition gae_of_concatenated_data : Prop :=
  forall (F : realFieldType) (γ λ : F) (xs ys : seq (transition F)),
    advantage γ λ (xs ++ ys) =
      mkseq (fun t => (advantage γ λ xs)`_t
        + (\prod_(t <= j < size xs) (γ * λ * goes_on (step xs j))) * (advantage γ λ ys)`_0) (size xs)
      ++ advantage γ λ ys.

(** Theorem gae_splits_at_episode_ends.
    The estimates before and after the end of an episode, terminated or truncated, are those of the two parts alone.
    Equations: gae.advantage
    Formula: A(xs, x, ys) = (A(xs, x), A(ys)) if x ends an episode
    Source: Schulman et al. 2016 (GAE), equation 16, whose sum ends with the trajectory
    Differs: it says what the package's convention at ends of episodes amounts to *)
Definition gae_splits_at_episode_ends : Prop :=
  forall (F : realFieldType) (γ λ : F) (xs : seq (transition F)) (x : transition F) (ys : seq (transition F)),
    ended x -> advantage γ λ (rcons xs x ++ ys) = advantage γ λ (rcons xs x) ++ advantage γ λ ys.

(** Theorem gae_at_lambda_zero_is_the_td_error.
    At λ = 0 the estimate is the temporal-difference error.
    Equations: gae.advantage, td.error
    Formula: A_t = δ_t at λ = 0
    Source: Schulman et al. 2016 (GAE), equation 17
    Differs: no *)
Definition gae_at_lambda_zero_is_the_td_error : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)), advantage γ 0 τ = map (error γ) τ.

(** Theorem gae_at_lambda_one_is_the_return_minus_value.
    At λ = 1 the values inside an episode cancel: the estimate is the return, bootstrapped where the episode was cut,
    minus the value.
    Equations: gae.advantage, mdp.rewards_to_go
    Formula: A_t = R̂_t - V(s_t) at λ = 1, if V of each successor inside an episode is V of the next row
    Source: Schulman et al. 2016 (GAE), equation 18
    Differs: the paper's return is never cut; the value of each successor is that of the next row, as in the paper *)
Definition gae_at_lambda_one_is_the_return_minus_value : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)) (t : nat),
    joined τ -> (t < size τ)%N -> (advantage γ 1 τ)`_t = (rewards_to_go γ τ)`_t - value (step τ t).

(** Theorem gae_is_bounded_by_the_errors.
    No estimate is larger than the largest error times the sum of all weights.
    Equations: gae.advantage, td.error
    Formula: |A_t| <= D / (1 - γλ) if 0 <= γλ < 1 and |δ_k| <= D for all k
    Source: Schulman et al. 2016 (GAE), equation 16 and the geometric series
    Differs: the paper leaves it unsaid *)
Definition gae_is_bounded_by_the_errors : Prop :=
  forall (F : realFieldType) (γ λ D : F) (τ : seq (transition F)) (t : nat),
    0 <= γ * λ < 1 -> (forall k, (k < size τ)%N -> `|error γ (step τ k)| <= D) -> (t < size τ)%N ->
    `|(advantage γ λ τ)`_t| <= D / (1 - γ * λ).
