(** Proofs about n-step returns, the λ-return and eligibility traces. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
From rlproof.theorems Require Import trajectory_lemmas.
From rlproof.statements Require td_lambda.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Weights.
Variable F : realFieldType.
Implicit Types (λ : F) (f : nat -> F).

(** The λ-weighted mean of f 1, ..., f N. *)
Definition weighted λ (N : nat) f : F := (1 - λ) * (\sum_(1 <= n < N) λ ^+ n.-1 * f n) + λ ^+ N.-1 * f N.

Lemma weighted_one λ f : weighted λ 1 f = f 1%N.
Proof. by rewrite /weighted big_geq // mulr0 add0r mul1r. Qed.

Lemma weighted_recl λ N f : weighted λ N.+2 f = (1 - λ) * f 1%N + λ * weighted λ N.+1 (f \o S).
Proof.
rewrite /weighted big_ltn // big_add1 /= mul1r !mulrDr -addrA; congr (_ + (_ + _)); last by rewrite exprS mulrA.
rewrite mulrCA; congr (_ * _); rewrite mulr_sumr; apply: eq_big_nat => -[|n] // _.
by rewrite exprS mulrA.
Qed.

Lemma weighted_affine λ N f (a b : F) : weighted λ N.+1 (fun n => a + b * f n) = a + b * weighted λ N.+1 f.
Proof.
elim: N f => [|N IH] f; first by rewrite !weighted_one.
rewrite !weighted_recl (IH (f \o S)); move: (weighted λ N.+1 _) => rest.
rewrite ![in LHS]mulrDr addrACA -mulrDl subrK mul1r; congr (_ + _).
by rewrite mulrDr; congr (_ + _); exact: mulrCA.
Qed.

Lemma weighted_eq λ N f f' : (forall n, f n.+1 = f' n.+1) -> weighted λ N.+1 f = weighted λ N.+1 f'.
Proof.
move=> same; rewrite /weighted same; congr (_ * _ + _).
by apply: eq_big_nat => -[|n] // _; rewrite same.
Qed.

End Weights.

Section Lemmas.
Variable F : realFieldType.
Implicit Types (γ λ : F) (x : transition F) (τ : seq (transition F)).

Lemma n_step_return_step γ n x τ :
  n_step_return_from γ n.+2 (x :: τ) = reward x + γ * (1 - (terminated x)%:R)
    * (if truncated x || nilp τ then next_value x else n_step_return_from γ n.+1 τ).
Proof. by []. Qed.

Lemma one_step_return_from γ x τ : n_step_return_from γ 1 (x :: τ) = one_step_return γ x.
Proof. by rewrite /= orbT. Qed.

Lemma explicit_sum γ τ n :
  (n < size τ)%N -> (forall k, (k < n)%N -> ~~ ended (step τ k)) ->
  n_step_return_from γ n.+1 τ = \sum_(k < n.+1) γ ^+ k * reward (step τ k)
    + γ ^+ n.+1 * (1 - (terminated (step τ n))%:R) * next_value (step τ n).
Proof.
elim: n τ => [|n IH] [|x τ] // enough no_end.
  by rewrite one_step_return_from big_ord_recl big_ord0 addr0 mul1r expr1.
have := no_end 0%N isT; rewrite negb_or => /andP[/negPf not_terminal /negPf not_cut].
have -> : n_step_return_from γ n.+2 (x :: τ) = reward x + γ * n_step_return_from γ n.+1 τ.
  by rewrite n_step_return_step [terminated x]not_terminal [truncated x]not_cut subr0 mulr1; case: (τ) enough.
rewrite IH //; last by move=> k before; exact: (no_end k.+1).
rewrite [in RHS]big_ord_recl mul1r -[RHS]addrA; congr (_ + _).
rewrite mulrDr mulr_sumr [γ ^+ n.+2]exprS !mulrA; congr (_ + _).
by apply: eq_bigr => k _; rewrite exprS mulrA.
Qed.

Lemma all_steps γ τ n : (size τ <= n)%N -> n_step_return_from γ n τ = head 0 (rewards_to_go γ τ).
Proof.
elim: n τ => [|[|n] IH] [|x τ] // enough.
  by case: τ enough => // _; rewrite one_step_return_from /= if_same.
rewrite n_step_return_step [RHS]/= IH //; congr (_ + _ * _).
by case: truncated => //; case: (τ).
Qed.

Lemma average_head γ λ x τ :
  head 0 (lambda_return γ λ (x :: τ)) = weighted λ (size τ).+1 (fun n => n_step_return_from γ n (x :: τ)).
