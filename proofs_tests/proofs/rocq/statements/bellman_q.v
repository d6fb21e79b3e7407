(** Bellman's operators on action values: contractions, and monotone. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem expectation_q_contracts.
    The expectation operator on action values brings any two estimates nearer to each other by the discount.
    Equations: bellman.expectation_q
    Formula: ‖T_π U - T_π V‖ <= γ ‖U - V‖, with the maximum over states and actions
    Source: Bertsekas and Tsitsiklis 1996, section 2.3, there for state values
    Differs: for action values *)
Definition expectation_q_contracts : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (U V : state n -> action m -> F),
    sup_norm_q (fun s a => expectation_q M π U s a - expectation_q M π V s a)
    <= γ M * sup_norm_q (fun s a => U s a - V s a).

(** Theorem expectation_q_is_monotone.
    Larger estimates stay larger.
    Equations: bellman.expectation_q
    Formula: U <= V implies T_π U <= T_π V
    Source: Bertsekas and Tsitsiklis 1996, lemma 2.1, there for state values
    Differs: for action values *)
Definition expectation_q_is_monotone : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (U V : state n -> action m -> F),
    (forall s a, U s a <= V s a) -> forall s a, expectation_q M π U s a <= expectation_q M π V s a.

(** Theorem optimality_q_contracts.
    So does the optimality operator, whose target is that of Q-learning.
    Equations: bellman.optimality_q
    Formula: ‖T_* U - T_* V‖ <= γ ‖U - V‖, with the maximum over states and actions
    Source: Bertsekas and Tsitsiklis 1996, section 5.6
    Differs: no *)
Definition optimality_q_contracts : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (U V : state n -> action m -> F),
    sup_norm_q (fun s a => optimality_q M U s a - optimality_q M V s a)
    <= γ M * sup_norm_q (fun s a => U s a - V s a).

(** Theorem optimality_q_is_monotone.
    Larger estimates stay larger here too.
    Equations: bellman.optimality_q
    Formula: U <= V implies T_* U <= T_* V
    Source: Bertsekas and Tsitsiklis 1996, section 5.6
    Differs: no *)
Definition optimality_q_is_monotone : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (U V : state n -> action m -> F),
    (forall s a, U s a <= V s a) -> forall s a, optimality_q M U s a <= optimality_q M V s a.
