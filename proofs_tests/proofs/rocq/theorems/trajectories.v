(** Trajectories by their first step: expectations from a state, and what is summed along the way. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
From rlproof.theorems Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma sum_tuple_cons (F : realFieldType) (X : finType) (k : nat) (g : k.+1.-tuple X -> F) :
  \sum_l g l = \sum_x \sum_(l : k.-tuple X) g [tuple of x :: l].
Proof.
rewrite pair_bigA /= (reindex (fun p : X * k.-tuple X => [tuple of p.1 :: p.2])) //=.
exists (fun l => (thead l, [tuple of behead l])) => [[x l] _ | l _] /=; last by rewrite -tuple_eta.
by congr (_, _); apply: val_inj.
Qed.

Section Steps.
Variables (n m : nat).

(** First s and a, then τ. *)
Definition push H (s : state n) (a : action m) (τ : trajectory n m H) : trajectory n m H.+1 :=
  (s, [tuple of (a, τ.1) :: τ.2]).

Lemma state_at0 H (τ : trajectory n m H) : state_at τ 0 = τ.1.
Proof. by rewrite /state_at take0. Qed.

Lemma state_at_push H s a (τ : trajectory n m H) t : state_at (push s a τ) t.+1 = state_at τ t.
Proof. by []. Qed.

Lemma action_at_push0 H s a (τ : trajectory n m H) : action_at (push s a τ) ord0 = a.
Proof. by []. Qed.

Lemma action_at_push H s a (τ : trajectory n m H) t : action_at (push s a τ) (lift ord0 t) = action_at τ t.
Proof. by rewrite /action_at tnthS. Qed.

Definition push_simpl := (state_at0, state_at_push, action_at_push0, action_at_push, lift0).

End Steps.

Section From.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m).

Definition weight H (τ : trajectory n m H) : F :=
  \prod_(t < H) (π (state_at τ t) (action_at τ t) * P M (state_at τ t) (action_at τ t) (state_at τ t.+1)).

(** The expectation, given the first state. *)
Definition from H (s : state n) (f : trajectory n m H -> F) : F :=
  \sum_(l : H.-tuple (action m * state n)) weight (s, l) * f (s, l).

Lemma expectation_from H (f : trajectory n m H -> F) : expectation M π f = \sum_s ρ0 M s * from s f.
Proof.
rewrite /expectation (eq_bigr (fun τ => ρ0 M τ.1 * (weight (τ.1, τ.2) * f (τ.1, τ.2)))) => [|[s l] _]; last first.
  by rewrite /trajectory_measure state_at0 -mulrA.
rewrite -(pair_bigA _ (fun s l => ρ0 M s * (weight (s, l) * f (s, l)))) /=.
by apply: eq_bigr => s _; rewrite mulr_sumr.
Qed.

Lemma eq_from H s (f g : trajectory n m H -> F) : f =1 g -> from s f = from s g.
Proof. by move=> fg; apply: eq_bigr => l _; rewrite fg. Qed.

Lemma fromD H s (f g : trajectory n m H -> F) : from s (fun τ => f τ + g τ) = from s f + from s g.
Proof. by rewrite -big_split; apply: eq_bigr => l _; rewrite mulrDr. Qed.

Lemma fromZ H s c (f : trajectory n m H -> F) : from s (fun τ => c * f τ) = c * from s f.
Proof. by rewrite mulr_sumr; apply: eq_bigr => l _; rewrite mulrCA. Qed.

Lemma from0 s (f : trajectory n m 0 -> F) : from s f = f (s, [tuple]).
Proof.
rewrite /from (big_pred1 [tuple]) => [|l]; last by apply/esym/eqP; exact: tuple0.
by rewrite /weight big_ord0 mul1r.
Qed.

Lemma weight_push H s a (τ : trajectory n m H) : weight (push s a τ) = π s a * (P M s a τ.1 * weight τ).
Proof.
rewrite /weight big_ord_recl !push_simpl -mulrA; congr (_ * (_ * _)).
by apply: eq_bigr => t _; rewrite !push_simpl.
Qed.

Lemma fromS H s (f : trajectory n m H.+1 -> F) :
  from s f = \sum_a π s a * \sum_s' P M s a s' * from s' (fun τ => f (push s a τ)).
Proof.
rewrite /from sum_tuple_cons.
rewrite (eq_bigr (fun x : action m * state n =>
  \sum_(l : H.-tuple _) π s x.1 * (P M s x.1 x.2 * (weight (x.2, l) * f (push s x.1 (x.2, l)))))); last first.
  by move=> [a s'] _; apply: eq_bigr => l _ /=; rewrite -[(s, _)]/(push s a (s', l)) weight_push -!mulrA.
rewrite -(pair_bigA _ (fun a s' => \sum_(l : H.-tuple _)
  π s a * (P M s a s' * (weight (s', l) * f (push s a (s', l)))))) /=.
apply: eq_bigr => a _; rewrite mulr_sumr; apply: eq_bigr => s' _.
by rewrite !mulr_sumr; apply: eq_bigr.
Qed.

Lemma from_constant H s c : from s (fun _ : trajectory n m H => c) = c.
Proof.
elim: H s => [|H IH] s; first by rewrite from0.
rewrite fromS -[RHS](average_constant (policy_is_a_distribution π s)); apply: eq_bigr => a _; congr (_ * _).
rewrite -[RHS](average_constant (P_is_a_distribution M s a)); apply: eq_bigr => s' _; congr (_ * _).
exact: IH.
Qed.

Lemma fromD_constant H s c (f : trajectory n m H -> F) : from s (fun τ => c + f τ) = c + from s f.
Proof. by rewrite fromD from_constant. Qed.

End From.
