(** Proofs of statements/values.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes over_time.
From rlproof.statements Require values.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem resolvent_is_invertible : statements.values.resolvent_is_invertible.
Proof. by move=> F n m M π; exact: resolvent_unit (kernel_is_a_distribution M π) (γ_is_a_discount M). Qed.

Theorem v_is_the_fixed_point : statements.values.v_is_the_fixed_point.
Proof. by move=> F n m M π s; exact: v_bellman. Qed.

Theorem v_is_the_only_fixed_point : statements.values.v_is_the_only_fixed_point.
Proof.
move=> F n m M π V /fixed_point_iff fixed s.
exact: discounted_sum_unique (kernel_is_a_distribution M π) (γ_is_a_discount M) _ _ _ fixed (v_sum M π) s.
Qed.

Theorem q_averages_to_v : statements.values.q_averages_to_v.
Proof. by move=> F n m M π s; split; [exact: v_mean_q | exact: advantage_mean]. Qed.

Theorem eta_is_the_limit_of_returns : statements.values.eta_is_the_limit_of_returns.
Proof.
move=> F n m M π H c Rc; rewrite /eta (sum_over_time H (v_sum M π)) addrC addKr.
rewrite normrM ger0_norm ?exprn_ge0 ?γ_ge0 // -mulrA ler_wpmul2l ?exprn_ge0 ?γ_ge0 //.
apply: average_norm_le (visited_at_is_a_distribution M π H) _ _ _ => s.
apply: discounted_sum_norm_le (kernel_is_a_distribution M π) (γ_is_a_discount M) _ _ _ (v_sum M π) _ s => j.
by apply: average_norm_le (policy_is_a_distribution π j) _ _ _ => a.
Qed.

Theorem residual_bounds_the_error : statements.values.residual_bounds_the_error.
Proof.
move=> F n m M π U; apply: sup_norm_le => s.
pose x s := U s - expectation_v M π U s.
have sum_of_x : discounted_sum (policy_kernel M π) (γ M) x (fun s => U s - v M π s).
  move=> j; rewrite /x v_bellman !expectation_vE; under [X in _ = _ + _ * X]eq_bigr do rewrite mulrBr.
  by rewrite sumrB mulrBr !opprD !addrA subrK.
apply: discounted_sum_norm_le (kernel_is_a_distribution M π) (γ_is_a_discount M) _ _ _ sum_of_x _ s => j.
by rewrite /x distrC (sup_norm_ge (fun s => expectation_v M π U s - U s)).
Qed.
