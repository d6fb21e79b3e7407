(** The clipped term as a minimum or a maximum in the ratio, by the sign of the advantage; and means over a batch. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import ppo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Mean.
Variables (F : realFieldType) (X : Type).
Implicit Types (f : X -> F) (batch : seq X).

Lemma mean_le f f' batch : (forall x, f x <= f' x) -> mean f batch <= mean f' batch.
Proof. by move=> below; rewrite /mean ler_wpmul2r ?invr_ge0 ?ler0n //; elim: batch => //= x batch; exact: ler_add. Qed.

Lemma mean_eq_in (p : pred X) f f' batch : all p batch -> (forall x, p x -> f x = f' x) -> mean f batch = mean f' batch.
Proof.
move=> all_p same; rewrite /mean; congr (_ / _).
by elim: batch all_p => [|x batch IH] //= /andP[px /IH ->]; rewrite same.
Qed.

Lemma mean_eq f f' batch : (forall x, f x = f' x) -> mean f batch = mean f' batch.
Proof. by move=> same; apply: (@mean_eq_in predT) => //; exact: all_predT. Qed.

End Mean.

Section Clip.
Variable F : realFieldType.
Implicit Types (ε r A : F).

Lemma band ε : 0 <= ε -> 1 - ε <= 1 + ε.
Proof. by move=> nonneg; rewrite ler_add2l ge0_cp. Qed.

Lemma clipE (x low high : F) : low <= high -> clip x low high = Num.max low (Num.min x high).
Proof.
move=> ordered; rewrite /clip; case: (leP x low) => [below|/ltW above].
  by rewrite min_l // max_l // le_minl below.
by rewrite max_r // le_minr above.
Qed.

Lemma clip_within (x low high : F) : low <= x <= high -> clip x low high = x.
Proof. by case/andP=> above below; rewrite /clip max_l // min_l. Qed.

Lemma clip_term_nonneg ε r A : 0 <= A -> clip_term ε r A = Num.min r (1 + ε) * A.
Proof. by move=> nonneg; rewrite /clip_term -minr_pmull // /clip minA maxKx. Qed.

Lemma clip_term_nonpos ε r A : 0 <= ε -> A <= 0 -> clip_term ε r A = Num.max r (1 - ε) * A.
Proof.
move=> nonneg nonpos; rewrite /clip_term -maxr_nmull // (clipE _ (band nonneg)).
by rewrite maxCA minKx maxC.
Qed.

(** In the band each of its ends is on the right side. *)
Lemma in_band ε r : `|r - 1| <= ε -> 1 - ε <= r <= 1 + ε.
Proof. by rewrite ler_norml ler_subr_addl [r - 1 <= _]ler_subl_addl. Qed.

Lemma in_open_band ε r : `|r - 1| < ε -> 1 - ε < r < 1 + ε.
Proof. by rewrite ltr_norml ltr_subr_addl [r - 1 < _]ltr_subl_addl. Qed.

End Clip.
