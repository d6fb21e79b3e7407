(** Proofs of statements/mixtures.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes changes common_part.
From rlproof.statements Require mixtures.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

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

Theorem mixture_bound_kl02_for_any_constant : statements.mixtures.mixture_bound_kl02_for_any_constant.
Proof. by move=> F n m M π π' new α ε α01 mix Aε; exact: mixture_error. Qed.

Theorem mixture_bound_for_any_constant : statements.mixtures.mixture_bound_for_any_constant.
Proof.
move=> F n m M π π' new α ε α01 mix Aε; rewrite (le_trans (mixture_error α01 mix Aε)) //.
have /andP[α0 α1] := α01; have ε0 : 0 <= ε := le_trans (normr_ge0 _) (Aε ord0).
have h0 := γ_horizon_gt0 M; rewrite ler_wpmul2l ?mulr_ge0 ?ler0n ?γ_ge0 ?exprn_ge0 //.
rewrite expr2 lef_pinv ?posrE ?mulr_gt0 // ?(lt_le_trans h0) ?ler_wpmul2l ?(ltW h0) //.
  by rewrite ler_sub // ler_pimulr ?γ_ge0 // ler_subl_addr ler_addl.
by rewrite ler_sub // ler_pimulr ?γ_ge0 // ler_subl_addr ler_addl.
Qed.

Theorem cpo_bound_for_any_constant : statements.mixtures.cpo_bound_for_any_constant.
Proof. by move=> F n m M π π' ε Aε; exact: error_by_average_tv. Qed.

Theorem visitation_difference : statements.mixtures.visitation_difference.
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

(** The printed forms: the constant is the maximum, and the bound is the lower side. *)
Lemma gain_le_largest (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) s :
  `|expected_advantage M π π' s| <= largest_expected_advantage M π π'.
Proof. exact: (largest_ge (fun s => `|expected_advantage M π π' s|)). Qed.

Theorem mixture_bound : statements.mixtures.mixture_bound.
Proof.
move=> F n m M π π' new α α01 mix; apply: lower_side.
exact: mixture_bound_for_any_constant α01 mix (gain_le_largest M π π').
Qed.

Theorem mixture_bound_kl02 : statements.mixtures.mixture_bound_kl02.
Proof.
move=> F n m M π π' new α α01 mix; apply: lower_side.
exact: mixture_bound_kl02_for_any_constant α01 mix (gain_le_largest M π π').
Qed.

Theorem cpo_bound : statements.mixtures.cpo_bound.
Proof. by move=> F n m M π π'; apply: lower_side; exact: cpo_bound_for_any_constant (gain_le_largest M π π'). Qed.

Theorem mixture_is_a_policy : statements.mixtures.mixture_is_a_policy.
Proof.
move=> F n m π π' α /andP[α0 α1].
have mixed s : distribution (fun a => (1 - α) * π s a + α * π' s a).
  have [p0 p1] := policy_is_a_distribution π s; have [q0 q1] := policy_is_a_distribution π' s.
  split=> [a|]; first by rewrite addr_ge0 ?mulr_ge0 ?subr_ge0.
  by rewrite big_split /= -!mulr_sumr p1 q1 !mulr1 subrK.
by exists (Policy mixed).
Qed.
