(** Relatives of TRPO's Theorem 1: mixtures of two policies, and the divergence of visited states on average. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem mixture_is_a_policy.
    The theorems about mixtures speak of something: of any two policies there is the mixture.
    Equations: cpi.mixture_bound
    Formula: (1-α) π + α π' is a policy for 0 <= α <= 1
    Source: Kakade and Langford 2002, section 4; Schulman et al. 2015 (TRPO), equation 5
    Differs: no *)
Definition mixture_is_a_policy : Prop :=
  forall (F : realFieldType) (n m : nat) (π π' : policy F n m) (α : F),
    0 <= α <= 1 -> exists new : policy F n m, is_mixture α π π' new.

(** Theorem mixture_bound_for_any_constant.
    Conservative policy iteration: what a mixture with π' surely returns.
    Equations: cpi.mixture_bound
    Formula: |η(π_new) - L_π(π_new)| <= 2 ε γ α^2 / (1-γ)^2 if π_new = (1-α) π + α π', 0 <= α <= 1
      and |Σ_a π'(a|s) A_π(s,a)| <= ε for all s
    Source: Schulman et al. 2015 (TRPO), equation 6
    Differs: two-sided; ε need not be the maximum *)
Definition mixture_bound_for_any_constant : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α ε : F),
    0 <= α <= 1 -> is_mixture α π π' new -> (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M new - surrogate M π new| <= 2%:R * ε * γ M * α ^+ 2 / (1 - γ M) ^+ 2.

(** Theorem mixture_bound_kl02_for_any_constant.
    The same as Kakade and Langford proved it, sharper.
    Equations: cpi.mixture_bound_kl02
    Formula: |η(π_new) - L_π(π_new)| <= 2 ε γ α^2 / ((1-γ) (1-γ(1-α))) if π_new = (1-α) π + α π', 0 <= α <= 1
      and |Σ_a π'(a|s) A_π(s,a)| <= ε for all s
    Source: Kakade and Langford 2002, theorem 4.1
    Differs: two-sided; ε need not be the maximum; returns are not normalised by 1-γ *)
Definition mixture_bound_kl02_for_any_constant : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α ε : F),
    0 <= α <= 1 -> is_mixture α π π' new -> (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M new - surrogate M π new| <= 2%:R * ε * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).

(** Theorem cpo_bound_for_any_constant.
    With the average divergence of the visited states in place of the largest.
    Equations: cpo.bound
    Formula: |η(π') - L_π(π')| <= 2 γ ε' / (1-γ) Σ_s ρ_π(s) D_TV(π(.|s), π'(.|s))
      if |Σ_a π'(a|s) A_π(s,a)| <= ε' for all s
    Source: Achiam et al. 2017 (CPO), corollary 1, whose sum is over normalised visits
    Differs: two-sided; ε' need not be the maximum; visits are not normalised *)
Definition cpo_bound_for_any_constant : Prop :=
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

(** Theorem mixture_bound.
    Conservative policy iteration's bound as TRPO prints it: ε is the maximum (definitions/trpo.v has the bound).
    Equations: cpi.mixture_bound
    Formula: η(π_new) >= L_π(π_new) - 2 ε γ α^2 / (1-γ)^2, with ε = max_s |Σ_a π'(a|s) A_π(s,a)|,
      π_new = (1-α) π + α π', 0 <= α <= 1
    Source: Schulman et al. 2015 (TRPO), equation 6
    Differs: no *)
Definition mixture_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α : F),
    0 <= α <= 1 -> is_mixture α π π' new -> trpo.mixture_bound M α π π' new <= eta M new.

(** Theorem mixture_bound_kl02.
    The same as Kakade and Langford proved it (definitions/trpo.v has the bound).
    Equations: cpi.mixture_bound_kl02
    Formula: η(π_new) >= L_π(π_new) - 2 ε γ α^2 / ((1-γ) (1-γ(1-α))), with ε = max_s |Σ_a π'(a|s) A_π(s,a)|,
      π_new = (1-α) π + α π', 0 <= α <= 1
    Source: Kakade and Langford 2002, theorem 4.1
    Differs: returns are not normalised by 1-γ *)
Definition mixture_bound_kl02 : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α : F),
    0 <= α <= 1 -> is_mixture α π π' new -> trpo.mixture_bound_kl02 M α π π' new <= eta M new.

(** Theorem cpo_bound.
    CPO's bound as it is printed: ε' is the maximum (definitions/trpo.v has it).
    Equations: cpo.bound
    Formula: η(π') >= L_π(π') - 2 γ ε' / (1-γ) Σ_s ρ_π(s) D_TV(π(.|s), π'(.|s)), ε' = max_s |Σ_a π'(a|s) A_π(s,a)|
    Source: Achiam et al. 2017 (CPO), corollary 1, whose sum is over normalised visits
    Differs: visits are not normalised *)
Definition cpo_bound : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    trpo.cpo_bound M π π' <= eta M π'.
