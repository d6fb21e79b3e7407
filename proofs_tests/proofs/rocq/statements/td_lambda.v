(** n-step returns, the λ-return and eligibility traces, with any ends of episodes inside the data. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem n_step_return_equals_the_explicit_sum.
    Where no episode ends before step n, the recursion gives the book's sum of n rewards and a value.
    Equations: td.n_step_return
    Formula: G_{t:t+n} = Σ_{k<n} γ^k R_{t+k+1} + γ^n (1 - term_{t+n-1}) V(s_{t+n}) if n >= 1, t+n <= T
      and no transition from t to t+n-2 ends an episode; the book's n is n.+1 below
    Source: Sutton and Barto 2018, equation 7.1
    Differs: the value of a terminal state, zero in the book, is masked *)
Definition n_step_return_equals_the_explicit_sum : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)) (t n : nat),
    (t + n.+1 <= size τ)%N -> (forall k, (k < n)%N -> ~~ ended (step τ (t + k))) ->
    (n_step_return γ n.+1 τ)`_t = \sum_(k < n.+1) γ ^+ k * reward (step τ (t + k))
      + γ ^+ n.+1 * (1 - (terminated (step τ (t + n)))%:R) * next_value (step τ (t + n)).

(** Theorem n_step_return_of_all_steps_is_the_return.
    With at least as many steps as remain, the n-step return is the return.
    Equations: td.n_step_return, mdp.rewards_to_go
    Formula: G_{t:t+n} = R̂_t if n >= T - t
    Source: Sutton and Barto 2018, section 7.1, after equation 7.1
    Differs: the return bootstraps at truncations and at the end of the data *)
Definition n_step_return_of_all_steps_is_the_return : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)) (t n : nat),
    (size τ - t <= n)%N -> (n_step_return γ n τ)`_t = (rewards_to_go γ τ)`_t.

(** Theorem lambda_return_averages_n_step_returns.
    The recursive λ-return is the weighted mean of all n-step returns, whatever episodes end inside.
    Equations: td.lambda_return, td.n_step_return
    Formula: G^λ_t = (1-λ) Σ_{n=1}^{T-t-1} λ^{n-1} G_{t:t+n} + λ^{T-t-1} G_{t:T}
    Source: Sutton and Barto 2018, equations 12.3 and 12.9
    Differs: an n-step return that would reach beyond an end of an episode stops there *)
Definition lambda_return_averages_n_step_returns : Prop :=
  forall (F : realFieldType) (γ λ : F) (τ : seq (transition F)) (t : nat),
    (lambda_return γ λ τ)`_t =
      (1 - λ) * (\sum_(1 <= n < size τ - t) λ ^+ n.-1 * (n_step_return γ n τ)`_t)
      + λ ^+ (size τ - t).-1 * (n_step_return γ (size τ - t) τ)`_t.

(** Theorem lambda_return_at_zero_is_the_one_step_return.
    At λ = 0 the λ-return is the target of TD(0).
    Equations: td.lambda_return, td.one_step_return
    Formula: G^0_t = R_{t+1} + γ (1 - term_t) V(s_{t+1})
    Source: Sutton and Barto 2018, section 12.1, after equation 12.3
    Differs: no *)
Definition lambda_return_at_zero_is_the_one_step_return : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)), lambda_return γ 0 τ = map (one_step_return γ) τ.

(** Theorem lambda_return_at_one_is_the_return.
    At λ = 1 it is the return, bootstrapped where the episode was cut.
    Equations: td.lambda_return, mdp.rewards_to_go
    Formula: G^1_t = R̂_t
    Source: Sutton and Barto 2018, section 12.1, after equation 12.3
    Differs: the return bootstraps at truncations and at the end of the data *)
Definition lambda_return_at_one_is_the_return : Prop :=
  forall (F : realFieldType) (γ : F) (τ : seq (transition F)), lambda_return γ 1 τ = rewards_to_go γ τ.

(** Theorem lambda_return_minus_value_is_gae.
    What the λ-return is above the value is the generalised advantage estimate with the same λ.
    Equations: td.lambda_return, gae.advantage
    Formula: G^λ_t - V(s_t) = A_t, if V of each successor inside an episode is V of the next row
    Source: Sutton and Barto 2018, section 12.3, equation 12.10; Schulman et al. 2016 (GAE), section 3
    Differs: the value of each successor inside an episode is that of the next row, as in both sources *)
Definition lambda_return_minus_value_is_gae : Prop :=
  forall (F : realFieldType) (γ λ : F) (τ : seq (transition F)) (t : nat),
    joined τ -> (t < size τ)%N -> (lambda_return γ λ τ)`_t - value (step τ t) = (advantage γ λ τ)`_t.

(** Theorem backward_view_equals_forward_view.
    Errors times eligibility traces add up, for each state, to the sum of λ-return minus value over its visits.
    Equations: td.lambda_backward, td.lambda_return
    Formula: Σ_t δ_t z_t(s) = Σ_t 1[s_t = s] (G^λ_t - V(s_t)),
      if V of each successor inside an episode is V of the next row
    Source: Sutton and Barto 2018, equations 12.5 to 12.7, off-line; Sutton 1988
    Differs: several episodes in one sequence; states are of any type; values need not come from a table *)
Definition backward_view_equals_forward_view : Prop :=
  forall (F : realFieldType) (S : eqType) (γ λ : F) (states : seq S) (τ : seq (transition F)) (s : S),
    joined τ -> size states = size τ ->
    lambda_backward γ λ states τ s =
      \sum_(t < size τ) (nth s states t == s)%:R * ((lambda_return γ λ τ)`_t - value (step τ t)).
