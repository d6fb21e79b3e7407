(** Total variation between two distributions: what proofs about divergences and about policies both use. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence.
From rlproof.theorems Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TotalVariation.
Variables (F : realFieldType) (k : nat).
Implicit Types p q f : 'I_k.+1 -> F.

Lemma two_tv p q : 2%:R * tv p q = \sum_a `|p a - q a|.
Proof. by rewrite mulrC divfK // pnatr_eq0. Qed.

Lemma tv_ge0 p q : 0 <= tv p q.
Proof. by rewrite divr_ge0 ?ler0n // sumr_ge0. Qed.

(** |x| = 2 max(0, x) - x, and the differences of two distributions sum to zero. *)
Lemma tv_positive_part p q : distribution p -> distribution q -> tv p q = \sum_a Num.max 0 (p a - q a).
Proof.
move=> [_ p1] [_ q1]; have two0 : 2%:R != 0 :> F by rewrite pnatr_eq0.
apply: (mulfI two0); rewrite two_tv mulr_sumr -[LHS](addrK (\sum_a (p a - q a))).
rewrite {2}sumrB p1 q1 subrr subr0 -big_split /=; apply: eq_bigr => a _.
case: (lerP 0 (p a - q a)) => h; first by rewrite ger0_norm // mulr_natl mulr2n.
by rewrite ltr0_norm // addNr mulr0.
Qed.

Lemma tv_overlap p q : distribution p -> distribution q -> tv p q = 1 - \sum_a Num.min (p a) (q a).
Proof.
move=> dp dq; rewrite tv_positive_part //; case: dp => _ <-; rewrite -sumrB; apply: eq_bigr => a _.
by case: (lerP (p a) (q a)) => h; [rewrite subrr max_l // subr_le0 | rewrite max_r // subr_ge0 ltW].
Qed.

Lemma tv_eq0 p q : tv p q = 0 -> forall a, p a = q a.
Proof.
move=> e a; apply/eqP; rewrite -subr_eq0 -normr_eq0; move: e => /(congr1 ( *%R 2%:R)).
rewrite two_tv mulr0 => /eqP; rewrite psumr_eq0 // => /allP none; exact: none (mem_index_enum a).
Qed.

Lemma tv_le1 p q : distribution p -> distribution q -> tv p q <= 1.
Proof.
move=> dp dq; rewrite tv_overlap // ler_subl_addr ler_addl.
by case: dp dq => [p0 _] [q0 _]; apply: sumr_ge0 => a _; rewrite le_minr p0 q0.
Qed.

Lemma tv_scale p q α : 0 <= α -> tv p (fun a => (1 - α) * p a + α * q a) = α * tv p q.
Proof.
move=> α0; rewrite /tv mulrA mulr_sumr; congr (_ / _); apply: eq_bigr => a _.
rewrite -[X in X * `|_|](ger0_norm α0) -normrM; congr (`|_|).
by rewrite mulrBl mul1r opprD opprB addrA addrCA subrr addr0 mulrBr.
Qed.

Lemma eq_tv p q q' : q =1 q' -> tv p q = tv p q'.
Proof. by move=> qq'; congr (_ / _); apply: eq_bigr => a _; rewrite qq'. Qed.

End TotalVariation.
