(** Proofs of statements/visitation.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes over_time.
From rlproof.statements Require visitation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem visitation_is_not_negative : statements.visitation.visitation_is_not_negative.
Proof. by move=> F n m M π s; exact: visitation_ge0. Qed.

Theorem visitation_sums_to_horizon : statements.visitation.visitation_sums_to_horizon.
Proof. by move=> F n m M π; exact: visitation_sum. Qed.

Theorem visitation_satisfies_the_flow : statements.visitation.visitation_satisfies_the_flow.
Proof.
move=> F n m M π ρ; split=> [flow s | ρE s'].
  exact: visits_unique (kernel_is_a_distribution M π) (γ_is_a_discount M) _ _ flow s.
rewrite ρE visitation_visits; congr (_ + _ * _).
by apply: eq_bigr => s _; rewrite ρE.
Qed.

(** After H steps, the visits that are left start from where the policy then is. *)
Lemma visits_left (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) H s' :
  discounted_visitation M π s' = \sum_(t < H) γ M ^+ t * visited_at M π t s'
    + γ M ^+ H * visit (policy_kernel M π) (γ M) (visited_at M π H) s'.
Proof.
have K1 := kernel_is_a_distribution M π; have g1 := γ_is_a_discount M.
elim: H => [|H IH]; first by rewrite big_ord0 add0r mul1r.
rewrite IH big_ord_recr /= -addrA exprSr -mulrA -mulrDr; congr (_ + _ * _).
have next : visits (policy_kernel M π) (γ M) (visited_at M π H)
    (fun s => visited_at M π H s + γ M * visit (policy_kernel M π) (γ M) (visited_at M π H.+1) s).
  move=> j; congr (_ + _ * _); rewrite (visit_is_visits K1 g1) /=.
  under [RHS]eq_bigr do rewrite mulrDl -mulrA; rewrite big_split /=; congr (_ + _).
  by rewrite mulr_sumr; apply: eq_bigr => i _.
by rewrite (visits_unique K1 g1 next).
Qed.

Theorem visitation_is_the_sum_over_time : statements.visitation.visitation_is_the_sum_over_time.
Proof.
move=> F n m M π H; have K1 := kernel_is_a_distribution M π; have g1 := γ_is_a_discount M.
have [d0 d1] := visited_at_is_a_distribution M π H.
rewrite -(visits_total K1 g1 (visit_is_visits K1 g1 _) d1) mulr_sumr; apply: eq_bigr => s _.
rewrite (visits_left M π H) addrC addKr ger0_norm // mulr_ge0 ?exprn_ge0 ?γ_ge0 //.
exact: visit_ge0.
Qed.

Theorem eta_equals_visitation_times_reward : statements.visitation.eta_equals_visitation_times_reward.
Proof. by move=> F n m M π; exact: visits_dual (visitation_visits M π) (v_sum M π). Qed.
