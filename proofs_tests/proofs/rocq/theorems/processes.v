(** Values and visits of a policy as discounted sums over its kernel: the tools of all proofs about processes. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Process.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m).
Implicit Types (π : policy F n m) (V x y : state n -> F).

Let K π := policy_kernel M π.

Lemma γ_ge0 : 0 <= γ M. Proof. exact: discount_ge0 (γ_is_a_discount M). Qed.
Lemma γ_horizon_gt0 : 0 < 1 - γ M. Proof. exact: horizon_gt0 (γ_is_a_discount M). Qed.

(** A step of the kernel is an action and then a next state. *)
Lemma kernel_apply π V s : \sum_s' K π s s' * V s' = \sum_a π s a * \sum_s' P M s a s' * V s'.
Proof.
rewrite (eq_bigr (fun s' => \sum_a π s a * (P M s a s' * V s'))); last first.
  by move=> s' _; rewrite mulr_suml; apply: eq_bigr => a _; rewrite mulrA.
by rewrite exchange_big; apply: eq_bigr => a _; rewrite mulr_sumr.
Qed.

Lemma kernel_is_a_distribution π s : distribution (K π s).
Proof.
split=> [s'|]; first by apply: sumr_ge0 => a _; rewrite mulr_ge0 //;
  [case: (policy_is_a_distribution π s) | case: (P_is_a_distribution M s a)].
have := kernel_apply π (fun _ => 1) s; rewrite (eq_bigr (K π s)) => [->|s' _]; last by rewrite mulr1.
rewrite (eq_bigr (π s)) => [|a _]; first by case: (policy_is_a_distribution π s).
by rewrite -mulr_suml mulr1; case: (P_is_a_distribution M s a) => _ ->; rewrite mulr1.
Qed.

Lemma kernel_sum π s : \sum_s' K π s s' = 1.
Proof. by case: (kernel_is_a_distribution π s). Qed.

Lemma expectation_vE π V s : expectation_v M π V s = policy_reward M π s + γ M * \sum_s' K π s s' * V s'.
Proof.
rewrite kernel_apply mulr_sumr -big_split /=; apply: eq_bigr => a _.
by rewrite mulrDr mulrCA.
Qed.

(** One step back from estimates x of the next state's value: both operators of Bellman consist of it. *)
Lemma backup_distance x y c s a : (forall s', `|x s' - y s'| <= c) ->
  `|(R M s a + γ M * \sum_s' P M s a s' * x s') - (R M s a + γ M * \sum_s' P M s a s' * y s')| <= γ M * c.
Proof.
move=> xy; rewrite opprD addrACA subrr add0r -mulrBr -sumrB normrM ger0_norm ?γ_ge0 // ler_wpmul2l ?γ_ge0 //.
under eq_bigr do rewrite -mulrBr; exact: average_norm_le (P_is_a_distribution M s a) _ _ xy.
Qed.

Lemma backup_monotone x y s a : (forall s', x s' <= y s') ->
  R M s a + γ M * (\sum_s' P M s a s' * x s') <= R M s a + γ M * (\sum_s' P M s a s' * y s').
Proof.
move=> xy; rewrite ler_add2l ler_wpmul2l ?γ_ge0 //; apply: ler_sum => s' _; rewrite ler_wpmul2l //.
by case: (P_is_a_distribution M s a).
Qed.

Lemma fixed_point_iff π V :
  (forall s, V s = expectation_v M π V s) <-> discounted_sum (K π) (γ M) (policy_reward M π) V.
Proof. by split=> fixed s; rewrite fixed expectation_vE. Qed.

Lemma v_solves π s : v M π s = solve (K π) (γ M) (policy_reward M π) s.
Proof. by []. Qed.

Lemma v_sum π : discounted_sum (K π) (γ M) (policy_reward M π) (v M π).
Proof. exact: solve_is_discounted_sum (kernel_is_a_distribution π) (γ_is_a_discount M) _. Qed.

Lemma v_bellman π s : v M π s = expectation_v M π (v M π) s.
Proof. by rewrite expectation_vE; exact: v_sum. Qed.

Lemma v_mean_q π s : v M π s = \sum_a π s a * q M π s a.
Proof. exact: v_bellman. Qed.

Lemma advantage_mean π s : \sum_a π s a * advantage M π s a = 0.
Proof.
under eq_bigr do rewrite mulrBr; rewrite sumrB -v_mean_q average_constant ?subrr //.
exact: policy_is_a_distribution.
Qed.

Lemma expected_advantageE π π' s : expected_advantage M π π' s = expectation_v M π' (v M π) s - v M π s.
Proof.
rewrite /expected_advantage; under eq_bigr do rewrite mulrBr; rewrite sumrB average_constant //.
exact: policy_is_a_distribution.
Qed.

Lemma visitation_visits π : visits (K π) (γ M) (ρ0 M) (discounted_visitation M π).
Proof. exact: visit_is_visits (kernel_is_a_distribution π) (γ_is_a_discount M) _. Qed.

Lemma visitation_ge0 π s : 0 <= discounted_visitation M π s.
Proof.
apply: visit_ge0 (kernel_is_a_distribution π) (γ_is_a_discount M) _ _ _.
by case: (ρ0_is_a_distribution M).
Qed.

Lemma visitation_sum π : \sum_s discounted_visitation M π s = (1 - γ M)^-1.
Proof.
apply: visits_total (kernel_is_a_distribution π) (γ_is_a_discount M) _ _ (visitation_visits π) _.
by case: (ρ0_is_a_distribution M).
Qed.

(** The differences between two policies' values are the discounted sum of the expected advantages. *)
Lemma gain_sum π π' : discounted_sum (K π') (γ M) (expected_advantage M π π') (fun s => v M π' s - v M π s).
Proof.
move=> s; rewrite expected_advantageE v_bellman !expectation_vE.
under [X in _ = _ + _ * X]eq_bigr do rewrite mulrBr.
rewrite sumrB mulrBr; set r := policy_reward _ _ _; set x := _ * _; set y := _ * _; set z := v _ _ _.
by rewrite [r + y - z]addrAC -[RHS]addrA [y + _]addrCA subrr addr0 addrAC.
Qed.

Lemma eta_gain π π' : eta M π' - eta M π = \sum_s discounted_visitation M π' s * expected_advantage M π π' s.
Proof.
rewrite -(visits_dual (visitation_visits π') (gain_sum π π')) /eta -sumrB.
by apply: eq_bigr => s _; rewrite mulrBr.
Qed.

End Process.
