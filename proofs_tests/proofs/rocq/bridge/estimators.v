(** The estimators of definitions/trajectory.v and ppo.v as programs on fractions, and that they give the same. *)

From Coq Require Import ZArith QArith Qminmax Qabs.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
From rlproof.definitions Require ppo.
From rlproof.bridge Require Import rationals certificates.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Programs: the same recursions on fractions. *)
Module Program.
Local Open Scope Q_scope.

Record transition := Transition {
  reward : Q; value : Q; next_value : Q; terminated : bool; truncated : bool
}.
Implicit Types (γ λ : Q) (x : transition) (τ : seq transition).

Definition flag (b : bool) : Q := if b then 1 else 0.
Definition goes_on x : Q := (1 - flag (terminated x)) * (1 - flag (truncated x)).
Definition error γ x : Q := reward x + γ * (1 - flag (terminated x)) * next_value x - value x.
Definition one_step_return γ x : Q := reward x + γ * (1 - flag (terminated x)) * next_value x.

Fixpoint advantage γ λ τ : seq Q :=
  if τ is x :: τ' then
    let following := advantage γ λ τ' in
    (error γ x + γ * λ * goes_on x * head 0 following) :: following
  else [::].

Fixpoint rewards_to_go γ τ : seq Q :=
  if τ is x :: τ' then
    let following := rewards_to_go γ τ' in
    let rest := if truncated x then next_value x else head (next_value x) following in
    (reward x + γ * (1 - flag (terminated x)) * rest) :: following
  else [::].

