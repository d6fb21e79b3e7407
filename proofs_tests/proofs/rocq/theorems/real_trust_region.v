(** Proofs of statements/real_trust_region.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals sequences exp.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums total_variation kernels processes changes.
From rlproof.theorems Require trust_region real_numbers.
From rlproof.statements Require real_trust_region.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem kl_bound_in_nats : statements.real_trust_region.kl_bound_in_nats.
Proof.
move=> R n m M π π'; apply: theorems.trust_region.kl_bound.
exact: real_numbers.natural_logarithm_is_a_logarithm.
Qed.

Theorem kl_bound_two_sided_in_nats : statements.real_trust_region.kl_bound_two_sided_in_nats.
Proof.
move=> R n m M π π'; apply: theorems.trust_region.kl_bound_two_sided.
exact: real_numbers.natural_logarithm_is_a_logarithm.
Qed.

Theorem algorithm1_in_nats : statements.real_trust_region.algorithm1_in_nats.
Proof.
move=> R n m M π; apply: theorems.trust_region.algorithm1.
exact: real_numbers.natural_logarithm_is_a_logarithm.
Qed.

Section Pinsker.
Variables (R : realType) (n m : nat) (M : MDP R n m) (π π' : policy R n m).
Let D s := kl (@ln R) (π s) (π' s).

Lemma tv_by_kl s : keeps_support (π s) (π' s) -> tv (π s) (π' s) <= Num.sqrt (D s / 2%:R).
Proof. by move=> kept; apply: real_numbers.pinsker => //; exact: policy_is_a_distribution. Qed.

Lemma divergence_ge0 s : keeps_support (π s) (π' s) -> 0 <= D s.
Proof.
move=> kept; apply: theorems.divergence.kl_is_not_negative => //; try exact: policy_is_a_distribution.
exact: real_numbers.natural_logarithm_is_a_logarithm.
Qed.

Lemma tv_squared_le s : keeps_support (π s) (π' s) -> tv (π s) (π' s) ^+ 2 <= D s / 2%:R.
Proof.
move=> kept; have D2 : 0 <= D s / 2%:R by rewrite divr_ge0 ?divergence_ge0 ?ler0n.
by rewrite -(sqr_sqrtr D2) ler_pexpn2r ?nnegrE ?sqrtr_ge0 ?tv_ge0 ?tv_by_kl.
Qed.

Lemma error_by_pinsker : finite_penalty M π π' ->
  `|eta M π' - surrogate M π π'| <= penalty_coefficient M π / 2%:R * kl_max (@ln R) π π'.
Proof.
move=> support; have tvα s : tv (π s) (π' s) <= tv_max π π' by exact: (largest_ge (fun s => tv (π s) (π' s))).
rewrite (le_trans (error_by_uniform_tv tvα (epsilon_ge M π))) // mulrAC -/(penalty_coefficient M π).
case: support => [-> | support]; first by rewrite !mul0r.
rewrite -mulrA ler_wpmul2l ?penalty_coefficient_ge0 // mulrC.
have [s top] := largest_attained (fun s => tv (π s) (π' s)); rewrite /tv_max top.
apply: le_trans (tv_squared_le (support s)) _; rewrite ler_pmul2r ?invr_gt0 ?ltr0n //.
exact: (largest_ge D).
Qed.

(** By Cauchy and Schwarz: the mean of the square roots is at most the square root of the mean. *)
Lemma average_tv_squared (d : state n -> R) :
  distribution d -> (forall s, d s != 0 -> keeps_support (π s) (π' s)) ->
  (\sum_s d s * tv (π s) (π' s)) ^+ 2 <= (\sum_s d s * D s) / 2%:R.
Proof.
move=> d1 support; have [d0 _] := d1; set a := \sum_s d s * tv _ _.
have spread : 0 <= \sum_s d s * (tv (π s) (π' s) - a) ^+ 2.
  by apply: sumr_ge0 => s _; rewrite mulr_ge0 ?sqr_ge0.
have squares : a ^+ 2 <= \sum_s d s * tv (π s) (π' s) ^+ 2.
  rewrite -subr_ge0; apply: le_trans spread _.
  under eq_bigr do rewrite sqrrB mulrDr mulrBr.
  rewrite big_split /= sumrB (average_constant d1).
  under [X in _ - X + _ <= _]eq_bigr do rewrite mulrnAr mulrA -mulrnAr.
  rewrite -mulr_suml -/a mulrnAr -expr2 -addrA ler_add2l.
  by rewrite mulr2n opprD -addrA addNr addr0.
apply: le_trans squares _; rewrite mulr_suml; apply: ler_sum => s _.
have [-> | ds] := eqVneq (d s) 0; first by rewrite !mul0r.
by rewrite -mulrA ler_wpmul2l // tv_squared_le //; exact: support.
Qed.

Lemma error_by_average_kl ε : (forall s, discounted_visitation M π s != 0 -> keeps_support (π s) (π' s)) ->
  (forall s, `|expected_advantage M π π' s| <= ε) ->
  `|eta M π' - surrogate M π π'| <= 2%:R * γ M * ε / (1 - γ M) ^+ 2
    * Num.sqrt ((\sum_s (1 - γ M) * discounted_visitation M π s * D s) / 2%:R).
Proof.
move=> support Aε; have ε0 : 0 <= ε := le_trans (normr_ge0 _) (Aε ord0).
have h0 := γ_horizon_gt0 M; set h := 1 - γ M in h0 *.
pose d s := h * discounted_visitation M π s.
have d1 : distribution d.
  split=> [s|]; first by rewrite mulr_ge0 ?(ltW h0) ?visitation_ge0.
  by rewrite -mulr_sumr visitation_sum mulfV // lt0r_neq0.
rewrite (le_trans (error_by_average_tv Aε)) //.
have -> : \sum_s discounted_visitation M π s * tv (π s) (π' s) = (\sum_s d s * tv (π s) (π' s)) / h.
  by rewrite mulr_suml; apply: eq_bigr => s _; rewrite /d -[h * _ * _]mulrA [h * _]mulrC mulfK ?lt0r_neq0.
have root : \sum_s d s * tv (π s) (π' s) <= Num.sqrt ((\sum_s d s * D s) / 2%:R).
  have a0 : 0 <= \sum_s d s * tv (π s) (π' s).
    by apply: sumr_ge0 => s _; rewrite mulr_ge0 ?tv_ge0 //; case: d1.
  rewrite -(ger0_norm a0) -sqrtr_sqr ler_wsqrtr // average_tv_squared // => s.
  by rewrite mulf_eq0 negb_or => /andP[_]; exact: support.
rewrite -/h expr2 invfM.
rewrite [X in X <= _](_ : _ = 2%:R * γ M * ε * (h^-1 * h^-1) * (\sum_s d s * tv (π s) (π' s))); last first.
  by rewrite !mulrA (ACl (1*2*3*5*6*4)%AC).
by rewrite ler_wpmul2l // !mulr_ge0 ?γ_ge0 ?ler0n ?invr_ge0 ?(ltW h0).
Qed.

End Pinsker.

Theorem kl_bound_by_pinsker : statements.real_trust_region.kl_bound_by_pinsker.
Proof. by move=> R n m M π π' support; exact: error_by_pinsker. Qed.

Theorem cpo_kl_bound : statements.real_trust_region.cpo_kl_bound.
Proof. by move=> R n m M π π' ε support Aε; exact: error_by_average_kl. Qed.
