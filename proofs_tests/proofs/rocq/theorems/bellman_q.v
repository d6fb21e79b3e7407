(** Proofs of statements/bellman_q.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes.
From rlproof.statements Require bellman_q.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section SupNorm.
Variables (F : realFieldType) (n m : nat).
Implicit Types (U V : state n -> action m -> F).

Lemma sup_norm_q_ge U V s a : `|U s a - V s a| <= sup_norm_q (fun s a => U s a - V s a).
Proof.
apply: le_trans (largest_ge (fun s => largest (fun a => `|U s a - V s a|)) s).
exact: (largest_ge (fun a => `|U s a - V s a|)).
Qed.

Lemma sup_norm_q_le (x : state n -> action m -> F) c : (forall s a, `|x s a| <= c) -> sup_norm_q x <= c.
Proof. by move=> xc; apply: largest_le => s; apply: largest_le => a; exact: xc. Qed.

End SupNorm.

Theorem expectation_q_contracts : statements.bellman_q.expectation_q_contracts.
Proof.
move=> F n m M π U V; apply: sup_norm_q_le => s a; apply: backup_distance => s'.
rewrite -sumrB; under eq_bigr do rewrite -mulrBr.
by apply: average_norm_le (policy_is_a_distribution π s') _ _ _ => b; exact: sup_norm_q_ge.
Qed.

Theorem expectation_q_is_monotone : statements.bellman_q.expectation_q_is_monotone.
Proof.
move=> F n m M π U V UV s a; apply: backup_monotone => s'; apply: ler_sum => b _; rewrite ler_wpmul2l //.
by case: (policy_is_a_distribution π s').
Qed.

Theorem optimality_q_contracts : statements.bellman_q.optimality_q_contracts.
Proof.
move=> F n m M U V; apply: sup_norm_q_le => s a; apply: backup_distance => s'.
by apply: largest_distance => b; exact: sup_norm_q_ge.
Qed.

Theorem optimality_q_is_monotone : statements.bellman_q.optimality_q_is_monotone.
Proof.
move=> F n m M U V UV s a; apply: backup_monotone => s'; apply: largest_le => b.
exact: le_trans (UV s' b) (largest_ge _ b).
Qed.
