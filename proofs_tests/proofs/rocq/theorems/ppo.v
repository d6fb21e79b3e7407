(** Proofs about PPO's clipped surrogate. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import ppo.
From rlproof.theorems Require Import clipping.
From rlproof.statements Require ppo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem both_clip_forms_agree_termwise : statements.ppo.both_clip_forms_agree_termwise.
Proof.
move=> F ε r A ε_nonneg; rewrite /clip_term_g /g; case: (leP 0 A) => [nonneg|/ltW nonpos].
  by rewrite clip_term_nonneg // minr_pmull.
by rewrite clip_term_nonpos // maxr_nmull.
Qed.

Theorem both_clip_forms_agree : statements.ppo.both_clip_forms_agree.
Proof. by move=> F ε batch ε_nonneg; apply: mean_eq => s; exact: both_clip_forms_agree_termwise. Qed.

Theorem clip_is_below_cpi : statements.ppo.clip_is_below_cpi.
Proof. by move=> F ε batch; apply: mean_le => s; rewrite /clip_term le_minl lexx. Qed.

Theorem clip_is_pessimistic : statements.ppo.clip_is_pessimistic.
Proof.
move=> F ε r A ε_nonneg; split; try by rewrite /clip_term le_minl lexx ?orbT.
by rewrite both_clip_forms_agree_termwise // /clip_term_g le_minl lexx orbT.
Qed.

Theorem clip_equals_cpi_inside_the_band : statements.ppo.clip_equals_cpi_inside_the_band.
Proof.
move=> F ε batch inside; apply: (mean_eq_in inside) => s /in_band within.
by rewrite /clip_term (clip_within within) minxx.
Qed.

Theorem clip_keeps_what_is_worse : statements.ppo.clip_keeps_what_is_worse.
Proof.
move=> F ε r A ε_nonneg [[nonneg below]|[nonpos above]].
  by rewrite clip_term_nonneg // min_l.
by rewrite clip_term_nonpos // max_l.
Qed.

Theorem clip_is_flat_beyond_the_band : statements.ppo.clip_is_flat_beyond_the_band.
Proof.
move=> F ε r A ε_nonneg; split=> [nonneg above|nonpos below].
  by rewrite clip_term_nonneg // min_r.
by rewrite clip_term_nonpos // max_r.
Qed.

Theorem clip_equals_the_hinge_form : statements.ppo.clip_equals_the_hinge_form.
Proof.
move=> F ε r A ε_nonneg; have [A_zero|] := eqVneq A 0.
  by rewrite A_zero clip_term_nonneg // normr0 mul0r subr0 !mulr0.
rewrite neq_lt => /orP[negative|positive].
  rewrite clip_term_nonpos ?(ltW negative) // ltr0_norm // ltr0_sg // mulN1r mulNr opprK [r * A]mulrC -mulrDr mulrC.
  congr (_ * _); rewrite addr_maxr addr0 maxC; congr (Num.max _ _).
  by rewrite opprB addrA addrCA subrr addr0.
rewrite clip_term_nonneg ?(ltW positive) // gtr0_norm // gtr0_sg // mul1r [r * A]mulrC -mulrBr mulrC.
congr (_ * _); rewrite oppr_max addr_minr oppr0 addr0 minC; congr (Num.min _ _).
by rewrite !opprD !opprK !addrA subrr add0r.
Qed.

Theorem clip_is_concave : statements.ppo.clip_is_concave.
Proof.
move=> F ε α r r' A ε_nonneg /andP[α_nonneg α_below].
have β_nonneg : 0 <= 1 - α by rewrite subr_ge0.
have between (x : F) : (1 - α) * x + α * x = x by rewrite -mulrDl subrK mul1r.
case: (leP 0 A) => [nonneg|/ltW nonpos].
  rewrite !clip_term_nonneg // !mulrA -mulrDl ler_wpmul2r // le_minr -{5}[1 + ε]between.
  by rewrite !ler_add // ler_wpmul2l // le_minl lexx ?orbT.
rewrite !clip_term_nonpos // !mulrA -mulrDl ler_wnmul2r // le_maxl -{3}[1 - ε]between.
by rewrite !ler_add // ler_wpmul2l // le_maxr lexx ?orbT.
Qed.

Theorem clip_is_monotone_in_epsilon : statements.ppo.clip_is_monotone_in_epsilon.
Proof.
move=> F ε ε' batch ε_nonneg wider; have ε'_nonneg := le_trans ε_nonneg wider.
apply: mean_le => -[r A] /=; case: (leP 0 A) => [nonneg|/ltW nonpos].
  rewrite !clip_term_nonneg // ler_wpmul2r // le_minr !le_minl lexx /=.
  by rewrite ler_add2l wider orbT.
rewrite !clip_term_nonpos // ler_wnmul2r // le_maxl !le_maxr lexx /=.
by rewrite ler_add2l ler_opp2 wider orbT.
Qed.

Theorem clip_gradient_is_a_supergradient : statements.ppo.clip_gradient_is_a_supergradient.
Proof.
move=> F ε r r' A ε_nonneg; have line : r * A + A * (r' - r) = r' * A by rewrite [A * _]mulrC -mulrDl addrC subrK.
rewrite /clip_gradient; case: (ltrgtP 0 A) => [positive|negative|<-] /=; last by rewrite mul0r addr0 /clip_term !mulr0.
- have nonneg := ltW positive; rewrite orbF !clip_term_nonneg //; case: ltP => side.
    by rewrite mul0r addr0 ler_wpmul2r // le_minl lexx orbT.
  by rewrite line ler_wpmul2r // le_minl lexx.
have nonpos := ltW negative; rewrite !clip_term_nonpos //; case: ltP => side.
  by rewrite mul0r addr0 ler_wnmul2r // le_maxr lexx orbT.
by rewrite line ler_wnmul2r // le_maxr lexx.
Qed.

Theorem clip_gradient_is_the_slope : statements.ppo.clip_gradient_is_the_slope.
Proof.
move=> F ε r r' A ε_nonneg; have line : r * A + A * (r' - r) = r' * A by rewrite [A * _]mulrC -mulrDl addrC subrK.
have upper x : x <= 1 - ε -> x <= 1 + ε by move=> below; exact: le_trans below (band ε_nonneg).
have lower x : 1 + ε <= x -> 1 - ε <= x by exact: le_trans (band ε_nonneg).
rewrite /clip_gradient; case: (ltrgtP 0 A) => [positive|negative|<-] /=; last by rewrite mul0r addr0 /clip_term !mulr0.
- have nonneg := ltW positive; rewrite orbF !clip_term_nonneg // => -[[r_low r'_low]|[[]|[r_high r'_high]]].
  + by rewrite !min_l ?upper ?ltW // ltNge upper ?ltW.
  + by move=> /in_open_band/andP[_ /ltW r_in] /in_open_band/andP[_ /ltW r'_in]; rewrite !min_l // ltNge r_in.
  + by rewrite !min_r ?ltW // r_high mul0r addr0.
have nonpos := ltW negative; rewrite !clip_term_nonpos // => -[[r_low r'_low]|[[]|[r_high r'_high]]].
+ by rewrite !max_r ?ltW // r_low mul0r addr0.
+ by move=> /in_open_band/andP[/ltW r_in _] /in_open_band/andP[/ltW r'_in _]; rewrite !max_l // ltNge r_in.
+ by rewrite !max_l ?lower ?ltW // ltNge lower ?ltW.
Qed.
