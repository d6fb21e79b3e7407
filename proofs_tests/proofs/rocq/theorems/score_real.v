(** Proofs about the score function over the real numbers. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals topology normedtype derive sequences realfun exp.
From rlproof.definitions Require Import process score.
From rlproof.theorems Require Import derivatives real_derivatives.
From rlproof.theorems Require score.
From rlproof.statements Require score_real.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

Theorem has_derivative_is_the_derivative : statements.score_real.has_derivative_is_the_derivative.
Proof. exact: is_deriveP. Qed.

Theorem score_function_is_unbiased_over_the_reals : statements.score_real.score_function_is_unbiased_over_the_reals.
Proof.
move=> R n m M H f π dπ θ dπP; apply/is_deriveP.
by apply: theorems.score.score_function_is_unbiased => s a; apply/is_deriveP.
Qed.

Theorem reinforce_is_unbiased_over_the_reals : statements.score_real.reinforce_is_unbiased_over_the_reals.
Proof.
move=> R n m M H π dπ θ dπP; apply/is_deriveP.
by apply: theorems.score.reinforce_is_unbiased => s a; apply/is_deriveP.
Qed.

Theorem softmax_is_a_policy : statements.score_real.softmax_is_a_policy.
Proof.
move=> R n m φ; have e0 s a : 0 <= expR (φ s a) by rewrite ltW ?expR_gt0.
have Z0 s : 0 < \sum_b expR (φ s b).
  by rewrite (bigD1 ord0) //= ltr_paddr ?expR_gt0 // sumr_ge0.
have valid s : distribution (fun a => expR (φ s a) / \sum_b expR (φ s b)).
  by split=> [a | ]; [rewrite divr_ge0 // ltW | rewrite -mulr_suml divff // gt_eqF].
by exists (Policy valid).
Qed.

Theorem score_of_softmax : statements.score_real.score_of_softmax.
Proof.
move=> R n m φ dφ π θ πE φd; pose e x s a := expR (φ x s a); pose Z x s := \sum_b e x s b.
have Z0 x s : 0 < Z x s.
  rewrite /Z (bigD1 ord0) //=; apply: ltr_paddr (expR_gt0 _); apply: sumr_ge0 => b _; exact: ltW (expR_gt0 _).
pose dZ s := \sum_b e θ s b * dφ s b.
have ed s a : has_derivative (fun x => e x s a) θ (e θ s a * dφ s a).
  by apply/is_deriveP; exact: (@is_derive1_comp _ expR (fun x => φ x s a)).
have Zd s : has_derivative (fun x => Z x s) θ (dZ s) by exact: derivative_sum (ed s).
have invd s : has_derivative (fun x => (Z x s)^-1) θ (- (Z θ s) ^- 2 * dZ s).
  apply/is_deriveP; apply: is_deriveV; first by rewrite gt_eqF.
  exact/is_deriveP.
have mean s : \sum_b π θ s b * dφ s b = dZ s / Z θ s.
  by rewrite mulr_suml; apply: eq_bigr => b _; rewrite πE mulrAC.
exists (fun s a => π θ s a * (dφ s a - \sum_b π θ s b * dφ s b)) => s a.
  apply/is_deriveP; have d := derivativeM (ed s a) (invd s).
  have -> : π θ s a * (dφ s a - \sum_b π θ s b * dφ s b)
      = e θ s a * dφ s a * (Z θ s)^-1 + e θ s a * (- (Z θ s) ^- 2 * dZ s).
    rewrite mean πE -/(e θ s a) -/(Z θ s) mulrBr mulrAC; congr (_ + _).
    by rewrite mulNr mulrN -exprVn expr2 -!mulrA [dZ s * _]mulrC.
  by apply: eq_derivative d => x; rewrite πE.
rewrite /score mulrC mulKf // πE mulf_neq0 ?invr_eq0 ?gt_eqF ?expR_gt0 //; exact: Z0.
Qed.
