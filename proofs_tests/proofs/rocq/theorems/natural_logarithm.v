(** Bounds of the exponential and of the natural logarithm, the last of them Pinsker's inequality of one term. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import classical_sets.
From mathcomp.analysis Require Import reals topology normedtype derive sequences nsatz_realtype exp.
From rlproof.definitions Require Import process bellman divergence score.
From rlproof.theorems Require Import derivatives real_derivatives.
From rlproof.theorems Require logarithms.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

(** The exponential is above its tangent at 0: the library has the half x >= 0. *)
Lemma exp_above_tangent (R : realType) (x : R) : 1 + x <= expR x.
Proof.
have [x0 | x0] := leP 0 x; first exact: expR_ge1Dx.
have d y : y \in `]x, 0[%R -> is_derive y 1 expR (expR y : R) by move=> _; exact: is_derive_expR.
have [|c /[!in_itv]/= /andP[_ c0]] := MVT x0 d.
  by apply: continuous_subspaceT => y; exact: continuous_expR.
rewrite expR0 sub0r => e; have : 1 - expR x <= - x.
  by rewrite e ler_pimull ?oppr_ge0 ?(ltW x0) // -expR0 ler_expR ltW.
by rewrite ler_subl_addr -ler_subl_addl opprK addrC.
Qed.

Lemma natural_logarithm (R : realType) : logarithm (@ln R).
Proof.
split=> [x y x0 y0 | x x0]; first exact: lnM.
by rewrite ler_subr_addl -[X in _ <= X](@lnK R) ?exp_above_tangent.
Qed.

Section Bound.
Variable R : realType.
Implicit Types (x y c : R).

Lemma derivative_ln y : 0 < y -> has_derivative (@ln R) y y^-1.
Proof. by move=> y0; apply/is_deriveP; exact: is_derive1_ln. Qed.

(** The mean value theorem around 1, for a function that is zero there. *)
Lemma mean_value (f df : R -> R) x :
  (forall y, 0 < y -> has_derivative f y (df y)) -> f 1 = 0 -> 0 < x ->
  exists c, [/\ 0 < c, f x = df c * (x - 1) & 0 <= (c - 1) * (x - 1)].
Proof.
move=> fd f1 x0.
have on_segment (a b : R) : 0 < a -> a < b -> exists2 c, a < c < b & f b - f a = df c * (b - a).
  move=> a0 ab; have d y : 0 < y -> is_derive y 1 f (df y).
    by move=> y0; apply/is_deriveP; exact: fd.
  have [y | | c] := @MVT R f df a b ab; last by rewrite in_itv /=; exists c.
    by rewrite in_itv /= => /andP[ay _]; exact: d (lt_trans a0 ay).
  apply: continuous_in_subspaceT => y; rewrite mem_setE in_itv /= => /andP[ay _].
  by apply/differentiable_continuous/derivable1_diffP; have [] := d y (lt_le_trans a0 ay).
have [-> | ne] := eqVneq x 1; first by exists 1; split; rewrite ?f1 ?subrr ?mulr0 ?ltr01.
have [x1 | x1] : x < 1 \/ 1 < x by apply/orP; rewrite -neq_lt.
  have [c /andP[xc c1]] := on_segment x 1 x0 x1; rewrite f1 sub0r => e; exists c; split.
  - exact: lt_trans x0 xc.
  - by rewrite -[LHS]opprK e -mulrN opprB.
  by rewrite mulr_le0 ?subr_le0 ?ltW.
have [c /andP[c1 cx]] := on_segment 1 x ltr01 x1; rewrite f1 subr0 => e; exists c; split=> //.
  exact: lt_trans ltr01 c1.
by rewrite mulr_ge0 ?subr_ge0 ?ltW.
Qed.

(** Numbers by sums of ones, for the decision procedure. *)
Lemma numerals :
  [/\ 2%:R = 1 + 1 :> R, 3%:R = 1 + 2%:R :> R, 4%:R = 2%:R * 2%:R :> R, 5%:R = 4%:R + 1 :> R & 6%:R = 2%:R * 3%:R :> R].
Proof. by split; rewrite -?natrM -?(natrD _ 1 1) -?(natrD _ 1 2) -?(natrD _ 4 1). Qed.

(** (x + 1) ln x >= 2 (x - 1) above 1, and the other way below. *)
Definition first_bound y : R := (y + 1) * ln y + - 2%:R * (y + - 1).

Lemma first_bound_derivative y : 0 < y ->
  has_derivative first_bound y ((1 + 0) * ln y + (y + 1) * y^-1 + - 2%:R * (1 + 0)).
Proof.
move=> y0; apply: derivativeD (derivativeM _ (derivative_ln y0)) (derivativeZ _ _);
  exact: derivativeD (derivative_id _) (derivative_const _ _).
Qed.

(** 2 x (x + 2) ln x >= (x - 1) (5 x + 1). *)
Definition second_bound y : R := 2%:R * (y * (y + 2%:R)) * ln y + - 1 * ((y + - 1) * (5%:R * y + 1)).

Lemma second_bound_derivative y : 0 < y -> has_derivative second_bound y (4%:R * first_bound y).
Proof.
move=> y0; have linear (a : R) : has_derivative (fun z => z + a) y (1 + 0).
  exact: derivativeD (derivative_id _) (derivative_const _ _).
have d := derivativeD
  (derivativeM (derivativeZ 2%:R (derivativeM (derivative_id y) (linear 2%:R))) (derivative_ln y0))
  (derivativeZ (- 1)
    (derivativeM (linear (- 1)) (derivativeD (derivativeZ 5%:R (derivative_id y)) (derivative_const y 1)))).
congr (has_derivative _ _ _) : d; rewrite /first_bound.
have : y * y^-1 = 1 by rewrite divff ?gt_eqF.
by move: (y^-1) (ln y) => i l e; have [n2 _ n4 n5 _] := numerals; rewrite n5 n4 n2; nsatz.
Qed.

Lemma second_bound_ge0 x : 0 < x -> 0 <= second_bound x.
Proof.
move=> x0; have z1 : second_bound 1 = 0 by rewrite /second_bound ln1 subrr mul0r !mulr0 addr0.
have [c [c0 -> cx]] := mean_value second_bound_derivative z1 x0.
have z2 : first_bound 1 = 0 by rewrite /first_bound ln1 subrr !mulr0 addr0.
have [c' [c'0 -> _]] := mean_value first_bound_derivative z2 c0.
rewrite -mulrA; apply: mulr_ge0; first exact: ler0n.
rewrite -mulrA; apply: mulr_ge0 cx.
have := logarithms.ln_le (natural_logarithm R) (_ : 0 < c'^-1); rewrite invr_gt0 => /(_ c'0).
rewrite (logarithms.lnV (natural_logarithm R)) // addr0 mul1r mulr1.
rewrite mulrDl divff ?gt_eqF // mul1r -[2%:R]/(1 + 1) ler_oppl -subr_ge0 opprD opprK.
have -> : ln c' + (1 + c'^-1) + (-1 - 1) = ln c' + (c'^-1 - 1) by move: (ln c') (c'^-1) => l i; nsatz.
by [].
Qed.

(** A term of D_KL exceeds p - q by a multiple of |p - q|, less its square: for every c. *)
Lemma pinsker_term (p q c : R) : 0 <= p -> 0 <= q -> (q = 0 -> p = 0) ->
  p - q + (6%:R * c * `|p - q| - 3%:R * c ^+ 2 * (2%:R * p + 4%:R * q)) <= p * ln (p / q).
