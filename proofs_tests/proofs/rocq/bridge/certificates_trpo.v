(** As certificates.v, for the definitions about two policies. *)

From Coq Require Import ZArith QArith Qminmax Qabs.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums.
From rlproof.bridge Require Import rationals certificates.
From rlproof.bridge Require computation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Import computation (data, last_state, last_action, entry, entry2, vector, matrix).

Section TwoPolicies.
Variables (F : realFieldType) (d : data) (π π' : matrix).
Hypotheses (d_valid : computation.valid d).
Hypotheses (π_valid : computation.valid_policy d π) (π'_valid : computation.valid_policy d π').
Let n := last_state d.
Let m := last_action d.
Let M := process_of F d_valid.
Let p := policy_of F π_valid.
Let p' := policy_of F π'_valid.

Lemma tv_computed (s : state n) : tv (p s) (p' s) = real F (computation.tv d π π' s).
Proof.
rewrite real_div (real_nat F 2) real_sum; congr (_ / _).
by apply: eq_bigr => a _; rewrite real_abs real_sub.
Qed.

Lemma tv_max_computed : tv_max p p' = real F (computation.tv_max d π π').
Proof. by rewrite real_largest; apply: eq_largest => s; exact: tv_computed. Qed.

(** Logarithms of rationals are not rational: the divergence is given by its terms, p(a) and p(a)/p'(a). *)
Lemma kl_computed ln (s : state n) :
  kl ln (p s) (p' s) = \sum_(a < m.+1) real F (entry2 π s a) * ln (real F (entry2 π s a / entry2 π' s a)).
Proof. by apply: eq_bigr => a _; rewrite real_div. Qed.

Lemma kl_max_computed ln :
  kl_max ln p p' = largest (fun s : state n =>
    \sum_(a < m.+1) real F (entry2 π s a) * ln (real F (entry2 π s a / entry2 π' s a))).
Proof. by apply: eq_largest => s; exact: kl_computed. Qed.

Variables (x r r' : vector).
Hypotheses (x_is_v : computation.is_v d π x) (r_is_visitation : computation.is_visitation d π r).
Hypothesis r'_is_visitation : computation.is_visitation d π' r'.

Lemma expected_advantage_computed (s : state n) :
  expected_advantage M p p' s = real F (computation.expected_advantage d x π' s).
Proof. by rewrite real_sum; apply: eq_bigr => a _; rewrite real_mul (advantage_computed F d_valid π_valid x_is_v). Qed.

Lemma performance_difference_by_visitation_computed :
  performance_difference_by_visitation M p p' = real F (computation.performance_difference_by_visitation d x r' π').
Proof.
rewrite real_sum; apply: eq_bigr => s _.
by rewrite real_mul (discounted_visitation_computed F d_valid π'_valid r'_is_visitation) expected_advantage_computed.
Qed.

Lemma surrogate_computed : surrogate M p p' = real F (computation.surrogate d x r π').
Proof.
rewrite /surrogate real_add (eta_computed F d_valid π_valid x_is_v) real_sum; congr (_ + _); apply: eq_bigr => s _.
by rewrite real_mul (discounted_visitation_computed F d_valid π_valid r_is_visitation) expected_advantage_computed.
Qed.

Lemma tv_bound_computed : tv_bound M p p' = real F (computation.tv_bound d x r π π').
Proof.
rewrite /tv_bound real_sub real_mul real_power surrogate_computed tv_max_computed.
by rewrite (penalty_coefficient_computed F d_valid π_valid x_is_v).
Qed.

Lemma tv_bound_refined_computed : tv_bound_refined M p p' = real F (computation.tv_bound_refined d x r π π').
Proof.
rewrite /tv_bound_refined real_sub real_div !real_mul real_power !real_sub real_mul real_sub real_1 (real_nat F 4).
by rewrite surrogate_computed (epsilon_computed F d_valid π_valid x_is_v) tv_max_computed.
Qed.

Lemma kl_bound_computed ln :
  kl_bound M ln p p' = real F (computation.surrogate d x r π') - real F (computation.penalty_coefficient d x)
    * largest (fun s : state n => \sum_(a < m.+1) real F (entry2 π s a) * ln (real F (entry2 π s a / entry2 π' s a))).
Proof.
by rewrite /kl_bound surrogate_computed (penalty_coefficient_computed F d_valid π_valid x_is_v) kl_max_computed.
Qed.

Lemma largest_expected_advantage_computed :
  largest_expected_advantage M p p' = real F (computation.largest_expected_advantage d x π').
Proof.
by rewrite real_largest; apply: eq_largest => s; rewrite real_abs expected_advantage_computed.
Qed.

Lemma cpo_bound_computed : cpo_bound M p p' = real F (computation.cpo_bound d x r π π').
Proof.
rewrite /cpo_bound real_sub real_div !real_mul real_sub real_1 (real_nat F 2) surrogate_computed.
rewrite -largest_expected_advantage_computed real_sum.
congr (_ - _ * _ / _); apply: eq_bigr => s _.
by rewrite real_mul (discounted_visitation_computed F d_valid π_valid r_is_visitation) tv_computed.
Qed.

End TwoPolicies.

Section Mixture.
Variables (F : realFieldType) (d : data) (π π' new : matrix) (α : Q).
Hypotheses (d_valid : computation.valid d) (π_valid : computation.valid_policy d π).
Hypotheses (π'_valid : computation.valid_policy d π') (new_valid : computation.valid_policy d new).
Variables (x r : vector).
Hypotheses (x_is_v : computation.is_v d π x) (r_is_visitation : computation.is_visitation d π r).

Lemma mixture_bound_computed :
  mixture_bound (process_of F d_valid) (real F α) (policy_of F π_valid) (policy_of F π'_valid) (policy_of F new_valid)
  = real F (computation.mixture_bound d x r α π' new).
Proof.
rewrite real_sub real_div !real_power real_sub real_1 !real_mul real_power (real_nat F 2).
rewrite -(largest_expected_advantage_computed F d_valid π_valid π'_valid x_is_v).
by rewrite -(surrogate_computed F d_valid π_valid new_valid x_is_v r_is_visitation).
Qed.

Lemma mixture_bound_kl02_computed :
  mixture_bound_kl02 (process_of F d_valid) (real F α) (policy_of F π_valid) (policy_of F π'_valid)
    (policy_of F new_valid)
  = real F (computation.mixture_bound_kl02 d x r α π' new).
Proof.
rewrite real_sub real_div !real_mul real_power !real_sub real_mul real_sub real_1 (real_nat F 2).
rewrite -(largest_expected_advantage_computed F d_valid π_valid π'_valid x_is_v).
by rewrite -(surrogate_computed F d_valid π_valid new_valid x_is_v r_is_visitation).
Qed.

End Mixture.