Proof.
elim: τ x => [|y τ IH] x.
  by rewrite weighted_one one_step_return_from /= if_same -mulrDl subrK mul1r.
pose τ' := y :: τ; pose rest n := if truncated x || (n <= 1)%N then next_value x else n_step_return_from γ n.-1 τ'.
rewrite (@weighted_eq _ _ _ _ (fun n => reward x + γ * (1 - (terminated x)%:R) * rest n)); last first.
  by move=> n; rewrite /rest /= orbF.
rewrite weighted_affine weighted_recl /rest orbT.
have -> : head 0 (lambda_return γ λ (x :: τ')) = reward x + γ * (1 - (terminated x)%:R)
    * ((1 - λ) * next_value x + λ * (if truncated x then next_value x else head 0 (lambda_return γ λ τ'))) by [].
congr (_ + _ * (_ + _ * _)); case: truncated.
  rewrite (@weighted_eq _ _ _ _ (fun=> next_value x + 0 * 0)); first by rewrite weighted_affine mul0r addr0.
  by move=> n; rewrite mul0r addr0.
by rewrite IH; apply: weighted_eq.
Qed.

(** A trace z that is there already counts all that follows, as an earlier visit would. *)
Lemma backward_sum (S : eqType) γ λ (s : S) z states τ :
  size states = size τ ->
  backward_from γ λ s z states τ =
    \sum_(t < size τ) (nth s states t == s)%:R * (advantage γ λ τ)`_t + γ * λ * z * head 0 (advantage γ λ τ).
Proof.
elim: τ states z => [|x τ IH] [|s_t states] z //; first by rewrite big_ord0 mulr0 addr0.
move=> [same]; rewrite [LHS]/= IH // [size _]/= big_ord_recl ![nth _ _ 0]/= ![head _ (_ :: _)]/=.
set following := head 0 _; rewrite [RHS]addrAC -mulrDl [_%:R + _]addrC [RHS]addrC addrCA; congr (_ + _).
move: (_ + (_ == _)%:R) => trace; rewrite mulrDr [error γ x * _]mulrC; congr (_ + _).
by rewrite [goes_on x * _]mulrC mulrCA !mulrA [trace * γ]mulrC.
Qed.

End Lemmas.

Theorem n_step_return_equals_the_explicit_sum : statements.td_lambda.n_step_return_equals_the_explicit_sum.
Proof.
move=> F γ τ t n enough no_end; rewrite n_step_return_head explicit_sum.
- by rewrite !step_drop; congr (_ + _); apply: eq_bigr => k _; rewrite step_drop.
- by rewrite size_drop ltn_subRL -addnS.
- by move=> k before; rewrite step_drop; exact: no_end.
Qed.

Theorem n_step_return_of_all_steps_is_the_return : statements.td_lambda.n_step_return_of_all_steps_is_the_return.
Proof.
by move=> F γ τ t n enough; rewrite n_step_return_head all_steps ?size_drop // drop_rewards_to_go head_nth.
Qed.

Theorem lambda_return_averages_n_step_returns : statements.td_lambda.lambda_return_averages_n_step_returns.
Proof.
move=> F γ λ τ t; rewrite lambda_return_head -size_drop.
transitivity (weighted λ (size (drop t τ)) (fun n => n_step_return_from γ n (drop t τ))).
  by case: (drop t τ) => [|x τ']; [rewrite /weighted big_geq // mulr0 mulr0 addr0 | exact: average_head].
by rewrite /weighted n_step_return_head; congr (_ * _ + _); apply: eq_bigr => n _; rewrite n_step_return_head.
Qed.

Theorem lambda_return_at_zero_is_the_one_step_return :
  statements.td_lambda.lambda_return_at_zero_is_the_one_step_return.
Proof. by move=> F γ τ; elim: τ => //= x τ ->; rewrite subr0 mul1r mul0r addr0. Qed.

Theorem lambda_return_at_one_is_the_return : statements.td_lambda.lambda_return_at_one_is_the_return.
Proof. by move=> F γ τ; exact: lambda_return_at_one. Qed.

Theorem lambda_return_minus_value_is_gae : statements.td_lambda.lambda_return_minus_value_is_gae.
Proof. by move=> F γ λ τ t joined_τ inside; exact: lambda_return_minus_value. Qed.

Theorem backward_view_equals_forward_view : statements.td_lambda.backward_view_equals_forward_view.
Proof.
move=> F S γ λ states τ s joined_τ same; rewrite /lambda_backward backward_sum // mulr0 mul0r addr0.
by apply: eq_bigr => t _; rewrite lambda_return_minus_value.
Qed.
