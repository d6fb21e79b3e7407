(** What the recursions over trajectories have in common. Each estimate depends on what follows only, so that a
    claim about entry t is one about the first entry of the data from t on. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sums.
Variable F : realFieldType.

(** A sum of products, as Horner's rule computes it. *)
Lemma sum_of_products_recl (n : nat) (d e : nat -> F) :
  \sum_(l < n.+1) (\prod_(j < l) d j) * e l = e 0%N + d 0%N * \sum_(l < n) (\prod_(j < l) d j.+1) * e l.+1.
Proof.
rewrite big_ord_recl big_ord0 mul1r mulr_sumr; congr (_ + _).
by apply: eq_bigr => l _; rewrite big_ord_recl mulrA.
Qed.

Lemma head_nth (T : Type) (x : T) (s : seq T) (t : nat) : nth x s t = head x (drop t s).
Proof. by rewrite -nth0 nth_drop addn0. Qed.

End Sums.

Section Trajectory.
Variable F : realFieldType.
Implicit Types (γ λ : F) (x : transition F) (τ xs ys : seq (transition F)).

Lemma goes_onE x : goes_on x = (~~ ended x)%:R.
Proof. by rewrite /goes_on /ended; case: terminated; case: truncated; rewrite ?subrr ?subr0 ?mul0r ?mulr0 ?mul1r. Qed.

Lemma goes_on_of_end x : ended x -> goes_on x = 0.
Proof. by rewrite goes_onE => ->. Qed.

Lemma step_drop τ t k : step (drop t τ) k = step τ (t + k).
Proof. by rewrite /step nth_drop. Qed.

Lemma step_head τ t : step τ t = head blank (drop t τ).
Proof. exact: head_nth. Qed.

Lemma joined_drop τ t : joined τ -> joined (drop t τ).
Proof.
move=> joined_τ k; rewrite size_drop !step_drop addnS => inside.
by apply: joined_τ; rewrite -addnS -ltn_subRL.
Qed.

Lemma joined_behead x τ : joined (x :: τ) -> joined τ.
Proof. by move=> joined_τ; have := joined_drop (t := 1) joined_τ; rewrite /= drop0. Qed.

(** Where a row follows and the episode goes on, the successor's value is that of the row. *)
Lemma joined_head x y τ : joined (x :: y :: τ) -> ~~ ended x -> next_value x = value y.
Proof. by move=> joined_τ; apply: (joined_τ 0%N). Qed.

Lemma drop_advantage γ λ τ k : advantage γ λ (drop k τ) = drop k (advantage γ λ τ).
Proof. by elim: τ k => [|x τ IH] [|k] //=. Qed.

Lemma drop_rewards_to_go γ τ k : rewards_to_go γ (drop k τ) = drop k (rewards_to_go γ τ).
Proof. by elim: τ k => [|x τ IH] [|k] //=. Qed.

Lemma drop_lambda_return γ λ τ k : lambda_return γ λ (drop k τ) = drop k (lambda_return γ λ τ).
Proof. by elim: τ k => [|x τ IH] [|k] //=. Qed.

Lemma drop_target γ rho_bar c_bar ratios τ k :
  target γ rho_bar c_bar (drop k ratios) (drop k τ) = drop k (target γ rho_bar c_bar ratios τ).
Proof.
elim: τ ratios k => [|x τ IH] [|r ratios] [|k] //=.
by case: (drop k ratios).
Qed.

Lemma size_advantage γ λ τ : size (advantage γ λ τ) = size τ.
Proof. by elim: τ => //= x τ ->. Qed.

Lemma size_rewards_to_go γ τ : size (rewards_to_go γ τ) = size τ.
Proof. by elim: τ => //= x τ ->. Qed.

Lemma size_target γ rho_bar c_bar ratios τ :
  size ratios = size τ -> size (target γ rho_bar c_bar ratios τ) = size τ.
Proof. by elim: τ ratios => [|x τ IH] [|r ratios] //= [same]; rewrite IH. Qed.

Lemma advantage_head γ λ τ t : (advantage γ λ τ)`_t = head 0 (advantage γ λ (drop t τ)).
Proof. by rewrite drop_advantage head_nth. Qed.

Lemma lambda_return_head γ λ τ t : (lambda_return γ λ τ)`_t = head 0 (lambda_return γ λ (drop t τ)).
Proof. by rewrite drop_lambda_return head_nth. Qed.

Lemma n_step_return_head γ n τ t : (n_step_return γ n τ)`_t = n_step_return_from γ n (drop t τ).
Proof.
case: (ltnP t (size τ)) => [inside|outside]; first by rewrite nth_mkseq.
by rewrite nth_default ?size_mkseq // drop_oversize.
Qed.

Lemma lambda_return_at_one γ τ : lambda_return γ 1 τ = rewards_to_go γ τ.
Proof. by elim: τ => //= x τ ->; rewrite subrr mul0r add0r mul1r. Qed.

Lemma lambda_return_minus_value_head γ λ x τ :
  joined (x :: τ) -> head 0 (lambda_return γ λ (x :: τ)) - value x = head 0 (advantage γ λ (x :: τ)).
Proof.
elim: τ x => [|y τ IH] x joined_τ.
  by rewrite /= /error if_same -mulrDl subrK mul1r mulr0 addr0.
have := IH y (joined_behead joined_τ); have := joined_head joined_τ.
set τ' := y :: τ.
have -> : head 0 (lambda_return γ λ (x :: τ')) = reward x + γ * (1 - (terminated x)%:R)
    * ((1 - λ) * next_value x + λ * (if truncated x then next_value x else head 0 (lambda_return γ λ τ'))) by [].
have -> : head 0 (advantage γ λ (x :: τ')) = error γ x + γ * λ * goes_on x * head 0 (advantage γ λ τ') by [].
move=> same <-; move: (head 0 (lambda_return γ λ τ')) same => following.
rewrite /error goes_onE /ended; case: (terminated x); case: (truncated x) => /= same;
  rewrite ?subrr ?subr0 ?mulr0 ?mul0r ?mulr1 ?addr0 //.
  by rewrite -mulrDl subrK mul1r.
rewrite -(same isT) [RHS]addrAC; congr (_ - _); rewrite -addrA; congr (_ + _).
by rewrite -mulrA -mulrDr mulrBr mulrBl mul1r -!addrA [- _ + _]addrC.
Qed.

Lemma lambda_return_minus_value γ λ τ t :
  joined τ -> (t < size τ)%N -> (lambda_return γ λ τ)`_t - value (step τ t) = (advantage γ λ τ)`_t.
Proof.
move=> joined_τ inside; have := joined_drop (t := t) joined_τ.
by rewrite lambda_return_head advantage_head step_head (drop_nth blank inside); exact: lambda_return_minus_value_head.
Qed.

Lemma return_minus_value γ τ t :
  joined τ -> (t < size τ)%N -> (rewards_to_go γ τ)`_t - value (step τ t) = (advantage γ 1 τ)`_t.
Proof. by move=> joined_τ inside; rewrite -lambda_return_at_one lambda_return_minus_value. Qed.

End Trajectory.
