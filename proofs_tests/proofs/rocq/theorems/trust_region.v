(** Proofs of statements/trust_region.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes changes.
From rlproof.theorems Require divergence.
From rlproof.statements Require trust_region.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TrustRegion.
Variables (F : rcfType) (n m : nat) (ln : F -> F) (M : MDP F n m).
Hypothesis ln_logarithm : logarithm ln.
Implicit Types π : policy F n m.

Lemma kl_dominates_squared_tv_max π π' s :
  (forall s, keeps_support (π s) (π' s)) -> tv (π s) (π' s) ^+ 2 <= kl_max ln π π'.
Proof.
move=> support; apply: le_trans (largest_ge (fun s => kl ln (π s) (π' s)) s).
by apply: divergence.kl_dominates_squared_tv => //; exact: policy_is_a_distribution.
Qed.

Lemma error_by_kl π π' : finite_penalty M π π' ->
  `|eta M π' - surrogate M π π'| <= penalty_coefficient M π * kl_max ln π π'.
Proof.
move=> support; have tvα s : tv (π s) (π' s) <= tv_max π π' by exact: (largest_ge (fun s => tv (π s) (π' s))).
rewrite (le_trans (error_by_uniform_tv tvα (epsilon_ge M π))) // mulrAC -/(penalty_coefficient M π).
case: support => [-> | support]; first by rewrite !mul0r.
rewrite ler_wpmul2l ?penalty_coefficient_ge0 //.
have [s top] := largest_attained (fun s => tv (π s) (π' s)); rewrite /tv_max top.
exact: kl_dominates_squared_tv_max.
Qed.

Lemma kl_bound_below π π' : finite_penalty M π π' -> kl_bound M ln π π' <= eta M π'.
Proof. by move=> support; apply: lower_side; exact: error_by_kl. Qed.

Lemma kl_max_self π : kl_max ln π π = 0.
Proof.
have [s top] := largest_attained (fun s => kl ln (π s) (π s)); rewrite /kl_max top.
exact: divergence.kl_of_itself_is_zero.
Qed.

Lemma kl_bound_self π : kl_bound M ln π π = eta M π.
Proof.
rewrite /kl_bound kl_max_self mulr0 subr0 /surrogate big1 ?addr0 // => s _.
by rewrite expected_advantage_self mulr0.
Qed.

End TrustRegion.

Theorem kl_bound : statements.trust_region.kl_bound.
Proof. by move=> F n m ln M π π' ln_logarithm support; exact: kl_bound_below. Qed.

Theorem kl_bound_two_sided : statements.trust_region.kl_bound_two_sided.
Proof. by move=> F n m ln M π π' ln_logarithm support; exact: error_by_kl. Qed.

Theorem kl_bound_at_the_old_policy : statements.trust_region.kl_bound_at_the_old_policy.
Proof. by move=> F n m ln M π ln_logarithm; exact: kl_bound_self. Qed.

Theorem mm_lower_bound : statements.trust_region.mm_lower_bound.
Proof.
move=> F n m ln M π π' ln_logarithm support; rewrite kl_bound_self // ler_add2r.
exact: kl_bound_below.
Qed.

Theorem algorithm1 : statements.trust_region.algorithm1.
Proof.
move=> F n m ln M π ln_logarithm support best i j /subnK <-; elim: (j - i)%N => // k IH.
apply: le_trans IH _; rewrite addSn; set l := (k + i)%N.
rewrite -(kl_bound_self M ln_logarithm (π l)); apply: le_trans (best l (π l) _) _; first by right=> s a.
exact: kl_bound_below.
Qed.
