(** PPO's other clippings: the dual clip of the surrogate, and the clipped value loss. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import ppo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem dual_clip_is_above_clip.
    The dual clip only raises terms, and only those with a negative advantage.
    Equations: ppo.dual_clip_objective, ppo.clip_objective
    Formula: L^CLIP <= L^DUAL, and the terms are equal if A >= 0
    Source: Ye et al. 2020 (Mastering complex control in MOBA games), section Dual-clip PPO
    Differs: no *)
Definition dual_clip_is_above_clip : Prop :=
  forall (F : realFieldType) (ε dual_clip : F),
    (forall batch, clip_objective ε batch <= dual_clip_objective ε dual_clip batch) /\
    (forall r A, 0 <= A -> dual_clip_term ε dual_clip r A = clip_term ε r A).

(** Theorem dual_clip_is_bounded_below.
    With it a large ratio cannot make a term lower than c A.
    Equations: ppo.dual_clip_objective
    Formula: c A <= the term if A < 0
    Source: Ye et al. 2020 (Mastering complex control in MOBA games), section Dual-clip PPO
    Differs: no; it is so by definition *)
Definition dual_clip_is_bounded_below : Prop :=
  forall (F : realFieldType) (ε dual_clip r A : F), A < 0 -> dual_clip * A <= dual_clip_term ε dual_clip r A.

(** Theorem dual_clip_equals_the_clipped_ratio.
    For a negative advantage the term is the advantage times a ratio that is clipped between 1-ε and c.
    Equations: ppo.dual_clip_objective
    Formula: the term is clip(r, 1-ε, c) A if A < 0 and ε >= 0
    Source: Ye et al. 2020 (Mastering complex control in MOBA games), section Dual-clip PPO, rearranged
    Differs: c > 1 in the paper; here any c, since the upper end of a clip prevails over the lower one *)
Definition dual_clip_equals_the_clipped_ratio : Prop :=
  forall (F : realFieldType) (ε dual_clip r A : F), 0 <= ε -> A < 0 ->
    dual_clip_term ε dual_clip r A = clip r (1 - ε) dual_clip * A.

(** Theorem clipped_value_stays_near_the_old_value.
    The clipped value is within ε of the old one, and is the value itself if that is.
    Equations: ppo.clipped_value_loss
    Formula: |V^clip - V^old| <= ε if ε >= 0, and V^clip = V if |V - V^old| <= ε
    Source: OpenAI baselines, ppo2; Engstrom et al. 2020 (Implementation matters), section 3
    Differs: no *)
Definition clipped_value_stays_near_the_old_value : Prop :=
  forall (F : realFieldType) (ε : F) (x : value_sample F),
    (0 <= ε -> `|clipped_value ε x - old_value x| <= ε) /\
    (`|value x - old_value x| <= ε -> clipped_value ε x = value x).

(** Theorem clipped_value_loss_is_above_the_value_loss.
    Clipping the value never lowers the loss: with the maximum it is pessimistic, as the surrogate is.
    Equations: ppo.clipped_value_loss, ppo.value_loss
    Formula: E_t[(V - V^targ)^2] <= E_t[max((V - V^targ)^2, (V^clip - V^targ)^2)]
    Source: OpenAI baselines, ppo2; Engstrom et al. 2020 (Implementation matters), section 3
    Differs: the paper, as first printed, has a minimum for the maximum *)
Definition clipped_value_loss_is_above_the_value_loss : Prop :=
  forall (F : realFieldType) (ε : F) (batch : seq (value_sample F)), value_loss batch <= clipped_value_loss ε batch.

(** Theorem clipped_value_loss_with_wide_band_is_the_value_loss.
    If no value has moved by more than ε, it is the value loss.
    Equations: ppo.clipped_value_loss, ppo.value_loss
    Formula: the two losses are equal if |V - V^old| <= ε for all t
    Source: OpenAI baselines, ppo2; Engstrom et al. 2020 (Implementation matters), section 3
    Differs: no *)
Definition clipped_value_loss_with_wide_band_is_the_value_loss : Prop :=
  forall (F : realFieldType) (ε : F) (batch : seq (value_sample F)),
    all (fun x => `|value x - old_value x| <= ε) batch -> clipped_value_loss ε batch = value_loss batch.
