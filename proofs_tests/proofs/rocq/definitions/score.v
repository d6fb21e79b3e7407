(** Trajectories of a finite horizon, expectations over them, and the scores that estimate a gradient. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** d is the derivative of f at θ: f(θ + h) = f(θ) + d h + o(h). *)
Definition has_derivative (F : realFieldType) (f : F -> F) (θ d : F) : Prop :=
  forall ε, 0 < ε -> exists2 δ, 0 < δ & forall h, `|h| < δ -> `|f (θ + h) - f θ - d * h| <= ε * `|h|.

Section Trajectories.
Variables (n m H : nat).

(** τ = s_0, a_0, s_1, ..., a_{H-1}, s_H: a first state, then H pairs of an action and the state after it. *)
Definition trajectory : Type := (state n * H.-tuple (action m * state n))%type.

(** a_t, which exists for t < H, and s_t: what the t-th pair led to, or the first state. *)
Definition action_at (τ : trajectory) (t : 'I_H) : action m := (tnth τ.2 t).1.
Definition state_at (τ : trajectory) (t : nat) : state n := last τ.1 (map snd (take t τ.2)).

End Trajectories.

Section Score.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat).
Implicit Types τ : trajectory n m H.

(** p(τ) = ρ0(s_0) Π_{t<H} π(a_t|s_t) P(s_{t+1}|s_t,a_t). *)
Definition trajectory_measure (π : policy F n m) τ : F :=
  ρ0 M (state_at τ 0)
    * \prod_(t < H) (π (state_at τ t) (action_at τ t) * P M (state_at τ t) (action_at τ t) (state_at τ t.+1)).

(** E_π[f(τ)] = Σ_τ p(τ) f(τ). *)
Definition expectation (π : policy F n m) (f : trajectory n m H -> F) : F := \sum_τ trajectory_measure π τ * f τ.

(** G_0 = Σ_{t<H} γ^t R(s_t,a_t). *)
Definition discounted_return τ : F := \sum_(t < H) γ M ^+ t * R M (state_at τ t) (action_at τ t).

(** REINFORCE's weights, w_t = γ^t G_t = Σ_{t<=k<H} γ^k R(s_k,a_k). *)
Definition reinforce τ (t : 'I_H) : F :=
  \sum_(k < H | (t <= k)%N) γ M ^+ k * R M (state_at τ k) (action_at τ k).

(** ∇log π(a|s) = ∇π(a|s) / π(a|s), where [dπ] is the derivative ∇π; where π(a|s) = 0 the quotient is 0, as the prover
    divides by zero. *)
Definition score (π : policy F n m) (dπ : state n -> action m -> F) (s : state n) (a : action m) : F :=
  dπ s a / π s a.

End Score.
