(** PPO's clipped surrogate: its two published forms, its bounds and its shape. A batch is a sequence of pairs (r, A)
    of any length. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import ppo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem both_clip_forms_agree_termwise.
    The clipped term of the paper is that of the pseudocode, for each sample.
    Equations: ppo.clip_objective, ppo.clip_objective_g
    Formula: min(r A, clip(r, 1-ε, 1+ε) A) = min(r A, g(ε, A)) if ε >= 0
    Source: Schulman et al. 2017 (PPO), equation 7; OpenAI Spinning Up, PPO, which defines g
    Differs: both ε > 1 and negative ratios are included *)
Definition both_clip_forms_agree_termwise : Prop :=
  forall (F : realFieldType) (ε r A : F), 0 <= ε -> clip_term ε r A = clip_term_g ε r A.

(** Theorem both_clip_forms_agree.
    So the two objectives are the same.
    Equations: ppo.clip_objective, ppo.clip_objective_g
    Formula: E_t[min(r_t A_t, clip(r_t, 1-ε, 1+ε) A_t)] = E_t[min(r_t A_t, g(ε, A_t))] if ε >= 0
    Source: Schulman et al. 2017 (PPO), equation 7; OpenAI Spinning Up, PPO, which defines g
    Differs: no *)
Definition both_clip_forms_agree : Prop :=
  forall (F : realFieldType) (ε : F) (batch : seq (F * F)),
    0 <= ε -> clip_objective ε batch = clip_objective_g ε batch.

(** Theorem clip_is_below_cpi.
    The clipped objective never exceeds the unclipped one.
    Equations: ppo.clip_objective, ppo.cpi_objective
    Formula: L^CLIP <= L^CPI
    Source: Schulman et al. 2017 (PPO), section 3, after equation 7: a lower bound on the unclipped objective
    Differs: no *)
Definition clip_is_below_cpi : Prop :=
  forall (F : realFieldType) (ε : F) (batch : seq (F * F)), clip_objective ε batch <= cpi_objective batch.

(** Theorem clip_is_pessimistic.
    Each term is at most the unclipped one, at most the one with the clipped ratio, and at most g.
    Equations: ppo.clip_objective, ppo.clip_objective_g
    Formula: min(r A, clip(r, 1-ε, 1+ε) A) <= r A, <= clip(r, 1-ε, 1+ε) A, <= g(ε, A) if ε >= 0
    Source: Schulman et al. 2017 (PPO), section 3, after equation 7: a pessimistic bound
    Differs: no *)
Definition clip_is_pessimistic : Prop :=
  forall (F : realFieldType) (ε r A : F), 0 <= ε ->
    [/\ clip_term ε r A <= r * A, clip_term ε r A <= clip r (1 - ε) (1 + ε) * A & clip_term ε r A <= g ε A].

(** Theorem clip_equals_cpi_inside_the_band.
    Within the band, edges included, nothing is clipped.
    Equations: ppo.clip_objective, ppo.cpi_objective
    Formula: L^CLIP = L^CPI if |r_t - 1| <= ε for all t
    Source: Schulman et al. 2017 (PPO), section 3, after equation 7: the same to first order around r = 1
    Differs: equal in the whole band, which is more than to first order *)
