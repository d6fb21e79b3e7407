(** Lower bounds on the return of a new policy by total variation: TRPO's Theorem 1 and its relatives. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem tv_bound_for_any_constants.
    TRPO's Theorem 1, on both sides, for any bounds α on the divergences and ε on the advantages.
    Equations: trpo.tv_bound
    Formula: |η(π') - L_π(π')| <= 4 ε γ α^2 / (1-γ)^2 if D_TV(π(.|s), π'(.|s)) <= α and |A_π(s,a)| <= ε for all s, a
    Source: Schulman et al. 2015 (TRPO), theorem 1, equation 8
    Differs: two-sided, and α, ε need not be the maxima; the paper states the lower side for the maxima *)
Definition tv_bound_for_any_constants : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (α ε : F),
    (forall s, tv (π s) (π' s) <= α) -> (forall s a, `|advantage M π s a| <= ε) ->
    `|eta M π' - surrogate M π π'| <= 4%:R * ε * γ M * α ^+ 2 / (1 - γ M) ^+ 2.

(** Theorem tv_bound.
    TRPO's Theorem 1 as it is printed: α and ε are the maxima.
    Equations: trpo.tv_bound, trpo.epsilon, trpo.penalty_coefficient, divergence.tv_max
    Formula: η(π') >= L_π(π') - 4 ε γ / (1-γ)^2 α^2, with α = D_TV^max(π, π') and ε = max_{s,a} |A_π(s,a)|
    Source: Schulman et al. 2015 (TRPO), theorem 1, equation 8
    Differs: no *)
Definition tv_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    trpo.tv_bound M π π' <= eta M π'.

(** Theorem tv_bound_refined.
    Theorem 1 before its last relaxation: the sum over the first step at which the policies may differ.
    Equations: trpo.tv_bound_refined
    Formula: |η(π') - L_π(π')| <= 4 ε γ α^2 / ((1-γ) (1-γ(1-α))) if D_TV(π(.|s), π'(.|s)) <= α <= 1 and |A_π| <= ε
    Source: Schulman et al. 2015 (TRPO), appendix A, sum before the last step of the proof of theorem 1
    Differs: two-sided *)
Definition tv_bound_refined : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (α ε : F),
    α <= 1 -> (forall s, tv (π s) (π' s) <= α) -> (forall s a, `|advantage M π s a| <= ε) ->
    `|eta M π' - surrogate M π π'| <= 4%:R * ε * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).

(** Theorem mixture_bound.
    Conservative policy iteration: what a mixture with π' surely returns.
    Equations: cpi.mixture_bound
    Formula: |η(π_new) - L_π(π_new)| <= 2 ε γ α^2 / (1-γ)^2, π_new = (1-α) π + α π', |Σ_a π'(a|s) A_π(s,a)| <= ε
    Source: Schulman et al. 2015 (TRPO), equation 6
    Differs: two-sided; ε need not be the maximum *)
Definition mixture_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α ε : F),
    0 <= α <= 1 -> is_mixture α π π' new -> (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M new - surrogate M π new| <= 2%:R * ε * γ M * α ^+ 2 / (1 - γ M) ^+ 2.

(** Theorem mixture_bound_kl02.
    The same as Kakade and Langford proved it, sharper.
    Equations: cpi.mixture_bound_kl02
    Formula: |η(π_new) - L_π(π_new)| <= 2 ε γ α^2 / ((1-γ) (1-γ(1-α))), π_new = (1-α) π + α π'
    Source: Kakade and Langford 2002, theorem 4.1
    Differs: two-sided; returns are not normalised by 1-γ *)
Definition mixture_bound_kl02 : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α ε : F),
    0 <= α <= 1 -> is_mixture α π π' new -> (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M new - surrogate M π new| <= 2%:R * ε * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).

(** Theorem cpo_bound.
    With the average divergence of the visited states in place of the largest.
    Equations: cpo.bound
    Formula: |η(π') - L_π(π')| <= 2 γ ε' / (1-γ) Σ_s ρ_π(s) D_TV(π(.|s), π'(.|s)) if |Σ_a π'(a|s) A_π(s,a)| <= ε'
    Source: Achiam et al. 2017 (CPO), corollary 1, whose sum is over normalised visits
    Differs: two-sided; visits are not normalised *)
Definition cpo_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (ε : F),
    (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M π' - surrogate M π π'|
    <= 2%:R * γ M * ε * (\sum_s discounted_visitation M π s * tv (π s) (π' s)) / (1 - γ M).

(** Theorem visitation_difference.
    How far the visits of two policies are apart.
    Equations: cpo.visitation_difference
    Formula: Σ_s |ρ_π'(s) - ρ_π(s)| <= 2 γ / (1-γ) Σ_s ρ_π(s) D_TV(π(.|s), π'(.|s))
    Source: Achiam et al. 2017 (CPO), lemma 3, for normalised visits
    Differs: visits are not normalised *)
Definition visitation_difference : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    \sum_s `|discounted_visitation M π' s - discounted_visitation M π s|
    <= 2%:R * γ M * (\sum_s discounted_visitation M π s * tv (π s) (π' s)) / (1 - γ M).
