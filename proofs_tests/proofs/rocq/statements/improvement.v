(** Policy improvement. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem policy_improvement.
    A policy whose actions are nowhere worse than the old policy's values is nowhere worse.
    Equations: dp.policy_improvement
    Formula: Σ_a π'(a|s) q_π(s,a) >= v_π(s) for all s implies v_π' >= v_π
    Source: Sutton and Barto 2018, equations 4.7 and 4.8, there for deterministic policies; TRPO, text below equation 2
    Differs: stochastic policies too *)
Definition policy_improvement : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    (forall s, v M π s <= \sum_a π' s a * q M π s a) -> forall s, v M π s <= v M π' s.

(** Theorem policy_improvement_is_strict.
    Where the new policy's action is better, so is its value.
    Equations: dp.policy_improvement
    Formula: if moreover Σ_a π'(a|s) q_π(s,a) > v_π(s) at some s, then v_π'(s) > v_π(s) there
    Source: Sutton and Barto 2018, section 4.2, text below equation 4.8
    Differs: no *)
Definition policy_improvement_is_strict : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (s : state n),
    (forall s', v M π s' <= \sum_a π' s' a * q M π s' a) ->
    v M π s < \sum_a π' s a * q M π s a -> v M π s < v M π' s.

(** Theorem greedy_policy_improves.
    Acting greedily on the values of a policy is nowhere worse than that policy.
    Equations: dp.policy_improvement
    Formula: π'(s) = argmax_a q_π(s,a) implies v_π' >= v_π
    Source: Sutton and Barto 2018, equation 4.9
    Differs: ties may be broken in any way, also by chance *)
Definition greedy_policy_improves : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    (forall s a, 0 < π' s a -> forall b, q M π s b <= q M π s a) -> forall s, v M π s <= v M π' s.
