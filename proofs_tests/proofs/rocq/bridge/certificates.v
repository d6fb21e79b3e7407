(** Each program of computation.v gives the value of the definition that the theorems speak of, in every field.

    [process_of] and [policy_of] make a process and a policy out of checked lists of fractions. *)

From Coq Require Import ZArith QArith Qminmax Qabs.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes.
From rlproof.bridge Require Import rationals.
From rlproof.bridge Require computation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Import computation (data, last_state, last_action, entry, entry2, vector, matrix, qsum, qlargest, qall).

Section Sums.
Variable F : realFieldType.

Lemma real_sum k f : real F (qsum k f) = \sum_(i < k) real F (f i).
Proof.
elim: k => [|k IH]; first by rewrite big_ord0 real_0.
by rewrite -[qsum k.+1 f]/(Qred (qsum k f + f k)) real_reduced real_add IH big_ord_recr.
Qed.

Lemma real_largest k f : real F (qlargest k f) = largest (fun i : 'I_k.+1 => real F (f i)).
Proof.
elim: k => [|k IH]; first by rewrite /largest big_ord_recl big_ord0 /= maxxx.
apply/eqP; rewrite eq_le -[qlargest k.+1 f]/(Qmax (qlargest k f) (f k.+1)) real_max IH; apply/andP; split.
  rewrite le_maxl; apply/andP; split; last exact: (largest_ge (fun i : 'I_k.+2 => real F (f i)) ord_max).
  apply: largest_le => i; exact: (largest_ge (fun i : 'I_k.+2 => real F (f i)) (widen_ord (leqnSn _) i)).
apply: largest_le => i; rewrite le_maxr; have [ik|ik] := ltnP i k.+1; last first.
  have -> : nat_of_ord i = k.+1 by apply/eqP; rewrite eqn_leq ik -ltnS ltn_ord.
  by rewrite lexx orbT.
by rewrite (largest_ge (fun i : 'I_k.+1 => real F (f i)) (Ordinal ik)).
Qed.

Lemma real_power x k : real F (computation.power x k) = real F x ^+ k.
Proof.
elim: k => [|k IH]; first exact: real_1.
by rewrite -[computation.power x k.+1]/(Qred (x * computation.power x k)) real_reduced real_mul IH exprS.
Qed.

Lemma qallP k f : qall k f -> forall i : 'I_k, f i.
Proof. by move=> /allP fk i; apply: fk; rewrite mem_iota ltn_ord. Qed.

Lemma real_eqb x y : Qeq_bool x y -> real F x = real F y.
Proof. by move=> xy; apply/real_eq/Qeq_bool_eq. Qed.

Lemma is_distributionP k p : computation.is_distribution k p -> distribution (fun i : 'I_k => real F (p i)).
Proof.
move=> /andP[/qallP p0 p1]; split=> [i|]; last by rewrite -real_sum (real_eqb p1) real_1.
by rewrite -real_0; apply: real_le; apply/Qle_bool_iff/p0.
Qed.

End Sums.

Section Process.
Variables (F : realFieldType) (d : data).
Hypothesis d_valid : computation.valid d.
Let n := last_state d.
Let m := last_action d.

Lemma transition_is_a_distribution (s : state n) (a : action m) :
  distribution (fun s' : state n => real F (entry2 (nth [::] (computation.transition d) s) a s')).
Proof. by case/and4P: d_valid => /qallP/(_ s)/qallP/(_ a) ok _ _ _; exact: is_distributionP ok. Qed.

Lemma initial_is_a_distribution : distribution (fun s : state n => real F (entry (computation.initial d) s)).
Proof. by case/and4P: d_valid => _ ok _ _; exact: is_distributionP ok. Qed.

Lemma discount_is_a_discount : 0 <= real F (computation.discount d) < 1.
Proof.
case/and4P: d_valid => _ _ g0 g1; apply/andP; split.
  by rewrite -real_0; apply/real_le/Qle_bool_iff.
rewrite -real_1; apply/real_lt/Qnot_le_lt => /Qle_bool_iff le1.
by rewrite le1 in g1.
Qed.

Definition process_of : MDP F n m :=
  Process (fun s a => real F (entry2 (computation.reward d) s a)) transition_is_a_distribution
    initial_is_a_distribution discount_is_a_discount.

Section Policy.
Variable π : matrix.
Hypothesis π_valid : computation.valid_policy d π.

Lemma row_is_a_distribution (s : state n) : distribution (fun a : action m => real F (entry2 π s a)).
Proof. by move: π_valid => /qallP/(_ s) ok; exact: is_distributionP ok. Qed.

Definition policy_of : policy F n m := Policy row_is_a_distribution.
End Policy.

Section Values.
Variable π : matrix.
Hypothesis π_valid : computation.valid_policy d π.
Let M := process_of.
Let p := policy_of π_valid.

Lemma policy_kernel_computed (s s' : state n) :
  policy_kernel M p s s' = real F (computation.policy_kernel d π s s').
Proof. by rewrite real_sum; apply: eq_bigr => a _; rewrite real_mul. Qed.

Lemma resolvent_matrix_computed (s s' : state n) :
  resolvent_matrix M p s s' = real F (computation.resolvent_matrix d π s s').
Proof.
rewrite !mxE real_sub real_mul policy_kernel_computed -val_eqE /=.
by case: eqP => _; rewrite ?real_1 ?real_0.
Qed.

Lemma policy_reward_computed (s : state n) : policy_reward M p s = real F (computation.policy_reward d π s).
Proof. by rewrite real_sum; apply: eq_bigr => a _; rewrite real_mul. Qed.

Lemma backup_computed V (f : state n -> F) (s : state n) (a : action m) :
  (forall s', f s' = real F (V (nat_of_ord s'))) ->
  R M s a + γ M * (\sum_s' P M s a s' * f s') = real F (computation.backup d V s a).
Proof.
move=> fV; rewrite real_add real_mul real_sum; congr (_ + _ * _).
by apply: eq_bigr => s' _; rewrite real_mul fV.
Qed.

Lemma expectation_v_computed V f (s : state n) :
  (forall s', f s' = real F (V (nat_of_ord s'))) ->
  expectation_v M p f s = real F (computation.expectation_v d π V s).
Proof.
move=> fV; rewrite real_sum; apply: eq_bigr => a _.
by rewrite real_mul -(backup_computed s a fV).
Qed.

Lemma optimality_v_computed V f (s : state n) :
  (forall s', f s' = real F (V (nat_of_ord s'))) ->
  optimality_v M f s = real F (computation.optimality_v d V s).
Proof. by move=> fV; rewrite real_largest; apply: eq_largest => a; exact: backup_computed. Qed.

Variables (x r : vector).
Hypotheses (x_is_v : computation.is_v d π x) (r_is_visitation : computation.is_visitation d π r).

Lemma v_computed (s : state n) : v M p s = real F (entry x s).
Proof.
have fixed : forall s : state n, real F (entry x s) = expectation_v M p (fun s' => real F (entry x s')) s.
  by move=> j; rewrite (@expectation_v_computed (entry x)) //; apply: real_eqb; exact: (qallP x_is_v j).
have sum_of := (fixed_point_iff M p _).1 fixed.
have K1 := kernel_is_a_distribution M p; have g1 := γ_is_a_discount M.
exact: discounted_sum_unique K1 g1 _ _ _ (v_sum M p) sum_of s.
Qed.

Lemma discounted_visitation_computed (s : state n) : discounted_visitation M p s = real F (entry r s).
Proof.
have K1 := kernel_is_a_distribution M p; have g1 := γ_is_a_discount M.
have flow : visits (policy_kernel M p) (γ M) (ρ0 M) (fun j => real F (entry r j)).
  move=> j; rewrite (real_eqb F (qallP r_is_visitation j)) real_add real_mul real_sum; congr (_ + _ * _).
  by apply: eq_bigr => i _; rewrite real_mul policy_kernel_computed.
by rewrite (visits_unique K1 g1 flow).
Qed.

Lemma q_computed (s : state n) (a : action m) : q M p s a = real F (computation.q d x s a).
Proof. by apply: backup_computed => s'; exact: v_computed. Qed.

Lemma advantage_computed (s : state n) (a : action m) : advantage M p s a = real F (computation.advantage d x s a).
Proof. by rewrite real_sub -q_computed -v_computed. Qed.

Lemma eta_computed : eta M p = real F (computation.eta d x).
Proof. by rewrite real_sum; apply: eq_bigr => s _; rewrite real_mul v_computed. Qed.

Lemma visited_at_computed t (s : state n) : visited_at M p t s = real F (entry (computation.visited_at d π t) s).
Proof.
have pick f (j : state n) : entry [seq f i | i <- iota 0 n.+1] j = f j.
  by rewrite /entry (nth_map 0%N) ?size_iota // nth_iota.
elim: t s => [|t IH] s; first by rewrite [computation.visited_at _ _ _]/(map _ _) pick.
rewrite [computation.visited_at _ _ _]/(map _ _) pick real_sum; apply: eq_bigr => j _.
by rewrite real_mul -policy_kernel_computed -IH.
Qed.

Lemma finite_horizon_return_computed H :
  finite_horizon_return M p H = real F (computation.finite_horizon_return d π H).
Proof.
rewrite real_sum; apply: eq_bigr => t _; rewrite real_mul real_power real_sum; congr (_ * _).
by apply: eq_bigr => s _; rewrite real_mul visited_at_computed policy_reward_computed.
Qed.

Lemma epsilon_computed : epsilon M p = real F (computation.epsilon d x).
Proof.
rewrite real_largest; apply: eq_largest => s; rewrite real_largest; apply: eq_largest => a.
by rewrite real_abs advantage_computed.
Qed.

Lemma penalty_coefficient_computed : penalty_coefficient M p = real F (computation.penalty_coefficient d x).
Proof.
by rewrite real_div real_power real_sub real_1 !real_mul -epsilon_computed (real_nat F 4).
Qed.

End Values.
End Process.
