(** TRPO's surrogate: where it agrees with the return, and by how much it errs. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem surrogate_at_the_old_policy_is_eta.
    At the old policy the surrogate is the return.
    Equations: trpo.surrogate, trpo.surrogate_first_order
    Formula: L_π(π) = η(π)
    Source: Schulman et al. 2015 (TRPO), equation 4, first line
    Differs: no *)
Definition surrogate_at_the_old_policy_is_eta : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m), surrogate M π π = eta M π.

(** Theorem surrogate_error.
    What the surrogate misses: a first different action, then different values.
    Equations: trpo.surrogate_error
    Formula: η(π') - L_π(π') = γ Σ_s ρ_π(s) Σ_s' (P_π' - P_π)(s,s') (v_π' - v_π)(s')
    Source: Schulman et al. 2015 (TRPO), appendix A, difference of equations 23 and 24; appendix B
    Differs: the paper has a sum over time, and in appendix B resolvents; v_π' - v_π is (I - γ P_π')^-1 Ā *)
Definition surrogate_error : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    eta M π' - surrogate M π π' = γ M * \sum_s discounted_visitation M π s *
      \sum_s' (policy_kernel M π' s s' - policy_kernel M π s s') * (v M π' s' - v M π s').

(** Theorem surrogate_is_affine.
    Along a mixture of policies the surrogate is a straight line.
    Equations: trpo.surrogate
    Formula: L_π((1-α) π + α π') = η(π) + α Σ_s ρ_π(s) Σ_a π'(a|s) A_π(s,a)
    Source: Kakade and Langford 2002, section 4.1; Schulman et al. 2015 (TRPO), text around equation 5
    Differs: no *)
Definition surrogate_is_affine : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α : F),
    is_mixture α π π' new ->
    surrogate M π new = eta M π + α * \sum_s discounted_visitation M π s * expected_advantage M π π' s.

(** Theorem surrogate_matches_eta_to_first_order.
    Along every straight line from π the return has the slope of the surrogate: what remains is of second order.
    Equations: trpo.surrogate_first_order
    Formula: |η(π_α) - (η(π) + α Σ_s ρ_π(s) Ā(s))| <= c α^2 for all α in [0,1], with c = 4 ε γ / (1-γ)^2
    Source: Schulman et al. 2015 (TRPO), equation 4, second line; Kakade and Langford 2002, section 4.1
    Differs: the one-sided derivative along the line from π to π', by a remainder; the paper's is in the parameters *)
Definition surrogate_matches_eta_to_first_order : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' new : policy F n m) (α : F),
    0 <= α <= 1 -> is_mixture α π π' new ->
    `|eta M new - (eta M π + α * \sum_s discounted_visitation M π s * expected_advantage M π π' s)|
    <= penalty_coefficient M π * α ^+ 2.

(** Theorem lemma2.
    Where two policies are near, the new one gains little from the old one's advantages.
    Equations: trpo.lemma2
    Formula: |Σ_a π'(a|s) A_π(s,a)| <= 2 D_TV(π(.|s), π'(.|s)) max_{s,a} |A_π(s,a)|
    Source: Schulman et al. 2015 (TRPO), appendix A, lemma 2
    Differs: for policies at total variation D_TV, in each state; the paper has α-coupled policies and the largest α *)
Definition lemma2 : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (s : state n),
    `|expected_advantage M π π' s| <= 2%:R * tv (π s) (π' s) * epsilon M π.
