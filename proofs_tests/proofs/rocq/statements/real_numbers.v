(** The theorems about divergences, of the real numbers and their natural logarithm. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals sequences exp.
From rlproof.definitions Require Import process bellman divergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem natural_logarithm_is_a_logarithm.
    The natural logarithm has both properties that the theorems about divergences suppose.
    Equations: divergence.kl
    Formula: ln(xy) = ln x + ln y and ln x <= x - 1 for x, y > 0
    Source: Rudin 1976, theorem 8.6 and the equations after it
    Differs: ln x <= x - 1 is not printed there; it follows from the concavity of ln *)
Definition natural_logarithm_is_a_logarithm : Prop := forall R : realType, logarithm (@ln R).

(** Theorem kl_dominates_squared_tv_in_nats.
    Total variation, squared, is at most the Kullback-Leibler divergence in nats.
    Equations: divergence.kl, divergence.tv, trpo.kl_bound
    Formula: D_TV(p, q)^2 <= D_KL(p ‖ q), if q(a) = 0 only where p(a) = 0
    Source: Pollard 2000, as Schulman et al. 2015 (TRPO) cite it before equation 9
    Differs: elsewhere D_KL is infinite and there is nothing to prove *)
Definition kl_dominates_squared_tv_in_nats : Prop :=
  forall (R : realType) (k : nat) (p q : 'I_k.+1 -> R),
    distribution p -> distribution q -> keeps_support p q -> tv p q ^+ 2 <= kl (@ln R) p q.

(** Theorem bretagnolle_huber_in_nats.
    The bound that says something however large the divergence is.
    Equations: divergence.bretagnolle_huber, divergence.kl, divergence.tv
    Formula: D_TV(p, q) <= sqrt(1 - exp(-D_KL(p ‖ q))), if q(a) = 0 only where p(a) = 0
    Source: Bretagnolle and Huber 1979; Tsybakov 2009, lemma 2.6
    Differs: elsewhere D_KL is infinite and there is nothing to prove *)
Definition bretagnolle_huber_in_nats : Prop :=
  forall (R : realType) (k : nat) (p q : 'I_k.+1 -> R),
    distribution p -> distribution q -> keeps_support p q ->
    tv p q <= Num.sqrt (1 - expR (- kl (@ln R) p q)).

(** Theorem pinsker.
    Pinsker's inequality, sharper than TRPO's bound by a factor 2.
    Equations: divergence.pinsker, divergence.kl, divergence.tv
    Formula: D_TV(p, q) <= sqrt(D_KL(p ‖ q) / 2), if q(a) = 0 only where p(a) = 0
    Source: Pinsker 1964, with the constant of Csiszar 1967
    Differs: elsewhere D_KL is infinite and there is nothing to prove *)
Definition pinsker : Prop :=
  forall (R : realType) (k : nat) (p q : 'I_k.+1 -> R),
    distribution p -> distribution q -> keeps_support p q ->
    tv p q <= Num.sqrt (kl (@ln R) p q / 2%:R).
