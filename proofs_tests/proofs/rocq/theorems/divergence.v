(** Proofs about total variation and the Kullback-Leibler divergence. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence.
From rlproof.theorems Require Import sums total_variation logarithms.
From rlproof.statements Require divergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem kl_dominates_squared_tv : statements.divergence.kl_dominates_squared_tv.
Proof.
move=> F k ln p q lnP dp dq pq; apply: le_trans (tv_squared_below_affinity dp dq) _.
apply: le_trans (kl_above_affinity lnP dp dq pq ltr01).
have b0 := affinity_ge0 p q; have b1 := affinity_le1 dp dq; set b := affinity p q in b0 b1 *.
rewrite (ln1 lnP) subr0 divr1 -[X in X - b ^+ 2](expr1n _ 2) subr_sqr mulrC ler_wpmul2r ?subr_ge0 //.
by rewrite -[2%:R]/(1 + 1) ler_add2l.
Qed.

Theorem bretagnolle_huber : statements.divergence.bretagnolle_huber.
Proof.
move=> F k ln p q lnP dp dq pq; have tvb := tv_squared_below_affinity dp dq.
have b0 : 0 < affinity p q.
  have [p0 p1] := dp; have [q0 _] := dq; rewrite lt_def affinity_ge0 andbT; apply/eqP => /eqP.
  rewrite psumr_eq0 => [/allP none | a _]; last by rewrite mulr_ge0 ?sqrtr_ge0.
  suff z : \sum_a p a = 0 by have /eqP := p1; rewrite z eq_sym oner_eq0.
  apply: big1 => a _; have := none a (mem_index_enum a); rewrite mulf_eq0 !sqrtr_eq0.
  by case/orP => h; [|apply: pq]; apply/eqP; rewrite eq_le h /= ?p0 ?q0.
set b := affinity p q in b0 tvb; have bb0 : 0 < b ^+ 2 by rewrite exprn_gt0.
have gap : b ^+ 2 <= 1 - tv p q ^+ 2 by rewrite ler_subr_addl -ler_subr_addr.
split; last apply: le_trans (ln_homo lnP bb0 gap).
  rewrite -(@ltr_pexpn2r _ 2) ?nnegrE ?tv_ge0 ?ler01 // expr1n -subr_gt0.
  exact: lt_le_trans bb0 gap.
have := kl_above_affinity lnP dp dq pq b0; rewrite -/b divff ?gt_eqF // subrr sub0r mulrN ler_oppl.
by rewrite expr2 (lnM lnP) // mulr_natl mulr2n.
Qed.

Theorem kl_is_not_negative : statements.divergence.kl_is_not_negative.
Proof.
move=> F k ln p q lnP [p0 p1] [q0 q1] pq.
rewrite -[X in X <= _](subrr 1) -{1}p1 -q1 -sumrB.
by apply: ler_sum => a _; exact: (kl_term lnP (p0 a) (q0 a) (@pq a)).
Qed.

Theorem kl_of_itself_is_zero : statements.divergence.kl_of_itself_is_zero.
Proof.
move=> F k ln p lnP; apply: big1 => a _; have [-> | p0] := eqVneq (p a) 0; first by rewrite mul0r.
by rewrite divff // (ln1 lnP) mulr0.
Qed.

Theorem kl_is_zero_only_at_equality : statements.divergence.kl_is_zero_only_at_equality.
Proof.
move=> F k ln p q lnP dp dq pq e; apply: tv_eq0; apply/eqP; rewrite -sqrf_eq0 eq_le sqr_ge0 andbT -e.
exact: kl_dominates_squared_tv.
Qed.

Theorem tv_is_a_metric : statements.divergence.tv_is_a_metric.
Proof.
move=> F k p q r; have sym (p' q' : 'I_k.+1 -> F) : tv p' q' = tv q' p'.
  by congr (_ / _); apply: eq_bigr => a _; rewrite distrC.
split; [split; first exact: tv_eq0 | split=> //].
  by move=> pq; rewrite /tv big1 ?mul0r // => a _; rewrite pq subrr normr0.
rewrite -mulrDl ler_wpmul2r ?invr_ge0 ?ler0n // -big_split; apply: ler_sum => a _.
exact: ler_dist_add.
Qed.

Theorem tv_is_at_most_one : statements.divergence.tv_is_at_most_one.
Proof. by move=> F k p q dp dq; rewrite tv_ge0 tv_le1. Qed.

Theorem tv_is_what_p_has_more : statements.divergence.tv_is_what_p_has_more.
Proof. by move=> F k p q dp dq; split; [exact: tv_positive_part | exact: tv_overlap]. Qed.

Theorem tv_scales_along_mixtures : statements.divergence.tv_scales_along_mixtures.
Proof. by move=> F k p q α α0; exact: tv_scale. Qed.

Theorem tv_bounds_expectations : statements.divergence.tv_bounds_expectations.
Proof.
move=> F k p q f low high dp dq bounds.
(* Around the middle of its range, |f| is at most half the range, and a constant moves no difference. *)
have half0 : 0 < 2%:R :> F by rewrite ltr0n.
have -> : \sum_a p a * f a - \sum_a q a * f a = \sum_a (p a - q a) * (f a - (low + high) / 2%:R).
  rewrite -sumrB (eq_bigr (fun a => (p a - q a) * f a)); last by move=> a _; rewrite mulrBl.
  rewrite [RHS](eq_bigr (fun a => (p a - q a) * f a - (p a - q a) * ((low + high) / 2%:R))) => [|a _]; last first.
    by rewrite mulrBr.
  by rewrite sumrB -mulr_suml sumrB; case: dp dq => [_ ->] [_ ->]; rewrite subrr mul0r subr0.
rewrite -mulrAC -mulrA; apply: sum_distance => a; have /andP[lo hi] := bounds a.
have mid x y z : (x - (y + z) / 2%:R) * 2%:R = (x - y) - (z - x) :> F.
  by rewrite mulrBl divfK ?gt_eqF // mulr_natr mulr2n opprB opprD !addrA; congr (_ - _); rewrite addrAC.
rewrite -(ler_pmul2r half0) divfK ?gt_eqF // -[X in _ * X](ger0_norm (ltW half0)) -normrM mid ler_norml.
have lh : high - low = (f a - low) + (high - f a) by rewrite [RHS]addrC addrA subrK.
have l0 : 0 <= f a - low by rewrite subr_ge0.
have h0 : 0 <= high - f a by rewrite subr_ge0.
rewrite lh; move: (f a - low) (high - f a) l0 h0 => x y x0 y0.
by rewrite opprD ler_add2r ler_add2l (le_trans _ x0) ?oppr_le0 //= (le_trans _ y0) ?oppr_le0.
Qed.

Theorem tv_bounds_expectations_by_the_norm : statements.divergence.tv_bounds_expectations_by_the_norm.
Proof.
move=> F k p q f; rewrite two_tv -sumrB (eq_bigr (fun a => (p a - q a) * f a)); last by move=> a _; rewrite mulrBl.
by apply: sum_distance => a; exact: (sup_norm_ge f).
Qed.
