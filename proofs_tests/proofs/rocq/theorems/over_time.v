(** Discounted sums cut at a horizon: what came before, and what is still to come. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process.
From rlproof.theorems Require Import sums kernels processes.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section OverTime.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m).

(** What is left of a discounted sum after H steps. *)
Lemma sum_over_time x y H :
  discounted_sum (policy_kernel M π) (γ M) x y ->
  \sum_s ρ0 M s * y s =
    \sum_(t < H) γ M ^+ t * (\sum_s visited_at M π t s * x s) + γ M ^+ H * \sum_s visited_at M π H s * y s.
Proof.
move=> yx; elim: H => [|H IH]; first by rewrite big_ord0 add0r mul1r.
rewrite IH [in RHS]big_ord_recr /= -[RHS]addrA; congr (_ + _).
rewrite exprSr -[X in _ = _ + X]mulrA -mulrDr; congr (_ * _).
under eq_bigr do rewrite yx mulrDr; rewrite big_split /=; congr (_ + _).
under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr; congr (_ * _).
under [RHS]eq_bigr do rewrite mulr_suml; rewrite exchange_big /=.
by apply: eq_bigr => s _; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrA.
Qed.

Lemma visited_at_is_a_distribution t :
  distribution (visited_at M π t).
Proof.
elim: t => [|t [d0 d1]]; first exact: ρ0_is_a_distribution.
split=> [s|/=]; first by apply: sumr_ge0 => j _; rewrite mulr_ge0 //; case: (kernel_is_a_distribution M π j).
by rewrite exchange_big /=; under eq_bigr do rewrite -mulr_sumr kernel_sum mulr1.
Qed.

End OverTime.
