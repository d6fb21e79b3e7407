(** Discounted visitation frequencies, not normalised, as in TRPO. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem visitation_is_not_negative.
    No state is visited less than never.
    Equations: mdp.discounted_visitation
    Formula: ρ_π(s) >= 0
    Source: Schulman et al. 2015 (TRPO), definition below equation 1
    Differs: no *)
Definition visitation_is_not_negative : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (s : state n),
    0 <= discounted_visitation M π s.

(** Theorem visitation_sums_to_horizon.
    All states together are visited as often as there are discounted steps.
    Equations: mdp.discounted_visitation
    Formula: Σ_s ρ_π(s) = 1 / (1-γ)
    Source: Schulman et al. 2015 (TRPO), definition below equation 1
    Differs: no *)
Definition visitation_sums_to_horizon : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m),
    \sum_s discounted_visitation M π s = (1 - γ M)^-1.

(** Theorem visitation_satisfies_the_flow.
    Visits come from the start and from discounted earlier visits, and nothing else satisfies that equation.
    Equations: mdp.discounted_visitation
    Formula: ρ_π(s') = ρ0(s') + γ Σ_s ρ_π(s) P_π(s,s'), and only ρ_π does
    Source: Puterman 1994, section 6.9
    Differs: no *)
Definition visitation_satisfies_the_flow : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (ρ : state n -> F),
    (forall s', ρ s' = ρ0 M s' + γ M * \sum_s ρ s * policy_kernel M π s s')
    <-> (forall s, ρ s = discounted_visitation M π s).

(** Theorem visitation_is_the_sum_over_time.
    ρ means what it should: the discounted probability of each state, summed over time.
    Equations: mdp.discounted_visitation
    Formula: Σ_s |ρ_π(s) - Σ_{t<H} γ^t P(s_t = s)| = γ^H / (1-γ)
    Source: Schulman et al. 2015 (TRPO), definition below equation 1, whose sum is infinite
    Differs: the limit is stated by its distance, which needs no real numbers *)
Definition visitation_is_the_sum_over_time : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m) (H : nat),
    \sum_s `|discounted_visitation M π s - \sum_(t < H) γ M ^+ t * visited_at M π t s| = γ M ^+ H / (1 - γ M).

(** Theorem eta_equals_visitation_times_reward.
    The return is what is paid at each visit.
    Equations: mdp.eta, mdp.discounted_visitation
    Formula: η(π) = Σ_s ρ_π(s) Σ_a π(a|s) R(s,a)
    Source: Puterman 1994, section 6.9
    Differs: no *)
Definition eta_equals_visitation_times_reward : Prop :=
  forall (F : realFieldType) (n m : nat) (M : MDP F n m) (π : policy F n m),
    eta M π = \sum_s discounted_visitation M π s * \sum_a π s a * R M s a.
