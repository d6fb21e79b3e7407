(** Proofs about divergences of the real numbers. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals sequences nsatz_realtype exp.
From rlproof.definitions Require Import process bellman divergence.
From rlproof.theorems Require Import total_variation natural_logarithm.
From rlproof.theorems Require divergence.
From rlproof.statements Require real_numbers.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem natural_logarithm_is_a_logarithm : statements.real_numbers.natural_logarithm_is_a_logarithm.
Proof. exact: natural_logarithm. Qed.

Theorem kl_dominates_squared_tv_in_nats : statements.real_numbers.kl_dominates_squared_tv_in_nats.
Proof.
move=> R k p q; exact: (theorems.divergence.kl_dominates_squared_tv (natural_logarithm_is_a_logarithm R)).
Qed.

Theorem bretagnolle_huber_in_nats : statements.real_numbers.bretagnolle_huber_in_nats.
Proof.
move=> R k p q dp dq pq.
have [tv1 bound] := theorems.divergence.bretagnolle_huber (natural_logarithm_is_a_logarithm R) dp dq pq.
have tv0 : 0 <= tv p q := tv_ge0 p q.
have gap : 0 < 1 - tv p q ^+ 2 by rewrite subr_gt0 expr_lt1.
rewrite -[X in X <= _](ger0_norm tv0) -sqrtr_sqr ler_wsqrtr //.
by rewrite ler_subr_addl -ler_subr_addr -[X in _ <= X](@lnK R) ?ler_expR.
Qed.

Theorem pinsker : statements.real_numbers.pinsker.
Proof.
move=> R k p q [p0 p1] [q0 q1] pq; have two0 : 0 < 2%:R :> R by rewrite ltr0n.
rewrite -[X in X <= _](ger0_norm (tv_ge0 p q)) -sqrtr_sqr ler_wsqrtr //.
rewrite ler_pdivl_mulr //; pose c := tv p q / 3%:R.
have -> : tv p q ^+ 2 * 2%:R
    = \sum_a (p a - q a + (6%:R * c * `|p a - q a| - 3%:R * c ^+ 2 * (2%:R * p a + 4%:R * q a))).
  rewrite big_split sumrB sumrB /= -!mulr_sumr big_split /= -!mulr_sumr p1 q1 -two_tv.
  have : c * 3%:R = tv p q by rewrite divfK // pnatr_eq0.
  move: c (tv p q) => c t; have [n2 n3 n4 _ n6] := numerals R; rewrite !expr2 n6 n4 n3 n2 => e; nsatz.
by rewrite /kl; apply: ler_sum => a _; apply: pinsker_term => //; exact: pq.
Qed.
