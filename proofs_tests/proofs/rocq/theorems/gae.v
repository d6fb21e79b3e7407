(** Proofs about generalised advantage estimation. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
From rlproof.theorems Require Import trajectory_lemmas.
From rlproof.statements Require gae.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Lemmas.
Variable F : realFieldType.
Implicit Types (γ λ : F) (τ xs ys : seq (transition F)).

Lemma advantage_cons γ λ x τ :
  head 0 (advantage γ λ (x :: τ)) = error γ x + γ * λ * goes_on x * head 0 (advantage γ λ τ).
Proof. by []. Qed.

Lemma direct_sum_head γ λ τ :
  head 0 (advantage γ λ τ) = \sum_(l < size τ) (\prod_(j < l) (γ * λ * goes_on (step τ j))) * error γ (step τ l).
Proof.
elim: τ => [|x τ IH]; first by rewrite big_ord0.
rewrite advantage_cons IH.
exact: esym (sum_of_products_recl _ (fun j => γ * λ * goes_on (step (x :: τ) j)) (fun l => error γ (step (x :: τ) l))).
Qed.

Lemma joined_data_head γ λ xs ys :
  head 0 (advantage γ λ (xs ++ ys)) =
    head 0 (advantage γ λ xs) + (\prod_(0 <= j < size xs) (γ * λ * goes_on (step xs j))) * head 0 (advantage γ λ ys).
Proof.
elim: xs => [|x xs IH]; first by rewrite big_geq // mul1r add0r.
by rewrite cat_cons !advantage_cons IH big_nat_recl // mulrDr addrA mulrA.
Qed.

Lemma bounded_head γ λ D τ :
  0 <= γ * λ < 1 -> 0 <= D -> (forall k, (k < size τ)%N -> `|error γ (step τ k)| <= D) ->
  `|head 0 (advantage γ λ τ)| <= D / (1 - γ * λ).
Proof.
move=> /andP[nonneg below] D_nonneg; have gap : 0 < 1 - γ * λ by rewrite subr_gt0.
elim: τ => [|x τ IH] small; first by rewrite normr0 divr_ge0 // ltW.
have tail : `|head 0 (advantage γ λ τ)| <= D / (1 - γ * λ) by apply: IH => k inside; exact: (small k.+1).
have -> : D / (1 - γ * λ) = D + γ * λ * (D / (1 - γ * λ)).
  apply/(mulIf (lt0r_neq0 gap)); rewrite mulrDl -!mulrA mulVf ?lt0r_neq0 // !mulr1.
  by rewrite mulrA mulrC -mulrDl subrK mul1r.
rewrite advantage_cons (le_trans (ler_norm_add _ _)) // ler_add //; first exact: (small 0%N).
rewrite normrM goes_onE normrM (ger0_norm nonneg); case: (~~ _).
  by rewrite normr1 mulr1 ler_wpmul2l.
by rewrite normr0 mulr0 mul0r mulr_ge0 // (le_trans _ tail).
Qed.

End Lemmas.

Theorem gae_equals_the_direct_sum : statements.gae.gae_equals_the_direct_sum.
Proof.
move=> F γ λ τ t; rewrite advantage_head direct_sum_head size_drop.
by apply: eq_bigr => l _; rewrite step_drop; congr (_ * _); apply: eq_bigr => j _; rewrite step_drop.
Qed.

Theorem gae_equals_the_direct_sum_within_an_episode : statements.gae.gae_equals_the_direct_sum_within_an_episode.
Proof.
move=> F γ λ τ t no_end; rewrite gae_equals_the_direct_sum; apply: eq_bigr => l _; congr (_ * _).
rewrite -[in RHS](card_ord l) -prodr_const; apply: eq_bigr => j _.
rewrite goes_onE no_end ?leq_addr ?mulr1 // -addnS (leq_ltn_trans _ (_ : t + l < size τ)%N) ?leq_add2l //.
by rewrite -ltn_subRL.
Qed.

Theorem gae_depends_on_what_follows : statements.gae.gae_depends_on_what_follows.
Proof. by move=> F γ λ τ k; exact: drop_advantage. Qed.

Theorem gae_of_concatenated_data : statements.gae.gae_of_concatenated_data.
Proof.
move=> F γ λ xs ys; apply: (@eq_from_nth _ 0) => [|t _].
  by rewrite size_cat size_mkseq !size_advantage size_cat.
rewrite nth_cat size_mkseq advantage_head drop_cat; case: ltnP => [inside|outside]; last by rewrite -advantage_head.
rewrite nth_mkseq // joined_data_head -advantage_head nth0 size_drop; congr (_ + _ * _).
by rewrite -[in RHS](add0n t) big_addn; apply: eq_bigr => j _; rewrite step_drop addnC.
Qed.

Theorem gae_splits_at_episode_ends : statements.gae.gae_splits_at_episode_ends.
Proof.
move=> F γ λ xs x ys end_x; elim: xs => [|y xs IH].
  by rewrite /= goes_on_of_end // mulr0 !mul0r.
rewrite rcons_cons cat_cons /= IH; congr (_ + _ * _ :: _).
by case: xs {IH}.
Qed.

Theorem gae_at_lambda_zero_is_the_td_error : statements.gae.gae_at_lambda_zero_is_the_td_error.
Proof. by move=> F γ τ; elim: τ => //= x τ ->; rewrite mulr0 !mul0r addr0. Qed.

Theorem gae_at_lambda_one_is_the_return_minus_value : statements.gae.gae_at_lambda_one_is_the_return_minus_value.
Proof. by move=> F γ τ t joined_τ inside; rewrite return_minus_value. Qed.

Theorem gae_is_bounded_by_the_errors : statements.gae.gae_is_bounded_by_the_errors.
Proof.
move=> F γ λ D τ t below_one small inside; rewrite advantage_head; apply: bounded_head => //.
  exact: le_trans (normr_ge0 _) (small t inside).
by move=> k; rewrite size_drop step_drop => within; apply: small; rewrite -ltn_subRL.
Qed.
