(** Bellman's operators: contractions, monotone, and what they converge to. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem expectation_v_contracts.
    The expectation operator brings any two estimates nearer to each other by the discount.
    Equations: bellman.expectation_v
    Formula: ‖T_π U - T_π V‖ <= γ ‖U - V‖
    Source: Puterman 1994, proposition 6.2.4; Bertsekas and Tsitsiklis 1996, section 2.3
    Differs: no *)
Definition expectation_v_contracts : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (U V : state n -> F),
    sup_norm (fun s => expectation_v M π U s - expectation_v M π V s) <= γ M * sup_norm (fun s => U s - V s).

(** Theorem expectation_v_is_monotone.
    Larger estimates stay larger.
    Equations: bellman.expectation_v
    Formula: U <= V implies T_π U <= T_π V
    Source: Puterman 1994, section 6.2; Bertsekas and Tsitsiklis 1996, lemma 2.1
    Differs: no *)
Definition expectation_v_is_monotone : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (U V : state n -> F),
    (forall s, U s <= V s) -> forall s, expectation_v M π U s <= expectation_v M π V s.

(** Theorem optimality_v_contracts.
    So does the optimality operator.
    Equations: bellman.optimality_v
    Formula: ‖T_* U - T_* V‖ <= γ ‖U - V‖
    Source: Puterman 1994, proposition 6.2.4; Bertsekas and Tsitsiklis 1996, section 2.3
    Differs: no *)
Definition optimality_v_contracts : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (U V : state n -> F),
    sup_norm (fun s => optimality_v M U s - optimality_v M V s) <= γ M * sup_norm (fun s => U s - V s).

(** Theorem optimality_v_is_monotone.
    Larger estimates stay larger here too.
    Equations: bellman.optimality_v
    Formula: U <= V implies T_* U <= T_* V
    Source: Puterman 1994, section 6.2; Bertsekas and Tsitsiklis 1996, lemma 2.1
    Differs: no *)
Definition optimality_v_is_monotone : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (U V : state n -> F),
    (forall s, U s <= V s) -> forall s, optimality_v M U s <= optimality_v M V s.

(** Theorem optimality_v_is_the_best_expectation.
    One step of the best actions is at least one step of any policy.
    Equations: bellman.optimality_v, bellman.expectation_v
    Formula: T_π V <= T_* V
    Source: Puterman 1994, section 6.2
    Differs: no *)
Definition optimality_v_is_the_best_expectation : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (V : state n -> F) (s : state n),
    expectation_v M π V s <= optimality_v M V s.

(** Theorem policy_evaluation_converges.
    Sweeps of the expectation operator approach the values geometrically.
    Equations: dp.policy_evaluation
    Formula: ‖T_π^k V - v_π‖ <= γ^k ‖V - v_π‖
    Source: Sutton and Barto 2018, section 4.1, text below equation 4.5
    Differs: the rate, which the book does not state *)
Definition policy_evaluation_converges : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (V : state n -> F) (k : nat),
    sup_norm (fun s => iter k (expectation_v M π) V s - v M π s) <= γ M ^+ k * sup_norm (fun s => V s - v M π s).

(** Theorem optimal_policy_exists.
    Some deterministic policy is the best in every state, and its values are the fixed point of T_*.
    Equations: value.optimal_v, bellman.optimality_v
    Formula: v_* = T_* v_* and v_π <= v_* for every policy π, where v_* = v_{π_*} and π_* is deterministic
    Source: Sutton and Barto 2018, section 3.6, equations 3.15 and 3.19; Puterman 1994, theorem 6.2.7
    Differs: no *)
Definition optimal_policy_exists : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m), exists best : policy F n m,
    (exists choice : state n -> action m, forall s a, best s a = (a == choice s)%:R)
    /\ (forall s, v M best s = optimality_v M (v M best) s)
    /\ (forall (π : policy F n m) (s : state n), v M π s <= v M best s).

(** Theorem optimal_v_is_the_only_fixed_point.
    The optimality operator has no other fixed point.
    Equations: value.optimal_v, bellman.optimality_v
    Formula: U = T_* U and V = T_* V imply U = V
    Source: Sutton and Barto 2018, section 3.6; Puterman 1994, theorem 6.2.5
    Differs: no *)
Definition optimal_v_is_the_only_fixed_point : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (U V : state n -> F),
    (forall s, U s = optimality_v M U s) -> (forall s, V s = optimality_v M V s) -> forall s, U s = V s.

(** Theorem value_iteration_converges.
    Sweeps of the optimality operator approach its fixed point v_*, of which there is only one, geometrically.
    Equations: dp.value_iteration
    Formula: ‖T_*^k V - v_*‖ <= γ^k ‖V - v_*‖
    Source: Sutton and Barto 2018, section 4.4; Puterman 1994, theorem 6.3.3
    Differs: the rate, which the book does not state *)
Definition value_iteration_converges : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (v_star V : state n -> F) (k : nat),
    (forall s, v_star s = optimality_v M v_star s) ->
    sup_norm (fun s => iter k (optimality_v M) V s - v_star s) <= γ M ^+ k * sup_norm (fun s => V s - v_star s).
