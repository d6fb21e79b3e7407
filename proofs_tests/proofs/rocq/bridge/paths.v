(** Trajectories of definitions/score.v as lists of numbers, and what is computed from them.

    The path of a trajectory is the list of its actions, each with the state after it. *)

From Coq Require Import ZArith QArith.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
From rlproof.theorems Require Import score.
From rlproof.bridge Require Import rationals certificates.
From rlproof.bridge Require computation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Import computation (data, last_state, last_action, entry, entry2, matrix, qsum).

Module Program.
Local Open Scope Q_scope.

Fixpoint product (k : nat) (f : nat -> Q) : Q := if k is j.+1 then Qred (product j f * f j) else 1.

Section Path.
Variables (d : data) (first : nat) (path : seq (nat * nat)).
Let H := size path.

Definition state_at t : nat := last first (map snd (take t path)).
Definition action_at t : nat := (nth (0, 0)%N path t).1.

Definition trajectory_measure (π : matrix) : Q :=
  entry (computation.initial d) (state_at 0) * product H (fun t =>
    entry2 π (state_at t) (action_at t)
      * entry2 (nth [::] (computation.transition d) (state_at t)) (action_at t) (state_at t.+1)).

Definition paid t : Q :=
  computation.power (computation.discount d) t * entry2 (computation.reward d) (state_at t) (action_at t).
Definition discounted_return : Q := qsum H paid.
Definition reinforce (t : nat) : Q := qsum H (fun k => if (t <= k)%N then paid k else 0).

End Path.
End Program.

Definition path_of n m H (τ : trajectory n m H) : seq (nat * nat) :=
  [seq (nat_of_ord x.1, nat_of_ord x.2) | x <- τ.2].

Section Paths.
Variables (F : realFieldType) (d : data) (π : matrix).
Hypotheses (d_valid : computation.valid d) (π_valid : computation.valid_policy d π).
Let n := last_state d.
Let m := last_action d.
Let M := process_of F d_valid.
Let p := policy_of F π_valid.

Lemma real_product k f : real F (Program.product k f) = \prod_(i < k) real F (f i).
Proof.
elim: k => [|k IH]; first by rewrite big_ord0 real_1.
by rewrite -[Program.product k.+1 f]/(Qred (Program.product k f * f k)) real_reduced real_mul IH big_ord_recr.
Qed.

Variables (H : nat) (τ : trajectory n m H).

Let s0 := nat_of_ord τ.1.

Lemma size_path : size (path_of τ) = H.
Proof. by rewrite size_map size_tuple. Qed.

Lemma state_at_computed t : nat_of_ord (state_at τ t) = Program.state_at s0 (path_of τ) t.
Proof.
rewrite /state_at /Program.state_at /path_of -map_take -map_comp -(last_map (@nat_of_ord _)) -map_comp.
by [].
Qed.

Lemma action_at_computed (t : 'I_H) : nat_of_ord (action_at τ t) = Program.action_at (path_of τ) t.
Proof.
rewrite /action_at /Program.action_at (tnth_nth (ord0, ord0)) (nth_map (ord0, ord0)) //.
by rewrite size_tuple.
Qed.

Lemma trajectory_measure_computed :
  trajectory_measure M p τ = real F (Program.trajectory_measure d s0 (path_of τ) π).
Proof.
rewrite real_mul real_product size_path -state_at_computed; congr (_ * _); apply: eq_bigr => t _.
by rewrite real_mul -action_at_computed -!state_at_computed.
Qed.

Lemma paid_computed (t : 'I_H) :
  γ M ^+ t * R M (state_at τ t) (action_at τ t) = real F (Program.paid d s0 (path_of τ) t).
Proof. by rewrite real_mul real_power -action_at_computed -state_at_computed. Qed.

Lemma discounted_return_computed : discounted_return M τ = real F (Program.discounted_return d s0 (path_of τ)).
Proof. by rewrite real_sum size_path; apply: eq_bigr => t _; exact: paid_computed. Qed.

Lemma reinforce_computed (t : 'I_H) : reinforce M τ t = real F (Program.reinforce d s0 (path_of τ) t).
Proof.
rewrite real_sum size_path /reinforce big_mkcond; apply: eq_bigr => k _.
by case: ifP => _; rewrite ?real_0 ?paid_computed.
Qed.

(** The expectation over all trajectories, of the return. *)
Lemma expectation_computed :
  expectation M p (fun x : trajectory n m H => discounted_return M x)
  = real F (computation.finite_horizon_return d π H).
Proof. by rewrite expected_return_over_trajectories finite_horizon_return_computed. Qed.

Lemma score_computed (direction : matrix) (s : state n) (a : action m) :
  score p (fun s a => real F (entry2 direction s a)) s a = real F (entry2 direction s a / entry2 π s a).
Proof. by rewrite real_div. Qed.

End Paths.
