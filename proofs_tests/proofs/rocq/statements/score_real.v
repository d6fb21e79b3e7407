(** The score function over the real numbers, with the derivative of analysis, and a policy to differentiate. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals topology normedtype derive sequences exp.
From rlproof.definitions Require Import process score.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

(** Theorem has_derivative_is_the_derivative.
    Of real functions the derivative is the limit of difference quotients, as the library of analysis has it.
    Equations: pg.theorem
    Formula: f(θ + h) = f(θ) + d h + o(h) iff (f(θ + h) - f(θ)) / h -> d as h -> 0
    Source: Rudin 1976, definition 5.1 and section 9.10
    Differs: no *)
Definition has_derivative_is_the_derivative : Prop :=
  forall (R : realType) (f : R -> R) (θ d : R), has_derivative f θ d <-> is_derive θ 1 f d.

(** Theorem score_function_is_unbiased_over_the_reals.
    The derivative of the expectation of any function of a trajectory is that of the function times the scores.
    Equations: pg.reinforce
    Formula: d/dθ E_π[f(τ)] = E_π[f(τ) Σ_{t<H} ∇log π(a_t|s_t)]
    Source: Williams 1992; Sutton and Barto 2018, section 13.3
    Differs: actions of probability zero are admitted *)
Definition score_function_is_unbiased_over_the_reals : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (H : nat) (f : trajectory n m H -> R)
    (π : R -> policy R n m) (dπ : state n -> action m -> R) (θ : R),
    (forall s a, is_derive θ 1 (fun x => π x s a) (dπ s a)) ->
    is_derive θ 1 (fun x => expectation M (π x) f)
      (expectation M (π θ) (fun τ => f τ * \sum_(t < H) score (π θ) dπ (state_at τ t) (action_at τ t))).

(** Theorem reinforce_is_unbiased_over_the_reals.
    REINFORCE estimates the gradient of the expected return: each score with the rewards from its step on.
    Equations: pg.reinforce
    Formula: d/dθ η_H(π) = E_π[Σ_{t<H} γ^t G_t ∇log π(a_t|s_t)] with γ^t G_t = Σ_{t<=k<H} γ^k R(s_k,a_k)
    Source: Williams 1992; Sutton and Barto 2018, box of section 13.3
    Differs: a fixed horizon H, where the book's episodes end by themselves: one that ends earlier goes on in its
      terminal state, where the weights are zero *)
Definition reinforce_is_unbiased_over_the_reals : Prop :=
  forall (R : realType) (n m : nat) (M : MDP R n m) (H : nat)
    (π : R -> policy R n m) (dπ : state n -> action m -> R) (θ : R),
    (forall s a, is_derive θ 1 (fun x => π x s a) (dπ s a)) ->
    is_derive θ 1 (fun x => finite_horizon_return M (π x) H)
      (expectation M (π θ) (fun τ : trajectory n m H =>
        \sum_(t < H) reinforce M τ t * score (π θ) dπ (state_at τ t) (action_at τ t))).

(** Theorem softmax_is_a_policy.
    Whatever the logits, their softmax is a policy.
    Equations: policy.softmax
    Formula: π(a|s) = exp(φ(s,a)) / Σ_b exp(φ(s,b))
    Source: Sutton and Barto 2018, equation 13.2
    Differs: no *)
Definition softmax_is_a_policy : Prop :=
  forall (R : realType) (n m : nat) (φ : state n -> action m -> R),
    exists π : policy R n m, forall s a, π s a = expR (φ s a) / \sum_b expR (φ s b).

(** Theorem score_of_softmax.
    A softmax of differentiable logits is a policy to which these theorems apply, and this is its score.
    Equations: policy.softmax, pg.reinforce
    Formula: ∇log π(a|s) = ∇φ(s,a) - Σ_b π(b|s) ∇φ(s,b)
    Source: Sutton and Barto 2018, equation 13.9
    Differs: for any differentiable logits; in the source they are linear *)
Definition score_of_softmax : Prop :=
  forall (R : realType) (n m : nat) (φ : R -> state n -> action m -> R) (dφ : state n -> action m -> R)
    (π : R -> policy R n m) (θ : R),
    (forall x s a, π x s a = expR (φ x s a) / \sum_b expR (φ x s b)) ->
    (forall s a, is_derive θ 1 (fun x => φ x s a) (dφ s a)) ->
    exists2 dπ : state n -> action m -> R,
      forall s a, is_derive θ 1 (fun x => π x s a) (dπ s a)
      & forall s a, score (π θ) dπ s a = dφ s a - \sum_b π θ s b * dφ s b.
