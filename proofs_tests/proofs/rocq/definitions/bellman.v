(** Bellman's operators, and the supremum norm in which they contract. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Bellman.
Variables (F : realFieldType) (n m : nat).

(** The largest of finitely many numbers. *)
Definition largest (k : nat) (f : 'I_k.+1 -> F) : F := \big[Num.max/f ord0]_(i < k.+1) f i.

(** ‖x‖ = max_s |x(s)|. *)
Definition sup_norm (x : state n -> F) : F := largest (fun s => `|x s|).

(** ‖x‖ = max_{s,a} |x(s,a)|. *)
Definition sup_norm_q (x : state n -> action m -> F) : F := largest (fun s => largest (fun a => `|x s a|)).

Variable M : MDP F n m.

(** (T_π V)(s) = Σ_a π(a|s) [R(s,a) + γ Σ_s' P(s'|s,a) V(s')]. *)
Definition expectation_v (π : policy F n m) (V : state n -> F) (s : state n) : F :=
  \sum_a π s a * (R M s a + γ M * \sum_s' P M s a s' * V s').

(** (T_* V)(s) = max_a [R(s,a) + γ Σ_s' P(s'|s,a) V(s')]. *)
Definition optimality_v (V : state n -> F) (s : state n) : F :=
  largest (fun a => R M s a + γ M * \sum_s' P M s a s' * V s').

(** (T_π Q)(s,a) = R(s,a) + γ Σ_s' P(s'|s,a) Σ_b π(b|s') Q(s',b). *)
Definition expectation_q (π : policy F n m) (Q : state n -> action m -> F) (s : state n) (a : action m) : F :=
  R M s a + γ M * \sum_s' P M s a s' * \sum_b π s' b * Q s' b.

(** (T_* Q)(s,a) = R(s,a) + γ Σ_s' P(s'|s,a) max_b Q(s',b). *)
Definition optimality_q (Q : state n -> action m -> F) (s : state n) (a : action m) : F :=
  R M s a + γ M * \sum_s' P M s a s' * largest (Q s').

End Bellman.
