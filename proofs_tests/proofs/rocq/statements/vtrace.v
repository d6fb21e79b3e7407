(** V-trace targets, for data of any length and with any ends of episodes inside. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import trajectory.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem vtrace_equals_the_direct_sum.
    The recursion computes the paper's sum of errors under products of clipped ratios, up to the end of the episode.
    Equations: vtrace.target
    Formula: v_t = V(s_t) + Σ_{l<T-t} [Π_{j<l} γ c_{t+j} (1 - term_{t+j})(1 - trunc_{t+j})] ρ_{t+l} δ_{t+l}
    Source: Espeholt et al. 2018 (IMPALA), equation 1
    Differs: the sum runs to the end of the data, and ends of episodes are inside; the ratios need not be positive *)
Definition vtrace_equals_the_direct_sum : Prop :=
  forall (F : realFieldType) (γ rho_bar c_bar : F) (ratios : seq F) (τ : seq (transition F)) (t : nat),
    size ratios = size τ ->
    (target γ rho_bar c_bar ratios τ)`_t = value (step τ t)
      + \sum_(l < size τ - t) (\prod_(j < l) (γ * Num.min c_bar ratios`_(t + j) * goes_on (step τ (t + j))))
          * (Num.min rho_bar ratios`_(t + l) * error γ (step τ (t + l))).

(** Theorem vtrace_on_policy_is_gae.
    On policy, clipped at ρ̄ >= 1 and at c̄ = λ <= 1, the target is the value plus the generalised advantage.
    Equations: vtrace.target, gae.advantage
    Formula: v_t - V(s_t) = A_t if all r = 1, ρ̄ >= 1, c̄ = λ <= 1
    Source: Espeholt et al. 2018 (IMPALA), remark 2: on policy it is TD(λ)
    Differs: λ is the level c̄ here; the paper multiplies c by λ; with all ratios one the two are the same *)
Definition vtrace_on_policy_is_gae : Prop :=
  forall (F : realFieldType) (γ λ rho_bar : F) (τ : seq (transition F)) (t : nat),
    1 <= rho_bar -> λ <= 1 ->
    (target γ rho_bar λ (nseq (size τ) 1) τ)`_t - value (step τ t) = (advantage γ λ τ)`_t.

(** Theorem vtrace_on_policy_is_gae_at_lambda_one.
    On policy, with no level below one, it is the value plus the generalised advantage at λ = 1.
    Equations: vtrace.target, gae.advantage
    Formula: v_t - V(s_t) = A_t at λ = 1 if all r = 1, ρ̄ >= 1, c̄ >= 1
    Source: Espeholt et al. 2018 (IMPALA), equation 2 and the text above it
    Differs: the paper leaves the connection to generalised advantages unsaid *)
Definition vtrace_on_policy_is_gae_at_lambda_one : Prop :=
  forall (F : realFieldType) (γ rho_bar c_bar : F) (τ : seq (transition F)) (t : nat),
    1 <= rho_bar -> 1 <= c_bar ->
    (target γ rho_bar c_bar (nseq (size τ) 1) τ)`_t - value (step τ t) = (advantage γ 1 τ)`_t.

(** Theorem vtrace_on_policy_is_the_return.
    On policy, with no level below one, the targets are the returns: Bellman targets of as many steps as remain.
    Equations: vtrace.target, mdp.rewards_to_go
    Formula: v_t = R̂_t if all r = 1, ρ̄ >= 1, c̄ >= 1
      and V of each successor inside an episode is V of the next row
    Source: Espeholt et al. 2018 (IMPALA), equation 2
    Differs: ends of episodes are inside; the value of each successor is that of the next row, as in the paper *)
Definition vtrace_on_policy_is_the_return : Prop :=
  forall (F : realFieldType) (γ rho_bar c_bar : F) (τ : seq (transition F)),
    joined τ -> 1 <= rho_bar -> 1 <= c_bar ->
    target γ rho_bar c_bar (nseq (size τ) 1) τ = rewards_to_go γ τ.
