(** The definitions once more, as programs on lists of fractions: what the specification computes, Rocq computes.

    certificates.v proves that each program gives the value of the definition of the same name. *)

From Coq Require Import ZArith QArith Qminmax Qabs.
From mathcomp Require Import all_ssreflect.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Local Open Scope Q_scope.

(** Sums and maxima over 0, ..., k-1; fractions are reduced on the way, or they grow. *)
Fixpoint qsum (k : nat) (f : nat -> Q) : Q := if k is j.+1 then Qred (qsum j f + f j) else 0.
Fixpoint qlargest (k : nat) (f : nat -> Q) : Q := if k is j.+1 then Qmax (qlargest j f) (f k) else f 0%N.
Definition qall (k : nat) (f : nat -> bool) : bool := all f (iota 0 k).

Definition vector := seq Q.
Definition matrix := seq vector.
Definition entry (x : vector) (i : nat) : Q := nth 0 x i.
Definition entry2 (x : matrix) (i j : nat) : Q := entry (nth [::] x i) j.

(** A decision process: number of states and of actions, each less one, and its arrays as nested lists. *)
Record data := Data {
  last_state : nat;
  last_action : nat;
  transition : seq matrix;
  reward : matrix;
  initial : vector;
  discount : Q
}.

Section Programs.
Variable d : data.
Let S := (last_state d).+1.
Let A := (last_action d).+1.
Let P s a s' := entry2 (nth [::] (transition d) s) a s'.
Let R := entry2 (reward d).
Let γ := discount d.

Definition is_distribution (k : nat) (p : nat -> Q) : bool :=
  qall k (fun i => Qle_bool 0 (p i)) && Qeq_bool (qsum k p) 1.

Definition valid : bool :=
  [&& qall S (fun s => qall A (fun a => is_distribution S (P s a))), is_distribution S (entry (initial d)),
      Qle_bool 0 γ & ~~ Qle_bool 1 γ].
Definition valid_policy (π : matrix) : bool := qall S (fun s => is_distribution A (entry2 π s)).

Definition policy_kernel (π : matrix) s s' : Q := qsum A (fun a => entry2 π s a * P s a s').
Definition resolvent_matrix (π : matrix) s s' : Q := (if s == s' then 1 else 0) - γ * policy_kernel π s s'.
Definition policy_reward (π : matrix) s : Q := qsum A (fun a => entry2 π s a * R s a).
Definition backup (V : nat -> Q) s a : Q := R s a + γ * qsum S (fun s' => P s a s' * V s').
Definition expectation_v (π : matrix) (V : nat -> Q) s : Q := qsum A (fun a => entry2 π s a * backup V s a).
Definition optimality_v (V : nat -> Q) s : Q := qlargest (last_action d) (backup V s).

Definition expectation_q (π x : matrix) s a : Q :=
  backup (fun s' => qsum A (fun b => entry2 π s' b * entry2 x s' b)) s a.
Definition optimality_q (x : matrix) s a : Q := backup (fun s' => qlargest (last_action d) (entry2 x s')) s a.

(** Values and visits solve linear equations: a solution is checked, wherever it comes from. *)
Definition is_v (π : matrix) (v : vector) : bool :=
  qall S (fun s => Qeq_bool (entry v s) (expectation_v π (entry v) s)).
Definition is_visitation (π : matrix) (ρ : vector) : bool :=
  qall S (fun s' =>
    Qeq_bool (entry ρ s') (entry (initial d) s' + γ * qsum S (fun s => entry ρ s * policy_kernel π s s'))).

Definition q (v : vector) s a : Q := backup (entry v) s a.
Definition advantage (v : vector) s a : Q := q v s a - entry v s.
Definition eta (v : vector) : Q := qsum S (fun s => entry (initial d) s * entry v s).

(** P(s_t = s) for all s, as a list, from the list before. *)
Fixpoint visited_at (π : matrix) (t : nat) : vector :=
  if t is k.+1 then
    let before := visited_at π k in
    [seq qsum S (fun s => entry before s * policy_kernel π s s') | s' <- iota 0 S]
  else [seq entry (initial d) s | s <- iota 0 S].
Fixpoint power (x : Q) (k : nat) : Q := if k is j.+1 then Qred (x * power x j) else 1.
Definition finite_horizon_return (π : matrix) (H : nat) : Q :=
  qsum H (fun t => power γ t * qsum S (fun s => entry (visited_at π t) s * policy_reward π s)).

Definition tv (π π' : matrix) s : Q := qsum A (fun a => Qabs (entry2 π s a - entry2 π' s a)) / 2.
Definition tv_max (π π' : matrix) : Q := qlargest (last_state d) (tv π π').

Definition expected_advantage (v : vector) (π' : matrix) s : Q := qsum A (fun a => entry2 π' s a * advantage v s a).
Definition performance_difference_by_visitation (v ρ' : vector) (π' : matrix) : Q :=
  qsum S (fun s => entry ρ' s * expected_advantage v π' s).
Definition surrogate (v ρ : vector) (π' : matrix) : Q :=
  eta v + qsum S (fun s => entry ρ s * expected_advantage v π' s).
Definition epsilon (v : vector) : Q :=
  qlargest (last_state d) (fun s => qlargest (last_action d) (fun a => Qabs (advantage v s a))).
Definition penalty_coefficient (v : vector) : Q := 4 * epsilon v * γ / power (1 - γ) 2.
Definition tv_bound (v ρ : vector) (π π' : matrix) : Q :=
  surrogate v ρ π' - penalty_coefficient v * power (tv_max π π') 2.
Definition tv_bound_refined (v ρ : vector) (π π' : matrix) : Q :=
  surrogate v ρ π'
  - 4 * epsilon v * γ * power (tv_max π π') 2 / ((1 - γ) * (1 - γ * (1 - tv_max π π'))).
Definition largest_expected_advantage (v : vector) (π' : matrix) : Q :=
  qlargest (last_state d) (fun s => Qabs (expected_advantage v π' s)).
Definition mixture_bound (v ρ : vector) (α : Q) (π' new : matrix) : Q :=
  surrogate v ρ new - 2 * largest_expected_advantage v π' * γ * power α 2 / power (1 - γ) 2.
Definition mixture_bound_kl02 (v ρ : vector) (α : Q) (π' new : matrix) : Q :=
  surrogate v ρ new - 2 * largest_expected_advantage v π' * γ * power α 2 / ((1 - γ) * (1 - γ * (1 - α))).
Definition cpo_bound (v ρ : vector) (π π' : matrix) : Q :=
  surrogate v ρ π' - 2 * γ * largest_expected_advantage v π' * qsum S (fun s => entry ρ s * tv π π' s) / (1 - γ).

End Programs.
