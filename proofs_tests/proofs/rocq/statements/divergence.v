(** What total variation and the Kullback-Leibler divergence are, and how one bounds the other. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem kl_dominates_squared_tv.
    Total variation, squared, is at most the Kullback-Leibler divergence.
    Equations: divergence.kl, divergence.tv, trpo.kl_bound
    Formula: D_TV(p, q)^2 <= D_KL(p ‖ q), if q(a) = 0 only where p(a) = 0
    Source: Pollard 2000, as Schulman et al. 2015 (TRPO) cite it before equation 9
    Differs: for every logarithm over a field with square roots; elsewhere D_KL is infinite and there is nothing to
      prove; Pinsker's inequality is sharper by a factor 2 *)
Definition kl_dominates_squared_tv : Prop :=
  forall (F : rcfType) (k : nat) (ln : F -> F) (p q : 'I_k.+1 -> F),
    logarithm ln -> distribution p -> distribution q -> keeps_support p q ->
    tv p q ^+ 2 <= kl ln p q.

(** Theorem bretagnolle_huber.
    The bound that says something however large the divergence is.
    Equations: divergence.bretagnolle_huber, divergence.kl, divergence.tv
    Formula: D_TV(p, q) < 1 and ln(1 - D_TV(p, q)^2) >= -D_KL(p ‖ q), if q(a) = 0 only where p(a) = 0
    Source: Bretagnolle and Huber 1979; Tsybakov 2009, lemma 2.6
    Differs: in logarithms, so that it holds of every logarithm: the source has D_TV <= sqrt(1 - exp(-D_KL));
      elsewhere D_KL is infinite and there is nothing to prove *)
Definition bretagnolle_huber : Prop :=
  forall (F : rcfType) (k : nat) (ln : F -> F) (p q : 'I_k.+1 -> F),
    logarithm ln -> distribution p -> distribution q -> keeps_support p q ->
    tv p q < 1 /\ - kl ln p q <= ln (1 - tv p q ^+ 2).

(** Theorem kl_is_not_negative.
    The Kullback-Leibler divergence is at least zero.
    Equations: divergence.kl
    Formula: D_KL(p ‖ q) >= 0, if q(a) = 0 only where p(a) = 0
    Source: Kullback and Leibler 1951, lemma 3.1
    Differs: elsewhere D_KL is infinite and there is nothing to prove *)
Definition kl_is_not_negative : Prop :=
  forall (F : realFieldType) (k : nat) (ln : F -> F) (p q : 'I_k.+1 -> F),
    logarithm ln -> distribution p -> distribution q -> keeps_support p q ->
    0 <= kl ln p q.

(** Theorem kl_of_itself_is_zero.
    A distribution does not diverge from itself, whatever its support.
    Equations: divergence.kl
    Formula: D_KL(p ‖ p) = 0
    Source: Kullback and Leibler 1951, lemma 3.1
    Differs: no *)
Definition kl_of_itself_is_zero : Prop :=
  forall (F : realFieldType) (k : nat) (ln : F -> F) (p : 'I_k.+1 -> F), logarithm ln -> kl ln p p = 0.

(** Theorem kl_is_zero_only_at_equality.
    Distributions that do not diverge are equal.
    Equations: divergence.kl
    Formula: D_KL(p ‖ q) = 0 only if p = q, if q(a) = 0 only where p(a) = 0
    Source: Kullback and Leibler 1951, lemma 3.1
    Differs: elsewhere D_KL is infinite and there is nothing to prove *)
Definition kl_is_zero_only_at_equality : Prop :=
  forall (F : rcfType) (k : nat) (ln : F -> F) (p q : 'I_k.+1 -> F),
    logarithm ln -> distribution p -> distribution q -> keeps_support p q ->
    kl ln p q = 0 -> forall a, p a = q a.

(** Theorem tv_is_a_metric.
    Total variation is a distance: zero only at equality, symmetric, and with the triangle inequality.
    Equations: divergence.tv
    Formula: D_TV(p, q) = 0 iff p = q; D_TV(p, q) = D_TV(q, p); D_TV(p, r) <= D_TV(p, q) + D_TV(q, r)
    Source: Levin and Peres 2017, section 4.1
    Differs: no *)
Definition tv_is_a_metric : Prop :=
  forall (F : realFieldType) (k : nat) (p q r : 'I_k.+1 -> F),
    (tv p q = 0 <-> forall a, p a = q a) /\ tv p q = tv q p /\ tv p r <= tv p q + tv q r.

(** Theorem tv_is_at_most_one.
    Of distributions it lies between zero and one.
    Equations: divergence.tv
    Formula: 0 <= D_TV(p, q) <= 1
    Source: Levin and Peres 2017, section 4.1
    Differs: no *)
Definition tv_is_at_most_one : Prop :=
  forall (F : realFieldType) (k : nat) (p q : 'I_k.+1 -> F),
    distribution p -> distribution q -> 0 <= tv p q <= 1.

(** Theorem tv_is_what_p_has_more.
    It is the mass that p has above q, and what remains of one beside the overlap.
    Equations: divergence.tv
    Formula: D_TV(p, q) = Σ_a max(0, p(a) - q(a)) = 1 - Σ_a min(p(a), q(a))
    Source: Levin and Peres 2017, remark 4.3 and the proof of proposition 4.7
    Differs: no *)
Definition tv_is_what_p_has_more : Prop :=
  forall (F : realFieldType) (k : nat) (p q : 'I_k.+1 -> F), distribution p -> distribution q ->
    tv p q = \sum_a Num.max 0 (p a - q a) /\ tv p q = 1 - \sum_a Num.min (p a) (q a).

(** Theorem tv_scales_along_mixtures.
    A step towards q moves by its size times the distance.
    Equations: divergence.tv
    Formula: D_TV(p, (1 - α) p + α q) = α D_TV(p, q) if α >= 0
    Source: Schulman et al. 2015 (TRPO), section 3, where a distance replaces the weight α of the mixture
    Differs: the text states no equation; for one state *)
Definition tv_scales_along_mixtures : Prop :=
  forall (F : realFieldType) (k : nat) (p q : 'I_k.+1 -> F) (α : F), 0 <= α ->
    tv p (fun a => (1 - α) * p a + α * q a) = α * tv p q.

(** Theorem tv_bounds_expectations.
    Expectations under p and q differ by at most the distance times the range of what is expected.
    Equations: divergence.tv
    Formula: |E_p[f] - E_q[f]| <= D_TV(p, q) (max f - min f)
    Source: Levin and Peres 2017, proposition 4.5
    Differs: with bounds low <= f <= high in place of the extrema *)
Definition tv_bounds_expectations : Prop :=
  forall (F : realFieldType) (k : nat) (p q f : 'I_k.+1 -> F) (low high : F),
    distribution p -> distribution q -> (forall a, low <= f a <= high) ->
    `|\sum_a p a * f a - \sum_a q a * f a| <= tv p q * (high - low).

(** Theorem tv_bounds_expectations_by_the_norm.
    The same with the largest absolute value, for any p and q.
    Equations: divergence.tv, trpo.lemma2
    Formula: |Σ_a p(a) f(a) - Σ_a q(a) f(a)| <= 2 D_TV(p, q) max_a |f(a)|
    Source: Schulman et al. 2015 (TRPO), appendix A, lemma 2
    Differs: for any function of the actions, of which the advantage is one *)
Definition tv_bounds_expectations_by_the_norm : Prop :=
  forall (F : realFieldType) (k : nat) (p q f : 'I_k.+1 -> F),
    `|\sum_a p a * f a - \sum_a q a * f a| <= 2%:R * tv p q * sup_norm f.
