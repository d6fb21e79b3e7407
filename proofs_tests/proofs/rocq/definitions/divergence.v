(** Distances between the action probabilities of two policies. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Divergence.
Variables (F : realFieldType) (k : nat).

(** D_TV(p, q) = 1/2 Σ_a |p(a) - q(a)|. *)
Definition tv (p q : 'I_k.+1 -> F) : F := (\sum_a `|p a - q a|) / 2%:R.

(** What a logarithm needs to be for the theorems: ln(xy) = ln x + ln y, and ln x <= x - 1. The natural logarithm
    of the real numbers is one (statements/real_numbers.v), so that the theorems speak of something. A field
    may have none, as the rational numbers have none; the theorems are then empty. *)
Definition logarithm (ln : F -> F) : Prop :=
  (forall x y, 0 < x -> 0 < y -> ln (x * y) = ln x + ln y) /\ (forall x, 0 < x -> ln x <= x - 1).

(** D_KL(p ‖ q) = Σ_a p(a) ln (p(a)/q(a)), where a term with p(a) = 0 is 0. *)
Definition kl (ln : F -> F) (p q : 'I_k.+1 -> F) : F := \sum_a p a * ln (p a / q a).

(** q keeps the support of p: q(a) = 0 only where p(a) = 0. Elsewhere D_KL(p ‖ q) is infinite, and [kl] a number
    without meaning: every theorem about it supposes this. *)
Definition keeps_support (p q : 'I_k.+1 -> F) : Prop := forall a, q a = 0 -> p a = 0.

End Divergence.

Section Maxima.
Variables (F : realFieldType) (n m : nat).

(** The largest divergence over states: D_TV^max(π, π') and D_KL^max(π, π'). *)
Definition tv_max (π π' : policy F n m) : F := largest (fun s => tv (π s) (π' s)).
Definition kl_max (ln : F -> F) (π π' : policy F n m) : F := largest (fun s => kl ln (π s) (π' s)).

End Maxima.
