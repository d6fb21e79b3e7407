(** Proofs of statements/bounds.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums total_variation kernels processes changes common_part.
From rlproof.statements Require bounds.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem tv_bound_for_any_constants : statements.bounds.tv_bound_for_any_constants.
Proof. by move=> F n m M π π' α ε tvα Aε; exact: error_by_uniform_tv. Qed.

Theorem tv_bound : statements.bounds.tv_bound.
Proof.
move=> F n m M π π'; have tvα s : tv (π s) (π' s) <= tv_max π π' by exact: (largest_ge (fun s => tv (π s) (π' s))).
by apply: lower_side; rewrite mulrAC; exact: error_by_uniform_tv tvα (epsilon_ge M π).
Qed.

(** The part of two policies that is common to both, as a policy. *)
Section CommonPolicy.
Variables (F : realFieldType) (n m : nat) (π π' : policy F n m).

Let overlap s a := Num.min (π s a) (π' s a).

Let overlap_sum s : \sum_a overlap s a = 1 - tv (π s) (π' s).
Proof. by rewrite tv_overlap ?subKr //; exact: policy_is_a_distribution. Qed.

Definition common_probability s a :=
  if tv (π s) (π' s) == 1 then π s a else overlap s a / (1 - tv (π s) (π' s)).

Lemma common_is_a_distribution s : distribution (common_probability s).
Proof.
rewrite /common_probability; case: eqP => [_|/eqP tv1]; first exact: policy_is_a_distribution.
have tv_lt1 : tv (π s) (π' s) < 1 by rewrite lt_def policy_tv_le1 andbT eq_sym.
split=> [a|]; last by rewrite -mulr_suml overlap_sum mulfV // subr_eq0 eq_sym.
rewrite divr_ge0 ?subr_ge0 ?policy_tv_le1 // le_minr.
by case: (policy_is_a_distribution π s) => -> _; case: (policy_is_a_distribution π' s) => ->.
Qed.

Definition common_policy := Policy common_is_a_distribution.

Lemma common_policy_below α s a :
  α <= 1 -> tv (π s) (π' s) <= α -> (1 - α) * common_policy s a <= overlap s a.
Proof.
move=> α1 tvα; have [p0 _] := policy_is_a_distribution π s; have [q0 _] := policy_is_a_distribution π' s.
have o0 : 0 <= overlap s a by rewrite le_minr p0 q0.
rewrite /= /common_probability; case: eqP => [tv1|/eqP tv1].
  have -> : α = 1 by apply/eqP; rewrite eq_le α1 -tv1.
  by rewrite subrr mul0r.
have d0 : 0 < 1 - tv (π s) (π' s) by rewrite subr_gt0 lt_def policy_tv_le1 andbT eq_sym.
by rewrite mulrCA ler_pimulr // ler_pdivr_mulr // mul1r ler_sub.
Qed.

End CommonPolicy.

Theorem tv_bound_refined_for_any_constants : statements.bounds.tv_bound_refined_for_any_constants.
Proof.
move=> F n m M π π' α ε α1 tvα Aε; have α0 : 0 <= α := le_trans (tv_ge0 _ _) (tvα ord0).
have ε0 : 0 <= ε := le_trans (normr_ge0 _) (Aε ord0 ord0).
have Ae s : `|expected_advantage M π π' s| <= 2%:R * α * ε.
  by apply: le_trans (expected_advantage_change π' (Aε s)) _; rewrite ler_wpmul2r // ler_wpmul2l ?ler0n.
have α01 : 0 <= α <= 1 by rewrite α0.
have below s a : (1 - α) * common_policy π π' s a <= Num.min (π s a) (π' s a) by exact: common_policy_below.
have below1 s a : (1 - α) * common_policy π π' s a <= π s a by rewrite (le_trans (below s a)) // le_minl lexx.
have below2 s a : (1 - α) * common_policy π π' s a <= π' s a by rewrite (le_trans (below s a)) // le_minl lexx orbT.
rewrite (le_trans (error_by_common_part α01 below1 below2 Ae)) //.
have -> : (4%:R : F) = 2%:R * 2%:R by rewrite -natrM.
rewrite !expr2; set h := (_ * _)^-1.
by rewrite !mulrA (ACl (1*2*4*5*3*6*7)%AC).
Qed.

Theorem tv_bound_refined : statements.bounds.tv_bound_refined.
Proof.
move=> F n m M π π'; have tvα s : tv (π s) (π' s) <= tv_max π π' by exact: (largest_ge (fun s => tv (π s) (π' s))).
have α1 : tv_max π π' <= 1 by apply: largest_le => s; exact: policy_tv_le1.
by apply: lower_side; exact: tv_bound_refined_for_any_constants α1 tvα (epsilon_ge M π).
Qed.
