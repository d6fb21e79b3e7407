(** Proofs of statements/improvement.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes.
From rlproof.statements Require improvement.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem policy_improvement : statements.improvement.policy_improvement.
Proof.
move=> F n m M π π' better s; rewrite -subr_ge0.
apply: discounted_sum_ge0 (kernel_is_a_distribution M π') (γ_is_a_discount M) _ _ (gain_sum M π π') _ s => j.
by rewrite expected_advantageE subr_ge0; exact: better.
Qed.

Theorem policy_improvement_is_strict : statements.improvement.policy_improvement_is_strict.
Proof.
move=> F n m M π π' s better best; rewrite -subr_gt0 (gain_sum M π π') ltr_spaddl //.
  by rewrite expected_advantageE subr_gt0.
rewrite mulr_ge0 ?γ_ge0 // sumr_ge0 // => j _; rewrite mulr_ge0 //.
  by case: (kernel_is_a_distribution M π' s).
by rewrite subr_ge0; exact: policy_improvement better j.
Qed.

Theorem greedy_policy_improves : statements.improvement.greedy_policy_improves.
Proof.
move=> F n m M π π' greedy; apply: policy_improvement => s; rewrite v_mean_q.
have [p0 p1] := policy_is_a_distribution π' s.
rewrite [X in _ <= X](eq_bigr (fun a => π' s a * largest (q M π s))) => [|a _].
  by rewrite -mulr_suml p1 mul1r; apply: average_le (policy_is_a_distribution π s) _ _ _ => a; exact: largest_ge.
have [-> | pa] := eqVneq (π' s a) 0; first by rewrite !mul0r.
congr (_ * _); apply/eqP; rewrite eq_le largest_ge; apply: largest_le => b.
by apply: greedy; rewrite lt_def pa p0.
Qed.
