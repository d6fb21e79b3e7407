(** What changes when a policy does: its kernel, its expected advantages, and the error of the surrogate. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums total_variation kernels processes.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Change.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m).

Lemma distance_tv s : \sum_a `|π' s a - π s a| = 2%:R * tv (π s) (π' s).
Proof. by rewrite two_tv; apply: eq_bigr => a _; rewrite distrC. Qed.

Lemma policy_tv_le1 s : tv (π s) (π' s) <= 1.
Proof. by apply: tv_le1; exact: policy_is_a_distribution. Qed.

Lemma kernel_change s y c : (forall s', `|y s'| <= c) ->
  `|\sum_s' (policy_kernel M π' s s' - policy_kernel M π s s') * y s'| <= 2%:R * tv (π s) (π' s) * c.
Proof.
move=> yc; under eq_bigr do rewrite mulrBl; rewrite sumrB !kernel_apply -sumrB.
under eq_bigr do rewrite -mulrBl; rewrite -distance_tv; apply: sum_distance => a.
exact: average_norm_le (P_is_a_distribution M s a) _ _ _.
Qed.

(** Σ_a π'(a|s) A_π(s,a) = Σ_a (π' - π)(a|s) A_π(s,a), since advantages have mean zero. *)
Lemma expected_advantage_change s ε :
  (forall a, `|advantage M π s a| <= ε) -> `|expected_advantage M π π' s| <= 2%:R * tv (π s) (π' s) * ε.
Proof.
move=> Aε; have -> : expected_advantage M π π' s = \sum_a (π' s a - π s a) * advantage M π s a.
  by under [RHS]eq_bigr do rewrite mulrBl; rewrite sumrB advantage_mean subr0.
by rewrite -distance_tv; exact: sum_distance.
Qed.

Lemma expected_advantage_self s : expected_advantage M π π s = 0.
Proof. exact: advantage_mean. Qed.

(** Seen by the old kernel, the gain is the expected advantage and what the changed kernel adds. *)
Lemma gain_by_the_old_kernel :
  discounted_sum (policy_kernel M π) (γ M)
    (fun s => expected_advantage M π π' s + γ M * \sum_s' (policy_kernel M π' s s' - policy_kernel M π s s')
      * (v M π' s' - v M π s'))
    (fun s => v M π' s - v M π s).
Proof.
move=> s; rewrite {1}(gain_sum M π π') -addrA -mulrDr -big_split /=; congr (_ + _ * _).
by apply: eq_bigr => s' _; rewrite -mulrDl subrK.
Qed.

Lemma surrogate_errorE : eta M π' - surrogate M π π' = γ M * \sum_s discounted_visitation M π s *
  \sum_s' (policy_kernel M π' s s' - policy_kernel M π s s') * (v M π' s' - v M π s').
Proof.
have := visits_dual (visitation_visits M π) gain_by_the_old_kernel.
under eq_bigr do rewrite mulrBr; rewrite sumrB -/(eta M π') -/(eta M π) => dual.
rewrite /surrogate opprD addrA dual; under eq_bigr do rewrite mulrDr; rewrite big_split /= addrC addKr.
by rewrite mulr_sumr; apply: eq_bigr => s _; rewrite mulrCA.
Qed.

Lemma gain_le e s : (forall s, `|expected_advantage M π π' s| <= e) -> `|v M π' s - v M π s| <= e / (1 - γ M).
Proof.
move=> Ae.
exact: discounted_sum_norm_le (kernel_is_a_distribution M π') (γ_is_a_discount M) _ _ _ (gain_sum M π π') Ae s.
Qed.

