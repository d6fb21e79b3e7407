(** TRPO's Theorem 1: a lower bound on the return of a new policy by total variation. *)

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
    TRPO's Theorem 1 as it is printed: α and ε are the maxima (definitions/trpo.v has the left-hand side).
    Equations: trpo.tv_bound, trpo.epsilon, trpo.penalty_coefficient, divergence.tv_max
    Formula: η(π') >= L_π(π') - 4 ε γ α^2 / (1-γ)^2, with α = D_TV^max(π, π') and ε = max_{s,a} |A_π(s,a)|
    Source: Schulman et al. 2015 (TRPO), theorem 1, equation 8
    Differs: no *)
Definition tv_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    trpo.tv_bound M π π' <= eta M π'.

(** Theorem tv_bound_refined_for_any_constants.
    Theorem 1 before its last relaxation: summed over time, with the probability 1 - (1-α)^t that the policies have
    differed before t.
    Equations: trpo.tv_bound_refined
    Formula: |η(π') - L_π(π')| <= 4 ε γ α^2 / ((1-γ) (1-γ(1-α))) if D_TV(π(.|s), π'(.|s)) <= α <= 1 and |A_π| <= ε
    Source: Schulman et al. 2015 (TRPO), appendix A, sum before the last step of the proof of theorem 1
    Differs: two-sided; α <= 1 and ε need not be the maxima *)
Definition tv_bound_refined_for_any_constants : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (α ε : F),
    α <= 1 -> (forall s, tv (π s) (π' s) <= α) -> (forall s a, `|advantage M π s a| <= ε) ->
    `|eta M π' - surrogate M π π'| <= 4%:R * ε * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).

(** Theorem tv_bound_refined.
    The same for the maxima α and ε (definitions/trpo.v has the left-hand side).
    Equations: trpo.tv_bound_refined
    Formula: η(π') >= L_π(π') - 4 ε γ α^2 / ((1-γ) (1-γ(1-α))), α = D_TV^max(π, π') and ε = max_{s,a} |A_π(s,a)|
    Source: Schulman et al. 2015 (TRPO), appendix A, sum before the last step of the proof of theorem 1
    Differs: no *)
Definition tv_bound_refined : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    trpo.tv_bound_refined M π π' <= eta M π'.