Proof.
move=> p0 q0 pq; move: p0; rewrite le_eqVlt => /predU1P[p0 | p0].
  rewrite -p0 mul0r sub0r normrN ger0_norm // -subr_ge0.
  have -> : 0 - (- q + (6%:R * c * q - 3%:R * c ^+ 2 * (2%:R * 0 + 4%:R * q)))
      = q * ((1 - 3%:R * c) ^+ 2 + 3%:R * c ^+ 2).
    by have [n2 n3 n4 _ n6] := numerals; rewrite !expr2 n6 n4 n3 n2; nsatz.
  by rewrite mulr_ge0 // addr_ge0 ?sqr_ge0 // mulr_ge0 ?sqr_ge0 // ler0n.
have {}q0 : 0 < q by rewrite lt_def q0 andbT; apply/eqP => /pq e; rewrite e ltxx in p0.
have w0 : 0 < 2%:R * p + 4%:R * q by rewrite addr_gt0 // mulr_gt0 // ltr0n.
have := second_bound_ge0 (divr_gt0 p0 q0); rewrite /second_bound; move: (ln (p / q)) => l.
have : (p / q) * q = p by rewrite divfK ?gt_eqF.
have : `|p - q| * `|p - q| = (p - q) * (p - q) by rewrite -!expr2 real_normK ?num_real.
move: (`|p - q|) (p / q) => D x dd xq bound; rewrite -(ler_pmul2r w0) -subr_ge0.
have -> : p * l * (2%:R * p + 4%:R * q)
    - (p - q + (6%:R * c * D - 3%:R * c ^+ 2 * (2%:R * p + 4%:R * q))) * (2%:R * p + 4%:R * q)
  = q ^+ 2 * (2%:R * (x * (x + 2%:R)) * l + - 1 * ((x + - 1) * (5%:R * x + 1)))
    + 3%:R * (D - c * (2%:R * p + 4%:R * q)) ^+ 2.
  by have [n2 n3 n4 n5 n6] := numerals; rewrite !expr2 n6 n5 n4 n3 n2; nsatz.
by apply: addr_ge0; apply: mulr_ge0; rewrite ?sqr_ge0 ?ler0n.
Qed.

End Bound.
