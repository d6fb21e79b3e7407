(** Sums and maxima of finitely many numbers: what MathComp's library leaves to its users. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Largest.
Variables (F : realFieldType) (k : nat).
Implicit Types f g : 'I_k.+1 -> F.

Lemma largest_ge f i : f i <= largest f.
Proof.
rewrite /largest; have := mem_index_enum i; elim: (index_enum _) => // j r IH.
by rewrite inE big_cons le_maxr => /predU1P[-> | /IH ->]; rewrite ?lexx ?orbT.
Qed.

Lemma largest_attained f : exists i, largest f = f i.
Proof.
rewrite /largest; apply: (big_ind (fun x => exists i, x = f i)); first by exists ord0.
  by move=> x y [i ->] [j ->]; case: (leP (f i) (f j)) => _; [exists j | exists i].
by move=> i _; exists i.
Qed.

Lemma largest_le f c : (forall i, f i <= c) -> largest f <= c.
Proof. by move=> fc; have [i ->] := largest_attained f. Qed.

Lemma eq_largest f g : f =1 g -> largest f = largest g.
Proof. by move=> fg; rewrite /largest fg; apply: eq_bigr => i _; rewrite fg. Qed.

Lemma largest_ge0 f : (forall i, 0 <= f i) -> 0 <= largest f.
Proof. by move=> f0; exact: le_trans (f0 ord0) (largest_ge f ord0). Qed.

Lemma largest_distance f g c : (forall i, `|f i - g i| <= c) -> `|largest f - largest g| <= c.
Proof.
move=> fg; have half (h h' : 'I_k.+1 -> F) : (forall i, `|h i - h' i| <= c) -> largest h <= c + largest h'.
  move=> hh; have [i ->] := largest_attained h; rewrite -ler_subl_addl.
  apply: le_trans (largest_ge h' i); rewrite ler_subl_addl -ler_subl_addr.
  exact: le_trans (ler_norm _) (hh i).
rewrite ler_distl ler_subl_addl [X in _ && (_ <= X)]addrC !half // => i.
by rewrite distrC.
Qed.

End Largest.

Section SupNorm.
Variables (F : realFieldType) (n : nat).
Implicit Types x y : state n -> F.

Lemma sup_norm_ge x s : `|x s| <= sup_norm x.
Proof. exact: (largest_ge (fun s => `|x s|)). Qed.

Lemma sup_norm_le x c : (forall s, `|x s| <= c) -> sup_norm x <= c.
Proof. exact: largest_le. Qed.

Lemma sup_norm_ge0 x : 0 <= sup_norm x.
Proof. exact: le_trans (normr_ge0 (x ord0)) (sup_norm_ge x ord0). Qed.

Lemma eq_sup_norm x y : x =1 y -> sup_norm x = sup_norm y.
Proof. by move=> xy; apply: eq_largest => s; rewrite xy. Qed.

End SupNorm.

Section Averages.
Variables (F : realFieldType) (X : finType) (p : X -> F).
Hypothesis p_distribution : distribution p.

Lemma average_le f c : (forall x, f x <= c) -> \sum_x p x * f x <= c.
Proof.
move=> fc; have [p0 p1] := p_distribution; rewrite -[c]mul1r -p1 mulr_suml.
by apply: ler_sum => x _; rewrite ler_wpmul2l.
Qed.

Lemma average_ge f c : (forall x, c <= f x) -> c <= \sum_x p x * f x.
Proof.
move=> fc; have [p0 p1] := p_distribution; rewrite -[X in X <= _]mul1r -p1 mulr_suml.
by apply: ler_sum => x _; rewrite ler_wpmul2l.
Qed.

Lemma average_norm_le f c : (forall x, `|f x| <= c) -> `|\sum_x p x * f x| <= c.
Proof.
move=> fc; apply: le_trans (ler_norm_sum _ _ _) _.
rewrite (eq_bigr (fun x => p x * `|f x|)); last by move=> x _; rewrite normrM ger0_norm //; case: p_distribution.
exact: average_le.
Qed.

Lemma average_constant c : \sum_x p x * c = c.
Proof. by rewrite -mulr_suml; have [_ ->] := p_distribution; rewrite mul1r. Qed.

End Averages.

Section Differences.
Variables (F : realFieldType) (X : finType).
Implicit Types p q f : X -> F.

Lemma sum_distance p q f c :
  (forall x, `|f x| <= c) -> `|\sum_x (p x - q x) * f x| <= (\sum_x `|p x - q x|) * c.
Proof.
move=> fc; apply: le_trans (ler_norm_sum _ _ _) _; rewrite mulr_suml.
by apply: ler_sum => x _; rewrite normrM ler_wpmul2l.
Qed.

Lemma sum_mulrA p q (f : X -> F) : \sum_x p x * (q x * f x) = \sum_x p x * q x * f x.
Proof. by apply: eq_bigr => x _; rewrite mulrA. Qed.

End Differences.

(** What is within c of x is not below x - c: from two-sided bounds to printed ones. *)
Lemma lower_side (F : realFieldType) (x y c : F) : `|x - y| <= c -> y - c <= x.
Proof. by rewrite distrC => /(le_trans (ler_norm _)); rewrite ler_subl_addl -ler_subl_addr. Qed.
