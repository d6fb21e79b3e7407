(** The score function estimates the derivative of an expectation: over all trajectories, exactly.

    [π x] is the policy at parameter x, and [dπ] its derivative at θ by that parameter; a gradient has one such
    derivative for each parameter. A derivative depends on the policies near θ alone: a family that is defined only
    there may be continued by any policy. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem trajectory_measure_is_a_distribution.
    The probabilities of all trajectories of a horizon sum to one, and none is negative.
    Equations: mdp.trajectory_measure, trajectories.enumerate
    Formula: p(τ) = ρ0(s_0) Π_{t<H} π(a_t|s_t) P(s_{t+1}|s_t,a_t) >= 0 and Σ_τ p(τ) = 1
    Source: Schulman et al. 2015 (TRPO), section 2; Sutton and Barto 2018, section 3.1
    Differs: no *)
Definition trajectory_measure_is_a_distribution : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat) (π : policy F n m),
    distribution (fun τ : trajectory n m H => trajectory_measure M π τ).

(** Theorem expected_return_over_trajectories.
    The mean discounted return of all trajectories is what the state frequencies give.
    Equations: mdp.trajectory_measure, mdp.discounted_return
    Formula: E_π[Σ_{t<H} γ^t R(s_t,a_t)] = Σ_{t<H} γ^t Σ_s P(s_t = s) r_π(s)
    Source: Schulman et al. 2015 (TRPO), section 2, up to a horizon
    Differs: no *)
Definition expected_return_over_trajectories : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat) (π : policy F n m),
    expectation M π (fun τ : trajectory n m H => discounted_return M τ) = finite_horizon_return M π H.

(** Theorem score_function_is_unbiased.
    The derivative of the expectation of any function of a trajectory is that of the function times the scores.
    Equations: pg.reinforce
    Formula: d/dθ E_π[f(τ)] = E_π[f(τ) Σ_{t<H} ∇log π(a_t|s_t)]
    Source: Williams 1992; Sutton and Barto 2018, section 13.3
    Differs: actions of probability zero are admitted *)
Definition score_function_is_unbiased : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat) (f : trajectory n m H -> F)
    (π : F -> policy F n m) (dπ : state n -> action m -> F) (θ : F),
    (forall s a, has_derivative (fun x => π x s a) θ (dπ s a)) ->
    has_derivative (fun x => expectation M (π x) f) θ
      (expectation M (π θ) (fun τ => f τ * \sum_(t < H) score (π θ) dπ (state_at τ t) (action_at τ t))).

(** Theorem reinforce_is_unbiased.
    REINFORCE estimates the gradient of the expected return: each score with the rewards from its step on.
    Equations: pg.reinforce
    Formula: d/dθ η_H(π) = E_π[Σ_{t<H} γ^t G_t ∇log π(a_t|s_t)] with γ^t G_t = Σ_{t<=k<H} γ^k R(s_k,a_k)
    Source: Williams 1992; Sutton and Barto 2018, box of section 13.3
    Differs: a fixed horizon H, where the book's episodes end by themselves: one that ends earlier goes on in its
      terminal state, where the weights are zero *)
Definition reinforce_is_unbiased : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat)
    (π : F -> policy F n m) (dπ : state n -> action m -> F) (θ : F),
    (forall s a, has_derivative (fun x => π x s a) θ (dπ s a)) ->
    has_derivative (fun x => finite_horizon_return M (π x) H) θ
      (expectation M (π θ) (fun τ : trajectory n m H =>
        \sum_(t < H) reinforce M τ t * score (π θ) dπ (state_at τ t) (action_at τ t))).

(** Theorem reinforce_admits_the_full_return.
    Weighting all scores with the whole return has the same mean: no action changes rewards before it.
    Equations: pg.reinforce
    Formula: E_π[Σ_{t<H} γ^t G_t ∇log π(a_t|s_t)] = E_π[G_0 Σ_{t<H} ∇log π(a_t|s_t)]
    Source: Williams 1992; Sutton and Barto 2018, section 13.3
    Differs: no *)
Definition reinforce_admits_the_full_return : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat)
    (π : F -> policy F n m) (dπ : state n -> action m -> F) (θ : F),
    (forall s a, has_derivative (fun x => π x s a) θ (dπ s a)) ->
    expectation M (π θ) (fun τ : trajectory n m H =>
      \sum_(t < H) reinforce M τ t * score (π θ) dπ (state_at τ t) (action_at τ t))
    = expectation M (π θ) (fun τ : trajectory n m H =>
      discounted_return M τ * \sum_(t < H) score (π θ) dπ (state_at τ t) (action_at τ t)).

(** Theorem baseline_of_the_state_adds_nothing.
    What depends on the state and the time, but not on the action, leaves the mean of the estimate as it is.
    Equations: pg.baseline
    Formula: E_π[Σ_{t<H} γ^t b_t(s_t) ∇log π(a_t|s_t)] = 0
    Source: Williams 1992; Sutton and Barto 2018, equations 13.10 and 13.11
    Differs: the baseline may depend on the time *)
Definition baseline_of_the_state_adds_nothing : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (H : nat) (b : nat -> state n -> F)
    (π : F -> policy F n m) (dπ : state n -> action m -> F) (θ : F),
    (forall s a, has_derivative (fun x => π x s a) θ (dπ s a)) ->
    expectation M (π θ) (fun τ : trajectory n m H =>
      \sum_(t < H) γ M ^+ t * b t (state_at τ t) * score (π θ) dπ (state_at τ t) (action_at τ t)) = 0.

(** Theorem derivative_is_unique.
    A function has at most one derivative at a point, so that these theorems determine the gradient.
    Equations: pg.theorem
    Formula: f'(θ) = d and f'(θ) = d' only if d = d'
    Source: Rudin 1976, theorem 9.12
    Differs: over any ordered field *)
Definition derivative_is_unique : Prop :=
  forall (F : realFieldType) (f : F -> F) (θ d d' : F),
    has_derivative f θ d -> has_derivative f θ d' -> d = d'.

(** Theorem derivative_of_a_polynomial.
    A polynomial has its formal derivative, so that these theorems speak of something over any ordered field.
    Equations: pg.theorem
    Formula: d/dx Σ_i c_i x^i = Σ_i i c_i x^(i-1)
    Source: Rudin 1976, example 5.4
    Differs: over any ordered field *)
Definition derivative_of_a_polynomial : Prop :=
  forall (F : realFieldType) (p : {poly F}) (θ : F), has_derivative (fun x => p.[x]) θ (p^`()).[θ].
