(** Proofs about V-trace. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
From rlproof.theorems Require Import trajectory_lemmas.
From rlproof.statements Require vtrace.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Lemmas.
Variable F : realFieldType.
Implicit Types (γ λ rho_bar c_bar : F) (ratios : seq F) (τ : seq (transition F)).

(** v_t - V(s_t), from the first transition; zero where there is none. *)
Definition correction γ rho_bar c_bar ratios τ : F :=
  head 0 (target γ rho_bar c_bar ratios τ) - value (head blank τ).

Lemma correction_cons γ rho_bar c_bar r ratios x τ :
  correction γ rho_bar c_bar (r :: ratios) (x :: τ) =
    Num.min rho_bar r * error γ x + γ * Num.min c_bar r * goes_on x * correction γ rho_bar c_bar ratios τ.
Proof. by rewrite /correction /= addrAC; congr (_ + _); rewrite addrC addKr. Qed.

Lemma correction_nth γ rho_bar c_bar ratios τ t :
  (target γ rho_bar c_bar ratios τ)`_t - value (step τ t) = correction γ rho_bar c_bar (drop t ratios) (drop t τ).
Proof. by rewrite /correction drop_target step_head head_nth. Qed.

Lemma correction_sum γ rho_bar c_bar ratios τ :
  size ratios = size τ ->
  correction γ rho_bar c_bar ratios τ =
    \sum_(l < size τ) (\prod_(j < l) (γ * Num.min c_bar ratios`_j * goes_on (step τ j)))
      * (Num.min rho_bar ratios`_l * error γ (step τ l)).
Proof.
elim: τ ratios => [|x τ IH] [|r ratios] //; first by rewrite /correction subrr big_ord0.
move=> [same]; rewrite correction_cons IH //.
pose d j := γ * Num.min c_bar (r :: ratios)`_j * goes_on (step (x :: τ) j).
pose e l := Num.min rho_bar (r :: ratios)`_l * error γ (step (x :: τ) l).
exact: esym (sum_of_products_recl _ d e).
Qed.

Lemma correction_on_policy γ λ rho_bar c_bar τ :
  1 <= rho_bar -> Num.min c_bar 1 = λ ->
  correction γ rho_bar c_bar (nseq (size τ) 1) τ = head 0 (advantage γ λ τ).
Proof.
move=> unclipped level; elim: τ => [|x τ IH]; first by rewrite /correction subrr.
by rewrite [nseq _ _]/= correction_cons IH level min_r // mul1r.
Qed.

End Lemmas.

Theorem vtrace_equals_the_direct_sum : statements.vtrace.vtrace_equals_the_direct_sum.
Proof.
move=> F γ rho_bar c_bar ratios τ t same.
apply/(addIr (- value (step τ t))); rewrite correction_nth [RHS]addrC addKr correction_sum ?size_drop ?same //.
apply: eq_bigr => l _; rewrite step_drop nth_drop; congr (_ * _).
by apply: eq_bigr => j _; rewrite step_drop nth_drop.
Qed.

Theorem vtrace_on_policy_is_gae : statements.vtrace.vtrace_on_policy_is_gae.
Proof.
move=> F γ λ rho_bar τ t unclipped below_one.
by rewrite correction_nth drop_nseq advantage_head -size_drop (@correction_on_policy _ _ λ) // min_l.
Qed.

Theorem vtrace_on_policy_is_gae_at_lambda_one : statements.vtrace.vtrace_on_policy_is_gae_at_lambda_one.
Proof.
move=> F γ rho_bar c_bar τ t unclipped untraced.
by rewrite correction_nth drop_nseq advantage_head -size_drop (@correction_on_policy _ _ 1) // min_r.
Qed.

Theorem vtrace_on_policy_is_the_return : statements.vtrace.vtrace_on_policy_is_the_return.
Proof.
move=> F γ rho_bar c_bar τ joined_τ unclipped untraced.
apply: (@eq_from_nth _ 0) => [|t]; first by rewrite size_target ?size_nseq // size_rewards_to_go.
rewrite size_target ?size_nseq // => inside; apply/(addIr (- value (step τ t))).
rewrite vtrace_on_policy_is_gae_at_lambda_one //.
by rewrite return_minus_value.
Qed.
