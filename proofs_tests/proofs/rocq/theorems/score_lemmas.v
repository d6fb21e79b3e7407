(** Rewards and scores along a trajectory, by its first step. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
From rlproof.theorems Require Import sums trajectories.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Return.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m).

Lemma discounted_return_push H s a (τ : trajectory n m H) :
  discounted_return M (push s a τ) = R M s a + γ M * discounted_return M τ.
Proof.
rewrite /discounted_return big_ord_recl !push_simpl expr0 mul1r mulr_sumr; congr (_ + _).
by apply: eq_bigr => t _; rewrite !push_simpl exprS mulrA.
Qed.

Lemma reinforce_push0 H s a (τ : trajectory n m H) : reinforce M (push s a τ) ord0 = discounted_return M (push s a τ).
Proof. exact: eq_bigl. Qed.

Lemma reinforce_push H s a (τ : trajectory n m H) t :
  reinforce M (push s a τ) (lift ord0 t) = γ M * reinforce M τ t.
Proof.
rewrite /reinforce big_mkcond big_ord_recl /= add0r mulr_sumr [RHS]big_mkcond; apply: eq_bigr => k _.
by rewrite !push_simpl ltnS; case: ifP => // _; rewrite exprS mulrA.
Qed.

Variable π : policy F n m.

Lemma from_return0 s : from M π s (fun τ : trajectory n m 0 => discounted_return M τ) = 0.
Proof. by rewrite from0 /discounted_return big_ord0. Qed.

Lemma from_returnS H s :
  from M π s (fun τ : trajectory n m H.+1 => discounted_return M τ)
  = policy_reward M π s
    + γ M * \sum_s' policy_kernel M π s s' * from M π s' (fun τ : trajectory n m H => discounted_return M τ).
