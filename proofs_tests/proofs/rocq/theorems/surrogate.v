(** Proofs of statements/surrogate.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes changes.
From rlproof.statements Require surrogate.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem surrogate_at_the_old_policy_is_eta : statements.surrogate.surrogate_at_the_old_policy_is_eta.
Proof.
move=> F n m M π; rewrite /surrogate big1 ?addr0 // => s _.
by rewrite expected_advantage_self mulr0.
Qed.

Theorem surrogate_error : statements.surrogate.surrogate_error.
Proof. by move=> F n m M π π'; exact: surrogate_errorE. Qed.

Theorem surrogate_is_affine : statements.surrogate.surrogate_is_affine.
Proof. by move=> F n m M π π' new α mix; exact: surrogate_mixture. Qed.

Theorem surrogate_matches_eta_to_first_order : statements.surrogate.surrogate_matches_eta_to_first_order.
Proof.
move=> F n m M π π' new α /andP[α0 α1] mix; rewrite -(surrogate_mixture M mix).
have bound := error_by_uniform_tv (fun s => tv_mixture_le mix s α0) (epsilon_ge M π).
by rewrite (le_trans bound) // /penalty_coefficient [X in _ <= X]mulrAC.
Qed.

Theorem lemma2 : statements.surrogate.lemma2.
Proof. by move=> F n m M π π' s; apply: expected_advantage_change => a; exact: epsilon_ge. Qed.