Fixpoint n_step_return_from γ (n : nat) τ : Q :=
  if τ is x :: τ' then
    let stops := [|| truncated x, (n <= 1)%N | nilp τ'] in
    reward x + γ * (1 - flag (terminated x)) * (if stops then next_value x else n_step_return_from γ n.-1 τ')
  else 0.
Definition n_step_return γ n τ : seq Q := mkseq (fun t => n_step_return_from γ n (drop t τ)) (size τ).

Fixpoint lambda_return γ λ τ : seq Q :=
  if τ is x :: τ' then
    let following := lambda_return γ λ τ' in
    let rest := if truncated x then next_value x else head (next_value x) following in
    (reward x + γ * (1 - flag (terminated x)) * ((1 - λ) * next_value x + λ * rest)) :: following
  else [::].

Fixpoint backward_from γ λ (s : nat) (z : Q) (states : seq nat) τ : Q :=
  match states, τ with
  | s_t :: states', x :: τ' =>
      let trace := γ * λ * z + flag (s_t == s) in
      error γ x * trace + backward_from γ λ s (goes_on x * trace) states' τ'
  | _, _ => 0
  end.
Definition lambda_backward γ λ states τ (s : nat) : Q := backward_from γ λ s 0 states τ.

Definition blank := Transition 0 0 0 false false.
Fixpoint target γ (rho_bar c_bar : Q) (ratios : seq Q) τ : seq Q :=
  match ratios, τ with
  | r :: ratios', x :: τ' =>
      let following := target γ rho_bar c_bar ratios' τ' in
      (value x + Qmin rho_bar r * error γ x
        + γ * Qmin c_bar r * goes_on x * (head 0 following - value (head blank τ'))) :: following
  | _, _ => [::]
  end.

Definition total (numbers : seq Q) : Q := foldr Qplus 0 numbers.
Definition mean (X : Type) (f : X -> Q) (batch : seq X) : Q :=
  total (map f batch) / inject_Z (Z.of_nat (size batch)).
Definition clip (x low high : Q) : Q := Qmin (Qmax x low) high.
Definition clip_term ε (r A : Q) : Q := Qmin (r * A) (clip r (1 - ε) (1 + ε) * A).
Definition g ε (A : Q) : Q := if Qle_bool 0 A then (1 + ε) * A else (1 - ε) * A.
Definition clip_term_g ε (r A : Q) : Q := Qmin (r * A) (g ε A).
Definition less (x y : Q) : bool := ~~ Qle_bool y x.
Definition clip_gradient ε (r A : Q) : Q := if less 0 A && less (1 + ε) r || less A 0 && less r (1 - ε) then 0 else A.
Definition dual_clip_term ε (dual_clip r A : Q) : Q :=
  if less A 0 then Qmax (clip_term ε r A) (dual_clip * A) else clip_term ε r A.

Definition cpi_objective (batch : seq (Q * Q)) : Q := mean (fun s => s.1 * s.2) batch.
Definition clip_objective ε (batch : seq (Q * Q)) : Q := mean (fun s => clip_term ε s.1 s.2) batch.
Definition clip_objective_g ε (batch : seq (Q * Q)) : Q := mean (fun s => clip_term_g ε s.1 s.2) batch.
Definition dual_clip_objective ε dual_clip (batch : seq (Q * Q)) : Q :=
  mean (fun s => dual_clip_term ε dual_clip s.1 s.2) batch.

Definition sample := (Q * Q * Q)%type.
Definition squared_error (x : sample) : Q := let '(v, _, t) := x in (v - t) * (v - t).
Definition clipped_value ε (x : sample) : Q := let '(v, o, _) := x in clip v (o - ε) (o + ε).
Definition clipped_squared_error ε (x : sample) : Q :=
  Qmax (squared_error x) ((clipped_value ε x - x.2) * (clipped_value ε x - x.2)).
Definition value_loss (batch : seq sample) : Q := mean squared_error batch.
Definition clipped_value_loss ε (batch : seq sample) : Q := mean (clipped_squared_error ε) batch.
End Program.

Section Estimators.
Variable F : realFieldType.
Implicit Types (γ λ : Q) (x : Program.transition) (τ : seq Program.transition).
Notation real := (real F).

Definition transition_of x : transition F :=
  Transition (real (Program.reward x)) (real (Program.value x)) (real (Program.next_value x))
    (Program.terminated x) (Program.truncated x).
Definition trajectory_of τ := map transition_of τ.

Lemma flag_computed b : real (Program.flag b) = b%:R.
Proof. by case: b; rewrite ?real_1 ?real_0. Qed.

Lemma error_computed γ x : error (real γ) (transition_of x) = real (Program.error γ x).
Proof. by rewrite real_sub real_add !real_mul real_sub real_1 flag_computed. Qed.

Lemma goes_on_computed x : goes_on (transition_of x) = real (Program.goes_on x).
Proof. by rewrite real_mul !real_sub real_1 !flag_computed. Qed.

Lemma one_step_return_computed γ x : one_step_return (real γ) (transition_of x) = real (Program.one_step_return γ x).
Proof. by rewrite real_add !real_mul real_sub real_1 flag_computed. Qed.

Lemma head_computed (y : Q) numbers : head (real y) (map real numbers) = real (head y numbers).
Proof. by case: numbers. Qed.

Lemma head0_computed numbers : head 0 (map real numbers) = real (head (Qmake Z0 1) numbers).
Proof. by rewrite -real_0 head_computed. Qed.

Lemma advantage_computed γ λ τ :
  advantage (real γ) (real λ) (trajectory_of τ) = map real (Program.advantage γ λ τ).
Proof.
elim: τ => //= x τ ->; congr (_ :: _).
by rewrite error_computed goes_on_computed head0_computed -!real_mul -real_add.
Qed.

Lemma rewards_to_go_computed γ τ : rewards_to_go (real γ) (trajectory_of τ) = map real (Program.rewards_to_go γ τ).
Proof.
elim: τ => //= x τ ->; congr (_ :: _).
by rewrite real_add !real_mul real_sub real_1 flag_computed head_computed; case: ifP.
Qed.

Lemma n_step_return_from_computed γ n τ :
  n_step_return_from (real γ) n (trajectory_of τ) = real (Program.n_step_return_from γ n τ).
Proof.
elim: τ n => [|x τ IH] n; first by rewrite real_0.
rewrite [LHS]/= [Program.n_step_return_from _ _ _]/= real_add !real_mul real_sub real_1 flag_computed.
by rewrite {1}/nilp size_map -/(nilp τ); case: ifP; rewrite ?IH.
Qed.

Lemma n_step_return_computed γ n τ :
  n_step_return (real γ) n (trajectory_of τ) = map real (Program.n_step_return γ n τ).
Proof.
rewrite /n_step_return /Program.n_step_return /mkseq size_map -map_comp; apply: eq_map => t /=.
by rewrite -map_drop -n_step_return_from_computed.
Qed.

Lemma lambda_return_computed γ λ τ :
  lambda_return (real γ) (real λ) (trajectory_of τ) = map real (Program.lambda_return γ λ τ).
Proof.
elim: τ => //= x τ ->; congr (_ :: _).
rewrite real_add !real_mul real_sub real_1 flag_computed head_computed real_add !real_mul real_sub real_1.
by case: ifP.
Qed.

Lemma backward_from_computed γ λ s z states τ :
  backward_from (real γ) (real λ) s (real z) states (trajectory_of τ) = real (Program.backward_from γ λ s z states τ).
Proof.
elim: states z τ => [|i states IH] z [|x τ]; rewrite ?real_0 //=.
rewrite real_add real_mul -error_computed -IH real_mul -goes_on_computed real_add !real_mul flag_computed.
by [].
Qed.

Lemma lambda_backward_computed γ λ s states τ :
  lambda_backward (real γ) (real λ) states (trajectory_of τ) s = real (Program.lambda_backward γ λ states τ s).
Proof. by rewrite -backward_from_computed real_0. Qed.

Lemma target_computed γ rho_bar c_bar ratios τ :
  target (real γ) (real rho_bar) (real c_bar) (map real ratios) (trajectory_of τ)
  = map real (Program.target γ rho_bar c_bar ratios τ).
Proof.
elim: ratios τ => [|r ratios IH] [|x τ] //=; rewrite IH; congr (_ :: _).
have -> : value (head blank (trajectory_of τ)) = real (Program.value (head Program.blank τ)).
  by case: τ => //=; rewrite real_0.
by rewrite error_computed goes_on_computed head0_computed -real_sub -!real_min -!real_mul -!real_add.
Qed.

Lemma mean_computed (X Y : Type) (h : X -> Y) (f : Y -> F) (f' : X -> Q) batch :
  (forall y, f (h y) = real (f' y)) -> ppo.mean f (map h batch) = real (Program.mean f' batch).
Proof.
move=> ff'; rewrite real_div real_nat /ppo.mean size_map; congr (_ / _).
by elim: batch => [|y batch IH]; rewrite /= ?real_0 // real_add -IH ff'.
Qed.

Definition pair_of (s : Q * Q) : F * F := (real s.1, real s.2).
Definition sample_of (y : Program.sample) : ppo.value_sample F :=
  ppo.ValueSample (real y.1.1) (real y.1.2) (real y.2).

Lemma clip_computed z low high : ppo.clip (real z) (real low) (real high) = real (Program.clip z low high).
Proof. by rewrite real_min real_max. Qed.

Lemma clip_term_computed ε r A : ppo.clip_term (real ε) (real r) (real A) = real (Program.clip_term ε r A).
Proof. by rewrite real_min !real_mul -clip_computed real_sub real_add real_1. Qed.

Lemma less_computed y z : Program.less y z = (real y < real z).
Proof.
rewrite ltNge; congr (~~ _); apply/idP/idP => [/Qle_bool_iff/(real_le F) //|zy].
by apply/Qle_bool_iff/Qnot_lt_le => /(real_lt F); rewrite ltNge zy.
Qed.

Lemma g_computed ε A : ppo.g (real ε) (real A) = real (Program.g ε A).
Proof.
have -> : Program.g ε A = if Program.less A 0 then Qmult (Qminus 1 ε) A else Qmult (Qplus 1 ε) A.
  by rewrite /Program.g /Program.less; case: Qle_bool.
rewrite less_computed real_0 ltNge /ppo.g; case: (0 <= real A).
  by rewrite real_mul real_add real_1.
by rewrite real_mul real_sub real_1.
Qed.

Lemma clip_term_g_computed ε r A : ppo.clip_term_g (real ε) (real r) (real A) = real (Program.clip_term_g ε r A).
Proof. by rewrite real_min real_mul -g_computed. Qed.

Lemma clip_gradient_computed ε r A :
  ppo.clip_gradient (real ε) (real r) (real A) = real (Program.clip_gradient ε r A).
Proof.
rewrite /ppo.clip_gradient /Program.clip_gradient !less_computed real_0 real_add real_sub real_1.
by case: ifP; rewrite ?real_0.
Qed.

Lemma dual_clip_term_computed ε c r A :
  ppo.dual_clip_term (real ε) (real c) (real r) (real A) = real (Program.dual_clip_term ε c r A).
Proof.
rewrite /ppo.dual_clip_term /Program.dual_clip_term less_computed real_0.
by case: ifP => _; rewrite ?real_max ?real_mul clip_term_computed.
Qed.

Lemma cpi_objective_computed batch : ppo.cpi_objective (map pair_of batch) = real (Program.cpi_objective batch).
Proof. by apply: mean_computed => s; rewrite real_mul. Qed.

Lemma clip_objective_computed ε batch :
  ppo.clip_objective (real ε) (map pair_of batch) = real (Program.clip_objective ε batch).
Proof. by apply: mean_computed => s; exact: clip_term_computed. Qed.

Lemma clip_objective_g_computed ε batch :
  ppo.clip_objective_g (real ε) (map pair_of batch) = real (Program.clip_objective_g ε batch).
Proof. by apply: mean_computed => s; exact: clip_term_g_computed. Qed.

Lemma dual_clip_objective_computed ε c batch :
  ppo.dual_clip_objective (real ε) (real c) (map pair_of batch) = real (Program.dual_clip_objective ε c batch).
Proof. by apply: mean_computed => s; exact: dual_clip_term_computed. Qed.

Lemma squared_error_computed y : ppo.squared_error (sample_of y) = real (Program.squared_error y).
Proof. by case: y => [[v o] t]; rewrite real_mul real_sub. Qed.

Lemma clipped_value_computed ε y : ppo.clipped_value (real ε) (sample_of y) = real (Program.clipped_value ε y).
Proof. by case: y => [[v o] t]; rewrite -clip_computed real_sub real_add. Qed.

Lemma value_loss_computed batch : ppo.value_loss (map sample_of batch) = real (Program.value_loss batch).
Proof. by apply: mean_computed => x; exact: squared_error_computed. Qed.

Lemma clipped_value_loss_computed ε batch :
  ppo.clipped_value_loss (real ε) (map sample_of batch) = real (Program.clipped_value_loss ε batch).
Proof.
apply: mean_computed => x.
by rewrite real_max -squared_error_computed real_mul real_sub -clipped_value_computed.
Qed.

End Estimators.