Proof.
rewrite fromS.
rewrite (eq_bigr (fun a => π s a * R M s a + γ M * \sum_s' π s a * P M s a s' *
  from M π s' (fun τ : trajectory n m H => discounted_return M τ))) => [|a _]; last first.
  have [_ p1] := P_is_a_distribution M s a.
  rewrite (eq_bigr (fun s' => P M s a s' * R M s a + γ M * (P M s a s' *
    from M π s' (fun τ : trajectory n m H => discounted_return M τ)))) => [|s' _]; last first.
    rewrite (eq_from _ _ _ (discounted_return_push s a)) fromD_constant fromZ mulrDr; congr (_ + _).
    by rewrite mulrCA.
  rewrite big_split /= -mulr_suml p1 mul1r mulrDr -mulr_sumr mulrCA mulr_sumr; congr (_ + _ * _).
  by apply: eq_bigr => s' _; rewrite mulrA.
rewrite big_split /= -mulr_sumr exchange_big /=; congr (_ + _ * _).
by apply: eq_bigr => s' _; rewrite -mulr_suml.
Qed.

(** What is to come after step k, when states are distributed as they are then. *)
Lemma return_after H k :
  \sum_s visited_at M π k s * from M π s (fun τ : trajectory n m H => discounted_return M τ)
  = \sum_(t < H) γ M ^+ t * \sum_s visited_at M π (k + t) s * policy_reward M π s.
Proof.
elim: H k => [|H IH] k.
  by rewrite big_ord0; apply: big1 => s _; rewrite from_return0 mulr0.
rewrite big_ord_recl expr0 mul1r addn0.
rewrite (eq_bigr _ (fun s _ => congr1 _ (from_returnS H s))).
rewrite (eq_bigr _ (fun s _ => mulrDr _ _ _)) big_split /=; congr (_ + _).
rewrite (eq_bigr (fun s => γ M * \sum_s' visited_at M π k s * policy_kernel M π s s'
  * from M π s' (fun τ : trajectory n m H => discounted_return M τ))) => [|s _]; last first.
  by rewrite mulrCA; congr (_ * _); rewrite mulr_sumr; apply: eq_bigr => s' _; rewrite mulrA.
rewrite -mulr_sumr exchange_big /= (eq_bigr _ (fun s' _ => esym (mulr_suml _ _ _ _))) (IH k.+1) mulr_sumr.
by apply: eq_bigr => t _; rewrite -[bump 0 t]/(t.+1) mulrA -exprS addnS addSn.
Qed.

End Return.

Section Scores.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m).
Variable σ : state n -> action m -> F.
Hypothesis mean_score : forall s, \sum_a π s a * σ s a = 0.

Definition scores H (τ : trajectory n m H) : F := \sum_(t < H) σ (state_at τ t) (action_at τ t).

Definition weighted H (τ : trajectory n m H) : F :=
  \sum_(t < H) reinforce M τ t * σ (state_at τ t) (action_at τ t).

Definition constants H (c : nat -> state n -> F) (τ : trajectory n m H) : F :=
  \sum_(t < H) c t (state_at τ t) * σ (state_at τ t) (action_at τ t).

Lemma constants_push H c s a (τ : trajectory n m H) :
  constants c (push s a τ) = c 0%N s * σ s a + constants (fun t => c t.+1) τ.
Proof. by rewrite /constants big_ord_recl !push_simpl; congr (_ + _); apply: eq_bigr => t _; rewrite !push_simpl. Qed.

Lemma scores_push H s a (τ : trajectory n m H) : scores (push s a τ) = σ s a + scores τ.
Proof. by rewrite /scores big_ord_recl !push_simpl; congr (_ + _); apply: eq_bigr => t _; rewrite !push_simpl. Qed.

Lemma weighted_push H s a (τ : trajectory n m H) :
  weighted (push s a τ) = discounted_return M (push s a τ) * σ s a + γ M * weighted τ.
Proof.
rewrite /weighted big_ord_recl reinforce_push0 !push_simpl mulr_sumr; congr (_ + _).
by apply: eq_bigr => t _; rewrite reinforce_push !push_simpl mulrA.
Qed.

Lemma from_constants H c s : from M π s (fun τ : trajectory n m H => constants c τ) = 0.
Proof.
elim: H c s => [|H IH] c s; first by rewrite from0 /constants big_ord0.
rewrite fromS (eq_bigr (fun a => c 0%N s * (π s a * σ s a))) => [|a _]; last first.
  rewrite [RHS]mulrCA; congr (_ * _).
  rewrite -[RHS](average_constant (P_is_a_distribution M s a)); apply: eq_bigr => s' _; congr (_ * _).
  by rewrite (eq_from _ _ _ (constants_push c s a)) fromD_constant IH addr0.
by rewrite -mulr_sumr mean_score mulr0.
Qed.

Lemma from_scores H s : from M π s (fun τ : trajectory n m H => scores τ) = 0.
Proof.
rewrite -[RHS](from_constants H (fun _ _ => 1) s); apply: eq_from => τ.
by apply: eq_bigr => t _; rewrite mul1r.
Qed.

Lemma from_weighted H s :
  from M π s (fun τ : trajectory n m H => weighted τ)
  = from M π s (fun τ : trajectory n m H => discounted_return M τ * scores τ).
Proof.
elim: H s => [|H IH] s; first by rewrite !from0 /weighted /scores !big_ord0 mulr0.
rewrite !fromS; apply: eq_bigr => a _; congr (_ * _); apply: eq_bigr => s' _; congr (_ * _).
rewrite (eq_from _ _ _ (weighted_push s a)) fromD fromZ IH -fromZ.
rewrite [RHS](@eq_from _ _ _ M π H s' _ (fun τ => discounted_return M (push s a τ) * σ s a
  + (R M s a * scores τ + γ M * (discounted_return M τ * scores τ)))) => [|τ]; last first.
  by rewrite scores_push mulrDr; congr (_ + _); rewrite discounted_return_push mulrDl mulrA.
by rewrite [RHS]fromD [X in _ = _ + X]fromD [X in _ = _ + (X + _)]fromZ from_scores mulr0 add0r.
Qed.

End Scores.
