(** Trajectories, and the estimators of returns, values and advantages that are made from them.

    The names are those of the package's functions, and so are the conventions where an episode ends. A trajectory
    may hold several episodes, or parts of them; an estimator gives one number for each transition, and the end of
    the data acts as a truncation. Of a sequence x of numbers, [x`_t] is entry t, counted from zero, and is zero
    beyond the end.

    One discount for all transitions, where the package admits one for each; one sequence, where it admits several side
    by side; and the empty sequence, which it refuses. *)

From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Trajectory.
Variable F : realFieldType.

(** R_{t+1}, V(s_t), and V of the true successor s_{t+1}; whether s_{t+1} is terminal; whether a limit cut the
    episode there. *)
Record transition := Transition {
  reward : F;
  value : F;
  next_value : F;
  terminated : bool;
  truncated : bool
}.

Implicit Types (γ λ : F) (x : transition) (τ : seq transition).

(** What stands beyond the end of the data; all its numbers are zero. *)
Definition blank : transition := Transition 0 0 0 false false.

(** Transition t. *)
Definition step τ (t : nat) : transition := nth blank τ t.

(** Whether the episode ends here, in either way; and (1 - term)(1 - trunc), which is 0 if it does and else 1. *)
Definition ended x : bool := terminated x || truncated x.
Definition goes_on x : F := (1 - (terminated x)%:R) * (1 - (truncated x)%:R).

(** Inside an episode the successor of each transition is where the next one starts, with the same value. *)
Definition joined τ : Prop :=
  forall t, (t.+1 < size τ)%N -> ~~ ended (step τ t) -> next_value (step τ t) = value (step τ t.+1).

(** td.error: δ_t = R_{t+1} + γ (1 - term_t) V(s_{t+1}) - V(s_t). *)
Definition error γ x : F := reward x + γ * (1 - (terminated x)%:R) * next_value x - value x.

(** gae.advantage: A_t = δ_t + γλ (1 - term_t)(1 - trunc_t) A_{t+1}, and 0 at the end of the data. *)
Fixpoint advantage γ λ τ : seq F :=
  if τ is x :: τ' then
    let following := advantage γ λ τ' in
    (error γ x + γ * λ * goes_on x * head 0 following) :: following
  else [::].

(** G_{t:t+1} = R_{t+1} + γ (1 - term_t) V(s_{t+1}). *)
Definition one_step_return γ x : F := reward x + γ * (1 - (terminated x)%:R) * next_value x.

(** R_{t+1} + γ (1 - term_t) R̂_{t+1}, with V(s_{t+1}) for R̂_{t+1} at a truncation and at the end of the data. *)
Fixpoint rewards_to_go γ τ : seq F :=
  if τ is x :: τ' then
    let following := rewards_to_go γ τ' in
    let rest := if truncated x then next_value x else head (next_value x) following in
    (reward x + γ * (1 - (terminated x)%:R) * rest) :: following
  else [::].

(** G_{t:t+n} = R_{t+1} + γ G_{t+1:t+n}, for n >= 1, from the first transition. After n steps, at a truncation and at
    the end of the data the value of the true successor takes the place of what is still to come. *)
Fixpoint n_step_return_from γ (n : nat) τ : F :=
  if τ is x :: τ' then
    let stops := [|| truncated x, (n <= 1)%N | nilp τ'] in
    reward x + γ * (1 - (terminated x)%:R) * (if stops then next_value x else n_step_return_from γ n.-1 τ')
  else 0.

(** The n-step return from each transition. *)
Definition n_step_return γ (n : nat) τ : seq F := mkseq (fun t => n_step_return_from γ n (drop t τ)) (size τ).

(** G^λ_t = R_{t+1} + γ (1 - term_t) [(1-λ) V(s_{t+1}) + λ G^λ_{t+1}], with V(s_{t+1}) for G^λ_{t+1} at a truncation
    and at the end of the data. *)
Fixpoint lambda_return γ λ τ : seq F :=
  if τ is x :: τ' then
    let following := lambda_return γ λ τ' in
    let rest := if truncated x then next_value x else head (next_value x) following in
    (reward x + γ * (1 - (terminated x)%:R) * ((1 - λ) * next_value x + λ * rest)) :: following
  else [::].

(** Σ_t δ_t z_t(s) with the eligibility trace z_t(s) = γλ z_{t-1}(s) + 1[s_t = s], which starts at zero in each
    episode. The trace before the first transition is [z]; transition t starts in [states] t. *)
Fixpoint backward_from (S : eqType) γ λ (s : S) (z : F) (states : seq S) τ : F :=
  match states, τ with
  | s_t :: states', x :: τ' =>
      let trace := γ * λ * z + (s_t == s)%:R in
      error γ x * trace + backward_from γ λ s (goes_on x * trace) states' τ'
  | _, _ => 0
  end.

(** The total off-line update of the value of state s by TD(λ). *)
Definition lambda_backward (S : eqType) γ λ (states : seq S) τ (s : S) : F := backward_from γ λ s 0 states τ.

(** vtrace.target: v_t = V(s_t) + ρ_t δ_t + γ c_t (1 - term_t)(1 - trunc_t) (v_{t+1} - V(s_{t+1})), where
    ρ_t = min(ρ̄, r_t) and c_t = min(c̄, r_t), and v - V is zero at the end of the data. Neither r >= 0 nor c̄ <= ρ̄ is
    supposed. *)
Fixpoint target γ (rho_bar c_bar : F) (ratios : seq F) τ : seq F :=
  match ratios, τ with
  | r :: ratios', x :: τ' =>
      let following := target γ rho_bar c_bar ratios' τ' in
      (value x + Num.min rho_bar r * error γ x
        + γ * Num.min c_bar r * goes_on x * (head 0 following - value (head blank τ'))) :: following
  | _, _ => [::]
  end.

End Trajectory.

Arguments blank {F}.