Definition clip_equals_cpi_inside_the_band : Prop :=
  forall (F : realFieldType) (ε : F) (batch : seq (F * F)),
    all (fun s => `|s.1 - 1| <= ε) batch -> clip_objective ε batch = cpi_objective batch.

(** Theorem clip_keeps_what_is_worse.
    The ratio counts in full wherever it makes the objective worse than the edge of the band would, however far it is
    from one.
    Equations: ppo.clip_objective
    Formula: min(r A, clip(r, 1-ε, 1+ε) A) = r A if A >= 0 and r <= 1+ε,
      or A <= 0 and r >= 1-ε, for ε >= 0
    Source: Schulman et al. 2017 (PPO), section 3, after equation 7, and figure 1
    Differs: no *)
Definition clip_keeps_what_is_worse : Prop :=
  forall (F : realFieldType) (ε r A : F), 0 <= ε ->
    (0 <= A /\ r <= 1 + ε) \/ (A <= 0 /\ 1 - ε <= r) -> clip_term ε r A = r * A.

(** Theorem clip_is_flat_beyond_the_band.
    Where the ratio has moved out of the band in the direction of the advantage, the term is a constant.
    Equations: ppo.clip_objective
    Formula: the term is (1+ε) A if A >= 0 and r >= 1+ε, and (1-ε) A if A <= 0 and r <= 1-ε,
      for ε >= 0
    Source: Schulman et al. 2017 (PPO), figure 1
    Differs: no *)
Definition clip_is_flat_beyond_the_band : Prop :=
  forall (F : realFieldType) (ε r A : F), 0 <= ε ->
    (0 <= A -> 1 + ε <= r -> clip_term ε r A = (1 + ε) * A) /\
    (A <= 0 -> r <= 1 - ε -> clip_term ε r A = (1 - ε) * A).

(** Theorem clip_equals_the_hinge_form.
    The term is the unclipped one minus a hinge.
    Equations: ppo.clip_objective
    Formula: min(r A, clip(r, 1-ε, 1+ε) A) = r A - |A| max(sgn(A) (r - 1) - ε, 0) if ε >= 0
    Source: Schulman et al. 2017 (PPO), equation 7, rearranged
    Differs: the paper has no such form *)
Definition clip_equals_the_hinge_form : Prop :=
  forall (F : realFieldType) (ε r A : F), 0 <= ε ->
    clip_term ε r A = r * A - `|A| * Num.max (Num.sg A * (r - 1) - ε) 0.

(** Theorem clip_is_concave.
    The term is concave in the ratio.
    Equations: ppo.clip_objective
    Formula: (1-α) f(r) + α f(r') <= f((1-α) r + α r') for 0 <= α <= 1, f(r) = min(r A, clip(r, 1-ε, 1+ε) A)
    Source: Schulman et al. 2017 (PPO), figure 1
    Differs: the paper shows it by plots only *)
Definition clip_is_concave : Prop :=
  forall (F : realFieldType) (ε α r r' A : F), 0 <= ε -> 0 <= α <= 1 ->
    (1 - α) * clip_term ε r A + α * clip_term ε r' A <= clip_term ε ((1 - α) * r + α * r') A.

(** Theorem clip_is_monotone_in_epsilon.
    A wider band never lowers the objective.
    Equations: ppo.clip_objective
    Formula: L^CLIP(ε) <= L^CLIP(ε') if 0 <= ε <= ε'
    Source: Schulman et al. 2017 (PPO), equation 7
    Differs: the paper leaves it unsaid *)
Definition clip_is_monotone_in_epsilon : Prop :=
  forall (F : realFieldType) (ε ε' : F) (batch : seq (F * F)),
    0 <= ε -> ε <= ε' -> clip_objective ε batch <= clip_objective ε' batch.

(** Theorem clip_gradient_is_a_supergradient.
    The slope that the package returns, at the kinks as well, is that of a line which nowhere lies below the term.
    Equations: ppo.clip_gradient, ppo.clip_objective
    Formula: f(r') <= f(r) + f'(r) (r' - r) for all r and r', f(r) = min(r A, clip(r, 1-ε, 1+ε) A)
    Source: derivative of Schulman et al. 2017 (PPO), equation 7
    Differs: the paper leaves the slope at the kinks open *)
Definition clip_gradient_is_a_supergradient : Prop :=
  forall (F : realFieldType) (ε r r' A : F), 0 <= ε ->
    clip_term ε r' A <= clip_term ε r A + clip_gradient ε r A * (r' - r).

(** Theorem clip_gradient_is_the_slope.
    Away from the kinks it is the slope of the term: near the ratio the term is a line, with this slope.
    Equations: ppo.clip_gradient, ppo.clip_objective
    Formula: f(r') = f(r) + f'(r) (r' - r) if r and r' lie in the same of the parts r < 1-ε, |r - 1| < ε, r > 1+ε
    Source: derivative of Schulman et al. 2017 (PPO), equation 7
    Differs: the derivative is stated as linearity between the kinks, which needs no limit *)
Definition clip_gradient_is_the_slope : Prop :=
  forall (F : realFieldType) (ε r r' A : F), 0 <= ε ->
    (r < 1 - ε /\ r' < 1 - ε) \/ (`|r - 1| < ε /\ `|r' - 1| < ε) \/ (1 + ε < r /\ 1 + ε < r') ->
    clip_term ε r' A = clip_term ε r A + clip_gradient ε r A * (r' - r).
