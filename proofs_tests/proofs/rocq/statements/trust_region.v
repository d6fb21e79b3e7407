(** The bound by KL divergence, and Algorithm 1, which never gets worse.

    [ln] is any function that is a logarithm in the sense of definitions/divergence.v; F has square roots. That the
    natural logarithm is one is proved in statements/real_numbers.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem kl_bound.
    TRPO's bound with the largest KL divergence of old from new.
    Equations: trpo.kl_bound, trpo.penalty_coefficient, divergence.kl_max
    Formula: η(π') >= L_π(π') - C D_KL^max(π, π') with C = 4 ε γ / (1-γ)^2,
      if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 9
    Differs: elsewhere the divergence is infinite and there is nothing to prove *)
Definition kl_bound : Prop :=
  forall (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m) (π π' : policy F n m),
    logarithm ln -> finite_penalty M π π' -> trpo.kl_bound M ln π π' <= eta M π'.

(** Theorem kl_bound_two_sided.
    The same bound holds from above.
    Equations: trpo.kl_bound
    Formula: |η(π') - L_π(π')| <= C D_KL^max(π, π'), if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 9
    Differs: two-sided, which the paper does not state; elsewhere there is nothing to prove *)
Definition kl_bound_two_sided : Prop :=
  forall (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m) (π π' : policy F n m),
    logarithm ln -> finite_penalty M π π' ->
    `|eta M π' - surrogate M π π'| <= penalty_coefficient M π * kl_max ln π π'.

(** Theorem kl_bound_at_the_old_policy.
    At the old policy the bound is the return: it is a minorant that touches.
    Equations: trpo.kl_bound, trpo.mm_lower_bound
    Formula: M_π(π) = η(π)
    Source: Schulman et al. 2015 (TRPO), equation 10, second line
    Differs: no *)
Definition kl_bound_at_the_old_policy : Prop :=
  forall (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m) (π : policy F n m),
    logarithm ln -> trpo.kl_bound M ln π π = eta M π.

(** Theorem mm_lower_bound.
    What the minorant gains, the return gains at least.
    Equations: trpo.mm_lower_bound
    Formula: η(π') - η(π) >= M_π(π') - M_π(π), if π'(a|s) = 0 only where π(a|s) = 0, or C = 0
    Source: Schulman et al. 2015 (TRPO), equation 10, last line
    Differs: elsewhere M_π(π') is minus infinity and there is nothing to prove *)
Definition mm_lower_bound : Prop :=
  forall (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m) (π π' : policy F n m),
    logarithm ln -> finite_penalty M π π' ->
    trpo.kl_bound M ln π π' - trpo.kl_bound M ln π π <= eta M π' - eta M π.

(** Theorem algorithm1.
    Algorithm 1 never gets worse, over any number of iterations.
    Equations: trpo.algorithm1
    Formula: π_{i+1} = argmax_π [L_{π_i}(π) - C D_KL^max(π_i, π)] for all i implies η(π_0) <= η(π_1) <= η(π_2) <= ...
    Source: Schulman et al. 2015 (TRPO), algorithm 1 and the text around equation 10
    Differs: the maximum is over the policies of finite penalty: no support is lost, or C = 0; elsewhere the objective
      is minus infinity; that a maximum exists is supposed *)
Definition algorithm1 : Prop :=
  forall (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m) (π : nat -> policy F n m),
    logarithm ln ->
    (forall i, finite_penalty M (π i) (π i.+1)) ->
    (forall i (π' : policy F n m), finite_penalty M (π i) π' ->
      trpo.kl_bound M ln (π i) π' <= trpo.kl_bound M ln (π i) (π i.+1)) ->
    forall i j, (i <= j)%N -> eta M (π i) <= eta M (π j).
