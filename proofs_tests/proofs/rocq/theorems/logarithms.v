(** What follows of the two properties of a logarithm, and the sum of √(p q), which stands between divergences. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Logarithms.
Variables (F : realFieldType) (ln : F -> F).
Hypothesis ln_is_a_logarithm : logarithm ln.

Lemma lnM x y : 0 < x -> 0 < y -> ln (x * y) = ln x + ln y.
Proof. by case: ln_is_a_logarithm => lM _; exact: lM. Qed.

Lemma ln_le x : 0 < x -> ln x <= x - 1.
Proof. by case: ln_is_a_logarithm => _; exact. Qed.

Lemma ln1 : ln 1 = 0.
Proof. by apply: (addrI (ln 1)); rewrite -lnM ?ltr01 // mulr1 addr0. Qed.

Lemma lnV x : 0 < x -> ln x^-1 = - ln x.
Proof. by move=> x0; apply/eqP; rewrite -addr_eq0 -lnM ?invr_gt0 // mulVf ?ln1 // gt_eqF. Qed.

Lemma ln_div x y : 0 < x -> 0 < y -> ln (x / y) = ln x - ln y.
Proof. by move=> x0 y0; rewrite lnM ?invr_gt0 // lnV. Qed.

Lemma ln_homo x y : 0 < x -> x <= y -> ln x <= ln y.
Proof.
move=> x0 xy; have y0 := lt_le_trans x0 xy.
rewrite -subr_le0 -ln_div //; apply: le_trans (ln_le (divr_gt0 x0 y0)) _.
by rewrite subr_le0 ler_pdivr_mulr // mul1r.
Qed.

(** A term of D_KL is at least what it would be if ln x were x - 1. *)
Lemma kl_term p q : 0 <= p -> 0 <= q -> (q = 0 -> p = 0) -> p - q <= p * ln (p / q).
Proof.
move=> p0 q0 qp; move: (p0); rewrite le_eqVlt => /predU1P[<- | pp]; first by rewrite mul0r sub0r oppr_le0.
have qq : 0 < q by rewrite lt_def q0 andbT; apply/eqP => /qp e; rewrite e ltxx in pp.
rewrite ln_div // -opprB -[X in _ <= _ * X]opprB -ln_div // mulrN ler_opp2.
have -> : q - p = p * (q / p - 1) by rewrite mulrBr mulr1 mulrC divfK ?gt_eqF.
by rewrite ler_pmul2l // ln_le // divr_gt0.
Qed.

End Logarithms.

Section Affinity.
Variables (F : rcfType) (k : nat).
Implicit Types p q : 'I_k.+1 -> F.

(** Bhattacharyya's coefficient, Σ_a √(p(a) q(a)). *)
Definition affinity p q : F := \sum_a Num.sqrt (p a) * Num.sqrt (q a).

Lemma affinity_ge0 p q : 0 <= affinity p q.
Proof. by apply: sumr_ge0 => a _; rewrite mulr_ge0 ?sqrtr_ge0. Qed.

Lemma distance_of_roots (x y c : F) : 0 <= x -> 0 <= y ->
  2%:R * c * `|x ^+ 2 - y ^+ 2| <= (x - y) ^+ 2 + c ^+ 2 * (x + y) ^+ 2.
Proof.
move=> x0 y0; rewrite subr_sqr normrM (ger0_norm (addr_ge0 x0 y0)) -subr_ge0.
have := sqr_ge0 (`|x - y| - c * (x + y)); rewrite sqrrB real_normK ?num_real // exprMn.
congr (0 <= _); rewrite addrAC -!addrA; congr (_ + (_ - _)).
by rewrite mulr_natl mulrnAl mulrCA !mulrA.
Qed.

(** For every c; the best one gives Cauchy and Schwarz's inequality. *)
Lemma tv_below_affinity p q c : distribution p -> distribution q ->
  2%:R * c * tv p q <= (1 - affinity p q) + c ^+ 2 * (1 + affinity p q).
Proof.
move=> [p0 p1] [q0 q1]; pose x a := Num.sqrt (p a); pose y a := Num.sqrt (q a).
have two0 : 0 < 2%:R :> F by rewrite ltr0n.
have xx : \sum_a x a ^+ 2 = 1 by rewrite -p1; apply: eq_bigr => a _; rewrite sqr_sqrtr.
have yy : \sum_a y a ^+ 2 = 1 by rewrite -q1; apply: eq_bigr => a _; rewrite sqr_sqrtr.
rewrite -(ler_pmul2l two0).
have -> : 2%:R * (2%:R * c * tv p q) = \sum_a 2%:R * c * `|x a ^+ 2 - y a ^+ 2|.
  rewrite -mulr_sumr mulrCA; congr (_ * _); rewrite /tv mulrCA divff ?gt_eqF // mulr1.
  by apply: eq_bigr => a _; rewrite !sqr_sqrtr.
have -> : 2%:R * (1 - affinity p q + c ^+ 2 * (1 + affinity p q))
    = \sum_a ((x a - y a) ^+ 2 + c ^+ 2 * (x a + y a) ^+ 2).
  have sum2 (g : 'I_k.+1 -> F) : \sum_a g a *+ 2 = 2%:R * \sum_a g a.
    by rewrite mulr_natl -sumrMnl.
  rewrite big_split /= -mulr_sumr mulrDr mulrCA; congr (_ + _ * _).
    rewrite (eq_bigr (fun a => (x a ^+ 2 + y a ^+ 2) - x a * y a *+ 2)); last by move=> a _; rewrite sqrrB addrAC.
    by rewrite sumrB big_split /= xx yy sum2 mulrBr mulr1.
  rewrite (eq_bigr (fun a => (x a ^+ 2 + y a ^+ 2) + x a * y a *+ 2)); last by move=> a _; rewrite sqrrD addrAC.
  by rewrite big_split /= big_split /= xx yy sum2 mulrDr mulr1.
by apply: ler_sum => a _; apply: distance_of_roots; rewrite sqrtr_ge0.
Qed.

Lemma affinity_le1 p q : distribution p -> distribution q -> affinity p q <= 1.
Proof.
move=> dp dq; have := tv_below_affinity 0 dp dq.
by rewrite mulr0 mul0r expr0n mul0r addr0 subr_ge0.
Qed.

Lemma tv_squared_below_affinity p q : distribution p -> distribution q ->
  tv p q ^+ 2 <= 1 - affinity p q ^+ 2.
Proof.
move=> dp dq; set b := affinity p q; have b0 : 0 < 1 + b by rewrite ltr_paddr ?affinity_ge0 ?ltr01.
have := tv_below_affinity (tv p q / (1 + b)) dp dq; rewrite -/b; set u := tv p q / (1 + b).
have -> : tv p q = u * (1 + b) by rewrite divfK ?gt_eqF.
rewrite -mulrA mulr_natl mulrA -expr2 mulr2n ler_add2r => ub.
rewrite -[X in X - b ^+ 2](expr1n _ 2) subr_sqr exprMn [(1 + b) ^+ 2]expr2 mulrA.
by rewrite ler_wpmul2r // ltW.
Qed.

End Affinity.

Section Entropy.
Variables (F : rcfType) (k : nat) (ln : F -> F).
Hypothesis ln_is_a_logarithm : logarithm ln.
Implicit Types p q : 'I_k.+1 -> F.

(** For every b > 0; the best one is the affinity itself. *)
Lemma kl_above_affinity p q b : distribution p -> distribution q -> keeps_support p q -> 0 < b ->
  2%:R * (1 - affinity p q / b - ln b) <= kl ln p q.
Proof.
move=> [p0 p1] [q0 q1] pq b0.
have -> : 2%:R * (1 - affinity p q / b - ln b)
    = \sum_a 2%:R * (p a - Num.sqrt (p a) * Num.sqrt (q a) / b - p a * ln b).
  by rewrite -mulr_sumr !sumrB p1 -!mulr_suml p1 mul1r.
apply: ler_sum => a _; move: (p0 a); rewrite le_eqVlt => /predU1P[<- | pp].
  by rewrite sqrtr0 !mul0r !subr0 mulr0.
have qq : 0 < q a by rewrite lt_def q0 andbT; apply/eqP => /pq e; rewrite e ltxx in pp.
have x0 : 0 < Num.sqrt (p a) by rewrite sqrtr_gt0.
have y0 : 0 < Num.sqrt (q a) by rewrite sqrtr_gt0.
set x := Num.sqrt (p a) in x0 *; set y := Num.sqrt (q a) in y0 *.
have -> : p a / q a = (y / x)^-1 * (y / x)^-1.
  by rewrite -[p a]sqr_sqrtr // -[q a]sqr_sqrtr // invf_div -exprVn -exprMn expr2.
have z0 : 0 < y / x by rewrite divr_gt0.
rewrite (lnM ln_is_a_logarithm) ?invr_gt0 // (lnV ln_is_a_logarithm) //.
rewrite -mulr2n mulrnAr -[X in _ <= X]mulr_natl ler_pmul2l ?ltr0n //.
have -> : p a - x * y / b - p a * ln b = p a * - (y / x / b - 1 + ln b).
  rewrite !opprD opprK !mulrDr mulr1 !mulrN [X in _ = X + _]addrC; congr (_ - _ - _).
  by rewrite -[p a in RHS]sqr_sqrtr // expr2 -/x !mulrA [x * x * y]mulrAC mulfK ?gt_eqF.
rewrite ler_wpmul2l ?p0 // ler_opp2 -ler_subl_addr -(ln_div ln_is_a_logarithm) //.
by rewrite (ln_le ln_is_a_logarithm) // divr_gt0.
Qed.

End Entropy.
