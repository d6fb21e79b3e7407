(** Proofs of statements/performance.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes over_time.
From rlproof.statements Require performance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem performance_difference_by_visitation : statements.performance.performance_difference_by_visitation.
Proof. by move=> F n m M π π'; rewrite -(eta_gain M π π') addrC subrK. Qed.

Theorem performance_difference : statements.performance.performance_difference.
Proof.
move=> F n m M π π' H; rewrite -addrA -(sum_over_time H (gain_sum M π π')).
under eq_bigr do rewrite mulrBr; by rewrite sumrB addrC subrK.
Qed.

Theorem performance_difference_converges : statements.performance.performance_difference_converges.
Proof.
move=> F n m M π π' H; rewrite (performance_difference M π π' H).
set x := eta M π; set y := \sum_(t < H) _; rewrite -[x + y + _]addrA [x + _]addrC addrK addrC addKr.
rewrite normrM ger0_norm ?exprn_ge0 ?γ_ge0 // ler_wpmul2l ?exprn_ge0 ?γ_ge0 //.
apply: average_norm_le (visited_at_is_a_distribution M π' H) _ _ _ => s.
exact: (sup_norm_ge (fun s => v M π' s - v M π s)).
Qed.