Lemma error_by_average_tv e : (forall s, `|expected_advantage M π π' s| <= e) ->
  `|eta M π' - surrogate M π π'|
  <= 2%:R * γ M * e * (\sum_s discounted_visitation M π s * tv (π s) (π' s)) / (1 - γ M).
Proof.
move=> Ae; rewrite surrogate_errorE normrM ger0_norm ?γ_ge0 //.
apply: le_trans (_ : _ <= γ M * \sum_s discounted_visitation M π s * (2%:R * tv (π s) (π' s) * (e / (1 - γ M)))) _.
  rewrite ler_wpmul2l ?γ_ge0 // (le_trans (ler_norm_sum _ _ _)) //; apply: ler_sum => s _.
  rewrite normrM ger0_norm ?visitation_ge0 // ler_wpmul2l ?visitation_ge0 //.
  by apply: kernel_change => s'; exact: gain_le.
under eq_bigr do rewrite mulrA [_ * (2%:R * _)]mulrCA.
rewrite -mulr_suml -mulr_sumr; set S := \sum_s _; set h := (1 - γ M)^-1.
by rewrite !mulrA (ACl (2*1*4*3*5)%AC).
Qed.

(** Theorem 1's constants: every divergence is at most α and every advantage at most ε. *)
Lemma error_by_uniform_tv α ε :
  (forall s, tv (π s) (π' s) <= α) -> (forall s a, `|advantage M π s a| <= ε) ->
  `|eta M π' - surrogate M π π'| <= 4%:R * ε * γ M * α ^+ 2 / (1 - γ M) ^+ 2.
Proof.
move=> tvα Aε; have α0 : 0 <= α := le_trans (tv_ge0 _ _) (tvα ord0).
have ε0 : 0 <= ε := le_trans (normr_ge0 _) (Aε ord0 ord0).
have Ae s : `|expected_advantage M π π' s| <= 2%:R * α * ε.
  by apply: le_trans (expected_advantage_change (Aε s)) _; rewrite ler_wpmul2r // ler_wpmul2l ?ler0n.
apply: le_trans (error_by_average_tv Ae) _.
have total : \sum_s discounted_visitation M π s * tv (π s) (π' s) <= α / (1 - γ M).
  rewrite mulrC -(visitation_sum M π) mulr_suml; apply: ler_sum => s _.
  by rewrite ler_wpmul2l ?visitation_ge0.
apply: le_trans (_ : _ <= 2%:R * γ M * (2%:R * α * ε) * (α / (1 - γ M)) / (1 - γ M)) _.
  rewrite ler_pmul2r ?invr_gt0 ?γ_horizon_gt0 // ler_wpmul2l //.
  by rewrite !mulr_ge0 ?γ_ge0 ?ler0n.
have -> : (4%:R : F) = 2%:R * 2%:R by rewrite -natrM.
rewrite !expr2 invfM; set h := (1 - γ M)^-1.
by rewrite !mulrA (ACl (1*3*5*2*4*6*7*8)%AC).
Qed.

End Change.

Section Epsilon.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m).

Lemma epsilon_ge s a : `|advantage M π s a| <= epsilon M π.
Proof.
apply: le_trans (largest_ge (fun s => largest (fun a => `|advantage M π s a|)) s).
exact: (largest_ge (fun a => `|advantage M π s a|)).
Qed.

Lemma epsilon_ge0 : 0 <= epsilon M π.
Proof. exact: le_trans (normr_ge0 _) (epsilon_ge ord0 ord0). Qed.

Lemma penalty_coefficient_ge0 : 0 <= penalty_coefficient M π.
Proof.
rewrite /penalty_coefficient divr_ge0 ?exprn_ge0 ?(ltW (γ_horizon_gt0 M)) //.
by rewrite !mulr_ge0 ?γ_ge0 ?epsilon_ge0 ?ler0n.
Qed.

End Epsilon.

Section Mixture.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α : F).
Hypothesis mix : is_mixture α π π' new.

Lemma expected_advantage_mixture s : expected_advantage M π new s = α * expected_advantage M π π' s.
Proof.
rewrite /expected_advantage; under eq_bigr do rewrite mix mulrDl -!mulrA.
by rewrite big_split /= -!mulr_sumr advantage_mean mulr0 add0r.
Qed.

Lemma surrogate_mixture :
  surrogate M π new = eta M π + α * \sum_s discounted_visitation M π s * expected_advantage M π π' s.
Proof.
rewrite /surrogate mulr_sumr; congr (_ + _); apply: eq_bigr => s _.
by rewrite expected_advantage_mixture mulrCA.
Qed.

Lemma tv_mixture s : 0 <= α -> tv (π s) (new s) = α * tv (π s) (π' s).
Proof. by move=> α0; rewrite (eq_tv _ (mix s)) tv_scale. Qed.

Lemma tv_mixture_le s : 0 <= α -> tv (π s) (new s) <= α.
Proof. by move=> α0; rewrite tv_mixture // ler_pimulr // policy_tv_le1. Qed.

End Mixture.
