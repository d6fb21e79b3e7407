(** Proofs of statements/bounds.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes changes common_part.
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
have := error_by_uniform_tv tvα (epsilon_ge M π); rewrite distrC => /(le_trans (ler_norm _)) bound.
by rewrite ler_subl_addl -ler_subl_addr (le_trans bound) // /penalty_coefficient mulrAC.
Qed.

(** The part of two policies that is common to both, as a policy. *)
Section CommonPolicy.
Variables (F : realFieldType) (n m : nat) (π π' : policy F n m).

Let overlap s a := Num.min (π s a) (π' s a).

Let overlap_sum s : \sum_a overlap s a = 1 - tv (π s) (π' s).
Proof.
have [_ p1] := policy_is_a_distribution π s; have [_ q1] := policy_is_a_distribution π' s.
rewrite /tv; apply: (@mulIf _ 2%:R); first by rewrite pnatr_eq0.
have two : 2%:R = \sum_a (π s a + π' s a) by rewrite big_split /= p1 q1.
rewrite mulrBl divfK ?pnatr_eq0 // mul1r [X in _ = X - _]two mulr_suml -sumrB.
apply: eq_bigr => a _; rewrite /overlap mulrDr mulr1; case: (leP (π s a) (π' s a)) => [le|/ltW le].
  by rewrite ler0_norm ?subr_le0 // opprK addrACA subrr addr0.
by rewrite ger0_norm ?subr_ge0 // opprB [π s a + _]addrC addrACA subrr addr0.
Qed.

Definition common_probability s a :=
  if tv (π s) (π' s) == 1 then π s a else overlap s a / (1 - tv (π s) (π' s)).

Lemma common_is_a_distribution s : distribution (common_probability s).
Proof.
rewrite /common_probability; case: eqP => [_|/eqP tv1]; first exact: policy_is_a_distribution.
have tv_lt1 : tv (π s) (π' s) < 1 by rewrite lt_def tv_le1 andbT eq_sym.
split=> [a|]; last by rewrite -mulr_suml overlap_sum mulfV // subr_eq0 eq_sym.
rewrite divr_ge0 ?subr_ge0 ?tv_le1 // le_minr.
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
have d0 : 0 < 1 - tv (π s) (π' s) by rewrite subr_gt0 lt_def tv_le1 andbT eq_sym.
by rewrite mulrCA ler_pimulr // ler_pdivr_mulr // mul1r ler_sub.
Qed.

End CommonPolicy.

Theorem tv_bound_refined : statements.bounds.tv_bound_refined.
Proof.
move=> F n m M π π' α ε α1 tvα Aε; have α0 : 0 <= α := le_trans (tv_ge0 π π' ord0) (tvα ord0).
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

Section Mixtures.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α ε : F).
Hypotheses (α01 : 0 <= α <= 1) (mix : is_mixture α π π' new).
Hypothesis Aε : forall s, `|expected_advantage M π π' s| <= ε.

Let α0 : 0 <= α. Proof. by case/andP: α01. Qed.
Let α1 : α <= 1. Proof. by case/andP: α01. Qed.

Lemma mixture_gain s : `|expected_advantage M π new s| <= α * ε.
Proof. by rewrite (expected_advantage_mixture M mix) normrM ger0_norm // ler_wpmul2l. Qed.

Lemma mixture_error : `|eta M new - surrogate M π new|
  <= 2%:R * ε * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).
Proof.
have below1 s a : (1 - α) * π s a <= π s a.
  by rewrite ler_pimull ?ler_subl_addr ?ler_addl //; case: (policy_is_a_distribution π s).
have below2 s a : (1 - α) * π s a <= new s a.
  by rewrite mix ler_addl mulr_ge0 //; case: (policy_is_a_distribution π' s).
rewrite (le_trans (error_by_common_part α01 below1 below2 mixture_gain)) //.
rewrite !expr2; set h := (_ * _)^-1.
by rewrite !mulrA (ACl (1*3*4*2*5*6)%AC).
Qed.

End Mixtures.

Theorem mixture_bound_kl02 : statements.bounds.mixture_bound_kl02.
Proof. by move=> F n m M π π' new α ε α01 mix Aε; exact: mixture_error. Qed.

Theorem mixture_bound : statements.bounds.mixture_bound.
Proof.
move=> F n m M π π' new α ε α01 mix Aε; rewrite (le_trans (mixture_error α01 mix Aε)) //.
have /andP[α0 α1] := α01; have ε0 : 0 <= ε := le_trans (normr_ge0 _) (Aε ord0).
have h0 := γ_horizon_gt0 M; rewrite ler_wpmul2l ?mulr_ge0 ?ler0n ?γ_ge0 ?exprn_ge0 //.
rewrite expr2 lef_pinv ?posrE ?mulr_gt0 // ?(lt_le_trans h0) ?ler_wpmul2l ?(ltW h0) //.
  by rewrite ler_sub // ler_pimulr ?γ_ge0 // ler_subl_addr ler_addl.
by rewrite ler_sub // ler_pimulr ?γ_ge0 // ler_subl_addr ler_addl.
Qed.

Theorem cpo_bound : statements.bounds.cpo_bound.
Proof. by move=> F n m M π π' ε Aε; exact: error_by_average_tv. Qed.

Theorem visitation_difference : statements.bounds.visitation_difference.
Proof.
move=> F n m M π π'; pose ρ := discounted_visitation M π; pose z s := discounted_visitation M π' s - ρ s.
pose K := policy_kernel M π; pose K' := policy_kernel M π'.
pose ν s' := \sum_s ρ s * (K' s s' - K s s').
have zE s' : z s' = γ M * ν s' + γ M * \sum_s z s * K' s s'.
  rewrite /z visitation_visits [ρ s']visitation_visits opprD addrACA subrr add0r -mulrDr -mulrBr; congr (_ * _).
  by rewrite -sumrB -big_split /=; apply: eq_bigr => s _; rewrite mulrBr mulrBl [RHS]addrC addrA subrK.
have ν_le : \sum_s' `|ν s'| <= 2%:R * \sum_s ρ s * tv (π s) (π' s).
  apply: le_trans (_ : _ <= \sum_s' \sum_s ρ s * \sum_a `|π' s a - π s a| * P M s a s') _.
    apply: ler_sum => s' _; rewrite (le_trans (ler_norm_sum _ _ _)) //; apply: ler_sum => s _.
    rewrite normrM ger0_norm ?visitation_ge0 // ler_wpmul2l ?visitation_ge0 //.
    rewrite -sumrB (le_trans (ler_norm_sum _ _ _)) //; apply: ler_sum => a _.
    rewrite -mulrBl normrM [X in _ * X]ger0_norm //; by case: (P_is_a_distribution M s a).
  rewrite exchange_big /= mulr_sumr; apply: ler_sum => s _; rewrite mulrCA -mulr_sumr ler_wpmul2l ?visitation_ge0 //.
  rewrite exchange_big /= -distance_tv; apply: ler_sum => a _; rewrite -mulr_sumr.
  by case: (P_is_a_distribution M s a) => _ ->; rewrite mulr1.
have total : \sum_s `|z s| <= γ M * (\sum_s' `|ν s'|) + γ M * (\sum_s `|z s|).
  have same : \sum_s `|z s| = \sum_s' \sum_s `|z s| * K' s s'.
    by rewrite exchange_big /=; apply: eq_bigr => s _; rewrite -mulr_sumr kernel_sum mulr1.
  rewrite {2}same -mulrDr -big_split /= mulr_sumr; apply: ler_sum => s' _.
  rewrite zE -mulrDr normrM (ger0_norm (γ_ge0 M)) ler_wpmul2l ?γ_ge0 //.
  rewrite (le_trans (ler_norm_add _ _)) // ler_add2l (le_trans (ler_norm_sum _ _ _)) //.
  apply: ler_sum => s _; rewrite normrM [X in _ * X <= _]ger0_norm //.
  by case: (kernel_is_a_distribution M π' s).
rewrite ler_pdivl_mulr ?γ_horizon_gt0 // mulrBr mulr1 ler_subl_addr.
rewrite (le_trans total) // [X in _ <= _ + X]mulrC ler_add2r -[2%:R * _ * _]mulrA.
by rewrite [X in _ <= X]mulrCA ler_wpmul2l ?γ_ge0.
Qed.
