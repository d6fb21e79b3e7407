(** Proofs about PPO's dual clip and clipped value loss. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import ppo.
From rlproof.theorems Require Import clipping.
From rlproof.statements Require ppo_variants.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem dual_clip_is_above_clip : statements.ppo_variants.dual_clip_is_above_clip.
Proof.
move=> F ε dual_clip; split=> [batch|r A nonneg]; last by rewrite /dual_clip_term ltNge nonneg.
by apply: mean_le => s; rewrite /dual_clip_term; case: ifP => // _; rewrite le_maxr lexx.
Qed.

Theorem dual_clip_is_bounded_below : statements.ppo_variants.dual_clip_is_bounded_below.
Proof. by move=> F ε dual_clip r A negative; rewrite /dual_clip_term negative le_maxr lexx orbT. Qed.

Theorem dual_clip_equals_the_clipped_ratio : statements.ppo_variants.dual_clip_equals_the_clipped_ratio.
Proof.
move=> F ε dual_clip r A ε_nonneg negative; have nonpos := ltW negative.
by rewrite /dual_clip_term negative clip_term_nonpos // -minr_nmull.
Qed.

Theorem clipped_value_stays_near_the_old_value : statements.ppo_variants.clipped_value_stays_near_the_old_value.
Proof.
move=> F ε x; split=> [ε_nonneg|].
  have ordered : old_value x - ε <= old_value x + ε by rewrite ler_add2l ge0_cp.
  by rewrite ler_distl /clipped_value /clip le_minr le_maxr lexx orbT ordered le_minl lexx orbT.
by rewrite ler_distl => within; exact: clip_within.
Qed.

Theorem clipped_value_loss_is_above_the_value_loss :
  statements.ppo_variants.clipped_value_loss_is_above_the_value_loss.
Proof. by move=> F ε batch; apply: mean_le => x; rewrite /clipped_squared_error le_maxr lexx. Qed.

Theorem clipped_value_loss_with_wide_band_is_the_value_loss :
  statements.ppo_variants.clipped_value_loss_with_wide_band_is_the_value_loss.
Proof.
move=> F ε batch within; apply: (mean_eq_in within) => x near; rewrite /clipped_squared_error.
by have [_ ->] := clipped_value_stays_near_the_old_value ε x; rewrite // maxxx.
Qed.
