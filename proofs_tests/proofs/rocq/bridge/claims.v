(** What a claim about concrete numbers needs: a program that gives the value, and a comparison that Rocq runs. *)

From Coq Require Import ZArith QArith.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman.
From rlproof.theorems Require Import sums.
From rlproof.bridge Require Import rationals certificates.
From rlproof.bridge Require computation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Import computation (entry, entry2, qall, qlargest, vector, matrix).

Section Claims.
Variable F : realFieldType.

Lemma number_claim (x : F) (program value : Q) :
  x = real F program -> Qeq_bool program value -> x = real F value.
Proof. by move=> -> equal; exact: real_eqb. Qed.

Lemma vector_claim k (x : 'I_k -> F) (program : nat -> Q) (value : vector) :
  (forall i, x i = real F (program i)) -> qall k (fun i => Qeq_bool (program i) (entry value i)) ->
  forall i, x i = real F (entry value i).
Proof. by move=> xE equal i; rewrite xE; apply: real_eqb; exact: (qallP equal i). Qed.

Lemma matrix_claim k l (x : 'I_k -> 'I_l -> F) (program : nat -> nat -> Q) (value : matrix) :
  (forall i j, x i j = real F (program i j)) ->
  qall k (fun i => qall l (fun j => Qeq_bool (program i j) (entry2 value i j))) ->
  forall i j, x i j = real F (entry2 value i j).
Proof. by move=> xE equal i j; rewrite xE; apply: real_eqb; exact: (qallP (qallP equal i) j). Qed.

Lemma sequence_claim (x : seq F) (program value : seq Q) :
  x = map (real F) program -> all2 Qeq_bool program value -> x = map (real F) value.
Proof.
move=> ->; elim: program value => [|y program IH] [|z value] //= /andP[yz equal].
by rewrite (real_eqb F yz) (IH _ equal).
Qed.

Lemma sup_norm_computed n (x : vector) :
  sup_norm (fun s : state n => real F (entry x s)) = real F (qlargest n (fun s => Qabs.Qabs (entry x s))).
Proof. by rewrite real_largest; apply: eq_largest => s; rewrite real_abs. Qed.

Lemma sup_norm_q_computed n m (x : matrix) :
  sup_norm_q (fun (s : state n) (a : action m) => real F (entry2 x s a))
  = real F (qlargest n (fun s => qlargest m (fun a => Qabs.Qabs (entry2 x s a)))).
Proof.
rewrite real_largest; apply: eq_largest => s; rewrite real_largest; apply: eq_largest => a.
by rewrite real_abs.
Qed.

Section Operators.
Variables (d : computation.data) (π : matrix).
Hypotheses (d_valid : computation.valid d) (π_valid : computation.valid_policy d π).

Lemma expectation_v_of_estimate (x : vector) s :
  expectation_v (process_of F d_valid) (policy_of F π_valid) (fun s' => real F (entry x s')) s
  = real F (computation.expectation_v d π (entry x) s).
Proof. exact: expectation_v_computed. Qed.

Lemma optimality_v_of_estimate (x : vector) s :
  optimality_v (process_of F d_valid) (fun s' => real F (entry x s')) s
  = real F (computation.optimality_v d (entry x) s).
Proof. exact: optimality_v_computed. Qed.

Lemma expectation_q_of_estimate (x : matrix) s a :
  expectation_q (process_of F d_valid) (policy_of F π_valid) (fun s' b => real F (entry2 x s' b)) s a
  = real F (computation.expectation_q d π x s a).
Proof.
apply: backup_computed => s'; rewrite real_sum; apply: eq_bigr => b _.
by rewrite real_mul.
Qed.

Lemma optimality_q_of_estimate (x : matrix) s a :
  optimality_q (process_of F d_valid) (fun s' b => real F (entry2 x s' b)) s a
  = real F (computation.optimality_q d x s a).
Proof. by apply: backup_computed => s'; rewrite real_largest. Qed.

End Operators.
End Claims.
