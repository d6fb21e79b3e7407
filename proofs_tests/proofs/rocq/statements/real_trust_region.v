(** TRPO's bounds and Algorithm 1 for the real numbers, with divergences in nats. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals sequences exp.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem kl_bound_in_nats.
    TRPO's bound with the largest KL divergence, as it is printed.
    Equations: trpo.kl_bound, trpo.penalty_coefficient, divergence.kl_max
    Formula: η(π') >= L_π(π') - C D_KL^max(π, π') with C = 4 ε γ / (1-γ)^2,
      if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 9
    Differs: elsewhere the divergence is infinite and there is nothing to prove *)
Definition kl_bound_in_nats : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (π π' : policy R n m),
    finite_penalty M π π' -> kl_bound M (@ln R) π π' <= eta M π'.

(** Theorem kl_bound_two_sided_in_nats.
    The same bound holds from above.
    Equations: trpo.kl_bound
    Formula: |η(π') - L_π(π')| <= C D_KL^max(π, π'), if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 9
    Differs: two-sided, which the paper does not state; elsewhere there is nothing to prove *)
Definition kl_bound_two_sided_in_nats : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (π π' : policy R n m),
    finite_penalty M π π' ->
    `|eta M π' - surrogate M π π'| <= penalty_coefficient M π * kl_max (@ln R) π π'.

(** Theorem kl_bound_by_pinsker.
    Half the penalty is enough.
    Equations: trpo.kl_bound, divergence.pinsker
    Formula: |η(π') - L_π(π')| <= C/2 D_KL^max(π, π'), if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 9, with Pinsker's inequality in place of the weaker one
    Differs: sharper by a factor 2, and two-sided *)
Definition kl_bound_by_pinsker : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (π π' : policy R n m),
    finite_penalty M π π' ->
    `|eta M π' - surrogate M π π'| <= penalty_coefficient M π / 2%:R * kl_max (@ln R) π π'.

(** Theorem cpo_kl_bound.
    With the divergence of the visited states on average, where TRPO takes the largest.
    Equations: cpo.kl_bound
    Formula: |η(π') - L_π(π')| <= 2 γ ε' / (1-γ)^2 sqrt(1/2 Σ_s d_π(s) D_KL(π(.|s) ‖ π'(.|s))) with d_π = (1-γ) ρ_π,
      if |Σ_a π'(a|s) A_π(s,a)| <= ε' for all s, and no support is lost in states that π visits
    Source: Achiam et al. 2017 (CPO), corollary 3
    Differs: old policy first, where the paper has D_KL(π' ‖ π); two-sided; ε' need not be the maximum *)
Definition cpo_kl_bound : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (π π' : policy R n m) (ε : R),
    (forall s, discounted_visitation M π s != 0 -> keeps_support (π s) (π' s)) ->
    (forall s, `|expected_advantage M π π' s| <= ε) ->
    `|eta M π' - surrogate M π π'|
    <= 2%:R * γ M * ε / (1 - γ M) ^+ 2
       * Num.sqrt ((\sum_s (1 - γ M) * discounted_visitation M π s * kl (@ln R) (π s) (π' s)) / 2%:R).

(** Theorem algorithm1_in_nats.
    Algorithm 1 never gets worse, over any number of iterations.
    Equations: trpo.algorithm1
    Formula: π_{i+1} = argmax_π [L_{π_i}(π) - C D_KL^max(π_i, π)] for all i implies η(π_0) <= η(π_1) <= η(π_2) <= ...
    Source: Schulman et al. 2015 (TRPO), algorithm 1 and the text around equation 10
    Differs: the maximum is over the policies of finite penalty: no support is lost, or C = 0; elsewhere the objective
      is minus infinity; that a maximum exists is supposed *)
Definition algorithm1_in_nats : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (π : nat -> policy R n m),
    (forall i, finite_penalty M (π i) (π i.+1)) ->
    (forall i (π' : policy R n m), finite_penalty M (π i) π' ->
      kl_bound M (@ln R) (π i) π' <= kl_bound M (@ln R) (π i) (π i.+1)) ->
    forall i j, (i <= j)%N -> eta M (π i) <= eta M (π j).
