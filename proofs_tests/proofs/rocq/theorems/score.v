(** Proofs about the score-function estimator. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
From rlproof.theorems Require Import sums derivatives trajectories score_lemmas.
From rlproof.statements Require score.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem trajectory_measure_is_a_distribution : statements.score.trajectory_measure_is_a_distribution.
Proof.
move=> F n m M H π; split=> [τ | ].
  rewrite /trajectory_measure mulr_ge0 //; first by have [] := ρ0_is_a_distribution M.
  apply: prodr_ge0 => t _; rewrite mulr_ge0 //; first by have [] := policy_is_a_distribution π (state_at τ t).
  by have [] := P_is_a_distribution M (state_at τ t) (action_at τ t).
rewrite -[RHS](average_constant (ρ0_is_a_distribution M)) -[LHS](eq_bigr _ (fun τ _ => mulr1 _)).
rewrite -[LHS]/(expectation M π (fun _ : trajectory n m H => 1)) expectation_from.
by apply: eq_bigr => s _; rewrite from_constant.
Qed.

Theorem expected_return_over_trajectories : statements.score.expected_return_over_trajectories.
Proof. by move=> F n m M H π; rewrite expectation_from (return_after M π H 0). Qed.

Section Family.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat).
Variables (π : F -> policy F n m) (dπ : state n -> action m -> F) (θ : F).
Hypothesis π_derivative : forall s a, has_derivative (fun x => π x s a) θ (dπ s a).

(** Where an action has probability zero it is at its least, so that the derivative is zero as well. *)
Lemma derivative_is_probability_times_score s a : π θ s a * score (π θ) dπ s a = dπ s a.
Proof.
rewrite /score mulrC; have [z | p0] := eqVneq (π θ s a) 0; last by rewrite divfK.
rewrite z mulr0; apply/esym/(derivative_at_zero (π_derivative s a)) => // x.
by have [] := policy_is_a_distribution (π x) s.
Qed.

(** Probabilities sum to one whatever the parameter, so that their derivatives sum to zero. *)
Lemma mean_score_is_zero s : \sum_a π θ s a * score (π θ) dπ s a = 0.
Proof.
rewrite (eq_bigr _ (fun a _ => derivative_is_probability_times_score s a)).
apply: derivative_unique (derivative_sum (index_enum _) (π_derivative s)) _.
by apply: eq_derivative (derivative_const θ 1) => x; have [_ ->] := policy_is_a_distribution (π x) s.
Qed.

End Family.

Theorem score_function_is_unbiased : statements.score.score_function_is_unbiased.
Proof.
move=> F n m M H f π dπ θ dπP; rewrite /expectation; apply: derivative_sum => τ.
pose g (t : 'I_H) x := π x (state_at τ t) (action_at τ t) * P M (state_at τ t) (action_at τ t) (state_at τ t.+1).
have gd (t : 'I_H) : has_derivative (g t) θ (g t θ * score (π θ) dπ (state_at τ t) (action_at τ t)).
  rewrite /g mulrAC (derivative_is_probability_times_score dπP) mulrC.
  by apply: eq_derivative (derivativeZ _ (dπP _ _)) => x; rewrite mulrC.
have d := derivativeZ (ρ0 M (state_at τ 0) * f τ) (derivative_prod (index_enum _) gd).
rewrite mulrACA in d; apply: eq_derivative d => x.
by rewrite /trajectory_measure mulrAC.
Qed.

Theorem reinforce_admits_the_full_return : statements.score.reinforce_admits_the_full_return.
Proof.
move=> F n m M H π dπ θ dπP; rewrite !expectation_from; apply: eq_bigr => s _; congr (_ * _).
exact: from_weighted (mean_score_is_zero dπP) H s.
Qed.

Theorem reinforce_is_unbiased : statements.score.reinforce_is_unbiased.
Proof.
move=> F n m M H π dπ θ dπP; rewrite (reinforce_admits_the_full_return M H dπP).
apply: eq_derivative (score_function_is_unbiased M (fun τ : trajectory n m H => discounted_return M τ) dπP) => x.
exact: expected_return_over_trajectories.
Qed.

Theorem baseline_of_the_state_adds_nothing : statements.score.baseline_of_the_state_adds_nothing.
Proof.
move=> F n m M H b π dπ θ dπP; rewrite expectation_from big1 // => s _.
by rewrite (from_constants M (mean_score_is_zero dπP) H (fun t s' => γ M ^+ t * b t s')) mulr0.
Qed.

Theorem derivative_is_unique : statements.score.derivative_is_unique.
Proof. move=> F f θ d d'; exact: derivative_unique. Qed.

Theorem derivative_of_a_polynomial : statements.score.derivative_of_a_polynomial.
Proof. move=> F p θ; exact: derivative_horner. Qed.
