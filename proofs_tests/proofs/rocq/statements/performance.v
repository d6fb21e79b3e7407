(** How the return changes with the policy. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem performance_difference_by_visitation.
    The return of a new policy is that of the old one, plus what the new policy's visits gain.
    Equations: trpo.performance_difference_by_visitation
    Formula: η(π') = η(π) + Σ_s ρ_π'(s) Σ_a π'(a|s) A_π(s,a)
    Source: Kakade and Langford 2002, lemma 6.1; Schulman et al. 2015 (TRPO), equation 2
    Differs: rewards may depend on the action, where the paper has r(s) *)
Definition performance_difference_by_visitation : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m),
    eta M π' = eta M π + \sum_s discounted_visitation M π' s * \sum_a π' s a * advantage M π s a.

(** Theorem performance_difference.
    The same over time: up to any horizon, with what is still to come; the last term vanishes as H grows.
    Equations: trpo.performance_difference
    Formula: η(π') = η(π) + Σ_{t<H} γ^t E_π'[A_π(s_t, a_t)] + γ^H E_π'[v_π'(s_H) - v_π(s_H)]
    Source: Kakade and Langford 2002, lemma 6.1; Schulman et al. 2015 (TRPO), equation 1
    Differs: the infinite sum is stated by its partial sums, exactly; the theorem below bounds the rest *)
Definition performance_difference : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (H : nat),
    eta M π' = eta M π
      + \sum_(t < H) γ M ^+ t * (\sum_s visited_at M π' t s * \sum_a π' s a * advantage M π s a)
      + γ M ^+ H * \sum_s visited_at M π' H s * (v M π' s - v M π s).

(** Theorem performance_difference_converges.
    The partial sums of the time form approach the difference of the returns geometrically.
    Equations: trpo.performance_difference
    Formula: |η(π') - η(π) - Σ_{t<H} γ^t E_π'[A_π(s_t, a_t)]| <= γ^H ‖v_π' - v_π‖
    Source: Schulman et al. 2015 (TRPO), equation 1, whose sum is infinite
    Differs: the limit is stated by a rate, which needs no real numbers *)
Definition performance_difference_converges : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π π' : policy F n m) (H : nat),
    `|eta M π' - eta M π
      - \sum_(t < H) γ M ^+ t * (\sum_s visited_at M π' t s * \sum_a π' s a * advantage M π s a)|
    <= γ M ^+ H * sup_norm (fun s => v M π' s - v M π s).
