(** Values of a policy: that they exist, are unique, and are the return. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem resolvent_is_invertible.
    The matrix that values and visits are solved with is invertible, whatever the policy.
    Equations: mdp.policy_kernel, value.v, mdp.discounted_visitation
    Formula: I - γ P_π is invertible
    Source: Puterman 1994, theorem 6.1.1
    Differs: no *)
Definition resolvent_is_invertible : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m), resolvent_matrix M π \in unitmx.

(** Theorem v_is_the_fixed_point.
    The value of a state is the expected reward and the discounted value of what follows.
    Equations: value.v, bellman.expectation_v
    Formula: v_π(s) = Σ_a π(a|s) [R(s,a) + γ Σ_s' P(s'|s,a) v_π(s')]
    Source: Sutton and Barto 2018, equation 3.14
    Differs: no *)
Definition v_is_the_fixed_point : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (s : state n),
    v M π s = expectation_v M π (v M π) s.

(** Theorem v_is_the_only_fixed_point.
    Nothing else satisfies Bellman's equation.
    Equations: value.v, bellman.expectation_v
    Formula: V = T_π V implies V = v_π
    Source: Sutton and Barto 2018, section 3.5, text below equation 3.14
    Differs: no *)
Definition v_is_the_only_fixed_point : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (V : state n -> F),
    (forall s, V s = expectation_v M π V s) -> forall s, V s = v M π s.

(** Theorem q_averages_to_v.
    The value of a state is the mean of the values of its actions, and advantages have mean zero.
    Equations: value.v, value.q, value.advantage
    Formula: v_π(s) = Σ_a π(a|s) q_π(s,a), and Σ_a π(a|s) A_π(s,a) = 0
    Source: Sutton and Barto 2018, exercise 3.18
    Differs: no *)
Definition q_averages_to_v : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (s : state n),
    v M π s = \sum_a π s a * q M π s a /\ \sum_a π s a * advantage M π s a = 0.

(** Theorem eta_is_the_limit_of_returns.
    η means what it should: the expected discounted sum of rewards, cut at a horizon, approaches it geometrically.
    Equations: mdp.eta, mdp.finite_horizon_return
    Formula: |η(π) - η_H(π)| <= γ^H c / (1-γ) whenever |R| <= c
    Source: Schulman et al. 2015 (TRPO), section 2, the definition of η; Kearns and Singh 2002, lemma 2
    Differs: the limit is stated by a rate, which needs no real numbers *)
Definition eta_is_the_limit_of_returns : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (H : nat) (c : F),
    (forall s a, `|R M s a| <= c) ->
    `|eta M π - finite_horizon_return M π H| <= γ M ^+ H * c / (1 - γ M).

(** Theorem residual_bounds_the_error.
    How far any estimate is from the values is bounded by its Bellman residual.
    Equations: bellman.residual_bound
    Formula: ‖U - v_π‖ <= ‖T_π U - U‖ / (1-γ)
    Source: Puterman 1994, theorem 6.3.1; Williams and Baird 1993
    Differs: no *)
Definition residual_bounds_the_error : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (U : state n -> F),
    sup_norm (fun s => U s - v M π s) <= sup_norm (fun s => expectation_v M π U s - U s) / (1 - γ M).
